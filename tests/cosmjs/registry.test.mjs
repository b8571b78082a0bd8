// The documents for the chain registry, by the registry's rules.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";

import Ajv from "ajv";

import { assetListSchema, chainSchema } from "./src/registry-schema.mjs";

let chain;
let assetList;

before(async () => {
  const document = async (name) =>
    JSON.parse(await readFile(join(process.env.STOA_REGISTRY, name), "utf8"));
  [chain, assetList] = await Promise.all(["chain.json", "assetlist.json"].map(document));
});

function refusals(schema, document) {
  const ajv = new Ajv({ allErrors: true });
  ajv.validate(schema, document);
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe("the registry's documents", () => {
  it("follow its rules", () => {
    assert.deepEqual(refusals(chainSchema, chain), []);
    assert.deepEqual(refusals(assetListSchema, assetList), []);
  });

  it("are refused with a field too many, too few, or of another kind", () => {
    const { chain_type: _, ...untyped } = chain;
    for (const wrong of [
      { ...chain, founded: 2026 },
      untyped,
      { ...chain, slip44: "118" },
      { ...chain, status: "alive" },
      { ...chain, codebase: { ...chain.codebase, consensus: { type: "raft", version: "v1" } } },
    ]) {
      assert.equal(refusals(chainSchema, wrong).length, 1);
    }
    assert.notDeepEqual(refusals(assetListSchema, { ...assetList, assets: [] }), []);
  });

  it("name the units of every asset among its units", () => {
    for (const { base, display, denom_units: units } of assetList.assets) {
      assert.ok(units.some(({ denom, exponent }) => denom === base && exponent === 0));
      assert.ok(units.some(({ denom }) => denom === display));
    }
  });
});
