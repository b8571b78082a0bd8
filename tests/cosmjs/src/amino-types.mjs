// Amino forms of messages that CosmJS leaves to its users: fee grants, authorizations, and what it lacks of wasmd's.
// With them the messages are signed by amino signers, as dApps that bring their own forms do it.

import { createWasmAminoConverters, wasmTypes } from "@cosmjs/cosmwasm";
import { fromBase64, fromUtf8, toBase64, toUtf8 } from "@cosmjs/encoding";
import { Registry } from "@cosmjs/proto-signing";
import { AminoTypes, createDefaultAminoConverters, defaultRegistryTypes } from "@cosmjs/stargate";
import { GenericAuthorization } from "cosmjs-types/cosmos/authz/v1beta1/authz";
import { BasicAllowance } from "cosmjs-types/cosmos/feegrant/v1beta1/feegrant";
import {
  AllowAllMessagesFilter,
  ContractExecutionAuthorization,
  MaxCallsLimit,
} from "cosmjs-types/cosmwasm/wasm/v1/authz";
import {
  MsgPinCodes,
  MsgStoreAndInstantiateContract,
  MsgStoreAndMigrateContract,
  MsgSudoContract,
  MsgUpdateContractLabel,
  MsgUpdateInstantiateConfig,
} from "cosmjs-types/cosmwasm/wasm/v1/tx";

const json = { to: (bytes) => JSON.parse(fromUtf8(bytes)), from: (value) => toUtf8(JSON.stringify(value)) };
const time = {
  to: ({ seconds }) => new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z"),
  from: (text) => ({ seconds: BigInt(Date.parse(text) / 1000), nanos: 0 }),
};
// What is empty has no place in amino JSON.
const unless = (value, empty) => (value === empty ? undefined : value);

const WASM = "/cosmwasm.wasm.v1.";
const ACCESS_TYPES = { 1: "Nobody", 3: "Everybody", 4: "AnyOfAddresses" };

export const registry = new Registry([
  ...defaultRegistryTypes,
  ...wasmTypes,
  ["/cosmos.authz.v1beta1.GenericAuthorization", GenericAuthorization],
  ["/cosmos.feegrant.v1beta1.BasicAllowance", BasicAllowance],
  [`${WASM}AllowAllMessagesFilter`, AllowAllMessagesFilter],
  [`${WASM}ContractExecutionAuthorization`, ContractExecutionAuthorization],
  [`${WASM}MaxCallsLimit`, MaxCallsLimit],
  [`${WASM}MsgPinCodes`, MsgPinCodes],
  [`${WASM}MsgStoreAndInstantiateContract`, MsgStoreAndInstantiateContract],
  [`${WASM}MsgStoreAndMigrateContract`, MsgStoreAndMigrateContract],
  [`${WASM}MsgSudoContract`, MsgSudoContract],
  [`${WASM}MsgUpdateContractLabel`, MsgUpdateContractLabel],
  [`${WASM}MsgUpdateInstantiateConfig`, MsgUpdateInstantiateConfig],
]);

// What stands inside an Any.
const packed = {
  to: ({ typeUrl, value }) => aminoTypes.toAmino({ typeUrl, value: registry.decode({ typeUrl, value }) }),
  from: (amino) => {
    const { typeUrl, value } = aminoTypes.fromAmino(amino);
    return { typeUrl, value: registry.encode({ typeUrl, value }) };
  },
};

const grants = {
  "/cosmos.authz.v1beta1.GenericAuthorization": {
    aminoType: "cosmos-sdk/GenericAuthorization",
    toAmino: ({ msg }) => ({ msg }),
    fromAmino: ({ msg }) => ({ msg }),
  },
  "/cosmos.authz.v1beta1.MsgGrant": {
    aminoType: "cosmos-sdk/MsgGrant",
    toAmino: ({ granter, grantee, grant: { authorization, expiration } }) => ({
      granter,
      grantee,
      grant: { authorization: packed.to(authorization), expiration: time.to(expiration) },
    }),
    fromAmino: ({ granter, grantee, grant: { authorization, expiration } }) => ({
      granter,
      grantee,
      grant: { authorization: packed.from(authorization), expiration: time.from(expiration) },
    }),
  },
  "/cosmos.authz.v1beta1.MsgExec": {
    aminoType: "cosmos-sdk/MsgExec",
    toAmino: ({ grantee, msgs }) => ({ grantee, msgs: msgs.map(packed.to) }),
    fromAmino: ({ grantee, msgs }) => ({ grantee, msgs: msgs.map(packed.from) }),
  },
  "/cosmos.authz.v1beta1.MsgRevoke": {
    aminoType: "cosmos-sdk/MsgRevoke",
    toAmino: ({ granter, grantee, msgTypeUrl }) => ({ granter, grantee, msg_type_url: msgTypeUrl }),
    fromAmino: ({ granter, grantee, msg_type_url: msgTypeUrl }) => ({ granter, grantee, msgTypeUrl }),
  },
  "/cosmos.feegrant.v1beta1.BasicAllowance": {
    aminoType: "cosmos-sdk/BasicAllowance",
    toAmino: ({ spendLimit }) => ({ spend_limit: spendLimit }),
    fromAmino: ({ spend_limit: spendLimit }) => ({ spendLimit }),
  },
  "/cosmos.feegrant.v1beta1.MsgGrantAllowance": {
    aminoType: "cosmos-sdk/MsgGrantAllowance",
    toAmino: ({ granter, grantee, allowance }) => ({ granter, grantee, allowance: packed.to(allowance) }),
    fromAmino: ({ granter, grantee, allowance }) => ({ granter, grantee, allowance: packed.from(allowance) }),
  },
  "/cosmos.feegrant.v1beta1.MsgRevokeAllowance": {
    aminoType: "cosmos-sdk/MsgRevokeAllowance",
    toAmino: ({ granter, grantee }) => ({ granter, grantee }),
    fromAmino: ({ granter, grantee }) => ({ granter, grantee }),
  },
};

const permission = {
  to: ({ permission, addresses }) => ({
    permission: ACCESS_TYPES[permission],
    addresses: addresses.length > 0 ? addresses : undefined,
  }),
  from: ({ permission, addresses }) => ({
    permission: Number(Object.keys(ACCESS_TYPES).find((number) => ACCESS_TYPES[number] === permission)),
    addresses: addresses ?? [],
  }),
};

const contracts = {
  [`${WASM}AllowAllMessagesFilter`]: {
    aminoType: "wasm/AllowAllMessagesFilter",
    toAmino: () => ({}),
    fromAmino: () => ({}),
  },
  [`${WASM}MaxCallsLimit`]: {
    aminoType: "wasm/MaxCallsLimit",
    toAmino: ({ remaining }) => ({ remaining: String(remaining) }),
    fromAmino: ({ remaining }) => ({ remaining: BigInt(remaining) }),
  },
  [`${WASM}ContractExecutionAuthorization`]: {
    aminoType: "wasm/ContractExecutionAuthorization",
    toAmino: ({ grants }) => ({
      grants: grants.map(({ contract, limit, filter }) => ({
        contract,
        limit: packed.to(limit),
        filter: packed.to(filter),
      })),
    }),
    fromAmino: ({ grants }) => ({
      grants: grants.map(({ contract, limit, filter }) => ({
        contract,
        limit: packed.from(limit),
        filter: packed.from(filter),
      })),
    }),
  },
  [`${WASM}MsgUpdateContractLabel`]: {
    aminoType: "wasm/MsgUpdateContractLabel",
    toAmino: ({ sender, newLabel, contract }) => ({ sender, new_label: newLabel, contract }),
    fromAmino: ({ sender, new_label: newLabel, contract }) => ({ sender, newLabel, contract }),
  },
  [`${WASM}MsgUpdateInstantiateConfig`]: {
    aminoType: "wasm/MsgUpdateInstantiateConfig",
    toAmino: ({ sender, codeId, newInstantiatePermission }) => ({
      sender,
      code_id: String(codeId),
      new_instantiate_permission: permission.to(newInstantiatePermission),
    }),
    fromAmino: ({ sender, code_id: codeId, new_instantiate_permission: newPermission }) => ({
      sender,
      codeId: BigInt(codeId),
      newInstantiatePermission: permission.from(newPermission),
    }),
  },
  [`${WASM}MsgStoreAndInstantiateContract`]: {
    aminoType: "wasm/MsgStoreAndInstantiateContract",
    toAmino: (message) => ({
      authority: message.authority,
      wasm_byte_code: toBase64(message.wasmByteCode),
      unpin_code: unless(message.unpinCode, false),
      admin: unless(message.admin, ""),
      label: message.label,
      msg: json.to(message.msg),
      funds: message.funds,
    }),
    fromAmino: (amino) =>
      MsgStoreAndInstantiateContract.fromPartial({
        authority: amino.authority,
        wasmByteCode: fromBase64(amino.wasm_byte_code),
        unpinCode: amino.unpin_code ?? false,
        admin: amino.admin ?? "",
        label: amino.label,
        msg: json.from(amino.msg),
        funds: amino.funds,
      }),
  },
  [`${WASM}MsgStoreAndMigrateContract`]: {
    aminoType: "wasm/MsgStoreAndMigrateContract",
    toAmino: ({ authority, wasmByteCode, contract, msg }) => ({
      authority,
      wasm_byte_code: toBase64(wasmByteCode),
      contract,
      msg: json.to(msg),
    }),
    fromAmino: ({ authority, wasm_byte_code: code, contract, msg }) =>
      MsgStoreAndMigrateContract.fromPartial({
        authority,
        wasmByteCode: fromBase64(code),
        contract,
        msg: json.from(msg),
      }),
  },
  [`${WASM}MsgSudoContract`]: {
    aminoType: "wasm/MsgSudoContract",
    toAmino: ({ authority, contract, msg }) => ({ authority, contract, msg: json.to(msg) }),
    fromAmino: ({ authority, contract, msg }) => ({ authority, contract, msg: json.from(msg) }),
  },
  [`${WASM}MsgPinCodes`]: {
    aminoType: "wasm/MsgPinCodes",
    toAmino: ({ authority, codeIds }) => ({ authority, code_ids: codeIds.map(String) }),
    fromAmino: ({ authority, code_ids: codeIds }) => ({ authority, codeIds: codeIds.map(BigInt) }),
  },
};

export const aminoTypes = new AminoTypes({
  ...createDefaultAminoConverters(),
  ...createWasmAminoConverters(),
  ...grants,
  ...contracts,
});
