// Unmodified CosmJS, as dApps and scripts use it. One account, one step after the other.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { CosmWasmClient, SigningCosmWasmClient } from "@cosmjs/cosmwasm";
import { toUtf8 } from "@cosmjs/encoding";
import { calculateFee, coins, SigningStargateClient } from "@cosmjs/stargate";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";

import {
  addressOf,
  alice,
  contractWasm,
  DENOM,
  GAS_MULTIPLIER,
  GAS_PRICE,
  RPC,
  stranger,
} from "./src/network.mjs";

const OPTIONS = { gasPrice: GAS_PRICE, broadcastPollIntervalMs: 200 };

let client;
let sender;

// How long a broadcast may take; CosmJS keeps the process alive that long even if it is refused at once.
const BROADCAST_TIMEOUT_MS = 10_000;

async function nextBlock() {
  const height = await client.getHeight();
  while ((await client.getHeight()) <= height) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

before(async () => {
  const wallet = await alice();
  sender = await addressOf(wallet);
  client = await SigningCosmWasmClient.connectWithSigner(RPC, wallet, OPTIONS);
});

describe("a wallet", () => {
  it("connects and sees chain, height and block", async () => {
    assert.match(await client.getChainId(), /^[a-z0-9-]+$/);
    const height = await client.getHeight();
    assert.ok(height > 0);
    const block = await client.getBlock(height);
    assert.equal(block.header.height, height);
  });

  it("sees its account, balance and the supply", async () => {
    const account = await client.getAccount(sender);
    assert.equal(account.address, sender);
    assert.ok(account.accountNumber >= 0);
    const { accountNumber, sequence } = await client.getSequence(sender);
    assert.deepEqual([accountNumber, sequence], [account.accountNumber, account.sequence]);
    assert.ok(BigInt((await client.getBalance(sender, DENOM)).amount) > 0n);
    const stargate = await SigningStargateClient.connectWithSigner(RPC, await alice(), OPTIONS);
    assert.ok((await stargate.getAllBalances(sender)).some((coin) => coin.denom === DENOM));
  });

  it("is told that an unknown account does not exist", async () => {
    const nobody = await addressOf(await stranger());
    assert.equal(await client.getAccount(nobody), null);
    await assert.rejects(client.getSequence(nobody), /does not exist on chain/);
    assert.deepEqual(await client.getBalance(nobody, DENOM), { denom: DENOM, amount: "0" });
  });

  it("sends coins with an estimated fee", async () => {
    const recipient = await addressOf(await stranger());
    const before = await client.getSequence(sender);
    const result = await client.sendTokens(sender, recipient, coins(12_345, DENOM), GAS_MULTIPLIER);
    assert.equal(result.code, 0);
    assert.ok(result.gasUsed > 0n && result.gasUsed <= result.gasWanted);
    assert.equal((await client.getBalance(recipient, DENOM)).amount, "12345");
    assert.equal((await client.getSequence(sender)).sequence, before.sequence + 1);
    const kinds = result.events.map((event) => event.type);
    for (const kind of ["tx", "message", "coin_spent", "coin_received", "transfer"]) {
      assert.ok(kinds.includes(kind), kind);
    }
    // The recipient has an account from the first receipt on.
    assert.equal((await client.getAccount(recipient)).sequence, 0);

    const found = await client.getTx(result.transactionHash);
    assert.equal(found.height, result.height);
    const searched = await client.searchTx(`transfer.recipient='${recipient}'`);
    assert.equal(searched.length, 1);
  });

  it("sends several messages in one transaction", async () => {
    const recipients = await Promise.all([1, 2].map(async () => addressOf(await stranger())));
    const messages = recipients.map((toAddress) => ({
      typeUrl: "/cosmos.bank.v1beta1.MsgSend",
      value: { fromAddress: sender, toAddress, amount: coins(7, DENOM) },
    }));
    const result = await client.signAndBroadcast(sender, messages, GAS_MULTIPLIER, "two at once");
    assert.equal(result.code, 0);
    assert.equal(result.msgResponses.length, 2);
    for (const recipient of recipients) {
      assert.equal((await client.getBalance(recipient, DENOM)).amount, "7");
    }
    const indices = result.events.flatMap((event) =>
      event.attributes.filter((attribute) => attribute.key === "msg_index"),
    );
    assert.ok(indices.some((attribute) => attribute.value === "1"));
  });
});

describe("a contract", () => {
  let codeId;
  let contract;

  it("is uploaded", async () => {
    const wasm = new Uint8Array(await contractWasm());
    const result = await client.upload(sender, wasm, GAS_MULTIPLIER);
    codeId = result.codeId;
    assert.ok(codeId > 0);
    assert.match(result.checksum, /^[0-9a-f]{64}$/);
    const details = await client.getCodeDetails(codeId);
    assert.equal(details.creator, sender);
    assert.equal(details.checksum, result.checksum);
    assert.deepEqual(Buffer.from(details.data), Buffer.from(wasm));
    assert.ok((await client.getCodes()).some((code) => code.id === codeId));
  });

  it("is instantiated with an admin", async () => {
    const rules = {
      members: [{ address: sender, weight: 1 }],
      quorum: 5_000,
      threshold: 5_000,
      voting_period_blocks: 100,
    };
    const result = await client.instantiate(sender, codeId, rules, "cosmjs dao", GAS_MULTIPLIER, {
      admin: sender,
    });
    contract = result.contractAddress;
    assert.match(contract, /^stoa1[a-z0-9]{58}$/);
    const details = await client.getContract(contract);
    assert.deepEqual(
      [details.codeId, details.creator, details.admin, details.label],
      [codeId, sender, sender, "cosmjs dao"],
    );
    assert.deepEqual(await client.getContracts(codeId), [contract]);
    assert.equal((await client.getContractCodeHistory(contract)).length, 1);
  });

  it("is executed, and queried smart and raw", async () => {
    // A member proposes from the block after it joined, and simulation stands in the last block.
    await nextBlock();
    const proposal = { propose: { title: "Hello", description: "From CosmJS", messages: [] } };
    const result = await client.execute(sender, contract, proposal, GAS_MULTIPLIER);
    const event = result.events.find((event) => event.type === "wasm");
    const attribute = (key) => event.attributes.find((found) => found.key === key)?.value;
    assert.equal(attribute("_contract_address"), contract);
    assert.ok(attribute("action"));

    const config = await client.queryContractSmart(contract, { config: {} });
    assert.equal(config.voting_period_blocks, 100);
    const { proposals } = await client.queryContractSmart(contract, { proposals: {} });
    assert.equal(proposals.length, 1);

    const raw = await client.queryContractRaw(contract, toUtf8("CONFIG"));
    assert.equal(JSON.parse(Buffer.from(raw).toString()).voting_period_blocks, 100);
    assert.equal((await client.queryContractRaw(contract, toUtf8("nothing")))?.length ?? 0, 0);
  });

  it("refuses in its own words", async () => {
    await assert.rejects(
      client.execute(sender, contract, { update_members: { members: [] } }, GAS_MULTIPLIER),
      /failed to execute message; message index: 0/,
    );
    await assert.rejects(client.queryContractSmart(contract, { nothing: {} }), /query wasm contract failed/);
  });

  it("that does not exist is not found", async () => {
    const nobody = await addressOf(await stranger());
    await assert.rejects(client.getContract(nobody), /No contract found|no such contract/i);
    await assert.rejects(client.queryContractSmart(nobody, { config: {} }), /no such contract/);
  });
});

describe("a refusal reaches the caller", () => {
  it("for money that is not there", async () => {
    const amount = coins("1000000000000000000", DENOM);
    const nobody = await addressOf(await stranger());
    await assert.rejects(
      client.sendTokens(sender, nobody, amount, GAS_MULTIPLIER),
      /spendable balance .* is smaller than .*: insufficient funds/,
    );
    // With a fixed fee the transaction enters a block, fails there, and its sequence is used up.
    const before = await client.getSequence(sender);
    const result = await client.sendTokens(sender, nobody, amount, calculateFee(200_000, GAS_PRICE));
    assert.equal(result.code, 5);
    assert.match(result.rawLog ?? "", /insufficient funds/);
    assert.equal((await client.getSequence(sender)).sequence, before.sequence + 1);
  });

  it("for a wrong sequence, a wrong chain and a low fee", async () => {
    const message = {
      typeUrl: "/cosmos.bank.v1beta1.MsgSend",
      value: { fromAddress: sender, toAddress: sender, amount: coins(1, DENOM) },
    };
    const chainId = await client.getChainId();
    const { accountNumber, sequence } = await client.getSequence(sender);
    const send = async (fee, signerData) => {
      const tx = await client.sign(sender, [message], fee, "", signerData);
      return client.broadcastTx(TxRaw.encode(tx).finish(), BROADCAST_TIMEOUT_MS);
    };
    const fee = calculateFee(200_000, GAS_PRICE);
    await assert.rejects(
      send(fee, { accountNumber, sequence: sequence + 3, chainId }),
      (error) => error.code === 32 && /account sequence mismatch, expected \d+, got \d+/.test(error.message),
    );
    await assert.rejects(
      send(fee, { accountNumber, sequence, chainId: "other-1" }),
      (error) => error.code === 4 && /signature verification failed/.test(error.message),
    );
    await assert.rejects(
      send({ amount: coins(1, DENOM), gas: "200000" }, { accountNumber, sequence, chainId }),
      (error) => error.code === 13 && /insufficient fee/.test(error.message),
    );
    await assert.rejects(
      send({ amount: coins(5_000, DENOM), gas: "2000" }, { accountNumber, sequence, chainId }),
      (error) => error.code === 11 && /out of gas/.test(error.message),
    );
    // None of them used up the sequence.
    assert.equal((await client.getSequence(sender)).sequence, sequence);
  });

  it("for the same transaction twice", async () => {
    const fee = calculateFee(200_000, GAS_PRICE);
    const message = {
      typeUrl: "/cosmos.bank.v1beta1.MsgSend",
      value: { fromAddress: sender, toAddress: sender, amount: coins(1, DENOM) },
    };
    const tx = await client.sign(sender, [message], fee, "");
    const bytes = TxRaw.encode(tx).finish();
    assert.equal((await client.broadcastTx(bytes)).code, 0);
    await assert.rejects(client.broadcastTx(bytes, BROADCAST_TIMEOUT_MS), /already exists in cache|sequence mismatch/);
  });
});

describe("without a key", () => {
  it("reads need no signer", async () => {
    const reader = await CosmWasmClient.connect(RPC);
    assert.ok((await reader.getHeight()) > 0);
    assert.equal((await reader.getAccount(sender)).address, sender);
    reader.disconnect();
  });
});
