"""Make golden logits of every family of decoders: tiny random folders and what transformers says they answer.

Like golden.py, for the families and rotary scalings that exist only in PyTorch there. Weights are drawn from a fixed seed,
rounded to float16 first and computed in float32 with plain ("eager") attention, so a reader that widens the stored
numbers and computes in float32 must agree up to summation order. The draws are wide, windows are shorter than the text
and caps are low, so that a missing norm, bias, cap or window moves the logits visibly.

Each case is a folder `<out>/<case>/` with
  config.json        the fields as older folders state them
  written.json       the same configuration as transformers writes it now
  model.safetensors  weights under Hugging Face names
  golden.json        `input_ids` (one row) and `logits` [position][vocabulary], float32 printed exactly

usage: golden_decoders.py [--out ../../gpu-runner/engine/tests/golden]   (environment: torch 2.15.0, transformers 5.23.0)
"""

import argparse
import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

SEED = 20261121
POSITIONS = 20
MATRIX_STD = 0.17
EMBEDDING_STD = 0.3

COMMON = dict(
    vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=64, rope_theta=10000.0, rms_norm_eps=1e-6, bos_token_id=0,
    eos_token_id=1, pad_token_id=0, tie_word_embeddings=True,
)
SILU = dict(hidden_act="silu")
GELU = dict(hidden_activation="gelu_pytorch_tanh")


def llama(**scaling):
    return "Llama", dict(**SILU, head_dim=16, rope_scaling=scaling)


CASES = {
    "llama-linear": llama(rope_type="linear", factor=4.0),
    "llama-llama3": llama(
        rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16
    ),
    "llama-yarn": llama(rope_type="yarn", factor=4.0, original_max_position_embeddings=16),
    "llama-biases": ("Llama", dict(**SILU, head_dim=8, attention_bias=True, mlp_bias=True, tie_word_embeddings=False)),
    "mistral": ("Mistral", dict(**SILU, head_dim=16, sliding_window=5)),
    "qwen2": ("Qwen2", dict(**SILU)),
    "qwen2-window": ("Qwen2", dict(**SILU, use_sliding_window=True, sliding_window=6, max_window_layers=1)),
    "qwen3": ("Qwen3", dict(**SILU, head_dim=32, tie_word_embeddings=False)),
    "phi3": ("Phi3", dict(**SILU, partial_rotary_factor=0.5, sliding_window=9, tie_word_embeddings=False)),
    "gemma": ("Gemma", dict(hidden_act="gelu", head_dim=32, num_key_value_heads=1)),
    "gemma2": (
        "Gemma2",
        dict(**GELU, head_dim=16, query_pre_attn_scalar=24, sliding_window=6, attn_logit_softcapping=2.0,
             final_logit_softcapping=3.0),
    ),
    "gemma3": (
        "Gemma3",
        dict(**GELU, head_dim=16, query_pre_attn_scalar=24, sliding_window=6, sliding_window_pattern=3,
             num_hidden_layers=3, rope_theta=1000000.0, rope_local_base_freq=10000.0,
             rope_scaling=dict(rope_type="linear", factor=8.0)),
    ),
}


def draw(name, shape, generator, adds_one):
    """One tensor, rounded to float16."""
    values = torch.randn(shape, generator=generator)
    if name.endswith(".bias"):
        values = 0.3 * values
    elif len(shape) == 1:
        values = (0.0 if adds_one else 1.0) + 0.25 * values
    else:
        values = (EMBEDDING_STD if "embed_tokens" in name else MATRIX_STD) * values
    return values.to(torch.float16)


def make_case(folder, family, fields, generator):
    """Write one case folder and return the largest logit in it, for the log."""
    stated = {**COMMON, **fields, "architectures": [f"{family}ForCausalLM"]}
    text = "Text" if family == "Gemma3" else ""
    config = getattr(transformers, f"{family}{text}Config")(**stated, attn_implementation="eager")
    model = getattr(transformers, f"{family}ForCausalLM")(config).float().eval()
    adds_one = family.startswith("Gemma")
    weights = {
        name: draw(name, value.shape, generator, adds_one)
        for name, value in model.state_dict().items()
        if name != "lm_head.weight" or not stated["tie_word_embeddings"]
    }
    missing, unexpected = model.load_state_dict({n: w.float() for n, w in weights.items()}, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    model.tie_weights()
    ids = [0, *torch.randint(2, COMMON["vocab_size"], (POSITIONS - 1,), generator=generator).tolist()]
    with torch.no_grad():
        logits = model(torch.tensor([ids]), use_cache=False).logits[0]
    assert logits.shape == (POSITIONS, COMMON["vocab_size"]) and torch.isfinite(logits).all()

    folder.mkdir(parents=True, exist_ok=True)
    model_type = {"Gemma3": "gemma3_text"}.get(family, family.lower())
    (folder / "config.json").write_text(json.dumps({"model_type": model_type, **stated}, indent=2, sort_keys=True) + "\n")
    written = config.to_dict() | {"architectures": stated["architectures"]}
    (folder / "written.json").write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    rows = ",\n    ".join(json.dumps([float(f"{x:.9g}") for x in row]) for row in logits.tolist())
    (folder / "golden.json").write_text(
        f'{{\n  "source": "transformers {transformers.__version__} {family}ForCausalLM, float32, CPU",\n'
        f'  "input_ids": {json.dumps(ids)},\n  "logits": [\n    {rows}\n  ]\n}}\n'
    )
    return config, float(logits.abs().max())


def main():
    """Make every case, each from a seed of its own."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=here / "../../gpu-runner/engine/tests/golden")
    out = parser.parse_args().out
    for index, (name, (family, fields)) in enumerate(CASES.items()):
        generator = torch.Generator().manual_seed(SEED + index)
        config, largest = make_case(out / name, family, fields, generator)
        print(f"{name}: largest |logit| {largest:.3f}, rotary {config.rope_parameters}")


if __name__ == "__main__":
    main()
