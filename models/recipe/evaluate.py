"""Held-out loss of a model folder beside n-gram baselines, on the same documents and the same tokens.

Every token of every held-out document is scored once (the end mark too, the begin mark not). The model sees at least
half a context of the document before a token, or all of it where the document is younger than that; the n-gram models
are trained on the training split with the same tokenizer. Weights are the folder's float16 ones widened to float32.

usage: evaluate.py --corpus DIR --model FOLDER [--out evaluation.json] [--orders 1 2 3 4 5]
"""

import argparse
import json
import math
import os
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

import corpus
import llama
import ngram

BATCH = 4


def load_model(folder):
    """Configuration, float32 weights and tokenizer of a folder."""
    weights = {name: jnp.asarray(x.astype(np.float32)) for name, x in load_file(folder / "model.safetensors").items()}
    return json.loads((folder / "config.json").read_text()), weights, Tokenizer.from_file(str(folder / "tokenizer.json"))


def scored_windows(row, context):
    """(ids, targets, counted) windows over one document, half a context apart, each padded to the context."""
    stride = context // 2
    for start in range(0, max(1, len(row) - 1 - stride), stride):
        ids, targets = row[start : start + context], row[start + 1 : start + 1 + context]
        counted = np.zeros(context, np.float32)
        counted[0 if start == 0 else stride : len(targets)] = 1.0
        fill = lambda x: np.pad(x, (0, context - len(x)))
        yield fill(ids[:context]), fill(targets), counted


def model_nats(config, weights, rows):
    """Total nats and number of scored tokens of the model."""
    context = config["max_position_embeddings"]

    @jax.jit
    def window_nats(ids, targets, counted):
        scores = jax.nn.log_softmax(llama.logits(weights, config, ids), axis=-1)
        return -jnp.sum(jnp.take_along_axis(scores, targets[..., None], axis=-1)[..., 0] * counted)

    windows = [window for row in rows for window in scored_windows(row, context)]
    empty = tuple(np.zeros_like(part) for part in windows[0])
    windows += [empty] * (-len(windows) % BATCH)
    total = 0.0
    for first in range(0, len(windows), BATCH):
        total += float(window_nats(*map(np.stack, zip(*windows[first : first + BATCH]))))
    return total, int(sum(window[2].sum() for window in windows))


def main():
    """Evaluate and write the numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--orders", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    arguments = parser.parse_args()
    config, weights, tokenizer = load_model(arguments.model)
    texts = list(corpus.documents(arguments.corpus, "heldout"))
    rows = corpus.encode_documents(tokenizer, texts)
    size = sum(len(text.encode()) for text in texts)
    tokens = sum(len(row) - 1 for row in rows)

    def figures(nats):
        return {"nats_per_token": round(nats / tokens, 4), "bits_per_byte": round(nats / math.log(2) / size, 4)}

    nats, scored = model_nats(config, weights, rows)
    assert scored == tokens
    result = {"heldout": {"documents": len(texts), "bytes": size, "tokens": tokens}, "model": figures(nats)}
    print(json.dumps(result), flush=True)
    if arguments.orders:
        train_rows = corpus.encode_documents(tokenizer, corpus.documents(arguments.corpus, "train"))
        result["train"] = {"documents": len(train_rows), "tokens": sum(map(len, train_rows))}
        result["kneser_ney"] = {}
        for order in arguments.orders:
            nats = ngram.nats(train_rows, rows, order, config["vocab_size"])
            result["kneser_ney"][str(order)] = figures(nats)
            print(order, result["kneser_ney"][str(order)], flush=True)
    if arguments.out:
        arguments.out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
