// LCD REST as Keplr and explorers call it: statuses and shapes.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, describe, it } from "node:test";

import { SigningStargateClient, calculateFee, coins } from "@cosmjs/stargate";
import { TxMsgData } from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";

import { addressOf, bob, DENOM, GAS_PRICE, LCD, RPC, stranger } from "./src/network.mjs";

let client;
let owner;

before(async () => {
  const wallet = await bob();
  owner = await addressOf(wallet);
  client = await SigningStargateClient.connectWithSigner(RPC, wallet, { gasPrice: GAS_PRICE });
});

async function get(path, headers = {}) {
  const response = await fetch(LCD + path, { headers });
  assert.match(response.headers.get("content-type"), /application\/json/);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function ok(path) {
  const { status, body } = await get(path);
  assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
  return body;
}

async function post(path, body) {
  const response = await fetch(LCD + path, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

const sha256Hex = (text) =>
  createHash("sha256").update(Buffer.from(text, "base64")).digest("hex").toUpperCase();

const base64 = (bytes) => Buffer.from(bytes).toString("base64");

async function signed(amount, sequenceAhead = 0) {
  const message = {
    typeUrl: "/cosmos.bank.v1beta1.MsgSend",
    value: { fromAddress: owner, toAddress: owner, amount: coins(amount, DENOM) },
  };
  const { accountNumber, sequence } = await client.getSequence(owner);
  const signerData = {
    accountNumber,
    sequence: sequence + sequenceAhead,
    chainId: await client.getChainId(),
  };
  const tx = await client.sign(owner, [message], calculateFee(200_000, GAS_PRICE), "", signerData);
  return TxRaw.encode(tx).finish();
}

describe("the chain", () => {
  it("tells who it is", async () => {
    const { default_node_info, application_version } = await ok(
      "/cosmos/base/tendermint/v1beta1/node_info",
    );
    assert.equal(default_node_info.network, await client.getChainId());
    assert.match(default_node_info.version, /^0\.38\./);
    assert.match(application_version.cosmos_sdk_version, /^v0\.53\./);
    assert.ok(Array.isArray(application_version.build_deps));
    assert.match((await ok("/cosmos/base/node/v1beta1/config")).minimum_gas_price, /ustoa$/);
    assert.deepEqual(await ok("/cosmos/base/tendermint/v1beta1/syncing"), { syncing: false });
  });

  it("shows blocks and validators", async () => {
    const latest = await ok("/cosmos/base/tendermint/v1beta1/blocks/latest");
    assert.match(latest.block.header.height, /^[0-9]+$/);
    assert.match(latest.block.header.time, /Z$/);
    assert.match(latest.sdk_block.header.proposer_address, /^stoavalcons1/);
    const first = await ok("/cosmos/base/tendermint/v1beta1/blocks/1");
    assert.equal(first.block.header.height, "1");
    assert.ok(first.block_id.hash.length > 0);
    const { validators, pagination } = await ok(
      "/cosmos/base/tendermint/v1beta1/validatorsets/latest",
    );
    assert.equal(validators.length, Number(pagination.total));
    assert.equal(validators[0].pub_key["@type"], "/cosmos.crypto.ed25519.PubKey");
    const { status } = await get("/cosmos/base/tendermint/v1beta1/blocks/999999999");
    assert.equal(status, 400);
  });

  it("describes its own interface", async () => {
    const { openapi, paths } = await ok("/openapi.json");
    assert.match(openapi, /^3\./);
    assert.ok(paths["/cosmos/bank/v1beta1/balances/{address}"].get.responses["200"]);
    const page = await fetch(`${LCD}/swagger/`);
    assert.match(page.headers.get("content-type"), /text\/html/);
    assert.match(await page.text(), /\/openapi\.json/);
    const { chain } = await ok("/cosmos/base/reflection/v1beta1/app_descriptor/chain");
    assert.equal(chain.id, await client.getChainId());
  });

  it("allows any origin", async () => {
    const { headers } = await get("/cosmos/auth/v1beta1/params", { origin: "https://example.org" });
    assert.equal(headers.get("access-control-allow-origin"), "*");
  });
});

describe("an account", () => {
  it("is shown as Keplr reads it", async () => {
    const { account } = await ok(`/cosmos/auth/v1beta1/accounts/${owner}`);
    assert.equal(account["@type"], "/cosmos.auth.v1beta1.BaseAccount");
    assert.equal(account.address, owner);
    assert.match(account.account_number, /^[0-9]+$/);
    assert.match(account.sequence, /^[0-9]+$/);
    assert.ok("pub_key" in account);
  });

  it("has balances", async () => {
    for (const list of ["balances", "spendable_balances"]) {
      const { balances, pagination } = await ok(`/cosmos/bank/v1beta1/${list}/${owner}`);
      const [coin] = balances.filter((coin) => coin.denom === DENOM);
      assert.match(coin.amount, /^[0-9]+$/);
      assert.deepEqual(pagination, { next_key: null, total: String(balances.length) });
    }
    const { balance } = await ok(`/cosmos/bank/v1beta1/balances/${owner}/by_denom?denom=${DENOM}`);
    assert.equal(balance.denom, DENOM);
    const empty = await ok(`/cosmos/bank/v1beta1/balances/${await addressOf(await stranger())}`);
    assert.deepEqual(empty.balances, []);
  });

  it("that does not exist is 404 with code 5", async () => {
    const nobody = await addressOf(await stranger());
    const { status, body } = await get(`/cosmos/auth/v1beta1/accounts/${nobody}`);
    assert.deepEqual([status, body.code, body.details], [404, 5, []]);
    assert.match(body.message, /not found/);
  });

  it("can be read at an earlier height", async () => {
    const path = `/cosmos/bank/v1beta1/balances/${owner}`;
    const { status, headers } = await get(path, { "x-cosmos-block-height": "2" });
    assert.deepEqual([status, headers.get("x-cosmos-block-height")], [200, "2"]);
  });
});

describe("money", () => {
  it("has a supply and a name", async () => {
    const { supply } = await ok("/cosmos/bank/v1beta1/supply");
    assert.ok(supply.some((coin) => coin.denom === DENOM));
    const { amount } = await ok(`/cosmos/bank/v1beta1/supply/by_denom?denom=${DENOM}`);
    assert.deepEqual(amount, supply.find((coin) => coin.denom === DENOM));
    assert.ok(Array.isArray((await ok("/cosmos/bank/v1beta1/denoms_metadata")).metadatas));
    assert.deepEqual(await ok("/cosmos/auth/v1beta1/params"), {
      params: {
        max_memo_characters: "256",
        tx_sig_limit: "7",
        tx_size_cost_per_byte: "10",
        sig_verify_cost_ed25519: "590",
        sig_verify_cost_secp256k1: "1000",
      },
    });
  });
});

describe("a transaction", () => {
  it("is simulated, broadcast and found", async () => {
    const bytes = base64(await signed(3));
    const simulated = await post("/cosmos/tx/v1beta1/simulate", { tx_bytes: bytes });
    assert.equal(simulated.status, 200, JSON.stringify(simulated.body));
    assert.ok(Number(simulated.body.gas_info.gas_used) > 10_000);

    const sent = await post("/cosmos/tx/v1beta1/txs", {
      tx_bytes: bytes,
      mode: "BROADCAST_MODE_SYNC",
    });
    assert.equal(sent.status, 200);
    assert.equal(sent.body.tx_response.code, 0, sent.body.tx_response.raw_log);
    const hash = sent.body.tx_response.txhash;
    assert.match(hash, /^[0-9A-F]{64}$/);

    let found;
    for (let attempt = 0; attempt < 50 && found?.status !== 200; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      found = await get(`/cosmos/tx/v1beta1/txs/${hash}`);
    }
    assert.equal(found.status, 200, JSON.stringify(found.body));
    const { tx, tx_response } = found.body;
    assert.equal(tx_response.txhash, hash);
    assert.match(tx_response.timestamp, /Z$/);
    assert.equal(tx_response.tx["@type"], "/cosmos.tx.v1beta1.Tx");
    assert.equal(tx.body.messages[0]["@type"], "/cosmos.bank.v1beta1.MsgSend");
    assert.deepEqual(tx.body.messages[0].amount, [{ denom: DENOM, amount: "3" }]);
    assert.deepEqual(tx.auth_info.signer_infos[0].mode_info, {
      single: { mode: "SIGN_MODE_DIRECT" },
    });
    assert.ok(tx_response.events.some((event) => event.type === "transfer"));
    const data = TxMsgData.decode(Buffer.from(tx_response.data, "hex"));
    assert.equal(data.msgResponses[0].typeUrl, "/cosmos.bank.v1beta1.MsgSendResponse");

    const query = encodeURIComponent(`tx.hash='${hash}'`);
    const { tx_responses } = await ok(`/cosmos/tx/v1beta1/txs?query=${query}`);
    assert.equal(tx_responses.length, 1);
  });

  it("is decoded and encoded to the same bytes, and shown in its block", async () => {
    const { tx_responses: responses } = await ok(
      `/cosmos/tx/v1beta1/txs?query=${encodeURIComponent(`message.sender='${owner}'`)}&limit=1`,
    );
    const [{ height, txhash }] = responses;
    const { txs, block, pagination } = await ok(`/cosmos/tx/v1beta1/txs/block/${height}`);
    assert.equal(block.header.height, height);
    assert.equal(txs.length, Number(pagination.total));
    // What the validators said comes first in a block and is no transaction.
    const raw = block.data.txs.find((bytes) => sha256Hex(bytes) === txhash);
    const decoded = await post("/cosmos/tx/v1beta1/decode", { tx_bytes: raw });
    assert.equal(decoded.status, 200, JSON.stringify(decoded.body));
    assert.ok(txs.some((tx) => JSON.stringify(tx) === JSON.stringify(decoded.body.tx)));
    const encoded = await post("/cosmos/tx/v1beta1/encode", decoded.body);
    assert.deepEqual(encoded.body, { tx_bytes: raw });
  });

  it("with a wrong sequence is refused by code 32", async () => {
    const { status, body } = await post("/cosmos/tx/v1beta1/txs", {
      tx_bytes: base64(await signed(1, 5)),
      mode: "BROADCAST_MODE_SYNC",
    });
    assert.equal(status, 200);
    assert.deepEqual([body.tx_response.code, body.tx_response.codespace], [32, "sdk"]);
    assert.match(body.tx_response.raw_log, /account sequence mismatch/);
  });

  it("that nobody sent is 404", async () => {
    const { status, body } = await get(`/cosmos/tx/v1beta1/txs/${"0".repeat(64)}`);
    assert.deepEqual([status, body.code], [404, 5]);
  });
});

describe("probes", () => {
  it("of Keplr get the statuses that it looks for", async () => {
    assert.equal((await get("/cosmwasm/wasm/v1/contract/test/smart/test")).status, 400);
    assert.equal((await get("/cosmos/bank/v1beta1/spendable_balances/test")).status, 400);
    for (const path of ["/cosmos/gov/v1/params/tallying", "/feemarket/v1/params", "/nothing"]) {
      const { status, body } = await get(path);
      assert.deepEqual([status, body.code, body.details], [501, 12, []]);
    }
  });

  it("of explorers see codes", async () => {
    const { code_infos, pagination } = await ok("/cosmwasm/wasm/v1/code");
    assert.ok(Array.isArray(code_infos));
    assert.ok("next_key" in pagination);
    assert.equal((await get("/cosmwasm/wasm/v1/code/999999")).status, 500);
    assert.equal((await get("/cosmwasm/wasm/v1/code/one")).status, 400);
  });
});
