"""Train two tiny classifiers of handwritten digits for the engine's tests, and store what they answer.

The digits (8 x 8 pixels, 0 to 16) come with scikit-learn. Training and the stored scores are JAX in float32, which shares
no code with this repository.

Each case is a folder `<out>/<case>/` with
  config.json        StoaClassifier: the input's shape, the layers, the labels
  model.safetensors  weights, half precision (the scores are computed from these rounded weights)
  golden.json        `inputs` (integers; a value is one sixteenth of it), `labels` (the truth) and `scores`

usage: golden_classifier.py [--out ../../gpu-runner/engine/tests/golden]
environment: requirements-golden.txt and scikit-learn 1.9.1
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import save_file
from sklearn.datasets import load_digits

SEED = 20261121
STEPS = 1500
BATCH = 128
RATE = 3e-3
TESTED = 300

CASES = {
    "digits-mlp": [
        {"type": "flatten"}, {"type": "dense", "name": "hidden", "outputs": 48}, {"type": "gelu"},
        {"type": "dense", "name": "out", "outputs": 10},
    ],
    "digits-cnn": [
        {"type": "conv2d", "name": "first", "channels": 8, "kernel": 3, "stride": 1, "padding": 1}, {"type": "relu"},
        {"type": "max_pool", "kernel": 2},
        {"type": "conv2d", "name": "second", "channels": 16, "kernel": 3, "stride": 1, "padding": 0},
        {"type": "gelu_tanh"}, {"type": "avg_pool", "kernel": 2}, {"type": "flatten"},
        {"type": "dense", "name": "out", "outputs": 10},
    ],
}


def forward(layers, weights, images):
    """Scores of a batch [n, channels, height, width]."""
    x = images
    for layer in layers:
        kind = layer["type"]
        if kind == "dense":
            x = x @ weights[layer["name"] + ".weight"].T + weights[layer["name"] + ".bias"]
        elif kind == "conv2d":
            pad = [(layer["padding"], layer["padding"])] * 2
            x = jax.lax.conv_general_dilated(x, weights[layer["name"] + ".weight"], (layer["stride"],) * 2, pad)
            x = x + weights[layer["name"] + ".bias"][:, None, None]
        elif kind == "relu":
            x = jnp.maximum(x, 0)
        elif kind in ("gelu", "gelu_tanh"):
            x = jax.nn.gelu(x, approximate=kind == "gelu_tanh")
        elif kind == "flatten":
            x = x.reshape(len(x), -1)
        else:
            k = layer["kernel"]
            n, c, h, w = x.shape
            squares = x[:, :, : h // k * k, : w // k * k].reshape(n, c, h // k, k, w // k, k)
            x = squares.max((3, 5)) if kind == "max_pool" else squares.mean((3, 5))
    return x


def draw(layers, rng):
    """Weights to begin with."""
    weights, shape = {}, (1, 8, 8)
    for layer in layers:
        kind = layer["type"]
        if kind == "dense":
            inputs, shape = int(np.prod(shape)), (layer["outputs"],)
            size = (layer["outputs"], inputs)
        elif kind == "conv2d":
            k, p, s = layer["kernel"], layer["padding"], layer["stride"]
            size = (layer["channels"], shape[0], k, k)
            shape = (layer["channels"], *((side + 2 * p - k) // s + 1 for side in shape[1:]))
        else:
            if kind.endswith("pool"):
                shape = (shape[0], *(side // layer["kernel"] for side in shape[1:]))
            continue
        fan = int(np.prod(size[1:]))
        weights[layer["name"] + ".weight"] = rng.standard_normal(size).astype(np.float32) * np.sqrt(2 / fan)
        weights[layer["name"] + ".bias"] = np.zeros(size[0], np.float32)
    return {name: jnp.asarray(value, jnp.float32) for name, value in weights.items()}


def train(layers, images, labels, rng):
    """Adam on the cross entropy."""
    weights = draw(layers, rng)

    def loss(weights, x, y):
        scores = jax.nn.log_softmax(forward(layers, weights, x))
        return -scores[jnp.arange(len(y)), y].mean() + 1e-4 * sum((w**2).sum() for w in weights.values())

    gradient = jax.jit(jax.grad(loss))
    first = {name: jnp.zeros_like(w) for name, w in weights.items()}
    second = dict(first)
    for step in range(1, STEPS + 1):
        batch = rng.integers(0, len(images), BATCH)
        g = gradient(weights, images[batch], labels[batch])
        first = {n: 0.9 * first[n] + 0.1 * g[n] for n in g}
        second = {n: 0.999 * second[n] + 0.001 * g[n] ** 2 for n in g}
        scale = RATE * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        weights = {n: w - scale * first[n] / (jnp.sqrt(second[n]) + 1e-8) for n, w in weights.items()}
    return {name: np.asarray(value).astype(np.float16) for name, value in weights.items()}


def main():
    """Train, store, report."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=here / "../../gpu-runner/engine/tests/golden")
    out = parser.parse_args().out
    jax.config.update("jax_default_matmul_precision", "highest")
    digits = load_digits()
    order = np.random.default_rng(SEED).permutation(len(digits.images))
    pixels, labels = digits.images[order].astype(np.int64), digits.target[order]
    images = jnp.asarray(pixels[:, None] / 16, jnp.float32)
    for index, (name, layers) in enumerate(CASES.items()):
        rng = np.random.default_rng([SEED, index])
        weights = train(layers, images[TESTED:], labels[TESTED:], rng)
        rounded = {key: jnp.asarray(value, jnp.float32) for key, value in weights.items()}
        scores = np.asarray(forward(layers, rounded, images[:TESTED]), np.float32)
        right = int((scores.argmax(1) == labels[:TESTED]).sum())
        print(f"{name}: {right} of {TESTED} right")
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        config = {"architectures": ["StoaClassifier"], "input": [1, 8, 8], "layers": layers,
                  "labels": [str(digit) for digit in range(10)]}
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        golden = {"inputs": pixels[:TESTED].reshape(TESTED, -1).tolist(), "labels": labels[:TESTED].tolist(),
                  "scores": [[float(f"{x:.6g}") for x in row] for row in scores.tolist()]}
        (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
