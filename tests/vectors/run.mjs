// Purpose: prints what the Wasm module of this crate makes; `cargo xtask vectors --check` compares it.
// Usage:   node run.mjs stoa_vectors.wasm
import { readFile } from "node:fs/promises";

const { instance } = await WebAssembly.instantiate(await readFile(process.argv[2]), {});
const { memory, text_pointer, text_length } = instance.exports;
const start = text_pointer() >>> 0;
process.stdout.write(new Uint8Array(memory.buffer, start, text_length() >>> 0));
