// The unmodified OpenAI client of npm: what an application does, and how errors reach it.
import assert from "node:assert/strict";
import test from "node:test";
import OpenAI from "openai";

const baseURL = process.env.STOA_OPENAI_URL;
const apiKey = process.env.STOA_OPENAI_KEY;
const model = process.env.STOA_OPENAI_MODEL;
const encoder = process.env.STOA_OPENAI_ENCODER;
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: "user", content: "What is ownership?" }];
const prompt = "Ownership is a set of rules that";

test("the catalogue names the model and that it is exact", async () => {
  const models = [];
  for await (const entry of client.models.list()) models.push(entry);
  assert.deepEqual(models.map((entry) => entry.id), [model, encoder]);
  const found = await client.models.retrieve(model);
  assert.equal(found.stoa.exact, true);
  assert.match(found.stoa.model_root, /^[0-9a-f]{64}$/);
});

test("a chat is answered, counted, and the same again with the same seed", async () => {
  const ask = () =>
    client.chat.completions.create({ model, messages, max_tokens: 12, seed: 7, temperature: 0.8 });
  const [first, second] = [await ask(), await ask()];
  const choice = first.choices[0];
  assert.equal(choice.message.role, "assistant");
  assert.equal(choice.message.content, second.choices[0].message.content);
  assert.ok(["stop", "length"].includes(choice.finish_reason));
  assert.equal(first.usage.total_tokens, first.usage.prompt_tokens + first.usage.completion_tokens);
  assert.equal(first.system_fingerprint, second.system_fingerprint);
  assert.equal(first.stoa.seed, "7");
});

test("a streamed chat is the whole chat in pieces, with usage at its end", async () => {
  const request = { model, messages, max_tokens: 16, seed: 3 };
  const whole = await client.chat.completions.create(request);
  const stream = await client.chat.completions.create({
    ...request,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage = null;
  let finish = null;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(finish, whole.choices[0].finish_reason);
  assert.deepEqual(usage, whole.usage);
});

test("the stream helper gathers the final message", async () => {
  const stream = client.chat.completions.stream({ model, messages, max_tokens: 8, seed: 1 });
  const final = await stream.finalChatCompletion();
  assert.equal(final.choices[0].message.role, "assistant");
});

test("a stream that the application leaves does not hold up the next request", async () => {
  const stream = await client.completions.create({ model, prompt, max_tokens: 400, stream: true });
  for await (const chunk of stream) {
    assert.equal(typeof chunk.choices[0].text, "string");
    break;
  }
  await client.completions.create({ model, prompt, max_tokens: 2 });
});

test("completions take n, stop, logprobs and token ids", async () => {
  const answer = await client.completions.create({
    model, prompt, max_tokens: 10, n: 2, seed: 11, logprobs: 3, return_token_ids: true,
  });
  assert.equal(answer.choices.length, 2);
  const [first] = answer.choices;
  assert.equal(first.logprobs.tokens.length, first.logprobs.token_logprobs.length);
  assert.ok(first.logprobs.token_logprobs.every((value) => value <= 0));
  assert.equal(Object.keys(first.logprobs.top_logprobs[0]).length, 3);
  const again = await client.completions.create({
    model, prompt: first.prompt_token_ids, max_tokens: 10, seed: 11,
  });
  assert.equal(again.choices[0].text, first.text);
  const letter = first.text.trim()[0];
  const cut = await client.completions.create({ model, prompt, max_tokens: 10, seed: 11, stop: [letter] });
  assert.equal(cut.choices[0].finish_reason, "stop");
  assert.ok(first.text.startsWith(cut.choices[0].text) && !cut.choices[0].text.includes(letter));
});

test("chat logprobs have OpenAI's shape", async () => {
  const answer = await client.chat.completions.create({
    model, messages, max_tokens: 3, logprobs: true, top_logprobs: 2,
  });
  for (const entry of answer.choices[0].logprobs.content) {
    assert.equal(entry.top_logprobs.length, 2);
    assert.ok(entry.logprob <= 0);
  }
});

test("errors arrive as the client's own classes", async () => {
  const wrong = client.completions.create({ model: "nobody", prompt });
  await assert.rejects(wrong, (error) =>
    error instanceof OpenAI.NotFoundError && error.code === "model_not_found");
  const hot = client.completions.create({ model, prompt, temperature: 3 });
  await assert.rejects(hot, (error) =>
    error instanceof OpenAI.BadRequestError && error.param === "temperature");
  const embedding = client.embeddings.create({ model, input: prompt });
  await assert.rejects(embedding, (error) =>
    error instanceof OpenAI.BadRequestError && error.code === "unsupported_operation");
  const stranger = new OpenAI({ baseURL, apiKey: "not the key of anyone", maxRetries: 0 });
  await assert.rejects(stranger.models.list(), (error) => error instanceof OpenAI.AuthenticationError);
});

test("embeddings have unit length and are the same in both encodings, of texts and of ids", async () => {
  // Without a format the client asks for base64 and decodes it.
  const packed = await client.embeddings.create({ model: encoder, input: ["a b c", "9"] });
  const plain = await client.embeddings.create({
    model: encoder, input: [[2, 4, 5, 6, 3], [2, 39, 3]], encoding_format: "float",
  });
  assert.equal(packed.data.length, 2);
  assert.deepEqual(packed.usage, { prompt_tokens: 8, total_tokens: 8 });
  packed.data.forEach((entry, index) => {
    const other = plain.data[index].embedding;
    assert.equal(entry.embedding.length, 32);
    const length = entry.embedding.reduce((sum, value) => sum + value * value, 0);
    assert.ok(Math.abs(length - 1) < 1e-3);
    entry.embedding.forEach((value, i) => assert.equal(value, Math.fround(other[i])));
  });
  const cut = client.embeddings.create({ model: encoder, input: "a", dimensions: 8 });
  await assert.rejects(cut, (error) =>
    error instanceof OpenAI.BadRequestError && error.param === "dimensions");
});

test("the headers of a response name the model's root", async () => {
  const { response } = await client.completions.create({ model, prompt, max_tokens: 1 }).withResponse();
  assert.equal(response.headers.get("x-stoa-exact"), "true");
  assert.match(response.headers.get("x-stoa-model-root"), /^[0-9a-f]{64}$/);
});
