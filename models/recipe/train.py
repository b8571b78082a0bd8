"""Train the tokenizer and the model within a given time, on a CPU; may be stopped and run again.

The learning rate follows the share of the time that is used up (warm-up, then cosine to a tenth), so a slower or busier
machine gives a model that has seen less text, not one cut off in the middle of its schedule. Windows grow on the way
and have the full context in the end.

Files in `--run`: tokenizer.json, checkpoint.npz (weights, optimiser state, counters), log.jsonl.

usage: train.py --corpus DIR --run DIR [--minutes 50]      (environment: requirements.txt)
"""

import argparse
import json
import os
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np
from tokenizers import Tokenizer

import corpus
import llama

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": corpus.BOS_ID,
    "eos_token_id": corpus.EOS_ID,
    "head_dim": 32,
    "hidden_act": "silu",
    "hidden_size": 192,
    "initializer_range": 0.02,
    "intermediate_size": 512,
    "max_position_embeddings": 512,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": 6,
    "num_hidden_layers": 5,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-5,
    "rope_scaling": None,
    "rope_theta": 10000.0,
    "tie_word_embeddings": True,
    "torch_dtype": "float16",
    "use_cache": True,
    "vocab_size": 2048,
}
SEED = 1
TOKENS_A_STEP = 4096
# Share of the time from which windows have this length: short ones first, attention being half of a long step's cost.
CONTEXTS = ((0.0, 128), (0.5, 256), (0.85, CONFIG["max_position_embeddings"]))
PEAK_RATE, LAST_RATE, WARMUP_STEPS = 3e-3, 3e-4, 60
BETA1, BETA2, EPSILON, DECAY, CLIP = 0.9, 0.98, 1e-8, 0.1, 1.0
MOMENTUM, MATRIX_GAIN = 0.95, 0.3
# Quintic of Jordan et al. (Muon, 2024): five rounds bring every singular value near one.
QUINTIC, ROUNDS = (3.4445, -4.7750, 2.0315), 5
CHECKPOINT_SECONDS = 120
LOG_STEPS = 20


def loss(weights, windows):
    """Mean negative log-likelihood in nats of every token of the windows but the first."""
    scores = llama.logits(weights, CONFIG, windows[:, :-1])
    picked = jnp.take_along_axis(scores, windows[:, 1:, None], axis=-1)[..., 0]
    return jnp.mean(jax.nn.logsumexp(scores, axis=-1) - picked)


def orthogonal(matrix):
    """The matrix with its singular values pushed towards one, by Newton-Schulz rounds."""
    x = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x = x / (jnp.linalg.norm(x) + 1e-7)
    a, b, c = QUINTIC
    for _ in range(ROUNDS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x if matrix.shape[0] <= matrix.shape[1] else x.T


def matrix_update(gradient, first):
    """Muon: the direction of the gradient's momentum made orthogonal, at about the size of an AdamW update."""
    first = MOMENTUM * first + (1 - MOMENTUM) * gradient
    direction = orthogonal(MOMENTUM * first + (1 - MOMENTUM) * gradient)
    return MATRIX_GAIN * max(gradient.shape) ** 0.5 * direction, first


def adam_update(gradient, first, second, number):
    """Adam with bias correction."""
    first = BETA1 * first + (1 - BETA1) * gradient
    second = BETA2 * second + (1 - BETA2) * gradient * gradient
    mean, spread = first / (1 - BETA1**number), jnp.sqrt(second / (1 - BETA2**number))
    return mean / (spread + EPSILON), first, second


@partial(jax.jit, donate_argnums=(0, 1, 2))
def step(weights, first, second, windows, rate, number):
    """One step: Muon for the matrices of the layers, Adam for embedding and norms, decoupled decay on all matrices.

    The gradient is clipped by its global norm.
    """
    value, gradient = jax.value_and_grad(loss)(weights, windows)
    norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(gradient)))
    scale = jnp.minimum(1.0, CLIP / (norm + 1e-6))
    weights, first, second = dict(weights), dict(first), dict(second)
    for name, weight in weights.items():
        g = gradient[name] * scale
        if name.endswith("_proj.weight"):
            update, first[name] = matrix_update(g, first[name])
        else:
            update, first[name], second[name] = adam_update(g, first[name], second[name], number)
        weights[name] = weight - rate * (update + (DECAY * weight if weight.ndim == 2 else 0.0))
    return weights, first, second, value


def learning_rate(number, share):
    """Rate at step `number` (from 1) when `share` of the time is used."""
    cosine = LAST_RATE + (PEAK_RATE - LAST_RATE) * 0.5 * (1 + np.cos(np.pi * min(share, 1.0)))
    return cosine * min(1.0, number / WARMUP_STEPS)


def save(path, state, counters):
    """Write the checkpoint beside itself and rename, so that a stop in between loses nothing."""
    arrays = {f"{part}/{name}": np.asarray(x) for part, tree in state.items() for name, x in tree.items()}
    temporary = path.with_suffix(".tmp.npz")
    np.savez(temporary, counters=json.dumps(counters), **arrays)
    os.replace(temporary, path)


def restore(path):
    """Weights, moments and counters of a checkpoint, or fresh ones."""
    state = {"weights": llama.initial_weights(CONFIG, SEED)}
    state["first"] = {name: np.zeros_like(x) for name, x in state["weights"].items()}
    state["second"] = {name: np.zeros_like(x) for name, x in state["weights"].items()}
    counters = {"steps": 0, "tokens": 0, "seconds": 0.0}
    if path.exists():
        with np.load(path) as stored:
            state = {part: {name: stored[f"{part}/{name}"] for name in tree} for part, tree in state.items()}
            counters = json.loads(str(stored["counters"]))
    return {part: jax.tree.map(jnp.asarray, tree) for part, tree in state.items()}, counters


def train(rows, run, limit_seconds):
    """Train until the counted seconds reach the limit."""
    state, counters = restore(run / "checkpoint.npz")
    # A resumed run draws another order of windows; one run from start to end is reproducible up to its timing.
    seed = SEED + counters["steps"]
    sources = {length: corpus.Windows(rows, length + 1, seed) for _, length in CONTEXTS}
    begin = time.monotonic() - counters["seconds"]
    saved, recent = time.monotonic(), []
    while counters["seconds"] < limit_seconds:
        share = counters["seconds"] / limit_seconds
        length = max(length for start, length in CONTEXTS if share >= start)
        counters["steps"] += 1
        windows = sources[length].batch(TOKENS_A_STEP // length)
        rate = learning_rate(counters["steps"], share)
        *parts, value = step(*(state[part] for part in ("weights", "first", "second")), jnp.asarray(windows),
                             jnp.float32(rate), jnp.float32(counters["steps"]))
        state = dict(zip(("weights", "first", "second"), parts))
        recent.append(float(value))
        counters["tokens"] += TOKENS_A_STEP
        counters["seconds"] = time.monotonic() - begin
        if counters["steps"] % LOG_STEPS == 0:
            entry = {**counters, "context": length, "rate": rate, "loss": float(np.mean(recent))}
            with open(run / "log.jsonl", "a", encoding="utf-8") as log:
                log.write(json.dumps(entry) + "\n")
            recent = []
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            save(run / "checkpoint.npz", state, counters)
            saved = time.monotonic()
    save(run / "checkpoint.npz", state, counters)


def main():
    """Tokenizer first (once), then the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=50.0)
    arguments = parser.parse_args()
    arguments.run.mkdir(parents=True, exist_ok=True)
    stored = arguments.run / "tokenizer.json"
    if not stored.exists():
        corpus.train_tokenizer(arguments.corpus, CONFIG["vocab_size"]).save(str(stored))
    rows = corpus.encode_documents(Tokenizer.from_file(str(stored)), corpus.documents(arguments.corpus, "train"))
    print(f"{len(rows)} documents, {sum(map(len, rows))} tokens", flush=True)
    train(rows, arguments.run, 60 * arguments.minutes)


if __name__ == "__main__":
    main()
