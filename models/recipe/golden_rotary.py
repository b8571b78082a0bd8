"""Make golden rotary frequencies: what transformers' own scaling functions give for a set of configurations.

The functions want torch for a handful of array operations; numpy in double precision stands in for it, so that the
stored numbers are better than the single precision of a model run.

usage: golden_rotary.py [--out ../../gpu-runner/engine/tests/golden/rotary.json]     (environment: numpy, transformers 4.57.6)
"""

import argparse
import json
import math
import sys
import types
from pathlib import Path

import numpy as np


class Array(np.ndarray):
    """An array with torch's `to`."""

    def to(self, **_):
        return self.astype(np.float64)


def stand_in():
    """What `modeling_rope_utils` uses of torch."""
    torch = types.ModuleType("torch")
    torch.int64, torch.float, torch.float32, torch.Tensor = np.int64, np.float64, np.float64, Array
    torch.arange = lambda *range_, dtype=np.int64, device=None: np.arange(*range_, dtype=dtype).view(Array)
    torch.clamp, torch.where = np.clip, np.where
    return torch


def functions():
    """The scaling functions, from the file inside the package."""
    import importlib.util

    folder = Path(importlib.util.find_spec("transformers").submodule_search_locations[0])
    source = (folder / "modeling_rope_utils.py").read_text()
    source = source.replace("from .configuration_utils import PretrainedConfig", "PretrainedConfig = object")
    source = source.replace("from .utils import is_torch_available, logging", "is_torch_available = lambda: True")
    sys.modules["torch"] = stand_in()
    source = source.replace("logger = logging.get_logger(__name__)", "")
    module = types.ModuleType("rope")
    exec(compile(source, "modeling_rope_utils.py", "exec"), module.__dict__)
    return module.ROPE_INIT_FUNCTIONS


CASES = [
    (16, 10000.0, 64, {"rope_type": "linear", "factor": 4.0}),
    (16, 10000.0, 64, {"rope_type": "dynamic", "factor": 2.0}),
    (128, 500000.0, 8192, {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                           "original_max_position_embeddings": 2048}),
    (64, 1000000.0, 4096, {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024}),
    (64, 10000.0, 4096, {"rope_type": "yarn", "factor": 16.0, "original_max_position_embeddings": 256, "beta_fast": 16.0,
                         "beta_slow": 2.0, "attention_factor": 1.1, "truncate": False}),
]


def main():
    """Write every case."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=here / "../../gpu-runner/engine/tests/golden/rotary.json")
    made = []
    for head, theta, positions, scaling in CASES:
        config = types.SimpleNamespace(
            rope_theta=theta, head_dim=head, hidden_size=head, num_attention_heads=1,
            max_position_embeddings=positions, rope_scaling=scaling,
        )
        kind = scaling["rope_type"]
        # A dynamic table is made for the longest context: the factor times the trained one.
        length = int(positions * scaling["factor"]) if kind == "dynamic" else positions
        frequencies, attention_factor = functions()[kind](config, None, seq_len=length)
        assert math.isfinite(attention_factor)
        made.append({
            "head_dim": head, "rope_theta": theta, "max_position_embeddings": positions, "rope_scaling": scaling,
            "attention_factor": attention_factor, "frequencies": np.asarray(frequencies).tolist(),
        })
    lines = ",\n".join(json.dumps(case) for case in made)
    parser.parse_args().out.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
