"""Write a checkpoint as a Hugging Face Llama folder with float16 weights.

usage: export.py --run DIR --out FOLDER      (environment: requirements.txt)
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

import corpus
from train import CONFIG

GENERATION = {
    "bos_token_id": corpus.BOS_ID,
    "eos_token_id": corpus.EOS_ID,
    "do_sample": True,
    "temperature": 0.7,
    "top_k": 40,
    "max_new_tokens": 200,
}
TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": corpus.BOS,
    "eos_token": corpus.EOS,
    "model_max_length": CONFIG["max_position_embeddings"],
    "clean_up_tokenization_spaces": False,
}


def write_json(path, value):
    """JSON with a stable order and a final newline."""
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def main():
    """Weights, configuration and tokenizer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with np.load(arguments.run / "checkpoint.npz") as stored:
        names = [name for name in stored.files if name.startswith("weights/")]
        weights = {name.removeprefix("weights/"): stored[name].astype(np.float16) for name in names}
    assert all(np.isfinite(value).all() for value in weights.values())
    save_file(weights, arguments.out / "model.safetensors", metadata={"format": "pt"})
    (arguments.out / "model.safetensors").chmod(0o644)
    shutil.copyfile(arguments.run / "tokenizer.json", arguments.out / "tokenizer.json")
    write_json(arguments.out / "config.json", CONFIG)
    write_json(arguments.out / "generation_config.json", GENERATION)
    write_json(arguments.out / "tokenizer_config.json", TOKENIZER_CONFIG)


if __name__ == "__main__":
    main()
