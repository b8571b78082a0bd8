"""Make the GGUF files of the engine's tests with Python's `gguf` package, which shares no code with this repository.

  <out>/mqa-untied-f16.gguf   the folder `mqa-untied-f16` beside it, names and order of rows as llama.cpp has them
  <out>/blocks.gguf           random tensors in every block format that the engine reads
  <out>/blocks.safetensors    the same tensors as `gguf.quants` widens them
  <out>/tokens.json           vocabularies with texts and their ids by Hugging Face's `tokenizers`

usage: golden_gguf.py [--golden ../../gpu-runner/engine/tests/golden]      (environment: requirements-gguf.txt)
"""

import argparse
import json
from pathlib import Path

import gguf
import numpy as np
from gguf.quants import dequantize, quantize
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers, Regex

SEED = 20261121
CASE = "mqa-untied-f16"
BLOCKS = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
TEXTS = [
    "The quick brown fox", "  two  spaces\n\n\nand lines ", "it's 12345 o'clock, isn't IT'S", "naïve Zoë — ünïcode ✓ 漢字",
    "fn main() { println!(\"{}\", 1_000); }", "tab\tand\r\nreturn", "<s>x</s>", "",
]
CORPUS = TEXTS * 4 + ["the quick fox and the lazy dog", "one two three 1 22 333 4444", "spaces   and\ttabs", "clock clocks"]
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def permute(weights, heads):
    """llama.cpp's order of query and key rows: `LlamaModel.permute` of its converter."""
    rows = weights.shape[0]
    return weights.reshape(heads, 2, rows // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


def write_model(golden: Path, out: Path) -> None:
    config = json.loads((golden / CASE / "config.json").read_text())
    tensors = load_file(golden / CASE / "model.safetensors")
    writer = gguf.GGUFWriter(out / f"{CASE}.gguf", "llama")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_dimension_count(config["hidden_size"] // config["num_attention_heads"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_tokenizer_model("none")
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])
    writer.add_add_bos_token(True)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config["num_hidden_layers"])
    for name, weights in tensors.items():
        if name.endswith("q_proj.weight"):
            weights = permute(weights, config["num_attention_heads"])
        if name.endswith("k_proj.weight"):
            weights = permute(weights, config["num_key_value_heads"])
        if weights.ndim == 1:
            weights = weights.astype(np.float32)
        writer.add_tensor(names.get_name(name, try_suffixes=(".weight",)), weights)
    finish(writer)


def write_blocks(out: Path) -> None:
    draw = np.random.default_rng(SEED)
    values = draw.standard_normal((2, 512)).astype(np.float32)
    writer = gguf.GGUFWriter(out / "blocks.gguf", "llama")
    widened = {}
    for name in BLOCKS:
        kind = gguf.GGMLQuantizationType[name]
        try:
            stored = quantize(values, kind)
        except NotImplementedError:
            # The package widens these formats and does not make them: any bytes with sane scales are blocks.
            _, size = gguf.GGML_QUANT_SIZES[kind]
            stored = draw.integers(0, 256, (2, 2, size), dtype=np.uint8)
            scale = np.frombuffer(np.float16([0.01, 0.02]).tobytes(), np.uint8)
            if name == "Q6_K":
                stored[:, :, -2:] = scale[:2]
            else:
                stored[:, :, :4] = scale
            stored = stored.reshape(2, -1)
        writer.add_tensor(name, stored, raw_dtype=kind)
        widened[name] = np.ascontiguousarray(dequantize(stored, kind), np.float32)
    finish(writer)
    save_file(widened, out / "blocks.safetensors")


def finish(writer) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def byte_level(pre, name):
    tokenizer = Tokenizer(models.BPE(ignore_merges=name == "llama-bpe"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(pre)
    tokenizer.decoder = decoders.ByteLevel()
    if name == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, special_tokens=["<s>", "</s>"], show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    saved = json.loads(tokenizer.to_str())["model"]
    vocabulary = sorted(saved["vocab"], key=saved["vocab"].get)
    merges = [" ".join(merge) for merge in saved["merges"]]
    kinds = [3, 3] + [1] * (len(vocabulary) - 2)
    return dict(model="gpt2", pre=name, tokens=vocabulary, kinds=kinds, merges=merges, scores=None), tokenizer


def sentence_piece():
    """A small vocabulary with scores, cut by SentencePiece's rule: the adjacent pair with the best score, leftmost first."""
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    letters = sorted({letter for text in CORPUS for letter in "▁" + text.replace(" ", "▁") if letter.isprintable() and ord(letter) < 128 or letter == "▁"})
    words = sorted({word for text in CORPUS for word in text.split(" ") if word.isascii() and word.isalpha()})
    prefixes = sorted({("▁" + word)[:end] for word in words for end in range(2, len(word) + 2)}, key=lambda piece: (len(piece), piece))
    tokens = ["<unk>", "<s>", "</s>"] + bytes_ + prefixes + letters
    kinds = [2, 3, 3] + [6] * 256 + [1] * (len(prefixes) + len(letters))
    scores = [0.0] * 259 + [float(-index) for index in range(len(prefixes) + len(letters))]
    return dict(model="llama", pre="default", tokens=tokens, kinds=kinds, merges=None, scores=scores)


def cut(vocabulary, text):
    """SentencePiece's pair encoding, written from its definition."""
    ids = {token: index for index, token in enumerate(vocabulary["tokens"])}
    if not text:
        return []
    symbols = list("▁" + text.replace(" ", "▁"))
    while True:
        best = None
        for index in range(len(symbols) - 1):
            id_ = ids.get(symbols[index] + symbols[index + 1])
            if id_ is not None and vocabulary["kinds"][id_] == 1:
                if best is None or vocabulary["scores"][id_] > best[0]:
                    best = (vocabulary["scores"][id_], index)
        if best is None:
            break
        index = best[1]
        symbols[index:index + 2] = [symbols[index] + symbols[index + 1]]
    out = []
    for symbol in symbols:
        out += [ids[symbol]] if symbol in ids else [ids[f"<0x{byte:02X}>"] for byte in symbol.encode()]
    return out


def write_tokens(out: Path) -> None:
    split = lambda regex: pre_tokenizers.Split(Regex(regex), "isolated")
    bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    cases = []
    for name, pre in [
        ("llama-bpe", [split(LLAMA3), bytes_]), ("qwen2", [split(QWEN2), bytes_]), ("gpt-2", [plain]),
        ("smollm", [pre_tokenizers.Digits(individual_digits=True), plain]),
    ]:
        vocabulary, tokenizer = byte_level(pre, name)
        texts = [dict(text=text, ids=tokenizer.encode(text).ids) for text in TEXTS]
        cases.append(dict(vocabulary, texts=texts))
    vocabulary = sentence_piece()
    texts = [text for text in TEXTS if "<s>" not in text]
    cases.append(dict(vocabulary, texts=[dict(text=text, ids=cut(vocabulary, text)) for text in texts]))
    (out / "tokens.json").write_text(json.dumps(cases, ensure_ascii=False, separators=(",", ":")) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    here = Path(__file__).resolve().parent
    parser.add_argument("--golden", type=Path, default=here / "../../gpu-runner/engine/tests/golden")
    golden = parser.parse_args().golden
    out = golden / "gguf"
    out.mkdir(exist_ok=True)
    write_model(golden, out)
    write_blocks(out)
    write_tokens(out)


if __name__ == "__main__":
    main()
