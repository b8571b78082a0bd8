// Writes the golden documents of SIGN_MODE_LEGACY_AMINO_JSON: transactions as unmodified CosmJS signs them
// with an amino signer, offline. `node src/amino-golden.mjs > ../../chain/app/testdata/amino-cosmjs.json`
//
// An account that vests evenly is not among them: CosmJS writes "delayed":false, which the SDK leaves out.
//
// Each case: the transaction's bytes, chain id, account number and sequence, and the text that was signed.

import { createWasmAminoConverters, wasmTypes } from "@cosmjs/cosmwasm";
import { Secp256k1Wallet, serializeSignDoc } from "@cosmjs/amino";
import { fromHex, toHex, toUtf8 } from "@cosmjs/encoding";
import { Registry } from "@cosmjs/proto-signing";
import {
  AminoTypes,
  createDefaultAminoConverters,
  defaultRegistryTypes,
  SigningStargateClient,
} from "@cosmjs/stargate";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";

const wallet = await Secp256k1Wallet.fromKey(fromHex("01".repeat(32)), "stoa");
const [{ address: me }] = await wallet.getAccounts();
const other = "stoa1rna690lzluhx26mxajy4q04xh32mhsqj5x9az8";

let signed;
const signer = {
  getAccounts: () => wallet.getAccounts(),
  signAmino: async (address, document) => {
    signed = Buffer.from(serializeSignDoc(document)).toString("utf8");
    return wallet.signAmino(address, document);
  },
};

const client = await SigningStargateClient.offline(signer, {
  registry: new Registry([...defaultRegistryTypes, ...wasmTypes]),
  aminoTypes: new AminoTypes({ ...createDefaultAminoConverters(), ...createWasmAminoConverters() }),
});

const coins = (...pairs) => pairs.map(([amount, denom]) => ({ denom, amount: String(amount) }));
const bank = (name, value) => ({ typeUrl: `/cosmos.bank.v1beta1.${name}`, value });
const vesting = (value) => ({ typeUrl: "/cosmos.vesting.v1beta1.MsgCreateVestingAccount", value });
const wasm = (name, value) => ({ typeUrl: `/cosmwasm.wasm.v1.${name}`, value });
const json = (value) => toUtf8(JSON.stringify(value));
const send = (amount) => bank("MsgSend", { fromAddress: me, toAddress: other, amount });
const NESTED = { z: [1, { b: "<tag> & more", a: null }], a: { y: "9", x: true }, "é": "ü😀" };

const cases = [
  ["a send", [send(coins([7, "ustoa"]))]],
  ["several coins and an odd memo", [send(coins([1, "abc"], [2, "ustoa"]))], { memo: `<a href="x">&\\ é😀\n\t\u0007` }],
  ["no coins at all", [send([])], { fee: { amount: [], gas: "0" } }],
  ["two messages", [send(coins([7, "ustoa"])), send(coins([8, "ustoa"]))]],
  ["a timeout height", [send(coins([7, "ustoa"]))], { timeout: 12345n }],
  ["a granter and a payer", [send(coins([7, "ustoa"]))], { fee: { amount: coins([5000, "ustoa"]), gas: "200000", granter: other, payer: me } }],
  ["large numbers", [send(coins(["340282366920938463463374607431768211455", "ustoa"]))], { accountNumber: 9007199254740991, sequence: 4294967296 }],
  ["a multi-send", [bank("MsgMultiSend", { inputs: [{ address: me, coins: coins([3, "ustoa"]) }], outputs: [{ address: other, coins: coins([1, "ustoa"]) }, { address: me, coins: coins([2, "ustoa"]) }] })]],
  ["money that vests at the end", [vesting({ fromAddress: me, toAddress: other, amount: coins([3, "ustoa"]), endTime: 1893456000n, delayed: true })]],
  ["an upload", [wasm("MsgStoreCode", { sender: me, wasmByteCode: new Uint8Array([0, 97, 115, 109, 255]) })]],
  ["an upload with permission", [wasm("MsgStoreCode", { sender: me, wasmByteCode: new Uint8Array([1]), instantiatePermission: { permission: 4, addresses: [me, other] } })]],
  ["an upload that everybody may use", [wasm("MsgStoreCode", { sender: me, wasmByteCode: new Uint8Array([1]), instantiatePermission: { permission: 3, addresses: [] } })]],
  ["an instantiation", [wasm("MsgInstantiateContract", { sender: me, admin: "", codeId: 18n, label: "a & b", msg: json(NESTED), funds: [] })]],
  ["an instantiation with admin and funds", [wasm("MsgInstantiateContract", { sender: me, admin: other, codeId: 1n, label: "x", msg: json({}), funds: coins([4, "ustoa"]) })]],
  ["a predictable instantiation", [wasm("MsgInstantiateContract2", { sender: me, admin: "", codeId: 18n, label: "x", msg: json({ a: 1 }), funds: [], salt: new Uint8Array([1, 2, 255]), fixMsg: false })]],
  ["an execution", [wasm("MsgExecuteContract", { sender: me, contract: other, msg: json(NESTED), funds: coins([1, "ustoa"]) })]],
  ["an execution with big and negative numbers", [wasm("MsgExecuteContract", { sender: me, contract: other, msg: json({ n: [-1, 0, 9007199254740991, -9007199254740991] }), funds: [] })]],
  ["a migration", [wasm("MsgMigrateContract", { sender: me, contract: other, codeId: 98765n, msg: json({ to: "v2" }) })]],
  ["a new admin", [wasm("MsgUpdateAdmin", { sender: me, newAdmin: other, contract: other })]],
  ["no admin", [wasm("MsgClearAdmin", { sender: me, contract: other })]],
];

const golden = [];
for (const [name, messages, options = {}] of cases) {
  const fee = options.fee ?? { amount: coins([5000, "ustoa"]), gas: "200000" };
  const position = { accountNumber: options.accountNumber ?? 7, sequence: options.sequence ?? 3, chainId: "stoa-test-1" };
  const tx = await client.sign(me, messages, fee, options.memo ?? "", position, options.timeout);
  golden.push({
    name,
    tx: toHex(TxRaw.encode(tx).finish()),
    chain_id: position.chainId,
    account_number: position.accountNumber,
    sequence: position.sequence,
    signed,
  });
}
process.stdout.write(`${JSON.stringify(golden, null, 1)}\n`);
