// The running network that the tests talk to, from environment variables:
//
//   STOA_RPC             URL of CometBFT's RPC      http://127.0.0.1:26657
//   STOA_LCD             URL of LCD REST            http://127.0.0.1:1317
//   STOA_GRPC            host:port of gRPC          127.0.0.1:9090
//   STOA_MNEMONIC_ALICE  an account with money; used by cosmjs.test.mjs alone
//   STOA_MNEMONIC_BOB    an account with money; used by lcd.test.mjs alone
//   STOA_MNEMONIC_CAROL  an account with money; used by signing.test.mjs alone
//   STOA_CONTRACT_WASM   the compiled DAO contract
//
// Test files run beside each other, so two of them must never sign with one account.

import { readFile } from "node:fs/promises";

import { Secp256k1HdWallet } from "@cosmjs/amino";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { GasPrice } from "@cosmjs/stargate";

export const RPC = process.env.STOA_RPC ?? "http://127.0.0.1:26657";
export const LCD = process.env.STOA_LCD ?? "http://127.0.0.1:1317";
export const GRPC = process.env.STOA_GRPC ?? "127.0.0.1:9090";
export const DENOM = "ustoa";
export const PREFIX = "stoa";
export const GAS_PRICE = GasPrice.fromString("0.025ustoa");

// Simulated gas is multiplied by this: the default of 1.4 is too little for small transactions on wasmd.
export const GAS_MULTIPLIER = 1.8;

function required(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`set ${name}; see src/network.mjs`);
  }
  return value;
}

async function wallet(variable) {
  return DirectSecp256k1HdWallet.fromMnemonic(required(variable), { prefix: PREFIX });
}

export const alice = () => wallet("STOA_MNEMONIC_ALICE");
export const bob = () => wallet("STOA_MNEMONIC_BOB");
// Carol's wallet signs amino JSON only, as a Ledger device does.
export const carol = () =>
  Secp256k1HdWallet.fromMnemonic(required("STOA_MNEMONIC_CAROL"), { prefix: PREFIX });
export const contractWasm = () => readFile(required("STOA_CONTRACT_WASM"));

// A wallet that never had money.
export const stranger = () => DirectSecp256k1HdWallet.generate(12, { prefix: PREFIX });

export const aminoStranger = () => Secp256k1HdWallet.generate(12, { prefix: PREFIX });

export async function addressOf(wallet) {
  const [account] = await wallet.getAccounts();
  return account.address;
}
