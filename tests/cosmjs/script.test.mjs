// Every step of the script on this chain; `cargo xtask sessions` compares them with wasmd's.

import assert from "node:assert/strict";
import { it } from "node:test";

import { play } from "./src/script.mjs";

it("every transaction of a dApp has its code, signed either way", async () => {
  let transactions = 0;
  for await (const { name, wanted, answer } of play()) {
    if (wanted === undefined) {
      assert.notEqual(answer, undefined, name);
    } else {
      assert.equal(answer.code, wanted, `${name}: ${answer.rawLog}`);
      transactions += 1;
    }
  }
  assert.ok(transactions > 90, `${transactions}`);
});
