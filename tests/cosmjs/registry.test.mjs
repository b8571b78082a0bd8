// The documents for the chain registry, by the registry's own schema files (registry/README.md).

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";

import Ajv from "ajv";
import addFormats from "ajv-formats";

let chain;
let assetList;
let refusals;

const parsed = async (path) => JSON.parse(await readFile(path, "utf8"));

// What the schema of a kind of document refuses. The files name draft 7 by an address that ajv does not know it by.
async function validators() {
  const ajv = addFormats(new Ajv({ allErrors: true, strict: false }));
  const compiled = {};
  for (const kind of ["chain", "assetlist"]) {
    const { $schema: draft, ...rules } = await parsed(new URL(`registry/${kind}.schema.json`, import.meta.url));
    assert.equal(draft, "https://json-schema.org/draft-07/schema");
    compiled[kind] = ajv.compile(rules);
  }
  return (kind, document) => {
    compiled[kind](document);
    return (compiled[kind].errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

before(async () => {
  refusals = await validators();
  [chain, assetList] = await Promise.all(
    ["chain.json", "assetlist.json"].map((name) => parsed(join(process.env.STOA_REGISTRY, name))),
  );
});

describe("the registry's documents", () => {
  it("follow its schema", () => {
    assert.deepEqual(refusals("chain", chain), []);
    assert.deepEqual(refusals("assetlist", assetList), []);
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
      assert.notDeepEqual(refusals("chain", wrong), []);
    }
    assert.notDeepEqual(refusals("assetlist", { ...assetList, assets: [{ ...assetList.assets[0], base: 7 }] }), []);
  });

  it("name the units of every asset among its units", () => {
    for (const { base, display, denom_units: units } of assetList.assets) {
      assert.ok(units.some(({ denom, exponent }) => denom === base && exponent === 0));
      assert.ok(units.some(({ denom }) => denom === display));
    }
  });
});
