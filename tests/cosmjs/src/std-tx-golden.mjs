// Fills in what wasmd makes of the transactions of before protobuf in chain/app/testdata/std-tx-wasmd.json: `binary`, its
// TxEncodeAmino of `json` in base64, and `shown`, its TxDecodeAmino of that. Run it against a wasmd v0.60.8:
//
//   STOA_LCD=http://127.0.0.1:1317 node src/std-tx-golden.mjs

import { readFile, writeFile } from "node:fs/promises";

import { LCD } from "./network.mjs";

const FILE = new URL("../../../chain/app/testdata/std-tx-wasmd.json", import.meta.url);

async function post(path, body) {
  const response = await fetch(`${LCD}/cosmos/tx/v1beta1/${path}`, { method: "POST", body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer;
}

const cases = [];
for (const { name, json } of JSON.parse(await readFile(FILE, "utf8"))) {
  const { amino_binary: binary } = await post("encode/amino", { amino_json: json });
  const { amino_json: shown } = await post("decode/amino", { amino_binary: binary });
  cases.push({ name, json, binary, shown });
}
await writeFile(FILE, `${JSON.stringify(cases, null, 1)}\n`);
