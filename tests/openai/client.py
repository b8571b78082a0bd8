"""The unmodified OpenAI client of PyPI: what an application does, and how errors reach it."""

import asyncio
import os
import unittest

import openai

URL = os.environ["STOA_OPENAI_URL"]
KEY = os.environ["STOA_OPENAI_KEY"]
MODEL = os.environ["STOA_OPENAI_MODEL"]
ENCODER = os.environ["STOA_OPENAI_ENCODER"]
MESSAGES = [{"role": "user", "content": "What is ownership?"}]
PROMPT = "Ownership is a set of rules that"


class Client(unittest.TestCase):
    def setUp(self):
        self.client = openai.OpenAI(base_url=URL, api_key=KEY, max_retries=0)
        self.addCleanup(self.client.close)

    def test_the_catalogue_names_the_model(self):
        self.assertEqual([model.id for model in self.client.models.list()], [MODEL, ENCODER])
        self.assertTrue(self.client.models.retrieve(MODEL).stoa["exact"])

    def test_a_chat_is_the_same_streamed_and_whole(self):
        request = {"model": MODEL, "messages": MESSAGES, "max_tokens": 16, "seed": 5}
        whole = self.client.chat.completions.create(**request)
        stream = self.client.chat.completions.create(
            **request, stream=True, stream_options={"include_usage": True}
        )
        chunks = list(stream)
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        self.assertEqual(text, whole.choices[0].message.content)
        self.assertEqual(chunks[-1].usage.model_dump(), whole.usage.model_dump())
        self.assertEqual(whole.stoa["seed"], "5")

    def test_completions_take_stop_n_and_logprobs(self):
        answer = self.client.completions.create(
            model=MODEL, prompt=[PROMPT, "fn main() {"], max_tokens=6, n=2, seed=9, logprobs=2
        )
        self.assertEqual([choice.index for choice in answer.choices], [0, 1, 2, 3])
        for choice in answer.choices:
            self.assertEqual(len(choice.logprobs.tokens), len(choice.logprobs.token_logprobs))
        stopped = self.client.completions.create(
            model=MODEL, prompt=PROMPT, max_tokens=40, seed=9, stop=["e"]
        )
        self.assertEqual(stopped.choices[0].finish_reason, "stop")
        self.assertNotIn("e", stopped.choices[0].text)

    def test_chat_logprobs_are_parsed(self):
        answer = self.client.chat.completions.create(
            model=MODEL, messages=MESSAGES, max_tokens=2, logprobs=True, top_logprobs=3
        )
        for entry in answer.choices[0].logprobs.content:
            self.assertEqual(len(entry.top_logprobs), 3)

    def test_embeddings_are_the_same_in_both_encodings_of_texts_and_of_ids(self):
        # Without a format the client asks for base64 and decodes it.
        packed = self.client.embeddings.create(model=ENCODER, input=["a b c", "9"])
        plain = self.client.embeddings.create(
            model=ENCODER, input=[[2, 4, 5, 6, 3], [2, 39, 3]], encoding_format="float"
        )
        self.assertEqual(packed.usage.total_tokens, 8)
        for one, other in zip(packed.data, plain.data, strict=True):
            self.assertAlmostEqual(sum(x * x for x in one.embedding), 1, places=3)
            for narrow, exact in zip(one.embedding, other.embedding, strict=True):
                self.assertAlmostEqual(narrow, exact, places=7)
        with self.assertRaises(openai.BadRequestError):
            self.client.embeddings.create(model=ENCODER, input="a", dimensions=8)

    def test_errors_arrive_as_the_clients_own_classes(self):
        with self.assertRaises(openai.NotFoundError) as caught:
            self.client.completions.create(model="nobody", prompt=PROMPT)
        self.assertEqual(caught.exception.code, "model_not_found")
        with self.assertRaises(openai.BadRequestError) as caught:
            self.client.completions.create(model=MODEL, prompt=PROMPT, presence_penalty=0.5)
        self.assertEqual(caught.exception.param, "presence_penalty")
        with self.assertRaises(openai.BadRequestError):
            self.client.embeddings.create(model=MODEL, input=PROMPT)
        stranger = openai.OpenAI(base_url=URL, api_key="not the key of anyone", max_retries=0)
        with stranger, self.assertRaises(openai.AuthenticationError):
            stranger.models.list()

    def test_many_at_a_time_are_answered_alike(self):
        async def ask():
            async with openai.AsyncOpenAI(base_url=URL, api_key=KEY) as client:
                one = lambda: client.completions.create(
                    model=MODEL, prompt=PROMPT, max_tokens=12, seed=2
                )
                return await asyncio.gather(*(one() for _ in range(6)))

        answers = asyncio.run(ask())
        self.assertEqual(len({answer.choices[0].text for answer in answers}), 1)


if __name__ == "__main__":
    unittest.main()
