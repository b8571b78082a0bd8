"""Corpus, tokenizer and token streams: what extract.py wrote, as training and evaluation want it."""

import json

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

BOS, EOS = "<|bos|>", "<|eos|>"
BOS_ID, EOS_ID = 0, 1


def documents(folder, split):
    """Texts of one split, sources and documents in their recorded order."""
    for source in json.loads((folder / "sources.json").read_text())["sources"]:
        with open(folder / f"{source['name']}.jsonl", encoding="utf-8") as lines:
            for line in lines:
                document = json.loads(line)
                if document["split"] == split:
                    yield document["text"]


def train_tokenizer(folder, vocab_size):
    """Byte-level BPE learnt from the training split only."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[BOS, EOS],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(documents(folder, "train"), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", special_tokens=[(BOS, BOS_ID), (EOS, EOS_ID)]
    )
    assert tokenizer.token_to_id(BOS) == BOS_ID and tokenizer.token_to_id(EOS) == EOS_ID
    return tokenizer


def encode_documents(tokenizer, texts):
    """One array of ids a document: bos, text, eos."""
    rows = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [np.array([BOS_ID, *row.ids, EOS_ID], np.int32) for row in rows]


class Windows:
    """Endless shuffled windows of a token stream: every epoch permutes the documents and cuts the stream anew."""

    def __init__(self, rows, length, seed):
        self.rows, self.length, self.seed = rows, length, seed
        self.epoch, self.queue = -1, []

    def batch(self, count):
        """The next `count` windows as [count, length]."""
        picked = []
        while len(picked) < count:
            if not self.queue:
                self.epoch += 1
                rng = np.random.default_rng([self.seed, self.length, self.epoch])
                stream = np.concatenate([self.rows[index] for index in rng.permutation(len(self.rows))])
                stream = stream[rng.integers(self.length) :]
                whole = len(stream) // self.length
                self.queue = list(rng.permutation(stream[: whole * self.length].reshape(whole, self.length)))
            picked.append(self.queue.pop())
        return np.stack(picked)
