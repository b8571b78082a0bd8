"""Check a committed model folder against its own papers.

The files have the hashes and sizes that lineage.json and README.md state, the tensors are those that config.json calls
for, the tokenizer fits the vocabulary and gives every byte back, and the whole is as small as promised.

usage: check_model.py FOLDER      (environment: requirements.txt)
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

import llama

LARGEST_WEIGHTS_BYTES = 12_000_000
LARGEST_FOLDER_BYTES = 16_000_000


def problems(folder):
    """One sentence for everything that is wrong."""
    papers = json.loads((folder / "lineage.json").read_text())
    card = (folder / "README.md").read_text(encoding="utf-8")
    for file in papers["model"]["files"]:
        content = (folder / file["path"]).read_bytes()
        if (hashlib.sha256(content).hexdigest(), len(content)) != (file["sha256"], file["bytes"]):
            yield f"{file['path']} is not the file lineage.json names"
        if file["sha256"] not in card:
            yield f"README.md lacks the hash of {file['path']}"
    for dataset in papers["datasets"]:
        if dataset["sha256"] not in card:
            yield f"README.md lacks the hash of {dataset['name']}"

    config = json.loads((folder / "config.json").read_text())
    weights = load_file(folder / "model.safetensors")
    if {name: value.shape for name, value in weights.items()} != llama.tensor_shapes(config):
        yield "model.safetensors does not hold the tensors config.json calls for"
    if not all(np.isfinite(value).all() for value in weights.values()):
        yield "model.safetensors holds a number that is not finite"
    if sum(value.size for value in weights.values()) != papers["model"]["parameters"]:
        yield "lineage.json states another number of parameters"

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    if tokenizer.get_vocab_size() != config["vocab_size"]:
        yield "tokenizer.json has another vocabulary size than config.json"
    text = "fn main() {\n\tprintln!(\"größer 🦀 数\");\r\n}\n" + "".join(map(chr, range(32, 512)))
    if tokenizer.decode(tokenizer.encode(text).ids) != text:
        yield "tokenizer.json does not give the text back"

    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    if sizes["model.safetensors"] > LARGEST_WEIGHTS_BYTES or sum(sizes.values()) > LARGEST_FOLDER_BYTES:
        yield "the folder is larger than promised"


def main():
    """Print every problem; exit non-zero when there is one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    found = list(problems(parser.parse_args().folder))
    print("\n".join(found) or "ok")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
