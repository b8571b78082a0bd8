"""Check that the forward pass used in training answers like Hugging Face transformers on the golden cases.

Exits non-zero when any logit is further than TOLERANCE from the stored one.

usage: check_golden.py [--golden ../../gpu-runner/engine/tests/golden]      (environment: requirements.txt)
"""

import argparse
import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.flax import load_file

import llama

# Measured difference is about 1e-5 (summation order); a wrong head, rotation or norm moves logits by 0.1 and more.
TOLERANCE = 1e-4


def largest_difference(folder):
    """Largest |ours - stored| over all positions and vocabulary entries of one case."""
    config = json.loads((folder / "config.json").read_text())
    golden = json.loads((folder / "golden.json").read_text())
    weights = {name: value.astype(jnp.float32) for name, value in load_file(folder / "model.safetensors").items()}
    assert {name: value.shape for name, value in weights.items()} == llama.tensor_shapes(config)
    ours = llama.logits(weights, config, jnp.asarray([golden["input_ids"]]))[0]
    return float(np.abs(np.asarray(ours) - np.asarray(golden["logits"], np.float32)).max())


def main():
    """Compare every case folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = Path(__file__).resolve().parent
    parser.add_argument("--golden", type=Path, default=here / "../../gpu-runner/engine/tests/golden")
    jax.config.update("jax_default_matmul_precision", "highest")
    cases = sorted(path.parent for path in parser.parse_args().golden.glob("*/golden.json"))
    assert cases, "no golden cases found"
    differences = {case.name: largest_difference(case) for case in cases}
    for name, difference in differences.items():
        print(f"{name}: largest difference {difference:.2e}")
    if max(differences.values()) > TOLERANCE:
        raise SystemExit(f"logits differ by more than {TOLERANCE}")


if __name__ == "__main__":
    main()
