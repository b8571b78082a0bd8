"""Make golden logits for the engine's tests: tiny random Llama folders and what transformers says they answer.

The logits come from `FlaxLlamaForCausalLM` of Hugging Face transformers, which shares no code with this
repository. Weights are drawn from a fixed seed, rounded to the storage type first and computed in float32, so a
reader that widens the stored numbers to float32 and computes in float32 must agree up to summation order.

The draws are wider than an untrained model's (matrices 0.12, norm weights around one), so that attention
is far from uniform and a swapped head, a wrong rotation or a missing norm weight moves the logits visibly.

Each case is a folder `<out>/<case>/` with
  config.json        LlamaConfig as Hugging Face writes it
  model.safetensors  weights under Hugging Face names
  golden.json        `input_ids` (one row) and `logits` [position][vocabulary], float32 printed exactly

usage: golden.py [--out ../../gpu-runner/engine/tests/golden]      (environment: requirements-golden.txt)
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
from safetensors.flax import save_file
from transformers import FlaxLlamaForCausalLM, LlamaConfig

SEED = 20260501
POSITIONS = 24
MATRIX_STD = 0.12
EMBEDDING_STD = 0.3
STORAGE = {"float32": np.float32, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16}

COMMON = dict(
    vocab_size=96,
    hidden_size=64,
    num_hidden_layers=2,
    max_position_embeddings=64,
    rope_theta=10000.0,
    bos_token_id=0,
    eos_token_id=1,
    hidden_act="silu",
    attention_bias=False,
    mlp_bias=False,
)

CASES = {
    # Four query heads of 16 over two key-value heads; the output matrix is the embedding.
    "gqa-tied-f32": dict(
        intermediate_size=64, num_attention_heads=4, num_key_value_heads=2, tie_word_embeddings=True,
        rms_norm_eps=1e-5, torch_dtype="float32",
    ),
    # Two query heads of 32 share one key-value head; output matrix of its own; half-precision storage.
    "mqa-untied-f16": dict(
        intermediate_size=96, num_attention_heads=2, num_key_value_heads=1, tie_word_embeddings=False,
        rms_norm_eps=1e-6, torch_dtype="float16",
    ),
    # As many key-value heads as query heads, brain-float storage, an epsilon large enough to be seen.
    "mha-untied-bf16": dict(
        intermediate_size=32, num_attention_heads=4, num_key_value_heads=4, tie_word_embeddings=False,
        rms_norm_eps=1e-2, torch_dtype="bfloat16",
    ),
}


def draw_weights(config, rng, storage):
    """Random tensors under Hugging Face names, [out, in], already rounded to the storage type."""
    hidden, inner = config.hidden_size, config.intermediate_size
    head = hidden // config.num_attention_heads
    shapes = {"model.embed_tokens.weight": (config.vocab_size, hidden)}
    for layer in range(config.num_hidden_layers):
        at = f"model.layers.{layer}."
        shapes[at + "input_layernorm.weight"] = (hidden,)
        shapes[at + "self_attn.q_proj.weight"] = (config.num_attention_heads * head, hidden)
        shapes[at + "self_attn.k_proj.weight"] = (config.num_key_value_heads * head, hidden)
        shapes[at + "self_attn.v_proj.weight"] = (config.num_key_value_heads * head, hidden)
        shapes[at + "self_attn.o_proj.weight"] = (hidden, config.num_attention_heads * head)
        shapes[at + "post_attention_layernorm.weight"] = (hidden,)
        shapes[at + "mlp.gate_proj.weight"] = (inner, hidden)
        shapes[at + "mlp.up_proj.weight"] = (inner, hidden)
        shapes[at + "mlp.down_proj.weight"] = (hidden, inner)
    shapes["model.norm.weight"] = (hidden,)
    if not config.tie_word_embeddings:
        shapes["lm_head.weight"] = (config.vocab_size, hidden)

    def draw(name, shape):
        if len(shape) == 1:
            return 1.0 + 0.25 * rng.standard_normal(shape)
        std = EMBEDDING_STD if name == "model.embed_tokens.weight" else MATRIX_STD
        return std * rng.standard_normal(shape)

    return {name: draw(name, shape).astype(np.float32).astype(storage) for name, shape in shapes.items()}


def flax_parameters(weights):
    """The same numbers in Flax's tree: float32, matrices as [in, out]."""
    tree = {}
    for name, value in weights.items():
        *parents, module, _ = name.split(".")
        value = jnp.asarray(value.astype(np.float32))
        if module == "embed_tokens":
            leaf, value = "embedding", value
        elif value.ndim == 2:
            leaf, value = "kernel", value.T
        else:
            leaf = "weight"
        node = tree
        for part in [*parents, module]:
            node = node.setdefault(part, {})
        node[leaf] = value
    # The Flax class has an output matrix of its own always; tying means giving it the embedding.
    tree.setdefault("lm_head", {"kernel": tree["model"]["embed_tokens"]["embedding"].T})
    return tree


def make_case(folder, fields, rng):
    """Write one case folder and return the largest logit in it, for the log."""
    config = LlamaConfig(**COMMON, **fields, architectures=["LlamaForCausalLM"])
    weights = draw_weights(config, rng, STORAGE[fields["torch_dtype"]])
    input_ids = [config.bos_token_id, *rng.integers(2, config.vocab_size, POSITIONS - 1).tolist()]

    model = FlaxLlamaForCausalLM(config, dtype=jnp.float32, _do_init=False)
    logits = model(jnp.asarray([input_ids]), params=flax_parameters(weights)).logits[0]
    logits = np.asarray(logits, np.float32)
    assert logits.shape == (POSITIONS, config.vocab_size) and np.isfinite(logits).all()

    folder.mkdir(parents=True, exist_ok=True)
    # transformers writes the fields it was given; the defaults engines read are spelled out beside them.
    stated = {"model_type": "llama", **COMMON, **fields, "architectures": ["LlamaForCausalLM"],
              "head_dim": config.hidden_size // config.num_attention_heads, "rope_scaling": None}
    (folder / "config.json").write_text(json.dumps(stated, indent=2, sort_keys=True) + "\n")
    save_file({name: jnp.asarray(value) for name, value in weights.items()}, folder / "model.safetensors",
              metadata={"format": "pt"})
    rows = ",\n    ".join(json.dumps([float(f"{x:.9g}") for x in row]) for row in logits.tolist())
    (folder / "golden.json").write_text(
        '{\n  "source": "transformers 4.57.6 FlaxLlamaForCausalLM, float32, CPU",\n'
        f'  "input_ids": {json.dumps(input_ids)},\n  "logits": [\n    {rows}\n  ]\n}}\n'
    )
    return float(np.abs(logits).max())


def main():
    """Make every case from one seeded stream."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=here / "../../gpu-runner/engine/tests/golden")
    out = parser.parse_args().out
    jax.config.update("jax_default_matmul_precision", "highest")
    for index, (name, fields) in enumerate(CASES.items()):
        largest = make_case(out / name, fields, np.random.default_rng([SEED, index]))
        print(f"{name}: largest |logit| {largest:.3f}")


if __name__ == "__main__":
    main()
