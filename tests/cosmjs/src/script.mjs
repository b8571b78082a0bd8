// What a dApp does with unmodified CosmJS, step by step, once signed directly and once by amino JSON, the same on every
// chain: `cargo xtask sessions` plays it on wasmd and on stoad and compares the answers field by field, and
// `script.test.mjs` plays it on stoad. Environment: network.mjs; and
//
//   STOA_MNEMONIC_DIRECT  an account with money that signs directly
//   STOA_MNEMONIC_AMINO   an account with money that signs amino JSON
//   STOA_PROBE            the contract `chain/modules/testdata/probe.wasm.gz`
//
// `node src/script.mjs` writes the steps as a JSON list: name, wanted code (of a transaction), answer.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

import { createMultisigThresholdPubkey, encodeSecp256k1Pubkey, pubkeyToAddress, Secp256k1HdWallet, Secp256k1Wallet } from "@cosmjs/amino";
import { instantiate2Address, setupWasmExtension, SigningCosmWasmClient } from "@cosmjs/cosmwasm";
import { fromHex, toAscii, toBase64, toUtf8 } from "@cosmjs/encoding";
import { DirectSecp256k1HdWallet, DirectSecp256k1Wallet } from "@cosmjs/proto-signing";
import { calculateFee, coins, makeMultisignedTxBytes, QueryClient, setupAuthzExtension, setupBankExtension, setupFeegrantExtension } from "@cosmjs/stargate";
import { connectComet } from "@cosmjs/tendermint-rpc";

import { aminoTypes, registry } from "./amino-types.mjs";
import { DENOM, GAS_PRICE, PREFIX, RPC } from "./network.mjs";

const OPTIONS = { gasPrice: GAS_PRICE, broadcastPollIntervalMs: 200, registry, aminoTypes };
const FEE = calculateFee(400_000, GAS_PRICE);
const UPLOAD_FEE = calculateFee(8_000_000, GAS_PRICE);
const [AUTHZ, BANK, FEEGRANT, WASM] = ["cosmos.authz", "cosmos.bank", "cosmos.feegrant"]
  .map((name) => `/${name}.v1beta1.`)
  .concat("/cosmwasm.wasm.v1.");
// Far enough for any clock, and within what cosmjs-types writes correctly.
const LATER = { seconds: 2_000_000_000n, nanos: 0 };

const json = (value) => toUtf8(JSON.stringify(value));
const pack = (typeUrl, value) => ({ typeUrl, value: registry.encode({ typeUrl, value }) });
const key = (byte) => new Uint8Array(32).fill(byte);

// Values as JSON: bytes in base64, large numbers as texts. What depends on account numbers and clocks is left out:
// signatures, hashes, heights.
function plain(value, name = "") {
  if (["signature", "hash", "transactionHash", "height", "blockHeight", "txIndex"].includes(name)) return undefined;
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return toBase64(value);
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (value === null || typeof value !== "object") return value;
  if (value.key === "signature") return { key: "signature" };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, key)]));
}

// Somebody who signs.
class Actor {
  static async of(wallet) {
    const actor = new Actor();
    actor.wallet = wallet;
    [{ address: actor.address, pubkey: actor.pubkey }] = await wallet.getAccounts();
    actor.client = await SigningCosmWasmClient.connectWithSigner(RPC, wallet, OPTIONS);
    return actor;
  }

  // Sends messages; a refusal by the mempool is an answer, too.
  async send(messages, fee = FEE, memo = "") {
    try {
      return await this.client.signAndBroadcast(this.address, messages, fee, memo);
    } catch (error) {
      if (error.code === undefined) throw error;
      return { code: error.code, codespace: error.codespace, rawLog: error.log };
    }
  }
}

// One of the two ways to sign: who acts, and the new accounts of this way.
async function cast(way) {
  const mnemonic = process.env[`STOA_MNEMONIC_${way.toUpperCase()}`];
  const isDirect = way === "direct";
  const hd = isDirect ? DirectSecp256k1HdWallet : Secp256k1HdWallet;
  const single = isDirect ? DirectSecp256k1Wallet : Secp256k1Wallet;
  const first = isDirect ? 0x10 : 0x20;
  const fresh = (place) => single.fromKey(key(first + place), PREFIX);
  return {
    owner: await Actor.of(await hd.fromMnemonic(mnemonic, { prefix: PREFIX })),
    helper: await Actor.of(await fresh(1)),
    // Members of a group can sign either way, which for the group is a way of its own.
    members: await Promise.all([2, 3, 4].map(async (place) => Actor.of(await Secp256k1Wallet.fromKey(key(first + place), PREFIX)))),
  };
}

const attribute = ({ events }, type, key) =>
  events.find((event) => event.type === type)?.attributes.find((found) => found.key === key)?.value;

async function* money({ owner, helper, members }) {
  const send = (amount, toAddress = helper.address) => ({
    typeUrl: `${BANK}MsgSend`,
    value: { fromAddress: owner.address, toAddress, amount: coins(amount, DENOM) },
  });
  yield ["a send", 0, await owner.send([send(3_000_000)], FEE, `for <b>you</b> & "me" é😀`)];
  yield ["two sends", 0, await owner.send([send(1), send(2, members[0].address)])];
  yield ["sends of which the second fails", 5, await owner.send([send(1), send("99999999999999999")])];
  yield ["a send without enough gas", 11, await owner.send([send(1)], calculateFee(60_000, GAS_PRICE))];
  yield ["a send for a low fee", 13, await owner.send([send(1)], { amount: coins(1, DENOM), gas: "200000" })];
  yield ["gas of a send", undefined, await owner.client.simulate(owner.address, [send(1)], "")];
  const output = (actor, amount) => ({ address: actor.address, coins: coins(amount, DENOM) });
  const many = { inputs: [output(owner, 3)], outputs: [output(helper, 1), output(members[1], 2)] };
  yield ["a multi-send", 0, await owner.send([{ typeUrl: `${BANK}MsgMultiSend`, value: many }])];
  yield ["balance", undefined, await owner.client.getBalance(helper.address, DENOM)];
}

async function* contracts({ owner, helper }, wasm, query) {
  const message = (name, value) => ({ typeUrl: WASM + name, value });
  const from = (name, value) => message(name, { sender: owner.address, ...value });
  const by = (name, value) => message(name, { authority: owner.address, ...value });
  const upload = await owner.send([from("MsgStoreCode", { wasmByteCode: wasm })], UPLOAD_FEE);
  yield ["an upload", 0, upload];
  const codeId = BigInt(attribute(upload, "store_code", "code_id"));
  const make = { codeId, label: "a & b", msg: json({ entries: [["a", "1"]] }), funds: coins(5, DENOM), admin: owner.address };
  const made = await owner.send([from("MsgInstantiateContract", make)]);
  yield ["an instantiation", 0, made];
  const contract = attribute(made, "instantiate", "_contract_address");

  const salt = toAscii("salt");
  const checksum = fromHex(attribute(upload, "store_code", "code_checksum"));
  const predictable = { ...make, salt, fixMsg: false, funds: [], admin: "" };
  yield ["a predictable instantiation", 0, await owner.send([from("MsgInstantiateContract2", predictable)])];
  const predicted = instantiate2Address(checksum, owner.address, salt, PREFIX);
  yield ["the predicted contract", undefined, await owner.client.getContract(predicted)];
  yield ["the same again", 15, await owner.send([from("MsgInstantiateContract2", predictable)])];
  const fixed = { ...predictable, fixMsg: true };
  yield ["one with its message in the address", 0, await owner.send([from("MsgInstantiateContract2", fixed)])];

  const call = (msg, funds = []) => from("MsgExecuteContract", { contract, msg: json(msg), funds });
  const set = (key, value) => call({ set: { key, value } });
  yield ["a call", 0, await owner.send([set("b", "<&> é")])];
  yield ["calls with funds", 0, await owner.send([set("c", "1"), call({ remove: { key: "a" } }, coins(2, DENOM))])];
  yield ["a refusal", 5, await owner.send([call({ fail: { text: "no <way>" } })])];
  yield ["no such message", 5, await owner.send([call({ nothing: {} })])];
  yield ["no such contract", 22, await owner.send([from("MsgExecuteContract", { contract: helper.address, msg: json({}), funds: [] })])];
  const events = { attributes: [["k", "v"]], events: [["event", [["x", "y"]]]] };
  yield ["events", 0, await owner.send([call({ events })])];

  const second = await owner.send([from("MsgStoreCode", { wasmByteCode: wasm })], UPLOAD_FEE);
  yield ["the same code again", 0, second];
  const newCode = BigInt(attribute(second, "store_code", "code_id"));
  const migrate = (msg) => from("MsgMigrateContract", { contract, codeId: newCode, msg: json(msg) });
  yield ["a migration", 0, await owner.send([migrate({})])];
  yield ["a migration that the contract refuses", 11, await owner.send([migrate({ fail: "no" })])];
  yield ["a new label", 0, await owner.send([from("MsgUpdateContractLabel", { contract, newLabel: "c & <d> é" })])];
  yield ["code and migration", 0, await owner.send([by("MsgStoreAndMigrateContract", { contract, wasmByteCode: wasm, msg: json({}) })], UPLOAD_FEE)];
  const both = { wasmByteCode: wasm, unpinCode: true, admin: owner.address, label: "both", msg: json({}), funds: [], source: "", builder: "", codeHash: new Uint8Array() };
  yield ["code and instantiation", 0, await owner.send([by("MsgStoreAndInstantiateContract", both)], UPLOAD_FEE)];
  yield ["sudo by somebody", 14, await owner.send([by("MsgSudoContract", { contract, msg: json({}) })])];
  yield ["pinning by somebody", 14, await owner.send([by("MsgPinCodes", { codeIds: [codeId] })])];
  yield* grants({ owner, helper }, contract, set);
  yield ["another admin", 0, await owner.send([from("MsgUpdateAdmin", { contract, newAdmin: helper.address })])];
  yield ["who is no admin any more", 4, await owner.send([migrate({})])];
  yield ["no admin", 0, await helper.send([message("MsgClearAdmin", { sender: helper.address, contract })])];
  yield* questions(owner, contract, codeId, predicted, query);
}

async function* questions({ client, address }, contract, codeId, predicted, query) {
  yield ["contract", undefined, await client.getContract(contract)];
  yield ["its history", undefined, await client.getContractCodeHistory(contract)];
  yield ["its code", undefined, await client.getCodeDetails(Number(codeId))];
  yield ["contracts of the code", undefined, await client.getContracts(Number(codeId))];
  yield ["contracts of the creator", undefined, await client.getContractsByCreator(address)];
  yield ["codes", undefined, await client.getCodes()];
  yield ["smart query", undefined, await client.queryContractSmart(contract, { scan: { start: null, end: null, descending: true } })];
  yield ["raw query", undefined, await client.queryContractRaw(contract, toAscii("b"))];
  yield ["raw query of nothing", undefined, await client.queryContractRaw(contract, toAscii("nothing"))];
  yield ["refused query", undefined, await client.queryContractSmart(contract, { fail: { text: "no" } }).catch(({ message }) => message)];
  yield ["whole state", undefined, await query.wasm.getAllContractState(contract)];
  yield ["predicted state", undefined, await query.wasm.getAllContractState(predicted)];
  yield ["transactions of the contract", undefined, (await client.searchTx(`execute._contract_address='${contract}'`)).map(({ code, gasWanted }) => ({ code, gasWanted }))];
}

async function* grants({ owner, helper }, contract, set) {
  const grant = (authorization) => ({
    typeUrl: `${AUTHZ}MsgGrant`,
    value: { granter: owner.address, grantee: helper.address, grant: { authorization, expiration: LATER } },
  });
  const exec = (...messages) => ({
    typeUrl: `${AUTHZ}MsgExec`,
    value: { grantee: helper.address, msgs: messages.map(({ typeUrl, value }) => pack(typeUrl, value)) },
  });
  const revoke = (msgTypeUrl) => ({
    typeUrl: `${AUTHZ}MsgRevoke`,
    value: { granter: owner.address, grantee: helper.address, msgTypeUrl },
  });
  const send = {
    typeUrl: `${BANK}MsgSend`,
    value: { fromAddress: owner.address, toAddress: helper.address, amount: coins(9, DENOM) },
  };
  const calls = {
    contract,
    limit: pack(`${WASM}MaxCallsLimit`, { remaining: 2n }),
    filter: pack(`${WASM}AllowAllMessagesFilter`, {}),
  };
  yield ["acting without a grant", 2, await helper.send([exec(send)])];
  yield ["a generic grant", 0, await owner.send([grant(pack(`${AUTHZ}GenericAuthorization`, { msg: send.typeUrl }))])];
  yield ["a contract grant", 0, await owner.send([grant(pack(`${WASM}ContractExecutionAuthorization`, { grants: [calls] }))])];
  yield ["acting for another", 0, await helper.send([exec(send, set("d", "2"))])];
  yield ["the last call", 0, await helper.send([exec(set("d", "3"))])];
  yield ["one call too many", 2, await helper.send([exec(set("d", "4"))])];
  yield ["the end of a grant", 0, await owner.send([revoke(send.typeUrl)])];
  yield ["acting after it", 2, await helper.send([exec(send)])];
  const allowance = pack(`${FEEGRANT}BasicAllowance`, { spendLimit: coins(25_000, DENOM) });
  const pair = { granter: owner.address, grantee: helper.address };
  const paid = { ...FEE, granter: owner.address };
  const back = { ...send, value: { ...send.value, fromAddress: helper.address, toAddress: owner.address } };
  yield ["a fee grant", 0, await owner.send([{ typeUrl: `${FEEGRANT}MsgGrantAllowance`, value: { ...pair, allowance } }])];
  yield ["a fee paid by another", 0, await helper.send([back], paid)];
  yield ["two more fees", 0, await helper.send([back], paid)];
  yield ["a fee beyond the grant", 2, await helper.send([back], paid)];
  yield ["the end of a fee grant", 0, await owner.send([{ typeUrl: `${FEEGRANT}MsgRevokeAllowance`, value: pair }])];
  yield ["a fee after it", 38, await helper.send([back], paid)];
}

async function* group({ owner, members }) {
  const group = createMultisigThresholdPubkey(members.map(({ pubkey }) => encodeSecp256k1Pubkey(pubkey)), 2);
  const address = pubkeyToAddress(group, PREFIX);
  yield ["money for a group", 0, (await owner.client.sendTokens(owner.address, address, coins(1_000_000, DENOM), FEE))];
  const spend = {
    typeUrl: `${BANK}MsgSend`,
    value: { fromAddress: address, toAddress: owner.address, amount: coins(10, DENOM) },
  };
  const signed = async (places) => {
    const { accountNumber, sequence } = await owner.client.getSequence(address);
    const position = { accountNumber, sequence, chainId: await owner.client.getChainId() };
    const parts = await Promise.all(
      places.map((place) => members[place].client.sign(members[place].address, [spend], FEE, "together", position)),
    );
    const signatures = new Map(places.map((place, turn) => [members[place].address, parts[turn].signatures[0]]));
    return makeMultisignedTxBytes(group, sequence, FEE, parts[0].bodyBytes, signatures);
  };
  const refusal = ({ code, codespace, log }) => ({ code, codespace, rawLog: log });
  for (const places of [[0, 1], [0, 2], [0, 1, 2]]) {
    yield [`a group of ${places}`, 0, await owner.client.broadcastTx(await signed(places), 60_000, 200)];
  }
  yield ["too small a group", 4, await owner.client.broadcastTxSync(await signed([1])).catch(refusal)];
  const { pubkey } = await owner.client.getAccount(address);
  yield ["the group's key", undefined, pubkey];
}

// What is different on wasmd, and so comes last: the sequence of the signer is another one afterwards.
async function* permissions({ owner }, codeId) {
  const newInstantiatePermission = { permission: 4, addresses: [owner.address] };
  const value = { sender: owner.address, codeId, newInstantiatePermission };
  yield ["a new permission", 0, await owner.send([{ typeUrl: `${WASM}MsgUpdateInstantiateConfig`, value }])];
  yield ["the code afterwards", undefined, await owner.client.getCodeDetails(Number(codeId))];
}

// All steps: [name, wanted code, answer].
export async function* play() {
  const wasm = gunzipSync(await readFile(process.env.STOA_PROBE));
  const query = QueryClient.withExtensions(await connectComet(RPC), setupAuthzExtension, setupBankExtension, setupFeegrantExtension, setupWasmExtension);
  for (const way of ["direct", "amino"]) {
    const actors = await cast(way);
    let codeId;
    for (const part of [money(actors), contracts(actors, wasm, query), group(actors)]) {
      for await (const [name, wanted, answer] of part) {
        if (name === "an upload") codeId = BigInt(attribute(answer, "store_code", "code_id"));
        yield { name: `${way}: ${name}`, wanted, answer: plain(answer) };
      }
    }
    const held = await query.authz.granteeGrants(actors.helper.address);
    yield { name: `${way}: grants that are left`, answer: plain(held) };
    const allowances = await query.feegrant.allowances(actors.helper.address);
    yield { name: `${way}: fee grants that are left`, answer: plain(allowances) };
    for await (const [name, wanted, answer] of permissions(actors, codeId)) {
      yield { name: `${way}: ${name}`, wanted, answer: plain(answer) };
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const steps = [];
  for await (const step of play()) steps.push(step);
  process.stdout.write(`${JSON.stringify(steps)}\n`, () => process.exit(0));
}
