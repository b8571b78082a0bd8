"""The semantics of exact-inference-v1.md once more, in plain Python and from its words alone.

A third implementation beside the Rust crate and the WGSL kernels: slow, without dependencies, for readers who want to
check a claim or the specification. Of folders of decoders it prints the SHA-256 of the logits (i32, little-endian) of 24
fixed token ids and the model root; the engine's test
`the_bits_and_roots_of_the_golden_folders_are_known` holds the same. `exact_vectors.py` checks it against the known answers.

usage: exact_inference.py ../../gpu-runner/engine/tests/golden/*/
"""

import hashlib
import json
import math
import struct
import sys
from pathlib import Path

FIXED_MAX = (1 << 30) - 1
EXP2 = [round(2**30 * 2 ** (-i / 256)) for i in range(257)]
SEEDS = [math.isqrt((1 << 90) // (((i + 32) << 25) + (1 << 24))) for i in range(96)]
NORMAL = [round(2**30 * (1 - math.erfc(i / 128 / math.sqrt(2)) / 2)) for i in range(1025)]
LOGISTIC = [
    round(2**30 / (1 + math.exp(-2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))) for x in (i / 128 for i in range(1025))
]


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
    products = [requantise(s, mantissa * m, f + 15 - bits) for s, (m, f) in zip(sums, matrix[1])]
    return [add(y, b) for y, b in zip(products, matrix[2])] if matrix[2] else products


def exp2(y):
    i, rest = (y >> 8) & 255, y & 255
    return EXP2[i] - (((EXP2[i] - EXP2[i + 1]) * rest) >> 8)


def exp2_q30(y):
    return 0 if y >> 16 >= 31 else exp2(y) >> (y >> 16)


def exp2_q15(y):
    n = y >> 16
    return 0 if n >= 16 else (exp2(y) + (1 << (n + 14))) >> (n + 15)


def reciprocal_root(f):
    r = SEEDS[(f >> 25) - 32]
    for _ in range(2):
        r = (r * ((3 << 30) - ((f * ((r * r) >> 30)) >> 30))) >> 31
    return min(r, 1 << 30)


def divide(total, count):
    magnitude = min(FIXED_MAX, (2 * abs(total) + count) // (2 * count))
    return -magnitude if total < 0 else magnitude


def units(row, epsilon):
    """Every value over the root of the sum of squares, Q30."""
    cut = max(0, max(map(abs, row)).bit_length() - 15)
    total = max(1, sum((abs(x) >> cut) ** 2 for x in row) + (epsilon >> (2 * cut)))
    zeros = (64 - total.bit_length()) // 2 * 2
    root = reciprocal_root((total << zeros) >> 32)
    return [requantise(x, root, 31 + cut - zeros // 2) for x in row]


def norm(row, weights, epsilon):
    return [requantise(unit, w, 30) for unit, w in zip(units(row, epsilon), weights)]


def layer_norm(row, weights, biases, epsilon):
    mean = divide(sum(row), len(row))
    return [add(y, b) for y, b in zip(norm([x - mean for x in row], weights, epsilon), biases)]


def rotate(head, angles):
    half = len(head) // 2
    pairs = list(zip(head[:half], head[half:], angles))
    low = [add(requantise(a, c, 30), -requantise(b, s, 30)) for a, b, (c, s) in pairs]
    return low + [add(requantise(b, c, 30), requantise(a, s, 30)) for a, b, (c, s) in pairs]


def attention(query, keys, values, constant, cap=None):
    """Scores, sums of weighted values, output."""
    codes, mantissa, bits = query
    scale = (mantissa * constant[0] + (1 << 14)) >> 15
    scores = [
        requantise(sum(a * b for a, b in zip(codes, key)), scale * t, constant[1] + 31 - bits - b_key)
        for key, t, b_key in keys
    ]
    scores = [soft_cap(score, cap) for score in scores] if cap else scores
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
    return scores, sums, [requantise(s, multiplier, 21 + length - most) for s in sums]


def embed(step, scale, factor):
    """One element of the embedding; `step` is the code, or code times group scale."""
    return requantise(127 * step, scale[0] * factor[0], scale[1] - 16 + factor[1])


def silu(g):
    e = exp2_q30(requantise(abs(g), 774541002, 29))
    sigmoid = (1 << 31) // (((1 << 30) + e + (1 << 14)) >> 15)
    p = requantise(g, sigmoid, 16)
    return requantise(p, e, 30) if g < 0 else p


def gelu(table, x):
    i, rest = abs(x) >> 9, abs(x) & 511
    share = 1 << 30 if i >= 1024 else table[i] + (((table[i + 1] - table[i]) * rest) >> 9)
    return requantise(x, share if x >= 0 else (1 << 30) - share, 30)


def soft_cap(x, cap):
    n = cap.bit_length()
    e = exp2_q30(requantise(abs(x), (774541002 << (n - 1)) // cap, n + 11))
    reciprocal = (1 << 31) // (((1 << 30) + e + (1 << 14)) >> 15)
    capped = requantise(requantise((1 << 30) - e, reciprocal, 16), cap, 30)
    return -capped if x < 0 else capped


def chacha20(key, counter, nonce):
    start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574, *key, counter, *nonce]
    state = list(start)
    columns = [(i, i + 4, i + 8, i + 12) for i in range(4)]
    diagonals = [(i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12) for i in range(4)]
    for a, b, c, d in (columns + diagonals) * 10:
        for x, y, z, distance in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            mixed = state[z] ^ state[x]
            state[z] = (mixed << distance | mixed >> (32 - distance)) & 0xFFFFFFFF
    return [(a + b) & 0xFFFFFFFF for a, b in zip(state, start)]


def sample(logits, temperature_milli, top_k, top_p_milli, seed, position):
    order = sorted(range(len(logits)), key=lambda i: (-logits[i], i))
    if temperature_milli == 0:
        return order[0]
    rate = 94548462 // temperature_milli
    weights = [exp2_q30(min(2**32 - 1, (max(logits) - logit) * rate >> 16)) for logit in logits]
    kept = order[:top_k] if top_k else order
    if 0 < top_p_milli < 1000:
        needed, reached, count = sum(weights[i] for i in kept) * top_p_milli, 0, 0
        while reached * 1000 < needed:
            reached, count = reached + weights[kept[count]], count + 1
        kept = kept[:count]
    key = struct.unpack("<8I", struct.pack("<Q", seed) + b"stoa-exact-sampler-draw0")
    block = chacha20(key, position, [0, 0, 0])
    draw = (block[0] | block[1] << 32) * sum(weights[i] for i in kept) >> 64
    prefix = 0
    for i in sorted(kept):
        prefix += weights[i]
        if prefix > draw:
            return i


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
    return codes, scales, [], []


def int4_matrix(rows, group):
    """Like `quantised_matrix`: codes times group scales, row scales, no biases, and the group scales of each row."""
    steps, scales, group_scales = [], [], []
    most = min(255, max(1, (2**31 - 1) // (127 * 8 * len(rows[0]))))
    for row in rows:
        groups = [row[i : i + group] for i in range(0, len(row), group)]
        plain = [max(-w / 8 if w < 0 else w / 7 for w in values) for values in groups]
        mantissa, shift = scale_of(max(max(plain) / (127.0 * most), 2.0**-34))
        step, codes, chosen = 127.0 * mantissa * 2.0**-shift, [], []
        for values, width in zip(groups, plain):
            first = min(most, max(1, nearest(width / step)))
            tried = [first, *(math.ceil(first * part / 16) for part in range(16, 9, -1))]
            coded = [[max(-8, min(7, nearest(w / (s * step)))) for w in values] for s in tried]
            errors = [squares(w - c * (s * step) for w, c in zip(values, row)) for s, row in zip(tried, coded)]
            best = errors.index(min(errors))
            codes += [code * tried[best] for code in coded[best]]
            chosen.append(tried[best])
        steps.append(codes)
        scales.append((mantissa, shift))
        group_scales.append(chosen)
    return steps, scales, [], group_scales


def squares(differences):
    """Their sum in order: `sum` compensates in newer versions of Python."""
    total = 0.0
    for difference in differences:
        total += difference * difference
    return total


def below(*matrices):
    """Matrices below one another, as one."""
    return tuple(sum((list(matrix[part]) for matrix in matrices), []) for part in range(4))


class Rotary:
    """Angles of one rotary embedding over the first `width` elements of a head."""

    def __init__(self, width, theta, scaling):
        self.width = width
        plain = [theta ** (-2 * i / width) for i in range(width // 2)]
        kind, s = (scaling or {}).get("rope_type", "default"), (scaling or {}).get("factor", 1.0)
        trained = (scaling or {}).get("original_max_position_embeddings")
        self.score_factor = 1.0
        if kind == "llama3":
            low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
            keep = [min(1.0, max(0.0, (trained * w / (2 * math.pi) - low) / (high - low))) for w in plain]
        elif kind == "yarn":
            first, last = (width * math.log(trained / (2 * math.pi * beta)) / (2 * math.log(theta)) for beta in (32.0, 1.0))
            first, last = max(0, math.floor(first)), min(width - 1, math.ceil(last))
            keep = [1 - min(1.0, max(0.0, (i - first) / (last - first or 0.001))) for i in range(width // 2)]
            self.score_factor = (0.1 * math.log(s) + 1) ** 2
        else:
            assert kind in ("default", "linear")
            keep = [0.0] * len(plain)
        self.frequencies = [(1 - k) * w / s + k * w for k, w in zip(keep, plain)]

    def angles(self, position):
        """Cosine and sine of every pair."""
        phases = [position * frequency for frequency in self.frequencies]
        return [(nearest(math.cos(p) * 2**30), nearest(math.sin(p) * 2**30)) for p in phases]

    def rotate(self, head, position):
        return rotate(head[: self.width], self.angles(position)) + head[self.width :]


def windows(config, kind, layers):
    """The window of every layer, or None."""
    window = config.get("sliding_window")
    slides = {
        "mistral": lambda i: True,
        "phi3": lambda i: True,
        "qwen2": lambda i: config.get("use_sliding_window") and i >= config["max_window_layers"],
        "qwen3": lambda i: config.get("use_sliding_window") and i >= config["max_window_layers"],
        "gemma2": lambda i: i % 2 == 0,
        "gemma3_text": lambda i: (i + 1) % config["sliding_window_pattern"] != 0,
    }.get(kind, lambda i: False)
    return [window if window and slides(i) else None for i in range(layers)]


class Model:
    """A folder's integers."""

    def __init__(self, folder):
        self.folder, self.config = folder, json.loads((folder / "config.json").read_text())
        config = self.config
        raw = (folder / "model.safetensors").read_bytes()
        size = struct.unpack("<Q", raw[:8])[0]
        self.tensors, self.data = json.loads(raw[8 : 8 + size]), raw[8 + size :]
        self.kind, hidden = config["model_type"], config["hidden_size"]
        self.heads = config["num_attention_heads"]
        self.groups = config.get("num_key_value_heads", self.heads)
        self.head = config.get("head_dim", hidden // self.heads)
        self.is_gemma, self.has_ends = self.kind.startswith("gemma"), self.kind in ("gemma2", "gemma3_text")
        self.has_head_norms = self.kind in ("qwen3", "gemma3_text")
        self.epsilon, self.head_epsilon = (nearest(config["rms_norm_eps"] * d * 2.0**32) for d in (hidden, self.head))
        width = int(self.head * config.get("partial_rotary_factor", 1.0))
        self.rotaries = [Rotary(width, config["rope_theta"], config.get("rope_scaling"))]
        self.windows = windows(config, self.kind, config["num_hidden_layers"])
        self.turns = [0] * len(self.windows)
        if self.kind == "gemma3_text":
            self.rotaries.append(Rotary(self.head, config["rope_local_base_freq"], None))
            self.turns = [int(window is not None) for window in self.windows]
        self.windows = [window if window and window < self.context() else None for window in self.windows]
        root = math.sqrt(config["query_pre_attn_scalar"] if self.has_ends else self.head)
        self.constant = scale_of(math.log2(math.e) / (16129.0 * root) * self.rotaries[0].score_factor)
        caps = config.get("attn_logit_softcapping"), config.get("final_logit_softcapping")
        self.score_cap = nearest(caps[0] * math.log2(math.e) * 65536) if caps[0] else None
        self.logit_cap = nearest(caps[1] * 65536) if caps[1] else None
        self.factor = scale_of(math.sqrt(hidden)) if self.is_gemma else (1 << 14, 14)
        form = folder / "stoa.json"
        self.group = json.loads(form.read_text()).get("group_width") if form.exists() else None
        self.embedding = self.matrix("model.embed_tokens", None)
        self.output = self.embedding if config["tie_word_embeddings"] else self.matrix("lm_head", None)
        self.final_norm = self.norm_weights("model.norm")
        self.layers = [self.layer(f"model.layers.{i}.") for i in range(config["num_hidden_layers"])]

    def layer(self, at):
        if self.kind == "phi3":
            projection, gate_up = (self.matrix(at + n, self.group) for n in ("self_attn.qkv_proj", "mlp.gate_up_proj"))
        else:
            projection = below(*(self.matrix(f"{at}self_attn.{n}_proj", self.group) for n in "qkv"))
            gate_up = below(*(self.matrix(f"{at}mlp.{n}_proj", self.group) for n in ("gate", "up")))
        before, after = "post_attention_layernorm", None
        if self.has_ends:
            before, after = "pre_feedforward_layernorm", ("post_attention_layernorm", "post_feedforward_layernorm")
        return {
            "attention_norm": self.norm_weights(at + "input_layernorm"),
            "projection": projection,
            "query_norm": self.norm_weights(at + "self_attn.q_norm") if self.has_head_norms else None,
            "key_norm": self.norm_weights(at + "self_attn.k_norm") if self.has_head_norms else None,
            "output": self.matrix(at + "self_attn.o_proj", self.group),
            "attention_end_norm": self.norm_weights(at + after[0]) if after else None,
            "feed_norm": self.norm_weights(at + before),
            "gate_up": gate_up,
            "down": self.matrix(at + "mlp.down_proj", self.group),
            "feed_end_norm": self.norm_weights(at + after[1]) if after else None,
        }

    def tensor(self, name):
        entry = self.tensors[name]
        begin, end = entry["data_offsets"]
        data, kind = self.data[begin:end], entry["dtype"]
        if kind == "BF16":
            data = b"".join(b"\0\0" + data[i : i + 2] for i in range(0, len(data), 2))
        form, width = ("e", 2) if kind == "F16" else ("f", 4)
        return entry["shape"], struct.unpack(f"<{len(data) // width}{form}", data)

    def matrix(self, name, group):
        (_, width), values = self.tensor(name + ".weight")
        rows = [values[i : i + width] for i in range(0, len(values), width)]
        codes, scales, biases, group_scales = int4_matrix(rows, group) if group else quantised_matrix(rows)
        if name + ".bias" in self.tensors:
            biases = [nearest(b * 65536.0) for b in self.tensor(name + ".bias")[1]]
        return codes, scales, biases, group_scales

    def norm_weights(self, name):
        (width,), values = self.tensor(name + ".weight")
        return [nearest((w + (1.0 if self.is_gemma else 0.0)) * (math.sqrt(width) * 65536.0)) for w in values]

    def logits(self, ids):
        caches = [[([], []) for _ in range(self.groups)] for _ in self.layers]
        return [self.step(position, token, caches) for position, token in enumerate(ids)]

    def step(self, position, token, caches):
        head, inner = self.head, self.config["intermediate_size"]
        x = [embed(code, self.embedding[1][token], self.factor) for code in self.embedding[0][token]]
        for i, (layer, cache) in enumerate(zip(self.layers, caches)):
            row = product(layer["projection"], quantise(norm(x, layer["attention_norm"], self.epsilon)))
            slots = [row[at : at + head] for at in range(0, len(row), head)]
            for j in range(self.heads + self.groups):
                if self.has_head_norms:
                    weights = layer["query_norm" if j < self.heads else "key_norm"]
                    slots[j] = norm(slots[j], weights, self.head_epsilon)
                slots[j] = self.rotaries[self.turns[i]].rotate(slots[j], position)
            for group, (keys, values) in enumerate(cache):
                keys.append(quantise(slots[self.heads + group]))
                values.append(quantise(slots[self.heads + self.groups + group]))
            mixed, seen = [], -(self.windows[i] or 1 << 30)
            for j in range(self.heads):
                keys, values = cache[j // (self.heads // self.groups)]
                heads = quantise(slots[j]), keys[seen:], values[seen:]
                mixed += attention(*heads, self.constant, self.score_cap)[2]
            x = self.accumulate(x, product(layer["output"], quantise(mixed)), layer["attention_end_norm"])
            both = product(layer["gate_up"], quantise(norm(x, layer["feed_norm"], self.epsilon)))
            activation = (lambda g: gelu(LOGISTIC, g)) if self.is_gemma else silu
            gated = [requantise(activation(gate), up, 16) for gate, up in zip(both[:inner], both[inner:])]
            x = self.accumulate(x, product(layer["down"], quantise(gated)), layer["feed_end_norm"])
        logits = product(self.output, quantise(norm(x, self.final_norm, self.epsilon)))
        return [soft_cap(logit, self.logit_cap) for logit in logits] if self.logit_cap else logits

    def accumulate(self, x, delta, end_norm):
        delta = norm(delta, end_norm, self.epsilon) if end_norm else delta
        return [add(a, b) for a, b in zip(x, delta)]

    def manifest(self):
        config, (mantissa, shift) = self.config, self.constant
        eos = config.get("eos_token_id")
        eos = [] if eos is None else eos if isinstance(eos, list) else [eos]
        lines = [
            "stoa-exact-model", f"architecture {config['architectures'][0]}", "semantics_version 1",
            f"hidden {config['hidden_size']}", f"inner {config['intermediate_size']}",
            f"layers {config['num_hidden_layers']}", f"heads {self.heads}", f"groups {self.groups}",
            f"head {self.head}", f"vocab {config['vocab_size']}", f"context {self.context()}",
            f"tied {int(config['tie_word_embeddings'])}", f"epsilon {self.epsilon}",
            f"score_mantissa {mantissa}", f"score_shift {shift}",
            f"bos {config.get('bos_token_id', 2**32 - 1)}", f"eos_count {len(eos)}",
            *(f"eos {token}" for token in eos), *self.additions(),
        ]
        return "".join(line + "\n" for line in lines).encode()

    def additions(self):
        """Lines of the manifest that a plain Llama does not have."""
        if self.is_gemma:
            yield "gelu_tanh 1"
            yield f"embedding_mantissa {self.factor[0]}"
            yield f"embedding_shift {self.factor[1]}"
        if self.has_head_norms:
            yield f"head_epsilon {self.head_epsilon}"
        if self.score_cap:
            yield f"score_cap {self.score_cap}"
        if self.logit_cap:
            yield f"logit_cap {self.logit_cap}"
        if len(self.rotaries) > 1 or self.rotaries[0].width != self.head:
            yield from (f"rotary_width {rotary.width}" for rotary in self.rotaries)
        if any(self.windows) or any(self.turns):
            for window, turn in zip(self.windows, self.turns):
                yield f"window {window or 0}"
                yield f"rotary {turn}"
        if self.group:
            yield f"int4_group {self.group}"

    def context(self):
        return min(self.config.get("max_position_embeddings", 2048), 8192)

    def sections(self):
        """Name and bytes of everything that the model root names, in order."""
        tokenizer = self.folder / "tokenizer.json"
        yield "manifest", self.manifest()
        yield "tokenizer", hashlib.sha256(tokenizer.read_bytes()).digest() if tokenizer.exists() else bytes(32)
        yield "tables.rsqrt", words(SEEDS)
        yield "tables.exp2", words(EXP2)
        for name, rotary in zip(("tables.rope", "tables.rope.1"), self.rotaries):
            tables = [list(zip(*rotary.angles(position))) for position in range(self.context())]
            yield name, words(x for cosines, sines in tables for x in cosines + sines)
        if self.is_gemma:
            yield "tables.gelu", words(LOGISTIC)
        yield from stacked("embedding", self.embedding)
        for i, layer in enumerate(self.layers):
            for name, part in layer.items():
                if isinstance(part, tuple):
                    yield from stacked(f"layers.{i}.{name}", part)
                elif part:
                    yield f"layers.{i}.{name}", words(part)
        yield "final_norm", words(self.final_norm)
        if not self.config["tie_word_embeddings"]:
            yield from stacked("output", self.output)

    def root(self):
        records = []
        for name, content in self.sections():
            leaves = [digest(b"\0", content[i : i + 1024]) for i in range(0, max(1, len(content)), 1024)]
            head = bytes([2, len(name)]) + name.encode() + struct.pack("<Q", len(content))
            records.append(digest(head, fold(leaves)))
        return fold(records)


def digest(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def fold(nodes):
    while len(nodes) > 1:
        pairs = [nodes[i : i + 2] for i in range(0, len(nodes), 2)]
        nodes = [digest(b"\1", *pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return nodes[0]


def words(values):
    return b"".join(struct.pack("<I", value & 0xFFFFFFFF) for value in values)


def stacked(name, matrix):
    codes, scales, biases, group_scales = matrix
    yield name + ".scales", words(m | f << 16 for m, f in scales)
    if group_scales:
        yield name + ".group_scales", bytes(scale for row in group_scales for scale in row)
        yield name + ".codes", b"".join(pairs(row, scales) for row, scales in zip(codes, group_scales))
    else:
        yield name + ".codes", b"".join(struct.pack(f"{len(row)}b", *row) for row in codes)
    if biases:
        yield name + ".biases", words(biases)


def pairs(steps, group_scales):
    """int4 codes, two a byte, of codes times group scales."""
    group = len(steps) // len(group_scales)
    codes = [step // group_scales[i // group] for i, step in enumerate(steps)]
    return bytes(low & 15 | (high & 15) << 4 for low, high in zip(codes[::2], codes[1::2]))


if __name__ == "__main__":
    for folder in map(Path, sys.argv[1:]):
        # An encoder gives no logits.
        if not json.loads((folder / "config.json").read_text())["architectures"][0].endswith("ForCausalLM"):
            continue
        model = Model(folder)
        rows = model.logits([(i * 31 + 5) % model.config["vocab_size"] for i in range(24)])
        stream = b"".join(struct.pack("<i", logit) for row in rows for logit in row)
        print(folder.name, hashlib.sha256(stream).hexdigest(), model.root().hex())
