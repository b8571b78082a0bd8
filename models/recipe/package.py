"""Write the papers of an exported model folder: model card, licence note and lineage.json.

Numbers come from evaluate.py's file, the checkpoint's counters, the training log and the extraction's table of sources; the sample is generated here, from the exported weights. lineage.json is what the demo registers on the chain.

usage: package.py --corpus DIR --run DIR --model FOLDER --evaluation FILE --machine TEXT
"""

import argparse
import hashlib
import json
import math
from pathlib import Path

import numpy as np

import llama
from export import write_json
from generate import continue_prompt
from train import TOKENS_A_STEP

SPDX = "Apache-2.0"
FILES = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
SAMPLES = [
    ("# Struct Vec\n\nA contiguous growable", 0.0, 60),
    ("#### pub fn len(&self) -> usize\n\n", 0.7, 120),
    ("Ownership is", 0.7, 100),
]
SEED, TOP_K = 1, 40


def digest(path):
    """SHA-256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def training_record(run):
    """Steps, tokens and time of the checkpoint, and the training loss over the last logged steps."""
    with np.load(run / "checkpoint.npz") as stored:
        counters = json.loads(str(stored["counters"]))
    recent = [json.loads(line)["loss"] for line in (run / "log.jsonl").read_text().splitlines()[-10:]]
    return {
        "steps": counters["steps"],
        "tokens": counters["tokens"],
        "minutes": round(counters["seconds"] / 60, 1),
        "train_nats_per_token": round(sum(recent) / len(recent), 4),
    }


def lineage(folder, parameters, table):
    """The machine-readable record: the model's files and the corpora it was made from."""
    version = table["toolchain"].split()[0]
    keys = ("spdx", "sha256", "documents", "bytes", "upstream", "title")
    return {
        "model": {
            "name": folder.name,
            "spdx": SPDX,
            "architecture": "LlamaForCausalLM",
            "parameters": parameters,
            "files": [
                {"path": name, "sha256": digest(folder / name), "bytes": (folder / name).stat().st_size}
                for name in FILES
            ],
        },
        "datasets": [
            {"name": f"rust-{version}-{source['name']}", **{key: source[key] for key in keys}}
            for source in table["sources"]
        ],
    }


def loss_table(evaluation):
    """Markdown rows of the held-out figures."""
    rows = [("**this model (float16 weights)**", evaluation["model"])]
    rows += [(f"Kneser-Ney, order {order}", figures) for order, figures in evaluation["kneser_ney"].items()]
    return "\n".join(f"| {name} | {f['nats_per_token']:.4f} | {f['bits_per_byte']:.4f} |" for name, f in rows)


def comparison(evaluation):
    """One honest sentence about the model and the best baseline."""
    best = min(evaluation["kneser_ney"], key=lambda order: evaluation["kneser_ney"][order]["nats_per_token"])
    gap = evaluation["kneser_ney"][best]["nats_per_token"] - evaluation["model"]["nats_per_token"]
    verb = "below" if gap > 0 else "above"
    return f"The model is {abs(gap):.4f} nats a token {verb} the best n-gram baseline (order {best})."


def samples(folder):
    """Prompts and what the folder's weights really answer."""
    parts = []
    for prompt, temperature, tokens in SAMPLES:
        text = continue_prompt(folder, prompt, tokens, temperature, TOP_K, SEED)
        how = "greedy" if temperature == 0 else f"temperature {temperature}, top-k {TOP_K}, seed {SEED}"
        parts.append(f"Prompt ({how}):\n\n````text\n{prompt}\n````\n\nContinuation:\n\n````text\n{text}\n````")
    return "\n\n".join(parts)


def main():
    """Fill the templates."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("corpus", "run", "model", "evaluation"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--machine", required=True, help="what the training ran on, in words")
    arguments = parser.parse_args()
    folder = arguments.model.resolve()
    config = json.loads((folder / "config.json").read_text())
    table = json.loads((arguments.corpus / "sources.json").read_text())
    evaluation = json.loads(arguments.evaluation.read_text())
    record = training_record(arguments.run)
    parameters = sum(math.prod(shape) for shape in llama.tensor_shapes(config).values())
    papers = lineage(folder, parameters, table)
    write_json(folder / "lineage.json", papers)
    write_json(folder / "evaluation.json", {**evaluation, "training": record})

    template = Path(__file__).resolve().parent
    sources = "\n".join(
        f"| [{s['title']}]({s['upstream']}) | {s['spdx']} | {s['documents']} | {s['bytes']} | `{s['sha256']}` |"
        for s in table["sources"]
    )
    files = "\n".join(f"| `{f['path']}` | {f['bytes']} | `{f['sha256']}` |" for f in papers["model"]["files"])
    card = (template / "card.md").read_text(encoding="utf-8").format(
        name=folder.name, parameters=f"{parameters:,}", c=config, record=record, evaluation=evaluation,
        toolchain=table["toolchain"], machine=arguments.machine, losses=loss_table(evaluation),
        comparison=comparison(evaluation), sources=sources, files=files, samples=samples(folder),
        batch=f"{TOKENS_A_STEP}", epochs=f"{record['tokens'] / evaluation['train']['tokens']:.1f}",
    )
    (folder / "README.md").write_text(card, encoding="utf-8")
    (folder / "LICENSE").write_text((template / "licence.txt").read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    main()
