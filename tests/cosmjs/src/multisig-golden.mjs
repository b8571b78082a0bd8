// Writes golden multisig keys of unmodified CosmJS: members, threshold, amino encoding, address.
// `node src/multisig-golden.mjs > ../../chain/modules/testdata/multisig-cosmjs.json`

import {
  createMultisigThresholdPubkey,
  encodeAminoPubkey,
  encodeEd25519Pubkey,
  encodeSecp256k1Pubkey,
  pubkeyToAddress,
  Secp256k1Wallet,
} from "@cosmjs/amino";
import { fromHex, toHex } from "@cosmjs/encoding";
import { encodePubkey } from "@cosmjs/proto-signing";

const keys = await Promise.all(
  [1, 2, 3].map(async (number) => {
    const wallet = await Secp256k1Wallet.fromKey(fromHex(`0${number}`.repeat(32)), "stoa");
    const [{ pubkey }] = await wallet.getAccounts();
    return encodeSecp256k1Pubkey(pubkey);
  }),
);
const validator = encodeEd25519Pubkey(fromHex("07".repeat(32)));

const golden = [
  ["one of one", [keys[0]], 1],
  ["two of three", keys, 2],
  ["three of three", keys, 3],
  ["the same key twice", [keys[0], keys[0], keys[1]], 2],
  ["with a validator's key", [keys[0], validator], 1],
].map(([name, members, threshold]) => {
  const key = createMultisigThresholdPubkey(members, threshold, true);
  return {
    name,
    any: toHex(encodePubkey(key).value),
    amino: toHex(encodeAminoPubkey(key)),
    address: pubkeyToAddress(key, "stoa"),
  };
});
process.stdout.write(`${JSON.stringify(golden, null, 1)}\n`);
