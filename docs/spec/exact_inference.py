"""The semantics of exact-inference.md once more, in plain Python and from its words alone.

A third implementation beside the Rust crate and the WGSL kernels: slow, without dependencies, for readers who want to
check a claim or the specification. It prints the SHA-256 of the logits (i32, little-endian) of 24 fixed token ids; the
engine's test `the_bits_and_roots_of_the_golden_folders_are_known` holds the same hashes.

usage: exact_inference.py ../../gpu-runner/engine/tests/golden/*-*
"""

import hashlib
import json
import math
import struct
import sys
from pathlib import Path

FIXED_MAX = (1 << 30) - 1
EXP2 = [round(2**30 * 2 ** (-i / 256)) for i in range(257)]


def requantise(value, multiplier, shift):
    """One rounding, half away from zero, saturating."""
    magnitude = min((abs(value) * abs(multiplier) + ((1 << shift) >> 1)) >> shift, FIXED_MAX)
    return -magnitude if (value < 0) != (multiplier < 0) else magnitude


def add(a, b):
    return max(-FIXED_MAX, min(FIXED_MAX, a + b))


def quantise(row):
    """Codes, mantissa and bits of a row of fixed values."""
    largest = max(1, max(map(abs, row)))
    bits = largest.bit_length()
    mantissa = ((largest << 15) >> bits) + 1
    return [requantise(x, (127 << 23) // mantissa, bits + 8) for x in row], mantissa, bits


def product(matrix, row):
    codes, mantissa, bits = row
    sums = (sum(a * b for a, b in zip(codes, weights)) for weights in matrix[0])
    return [requantise(s, mantissa * m, f + 15 - bits) for s, (m, f) in zip(sums, matrix[1])]


def exp2(y):
    i, rest = (y >> 8) & 255, y & 255
    return EXP2[i] - (((EXP2[i] - EXP2[i + 1]) * rest) >> 8)


def exp2_q30(y):
    return 0 if y >> 16 >= 31 else exp2(y) >> (y >> 16)


def exp2_q15(y):
    n = y >> 16
    return 0 if n >= 16 else (exp2(y) + (1 << (n + 14))) >> (n + 15)


def reciprocal_root(f):
    r = math.isqrt((1 << 90) // ((f >> 25 << 25) + (1 << 24)))
    for _ in range(2):
        r = (r * ((3 << 30) - ((f * ((r * r) >> 30)) >> 30))) >> 31
    return min(r, 1 << 30)


def norm(row, weights, epsilon):
    cut = max(0, max(map(abs, row)).bit_length() - 15)
    total = max(1, sum((abs(x) >> cut) ** 2 for x in row) + (epsilon >> (2 * cut)))
    zeros = (64 - total.bit_length()) // 2 * 2
    root = reciprocal_root((total << zeros) >> 32)
    return [requantise(requantise(x, root, 31 + cut - zeros // 2), w, 30) for x, w in zip(row, weights)]


def rotate(head, angles):
    half = len(head) // 2
    pairs = list(zip(head[:half], head[half:], angles))
    low = [add(requantise(a, c, 30), -requantise(b, s, 30)) for a, b, (c, s) in pairs]
    return low + [add(requantise(b, c, 30), requantise(a, s, 30)) for a, b, (c, s) in pairs]


def attend(query, keys, values, constant):
    codes, mantissa, bits = query
    scale = (mantissa * constant[0] + (1 << 14)) >> 15
    scores = [
        requantise(sum(a * b for a, b in zip(codes, key)), scale * t, constant[1] + 31 - bits - b_key)
        for key, t, b_key in keys
    ]
    numerators = [exp2_q15(max(scores) - score) for score in scores]
    most = max(b for _, _, b in values)
    weights = []
    for numerator, (_, t, b) in zip(numerators, values):
        shift = 15 + most - b
        weights.append(0 if shift > 31 else (numerator * t + (1 << (shift - 1))) >> shift)
    length = sum(numerators).bit_length()
    reciprocal = (1 << 31) // (sum(numerators) >> (length - 16))
    multiplier = (reciprocal * 33026 + (1 << 15)) >> 16
    sums = [sum(w * v[0][i] for w, v in zip(weights, values)) for i in range(len(codes))]
    return [requantise(s, multiplier, 21 + length - most) for s in sums]


def silu(g):
    e = exp2_q30(requantise(abs(g), 774541002, 29))
    sigmoid = (1 << 31) // (((1 << 30) + e + (1 << 14)) >> 15)
    p = requantise(g, sigmoid, 16)
    return requantise(p, e, 30) if g < 0 else p


def nearest(x):
    """Half away from zero, as the quantiser rounds."""
    return int(math.copysign(math.floor(abs(x) + 0.5), x))


def scale_of(x):
    fraction, exponent = math.frexp(x)
    mantissa = nearest(fraction * 32768)
    return (1 << 14, 14 - exponent) if mantissa == 1 << 15 else (mantissa, 15 - exponent)


def quantised_matrix(rows):
    codes, scales = [], []
    for row in rows:
        mantissa, shift = scale_of(max(max(map(abs, row)) / 16129, 2.0**-34))
        step = 127.0 * mantissa * 2.0**-shift
        codes.append([max(-127, min(127, nearest(w / step))) for w in row])
        scales.append((mantissa, shift))
    return codes, scales


class Model:
    """A folder's integers."""

    def __init__(self, folder):
        self.config = config = json.loads((folder / "config.json").read_text())
        raw = (folder / "model.safetensors").read_bytes()
        size = struct.unpack("<Q", raw[:8])[0]
        self.tensors, self.data = json.loads(raw[8 : 8 + size]), raw[8 + size :]
        hidden, head = config["hidden_size"], config["head_dim"]
        self.epsilon = nearest(config["rms_norm_eps"] * hidden * 2.0**32)
        self.constant = scale_of(math.log2(math.e) / (16129.0 * math.sqrt(head)))
        self.embedding = self.matrix("model.embed_tokens")
        self.output = self.embedding if config["tie_word_embeddings"] else self.matrix("lm_head")
        self.final_norm = self.norm_weights("model.norm")
        self.layers = [self.layer(f"model.layers.{i}.") for i in range(config["num_hidden_layers"])]

    def layer(self, at):
        names = {n: f"self_attn.{n}_proj" for n in "qkvo"} | {n: f"mlp.{n}_proj" for n in ("gate", "up", "down")}
        layer = {short: self.matrix(at + name) for short, name in names.items()}
        layer["attention_norm"] = self.norm_weights(at + "input_layernorm")
        layer["feed_norm"] = self.norm_weights(at + "post_attention_layernorm")
        return layer

    def tensor(self, name):
        entry = self.tensors[name + ".weight"]
        begin, end = entry["data_offsets"]
        data, kind = self.data[begin:end], entry["dtype"]
        if kind == "BF16":
            data = b"".join(b"\0\0" + data[i : i + 2] for i in range(0, len(data), 2))
        form, width = ("e", 2) if kind == "F16" else ("f", 4)
        return entry["shape"], struct.unpack(f"<{len(data) // width}{form}", data)

    def matrix(self, name):
        (_, width), values = self.tensor(name)
        return quantised_matrix([values[i : i + width] for i in range(0, len(values), width)])

    def norm_weights(self, name):
        (width,), values = self.tensor(name)
        return [nearest(w * (math.sqrt(width) * 65536.0)) for w in values]

    def logits(self, ids):
        groups = self.config.get("num_key_value_heads", self.config["num_attention_heads"])
        caches = [[([], []) for _ in range(groups)] for _ in self.layers]
        return [self.step(position, token, caches) for position, token in enumerate(ids)]

    def step(self, position, token, caches):
        config, head = self.config, self.config["head_dim"]
        mantissa, shift = self.embedding[1][token]
        x = [requantise(127 * code, mantissa, shift - 16) for code in self.embedding[0][token]]
        phases = [position * config["rope_theta"] ** (-2 * i / head) for i in range(head // 2)]
        angles = [(nearest(math.cos(p) * 2**30), nearest(math.sin(p) * 2**30)) for p in phases]
        for layer, cache in zip(self.layers, caches):
            n = quantise(norm(x, layer["attention_norm"], self.epsilon))
            q, k, v = (product(layer[name], n) for name in "qkv")
            for group, (keys, values) in enumerate(cache):
                at = slice(group * head, (group + 1) * head)
                keys.append(quantise(rotate(k[at], angles)))
                values.append(quantise(v[at]))
            mixed = []
            for j in range(config["num_attention_heads"]):
                keys, values = cache[j // (config["num_attention_heads"] // len(cache))]
                query = quantise(rotate(q[j * head : (j + 1) * head], angles))
                mixed += attend(query, keys, values, self.constant)
            x = [add(a, b) for a, b in zip(x, product(layer["o"], quantise(mixed)))]
            n = quantise(norm(x, layer["feed_norm"], self.epsilon))
            gates, ups = product(layer["gate"], n), product(layer["up"], n)
            gated = [requantise(silu(gate), up, 16) for gate, up in zip(gates, ups)]
            x = [add(a, b) for a, b in zip(x, product(layer["down"], quantise(gated)))]
        return product(self.output, quantise(norm(x, self.final_norm, self.epsilon)))


if __name__ == "__main__":
    for folder in map(Path, sys.argv[1:]):
        rows = Model(folder).logits([(i * 31 + 5) % 96 for i in range(24)])
        stream = b"".join(struct.pack("<i", logit) for row in rows for logit in row)
        print(folder.name, hashlib.sha256(stream).hexdigest())
