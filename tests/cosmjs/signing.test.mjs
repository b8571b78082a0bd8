// How transactions are signed and who pays, with unmodified CosmJS: amino JSON as Ledger devices sign it,
// multisig keys, fee grants, authorizations. Carol's account signs here alone.

import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { createMultisigThresholdPubkey, encodeSecp256k1Pubkey, pubkeyToAddress } from "@cosmjs/amino";
import { SigningCosmWasmClient } from "@cosmjs/cosmwasm";
import { toUtf8 } from "@cosmjs/encoding";
import { calculateFee, coins, makeMultisignedTxBytes, SigningStargateClient } from "@cosmjs/stargate";
import { GenericAuthorization } from "cosmjs-types/cosmos/authz/v1beta1/authz";
import { MsgExec, MsgGrant, MsgRevoke } from "cosmjs-types/cosmos/authz/v1beta1/tx";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { BasicAllowance } from "cosmjs-types/cosmos/feegrant/v1beta1/feegrant";
import { MsgGrantAllowance, MsgRevokeAllowance } from "cosmjs-types/cosmos/feegrant/v1beta1/tx";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";

import {
  addressOf,
  aminoStranger,
  carol,
  DENOM,
  GAS_MULTIPLIER,
  GAS_PRICE,
  LCD,
  PREFIX,
  RPC,
  stranger,
} from "./src/network.mjs";

const OPTIONS = { gasPrice: GAS_PRICE, broadcastPollIntervalMs: 200 };
const FEE = calculateFee(200_000, GAS_PRICE);

let client;
let sender;

const send = (fromAddress, toAddress, amount) => ({
  typeUrl: "/cosmos.bank.v1beta1.MsgSend",
  value: { fromAddress, toAddress, amount: coins(amount, DENOM) },
});

const balance = async (address) => Number((await client.getBalance(address, DENOM)).amount);

async function get(path) {
  const response = await fetch(LCD + path);
  return { status: response.status, body: await response.json() };
}

before(async () => {
  const wallet = await carol();
  sender = await addressOf(wallet);
  client = await SigningCosmWasmClient.connectWithSigner(RPC, wallet, OPTIONS);
});

describe("an amino signer", () => {
  it("sends, with a memo that must be escaped", async () => {
    const recipient = await addressOf(await stranger());
    const memo = `<a href="x">Tom & Jerry</a> é😀\n`;
    const result = await client.sendTokens(sender, recipient, coins(5, DENOM), GAS_MULTIPLIER, memo);
    assert.equal(result.code, 0);
    assert.equal(await balance(recipient), 5);
    const { body } = await get(`/cosmos/tx/v1beta1/txs/${result.transactionHash}`);
    assert.equal(body.tx.body.memo, memo);
    assert.deepEqual(body.tx.auth_info.signer_infos[0].mode_info, {
      single: { mode: "SIGN_MODE_LEGACY_AMINO_JSON" },
    });
  });

  it("sends to several at once", async () => {
    const recipients = await Promise.all([1, 2].map(async () => addressOf(await stranger())));
    const message = {
      typeUrl: "/cosmos.bank.v1beta1.MsgMultiSend",
      value: {
        inputs: [{ address: sender, coins: coins(7, DENOM) }],
        outputs: [
          { address: recipients[0], coins: coins(3, DENOM) },
          { address: recipients[1], coins: coins(4, DENOM) },
        ],
      },
    };
    const result = await client.signAndBroadcast(sender, [message], GAS_MULTIPLIER);
    assert.equal(result.code, 0);
    assert.deepEqual(await Promise.all(recipients.map(balance)), [3, 4]);
  });

  it("gives money that vests, which cannot be spent before", async () => {
    const wallet = await stranger();
    const recipient = await addressOf(wallet);
    const endTime = BigInt(Math.floor(Date.now() / 1000) + 3600);
    const message = {
      typeUrl: "/cosmos.vesting.v1beta1.MsgCreateVestingAccount",
      value: { fromAddress: sender, toAddress: recipient, amount: coins(50_000, DENOM), endTime, delayed: true },
    };
    const result = await client.signAndBroadcast(sender, [message], GAS_MULTIPLIER);
    assert.equal(result.code, 0, result.rawLog);
    assert.equal((await client.getAccount(recipient)).sequence, 0);
    const { body } = await get(`/cosmos/bank/v1beta1/spendable_balances/${recipient}`);
    assert.deepEqual(body.balances, [{ denom: DENOM, amount: "0" }]);
    const locked = await SigningStargateClient.connectWithSigner(RPC, wallet, OPTIONS);
    await assert.rejects(
      locked.signAndBroadcast(recipient, [send(recipient, sender, 1)], FEE),
      (error) => error.code === 5 && /spendable balance 0ustoa is smaller than/.test(error.message),
    );
  });

  it("signs messages to contracts that the chain understands", async () => {
    const nobody = await addressOf(await stranger());
    const message = {
      typeUrl: "/cosmwasm.wasm.v1.MsgExecuteContract",
      value: {
        sender,
        contract: nobody,
        msg: toUtf8(JSON.stringify({ z: { b: "<&>", a: 1 }, a: [true, null] })),
        funds: coins(1, DENOM),
      },
    };
    // The contract does not exist, but the signature is right: the refusal is the contract module's.
    const result = await client.signAndBroadcast(sender, [message], FEE);
    assert.notEqual(result.code, 0);
    assert.match(result.rawLog ?? "", /no such contract/);
  });

  it("is refused for a wrong chain or account number, with the words of the SDK", async () => {
    const { accountNumber, sequence } = await client.getSequence(sender);
    const chainId = await client.getChainId();
    for (const wrong of [
      { accountNumber: accountNumber + 1, sequence, chainId },
      { accountNumber, sequence, chainId: "other-1" },
    ]) {
      const tx = await client.sign(sender, [send(sender, sender, 1)], FEE, "", wrong);
      await assert.rejects(
        client.broadcastTxSync(TxRaw.encode(tx).finish()),
        (error) => error.code === 4 && /please verify account number \(\d+\), sequence \(\d+\)/.test(error.message),
      );
    }
  });
});

describe("a multisig account", () => {
  let members;
  let group;
  let key;

  before(async () => {
    members = await Promise.all([1, 2, 3].map(() => aminoStranger()));
    const accounts = await Promise.all(members.map(async (member) => (await member.getAccounts())[0]));
    key = createMultisigThresholdPubkey(accounts.map(({ pubkey }) => encodeSecp256k1Pubkey(pubkey)), 2);
    group = pubkeyToAddress(key, PREFIX);
    const result = await client.sendTokens(sender, group, coins(1_000_000, DENOM), FEE);
    assert.equal(result.code, 0);
  });

  // The group's transaction, signed by the members at `who`.
  async function signed(message, who, memo = "together") {
    const { accountNumber, sequence } = await client.getSequence(group);
    const chainId = await client.getChainId();
    let bodyBytes;
    const signatures = new Map();
    for (const place of who) {
      const member = await SigningStargateClient.offline(members[place], OPTIONS);
      const address = await addressOf(members[place]);
      const signerData = { accountNumber, sequence, chainId };
      const part = await member.sign(address, [message], FEE, memo, signerData);
      bodyBytes = part.bodyBytes;
      signatures.set(address, part.signatures[0]);
    }
    return makeMultisignedTxBytes(key, sequence, FEE, bodyBytes, signatures);
  }

  it("spends when enough members sign", async () => {
    const recipient = await addressOf(await stranger());
    for (const who of [[0, 1], [1, 2], [0, 1, 2]]) {
      const result = await client.broadcastTx(await signed(send(group, recipient, 10), who));
      assert.equal(result.code, 0, result.rawLog);
    }
    assert.equal(await balance(recipient), 30);
    assert.equal((await client.getSequence(group)).sequence, 3);
  });

  it("shows its key over CosmJS and over REST", async () => {
    const account = await client.getAccount(group);
    assert.deepEqual(account.pubkey, key);
    const { body } = await get(`/cosmos/auth/v1beta1/accounts/${group}`);
    const shown = body.account.pub_key;
    assert.equal(shown["@type"], "/cosmos.crypto.multisig.LegacyAminoPubKey");
    assert.equal(shown.threshold, 2);
    assert.equal(shown.public_keys.length, 3);
    assert.equal(shown.public_keys[0]["@type"], "/cosmos.crypto.secp256k1.PubKey");
    assert.equal(shown.public_keys[0].key, key.value.pubkeys[0].value);
  });

  it("does not spend when too few sign", async () => {
    const bytes = await signed(send(group, sender, 10), [2]);
    await assert.rejects(client.broadcastTxSync(bytes), (error) => error.code === 4);
  });
});

describe("a fee grant", () => {
  let poor;
  let wallet;

  const grant = (allowance) => ({
    typeUrl: "/cosmos.feegrant.v1beta1.MsgGrantAllowance",
    value: MsgGrantAllowance.fromPartial({
      granter: sender,
      grantee: poor,
      allowance: {
        typeUrl: "/cosmos.feegrant.v1beta1.BasicAllowance",
        value: BasicAllowance.encode(BasicAllowance.fromPartial(allowance)).finish(),
      },
    }),
  });

  // These messages have no amino form in CosmJS, so they are signed directly by another wallet.
  before(async () => {
    wallet = await stranger();
    poor = await addressOf(wallet);
  });

  it("lets somebody without money act, within its limit", async () => {
    const rich = await stranger();
    const richAddress = await addressOf(rich);
    await client.sendTokens(sender, richAddress, coins(100_000, DENOM), FEE);
    const richClient = await SigningStargateClient.connectWithSigner(RPC, rich, OPTIONS);
    const message = grant({ spendLimit: coins(12_000, DENOM) });
    message.value.granter = richAddress;
    assert.equal((await richClient.signAndBroadcast(richAddress, [message], FEE)).code, 0);
    await client.sendTokens(sender, poor, coins(2, DENOM), FEE);

    const { body } = await get(`/cosmos/feegrant/v1beta1/allowance/${richAddress}/${poor}`);
    assert.deepEqual(body.allowance.allowance, {
      "@type": "/cosmos.feegrant.v1beta1.BasicAllowance",
      spend_limit: coins(12_000, DENOM),
      expiration: null,
    });
    const poorClient = await SigningStargateClient.connectWithSigner(RPC, wallet, OPTIONS);
    const fee = { ...FEE, granter: richAddress };
    const before = await balance(richAddress);
    for (let round = 0; round < 2; round += 1) {
      const result = await poorClient.signAndBroadcast(poor, [send(poor, sender, 1)], fee);
      assert.equal(result.code, 0, result.rawLog);
      assert.ok(result.events.some((event) => event.type === "use_feegrant"));
    }
    assert.equal(await balance(poor), 0);
    assert.equal(await balance(richAddress), before - 10_000);
    await assert.rejects(
      poorClient.signAndBroadcast(poor, [send(poor, sender, 1)], fee),
      (error) => error.code === 2 && /fee limit exceeded/.test(error.message),
    );
    const issued = await get(`/cosmos/feegrant/v1beta1/issued/${richAddress}`);
    assert.equal(issued.body.allowances.length, 1);

    const revoke = {
      typeUrl: "/cosmos.feegrant.v1beta1.MsgRevokeAllowance",
      value: MsgRevokeAllowance.fromPartial({ granter: richAddress, grantee: poor }),
    };
    assert.equal((await richClient.signAndBroadcast(richAddress, [revoke], GAS_MULTIPLIER)).code, 0);
    const gone = await get(`/cosmos/feegrant/v1beta1/allowance/${richAddress}/${poor}`);
    assert.deepEqual([gone.status, gone.body.code], [500, 13]);
    const { allowances } = (await get(`/cosmos/feegrant/v1beta1/allowances/${poor}`)).body;
    assert.deepEqual(allowances, []);
  });
});

describe("an authorization", () => {
  it("lets another key send, until it is revoked", async () => {
    const [owner, helper] = await Promise.all([stranger(), stranger()]);
    const [ownerAddress, helperAddress] = await Promise.all([owner, helper].map(addressOf));
    for (const address of [ownerAddress, helperAddress]) {
      await client.sendTokens(sender, address, coins(100_000, DENOM), FEE);
    }
    const ownerClient = await SigningStargateClient.connectWithSigner(RPC, owner, OPTIONS);
    const helperClient = await SigningStargateClient.connectWithSigner(RPC, helper, OPTIONS);
    const exec = {
      typeUrl: "/cosmos.authz.v1beta1.MsgExec",
      value: MsgExec.fromPartial({
        grantee: helperAddress,
        msgs: [
          {
            typeUrl: "/cosmos.bank.v1beta1.MsgSend",
            value: MsgSend.encode(
              MsgSend.fromPartial({
                fromAddress: ownerAddress,
                toAddress: helperAddress,
                amount: coins(40_000, DENOM),
              }),
            ).finish(),
          },
        ],
      }),
    };
    const refused = await helperClient.signAndBroadcast(helperAddress, [exec], FEE);
    assert.equal(refused.code, 2);
    assert.match(refused.rawLog ?? "", /authorization not found/);

    const seconds = BigInt(Math.floor(Date.now() / 1000) + 3600);
    const grant = {
      typeUrl: "/cosmos.authz.v1beta1.MsgGrant",
      value: MsgGrant.fromPartial({
        granter: ownerAddress,
        grantee: helperAddress,
        grant: {
          authorization: {
            typeUrl: "/cosmos.authz.v1beta1.GenericAuthorization",
            value: GenericAuthorization.encode({ msg: "/cosmos.bank.v1beta1.MsgSend" }).finish(),
          },
          expiration: { seconds, nanos: 0 },
        },
      }),
    };
    assert.equal((await ownerClient.signAndBroadcast(ownerAddress, [grant], GAS_MULTIPLIER)).code, 0);
    const query = `granter=${ownerAddress}&grantee=${helperAddress}`;
    const { body } = await get(`/cosmos/authz/v1beta1/grants?${query}`);
    assert.deepEqual(body.grants[0].authorization, {
      "@type": "/cosmos.authz.v1beta1.GenericAuthorization",
      msg: "/cosmos.bank.v1beta1.MsgSend",
    });
    assert.match(body.grants[0].expiration, /Z$/);

    const done = await helperClient.signAndBroadcast(helperAddress, [exec], GAS_MULTIPLIER);
    assert.equal(done.code, 0, done.rawLog);
    const { grants } = (await get(`/cosmos/authz/v1beta1/grants/grantee/${helperAddress}`)).body;
    assert.equal(grants[0].granter, ownerAddress);

    const revoke = {
      typeUrl: "/cosmos.authz.v1beta1.MsgRevoke",
      value: MsgRevoke.fromPartial({
        granter: ownerAddress,
        grantee: helperAddress,
        msgTypeUrl: "/cosmos.bank.v1beta1.MsgSend",
      }),
    };
    assert.equal((await ownerClient.signAndBroadcast(ownerAddress, [revoke], GAS_MULTIPLIER)).code, 0);
    assert.equal((await helperClient.signAndBroadcast(helperAddress, [exec], FEE)).code, 2);
  });
});
