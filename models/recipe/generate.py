"""Continue a prompt with a model folder: greedy, or top-k sampling with a seed. A plain loop without a cache.

usage: generate.py --model FOLDER --prompt TEXT [--tokens 120] [--temperature 0.7] [--top-k 40] [--seed 1]
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import numpy as np

import corpus
import llama
from evaluate import load_model


def continue_prompt(folder, prompt, tokens, temperature, top_k, seed):
    """The prompt's continuation as text; temperature 0 is greedy."""
    config, weights, tokenizer = load_model(folder)
    forward = jax.jit(lambda ids: llama.logits(weights, config, ids))
    ids = tokenizer.encode(prompt).ids
    start, rng = len(ids), np.random.default_rng(seed)
    stop = min(start + tokens, config["max_position_embeddings"])
    while len(ids) < stop:
        # One length for every step, so that the forward pass is compiled once; what follows a token cannot reach it.
        padded = np.pad(np.array(ids), (0, stop - len(ids)))[None]
        scores = np.asarray(forward(padded)[0, len(ids) - 1], np.float64)
        if temperature == 0:
            picked = int(scores.argmax())
        else:
            best = np.argsort(-scores, kind="stable")[:top_k]
            share = np.exp((scores[best] - scores[best[0]]) / temperature)
            picked = int(rng.choice(best, p=share / share.sum()))
        if picked == corpus.EOS_ID:
            break
        ids.append(picked)
    return tokenizer.decode(ids[start:])


def main():
    """Print the continuation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--prompt", required=True)
    parser.add_argument("--tokens", type=int, default=120)
    parser.add_argument("--temperature", type=float, default=0.7)
    parser.add_argument("--top-k", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    print(continue_prompt(a.model, a.prompt, a.tokens, a.temperature, a.top_k, a.seed))


if __name__ == "__main__":
    main()
