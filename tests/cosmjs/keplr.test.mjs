// What Keplr does before it adds a suggested chain, by its own published code.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, it } from "node:test";

import validator from "@keplr-wallet/chain-validator";
import WebSocket from "ws";

const {
  checkChainFeatures,
  checkRestConnectivity,
  checkRPCConnectivity,
  validateBasicChainInfoType,
} = validator;

// A browser has one; Node.js has one from version 22 on.
globalThis.WebSocket ??= WebSocket;

let chainInfo;
let chain;
let assetList;

async function document(name) {
  return JSON.parse(await readFile(join(process.env.STOA_REGISTRY, name), "utf8"));
}

before(async () => {
  [chainInfo, chain, assetList] = await Promise.all(
    ["keplr.json", "chain.json", "assetlist.json"].map(document),
  );
});

describe("the chain info that `stoad chain-registry` writes", () => {
  it("passes Keplr's schema unchanged", async () => {
    const checked = await validateBasicChainInfoType(chainInfo);
    assert.deepEqual(checked, chainInfo);
  });

  it("leads Keplr to this chain's RPC and REST", async () => {
    await checkRPCConnectivity(chainInfo.chainId, chainInfo.rpc);
    await checkRestConnectivity(chainInfo.chainId, chainInfo.rest);
    await assert.rejects(checkRPCConnectivity("stoa-other-1", chainInfo.rpc));
    await assert.rejects(checkRestConnectivity("stoa-other-1", chainInfo.rest));
  });

  it("claims every feature that Keplr finds by asking, and no other", async () => {
    const found = await checkChainFeatures(chainInfo);
    assert.deepEqual(found, []);
  });

  it("says the same as the registry's documents", () => {
    assert.equal(chain.chain_id, chainInfo.chainId);
    assert.equal(chain.bech32_prefix, chainInfo.bech32Config.bech32PrefixAccAddr);
    assert.equal(chain.slip44, chainInfo.bip44.coinType);
    assert.equal(chain.chain_name, assetList.chain_name);
    const [fee] = chain.fees.fee_tokens;
    const [currency] = chainInfo.feeCurrencies;
    assert.equal(fee.denom, currency.coinMinimalDenom);
    assert.equal(fee.low_gas_price, currency.gasPriceStep.low);
    const [asset] = assetList.assets;
    assert.equal(asset.base, currency.coinMinimalDenom);
    const unit = asset.denom_units.find(({ denom }) => denom === asset.display);
    assert.equal(unit.exponent, currency.coinDecimals);
  });
});
