"""Make golden rows for the engine's encoder tests: tiny random BERT-family folders and what transformers says.

The rows come from the Flax classes of Hugging Face transformers, which share no code with this repository. As in
golden.py, weights are drawn from a fixed seed, rounded to the storage type and computed in float32, and they are wide
enough that a swapped head, a position off by one, a missing bias or the other GELU moves the rows visibly.

Each case is a folder `<out>/<case>/` with
  config.json        as Hugging Face writes it
  model.safetensors  weights under Hugging Face names
  modules.json, 1_Pooling/config.json   as sentence-transformers writes them, for cases that give embeddings
  tokenizer.json     letters and digits as words, with cutting and padding that an engine must not apply
  golden.json        a list `texts`, each with `input_ids`, `token_type_ids` and either `rows` of the last layer and
                     `embedding`, or `score`

usage: golden_encoder.py [--out ../../gpu-runner/engine/tests/golden]      (environment: requirements-golden.txt)
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import transformers
from safetensors.flax import save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

SEED = 20261121
LENGTHS_OF_TEXTS = [20, 1]
LENGTHS_OF_PAIRS = [20, 9, 14, 3, 17, 11, 20, 6]
STORAGE = {"float32": np.float32, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16}

COMMON = dict(vocab_size=96, num_hidden_layers=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
              position_embedding_type="absolute")

# name: class, pooling (None: a score), fields
CASES = {
    "bert-mean-f32": ("BertModel", "mean", dict(
        hidden_size=32, intermediate_size=64, num_attention_heads=4, max_position_embeddings=40, type_vocab_size=2,
        layer_norm_eps=1e-12, hidden_act="gelu", pad_token_id=0, torch_dtype="float32")),
    # Positions begin behind the padding token; an epsilon large enough to be seen.
    "xlm-roberta-first-f16": ("XLMRobertaModel", "cls", dict(
        hidden_size=64, intermediate_size=96, num_attention_heads=2, max_position_embeddings=40, type_vocab_size=1,
        layer_norm_eps=1e-2, hidden_act="gelu", pad_token_id=1, torch_dtype="float16")),
    "bert-score-bf16": ("BertForSequenceClassification", None, dict(
        hidden_size=32, intermediate_size=96, num_attention_heads=2, max_position_embeddings=24, type_vocab_size=2,
        layer_norm_eps=1e-12, hidden_act="gelu_new", pad_token_id=0, torch_dtype="bfloat16", num_labels=1)),
    "roberta-score-f16": ("RobertaForSequenceClassification", None, dict(
        hidden_size=32, intermediate_size=64, num_attention_heads=4, max_position_embeddings=24, type_vocab_size=1,
        layer_norm_eps=1e-5, hidden_act="relu", pad_token_id=1, torch_dtype="float16", num_labels=1)),
}


def shapes_of(name, config):
    """Tensors under Hugging Face names."""
    hidden, inner = config.hidden_size, config.intermediate_size
    prefix = "" if name.endswith("Model") else name.split("For")[0].lower() + "."
    shapes = {}

    def linear(at, rows, columns):
        shapes[at + ".weight"] = (rows, columns)
        shapes[at + ".bias"] = (rows,)

    def norm(at):
        shapes[at + ".LayerNorm.weight"] = (hidden,)
        shapes[at + ".LayerNorm.bias"] = (hidden,)

    at = prefix + "embeddings."
    shapes[at + "word_embeddings.weight"] = (config.vocab_size, hidden)
    shapes[at + "position_embeddings.weight"] = (config.max_position_embeddings, hidden)
    shapes[at + "token_type_embeddings.weight"] = (config.type_vocab_size, hidden)
    norm(prefix + "embeddings")
    for layer in range(config.num_hidden_layers):
        at = f"{prefix}encoder.layer.{layer}."
        for part in ("query", "key", "value"):
            linear(at + "attention.self." + part, hidden, hidden)
        linear(at + "attention.output.dense", hidden, hidden)
        norm(at + "attention.output")
        linear(at + "intermediate.dense", inner, hidden)
        linear(at + "output.dense", hidden, inner)
        norm(at + "output")
    if name == "BertForSequenceClassification":
        linear("bert.pooler.dense", hidden, hidden)
        linear("classifier", 1, hidden)
    elif name == "RobertaForSequenceClassification":
        linear("classifier.dense", hidden, hidden)
        linear("classifier.out_proj", 1, hidden)
    return shapes


def draw(name, shape, rng):
    if "LayerNorm" in name:
        base = 1.0 if name.endswith("weight") else 0.0
        return base + 0.25 * rng.standard_normal(shape)
    if name.endswith("bias"):
        return 0.2 * rng.standard_normal(shape)
    std = 0.5 if "embeddings" in name else 1.2 / np.sqrt(shape[-1])
    return std * rng.standard_normal(shape)


def flax_parameters(weights):
    """The same numbers in Flax's tree: float32, matrices as [in, out], norm weights as scales."""
    tree = {}
    for name, value in weights.items():
        *parents, leaf = name.split(".")
        value = jnp.asarray(value.astype(np.float32))
        if parents[-1] == "LayerNorm":
            leaf = "scale" if leaf == "weight" else "bias"
        elif leaf == "weight" and parents[-1].endswith("embeddings"):
            leaf = "embedding"
        elif leaf == "weight":
            leaf, value = "kernel", value.T
        node = tree
        for part in parents:
            node = node.setdefault(part, {})
        node[leaf] = value
    return tree


def exact(values):
    """Nested lists whose numbers are printed so that they read back as the same float32."""
    if isinstance(values, list):
        return [exact(value) for value in values]
    return float(f"{values:.9g}")


def answer(name, config, weights, inputs):
    """What transformers computes: rows of the last layer, or a score."""
    kind = getattr(transformers, "Flax" + name)
    if name.endswith("Model"):
        model = kind(config, dtype=jnp.float32, _do_init=False, add_pooling_layer=False)
        result = model(**inputs, params=flax_parameters(weights)).last_hidden_state[0]
    else:
        model = kind(config, dtype=jnp.float32, _do_init=False)
        result = model(**inputs, params=flax_parameters(weights)).logits[0]
    result = np.asarray(result, np.float32)
    assert np.isfinite(result).all()
    return result


def inputs_of(ids, kinds, first):
    """One text as a batch of one, every token valid."""
    row = lambda values: jnp.asarray([values])
    return dict(input_ids=row(ids), token_type_ids=row(kinds), attention_mask=row([1] * len(ids)),
                position_ids=row(list(range(first, first + len(ids)))))


def make_case(folder, case, rng):
    """Write one case folder."""
    name, pooling, fields = case
    config = transformers.AutoConfig.for_model(
        {"B": "bert", "R": "roberta", "X": "xlm-roberta"}[name[0]], **COMMON, **fields, architectures=[name])
    storage = STORAGE[fields["torch_dtype"]]
    drawn = shapes_of(name, config).items()
    weights = {key: draw(key, shape, rng).astype(np.float32).astype(storage) for key, shape in drawn}
    texts = []
    for length in LENGTHS_OF_TEXTS if pooling else LENGTHS_OF_PAIRS:
        ids = rng.integers(4, config.vocab_size, length).tolist()
        is_pair = pooling is None and config.type_vocab_size == 2
        kinds = [int(is_pair and i >= length // 2) for i in range(length)]
        first = 0 if name[0] == "B" else config.pad_token_id + 1
        result = answer(name, config, weights, inputs_of(ids, kinds, first))
        text = {"input_ids": ids, "token_type_ids": kinds}
        if pooling is None:
            text["score"] = exact(result.tolist())[0]
        else:
            pooled = result[0] if pooling == "cls" else result.mean(axis=0)
            text["rows"] = exact(result.tolist())
            text["embedding"] = exact((pooled / np.sqrt((pooled ** 2).sum())).tolist())
        texts.append(text)

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(config.to_json_string())
    write_tokenizer(folder)
    save_file({key: jnp.asarray(value) for key, value in weights.items()}, folder / "model.safetensors",
              metadata={"format": "pt"})
    golden = {"source": f"transformers {transformers.__version__} Flax{name}, float32, CPU", "texts": texts}
    if pooling:
        write_modules(folder, pooling)
    (folder / "golden.json").write_text(json.dumps(golden) + "\n")


def write_modules(folder, pooling):
    """The steps as sentence-transformers writes them."""
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    modules = [{"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
               for i, (path, kind) in enumerate(kinds)]
    (folder / "modules.json").write_text(json.dumps(modules, indent=2) + "\n")
    (folder / "1_Pooling").mkdir(exist_ok=True)
    modes = {"pooling_mode_cls_token": pooling == "cls", "pooling_mode_mean_tokens": pooling == "mean",
             "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False}
    (folder / "1_Pooling/config.json").write_text(json.dumps(modes, indent=2) + "\n")


def write_tokenizer(folder):
    """Ids 4 to 39 are letters and digits; pairs get segments 0 and 1."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz0123456789"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.enable_truncation(max_length=4)
    tokenizer.enable_padding(length=8, pad_token="[PAD]")
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)


def main():
    """Make every case from a seeded stream of its own."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=here / "../../gpu-runner/engine/tests/golden")
    out = parser.parse_args().out
    jax.config.update("jax_default_matmul_precision", "highest")
    for index, (name, case) in enumerate(CASES.items()):
        make_case(out / name, case, np.random.default_rng([SEED, index]))
        print(name)


if __name__ == "__main__":
    main()
