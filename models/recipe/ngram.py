"""Interpolated modified Kneser-Ney over token ids: the baseline the model is compared with.

Chen and Goodman (1998), with the three discounts of every order estimated from that order's counts of counts. An n-gram
is one unsigned 64-bit number, the vocabulary's digits from the oldest token to the newest, so the order is bounded by
vocab_size ** order < 2 ** 64. Documents start with bos; histories before that are filled up with bos.
"""

import numpy as np

BOS_ID = 0


def encoded_ngrams(rows, order, vocab_size):
    """The n-gram ending at every token but the first of every document."""
    parts = []
    for row in rows:
        padded = np.concatenate([np.full(order - 1, BOS_ID, np.uint64), row.astype(np.uint64)])
        key = np.zeros(len(row) - 1, np.uint64)
        for back in range(order - 1, -1, -1):
            stop = len(padded) - back
            key = key * np.uint64(vocab_size) + padded[stop - (len(row) - 1) : stop]
        parts.append(key)
    return np.concatenate(parts)


def discounts(counts):
    """D1, D2, D3+ of Chen and Goodman; index 0 is unused. A small corpus without such counts is refused."""
    n1, n2, n3, n4 = (np.count_nonzero(counts == c) for c in (1, 2, 3, 4))
    assert min(n1, n2, n3, n4) > 0, "too little text to estimate the discounts of this order"
    y = n1 / (n1 + 2 * n2)
    return np.array([0.0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])


class Level:
    """Counts of one order: sorted n-grams and, per history, what is needed to interpolate."""

    def __init__(self, keys, counts, vocab_size):
        self.vocab_size = np.uint64(vocab_size)
        self.keys = keys
        discount = discounts(counts)[np.minimum(counts, 3)]
        self.kept = counts - discount
        self.histories, place = np.unique(keys // self.vocab_size, return_inverse=True)
        self.totals = np.bincount(place, weights=counts)
        self.left = np.bincount(place, weights=discount)

    def probabilities(self, keys, lower):
        """P(token | history), given the probabilities of the next lower order."""
        history = keys // self.vocab_size
        at = np.minimum(np.searchsorted(self.histories, history), len(self.histories) - 1)
        known = self.histories[at] == history
        spot = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        kept = np.where(self.keys[spot] == keys, self.kept[spot], 0.0)
        return np.where(known, (kept + self.left[at] * lower) / self.totals[at], lower)


def nats(train_rows, heldout_rows, order, vocab_size):
    """Total negative log-likelihood of the held-out documents in nats under an `order`-gram model."""
    assert vocab_size**order < 2**64
    keys, counts = np.unique(encoded_ngrams(train_rows, order, vocab_size), return_counts=True)
    levels = [Level(keys, counts, vocab_size)]
    for lower_order in range(order - 1, 0, -1):
        # Below the top, an n-gram counts the distinct tokens seen before it.
        keys, counts = np.unique(keys % np.uint64(vocab_size**lower_order), return_counts=True)
        levels.append(Level(keys, counts, vocab_size))
    wanted = encoded_ngrams(heldout_rows, order, vocab_size)
    probability = np.full(len(wanted), 1.0 / vocab_size)
    for lower_order, level in enumerate(reversed(levels), start=1):
        probability = level.probabilities(wanted % np.uint64(vocab_size**lower_order), probability)
    return float(-np.log(probability).sum())
