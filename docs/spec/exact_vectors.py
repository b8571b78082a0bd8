"""Every known answer of exact-inference-v1.md, asked of exact_inference.py.

usage: exact_vectors.py ../../tests/vectors/exact-v1
"""

import json
import sys
from pathlib import Path

from exact_inference import (
    EXP2,
    LOGISTIC,
    NORMAL,
    SEEDS,
    add,
    attention,
    chacha20,
    divide,
    embed,
    exp2_q15,
    exp2_q30,
    gelu,
    layer_norm,
    norm,
    quantise,
    reciprocal_root,
    requantise,
    rotate,
    sample,
    silu,
    soft_cap,
    units,
)


def int4_sum(codes, weights, scales):
    halves = [half - 16 if half > 7 else half for byte in weights for half in (byte & 15, byte >> 4)]
    group = len(codes) // len(scales)
    return sum(x * w * scales[i // group] for i, (x, w) in enumerate(zip(codes, halves)))


def scaled(total, t, b, m, f):
    return [total, requantise(total, t * m, f + 15 - b)]


def attention_case(query, t, b, kappa, shift, keys, key_scales, values, value_scales, cap=None):
    width = len(query)

    def rows(codes, scales):
        return [(codes[i * width :][:width], scale & 0xFFFF, scale >> 16) for i, scale in enumerate(scales)]

    return attention((query, t, b), rows(keys, key_scales), rows(values, value_scales), (kappa, shift), cap)


def gated(gate, up):
    return [requantise(f, up, 16) for f in (silu(gate), gelu(NORMAL, gate), gelu(LOGISTIC, gate))]


OPERATIONS = {
    "tables": lambda number: [[EXP2, SEEDS, NORMAL, LOGISTIC][number]],
    "requantise": lambda a, c, s: [requantise(a, c, s)],
    "requantise_wide": lambda a, c, s: [requantise(a, c, s)],
    "add": lambda a, b: [add(a, b)],
    "divide": lambda total, count: [divide(total, count)],
    "exp2": lambda y: [exp2_q30(y), exp2_q15(y)],
    "rsqrt": lambda f: [reciprocal_root(f)],
    "chacha20": lambda key, counter, nonce: [chacha20(key, counter, nonce)],
    "quantise": lambda row: quantise(row),
    "product": lambda x, t, b, w, m, f: scaled(sum(i * j for i, j in zip(x, w)), t, b, m, f),
    "product_int4": lambda x, t, b, w, s, m, f: scaled(int4_sum(x, w, s), t, b, m, f),
    "embed": lambda codes, m, f: [[requantise(127 * code, m, f - 16) for code in codes]],
    "embed_scaled": lambda steps, m, f, k, j: [[embed(step, (m, f), (k, j)) for step in steps]],
    "rms_norm": lambda row, weights, epsilon: [norm(row, weights, epsilon)],
    "layer_norm": lambda row, weights, biases, epsilon: [layer_norm(row, weights, biases, epsilon)],
    "l2_norm": lambda row: [units(row, 0)],
    "mean_pool": lambda rows, width: [[divide(sum(rows[i::width]), len(rows) // width) for i in range(width)]],
    "rotary": lambda head, cos, sin: [rotate(head, list(zip(cos, sin)))],
    "attention": attention_case,
    "attention_capped": attention_case,
    "activation": lambda x: [silu(x), gelu(NORMAL, x), gelu(LOGISTIC, x), max(x, 0)],
    "gated": gated,
    "soft_cap": lambda x, cap: [soft_cap(x, cap)],
    "sample": lambda *choice: [sample(*choice)],
}


def check(folder):
    for path in sorted(folder.glob("*.json")):
        known = json.loads(path.read_text())
        inputs = len(known["inputs"])
        for number, case in enumerate(known["cases"]):
            actual = list(OPERATIONS[known["operation"]](*case[:inputs]))
            assert actual == case[inputs:], f"{path.name}, case {number}: {actual} instead of {case[inputs:]}"
        print(path.name, len(known["cases"]), "cases")


if __name__ == "__main__":
    check(Path(sys.argv[1]))
