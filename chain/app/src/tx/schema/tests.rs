//! The shapes against the types that are generated from the published interfaces.

use cosmos_sdk_proto::{
    Any, Timestamp,
    cosmos::{
        auth::v1beta1::{BaseAccount, ModuleAccount},
        authz::v1beta1::{GenericAuthorization, Grant, MsgExec, MsgGrant, MsgRevoke},
        bank::v1beta1::{
            Input, MsgMultiSend, MsgSend, MsgSetSendEnabled, MsgUpdateParams, Output, Params,
            SendAuthorization, SendEnabled,
        },
        base::v1beta1::Coin,
        crypto::{
            ed25519,
            multisig::{LegacyAminoPubKey, v1beta1::CompactBitArray},
            secp256k1::PubKey,
        },
        feegrant::v1beta1::{
            AllowedMsgAllowance, BasicAllowance, MsgGrantAllowance, MsgPruneAllowances,
            MsgRevokeAllowance, PeriodicAllowance,
        },
        tx::v1beta1::{
            AuthInfo, Fee, ModeInfo, SignerInfo, Tip, Tx, TxBody,
            mode_info::{Multi, Single, Sum},
        },
        vesting::v1beta1::{
            BaseVestingAccount, ContinuousVestingAccount, DelayedVestingAccount,
            MsgCreatePeriodicVestingAccount, MsgCreatePermanentLockedAccount,
            MsgCreateVestingAccount, Period, PeriodicVestingAccount, PermanentLockedAccount,
        },
    },
};
use prost::Name;
use stoa_proto::cosmwasm::wasm::v1::{
    AcceptedMessageKeysFilter, AcceptedMessagesFilter, AccessConfig, AllowAllMessagesFilter,
    CombinedLimit, ContractExecutionAuthorization, ContractGrant, ContractMigrationAuthorization,
    MaxCallsLimit, MaxFundsLimit, MsgClearAdmin, MsgExecuteContract, MsgInstantiateContract,
    MsgInstantiateContract2, MsgMigrateContract, MsgStoreCode, MsgUpdateAdmin,
    MsgUpdateContractLabel, MsgUpdateInstantiateConfig,
};

use super::{Shape, find};
use crate::tx::{
    strict::{self, NonCritical},
    wire,
};

fn text() -> String {
    "x".to_owned()
}

fn coins() -> Vec<Coin> {
    vec![Coin { denom: text(), amount: text() }]
}

fn access() -> Option<AccessConfig> {
    Some(AccessConfig { permission: 3, addresses: vec![text()] })
}

fn any<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

fn key() -> Any {
    any(&PubKey { key: vec![1] })
}

/// A message with every field set has exactly the fields of its shape.
fn compare<M: Name>(message: &M) {
    let shape: &'static Shape = find(&M::type_url()).unwrap();
    let bytes = message.encode_to_vec();
    strict::check(&bytes, shape, NonCritical::Refused).unwrap();
    let (mut rest, mut found) = (bytes.as_slice(), Vec::new());
    while let Some(field) = wire::next(&mut rest) {
        found.push(field.number);
    }
    found.dedup();
    let expected: Vec<u32> = shape.fields.iter().map(|field| field.number).collect();
    assert_eq!(found, expected, "{}", shape.name);
}

#[test]
fn contract_messages_have_the_published_fields() {
    let (sender, contract, msg, funds) = (text(), text(), vec![1], coins());
    compare(&MsgStoreCode {
        sender: text(),
        wasm_byte_code: vec![1],
        instantiate_permission: access(),
    });
    compare(&MsgInstantiateContract {
        sender: text(),
        admin: text(),
        code_id: 1,
        label: text(),
        msg: vec![1],
        funds: coins(),
    });
    compare(&MsgInstantiateContract2 {
        sender: text(),
        admin: text(),
        code_id: 1,
        label: text(),
        msg: vec![1],
        funds: coins(),
        salt: vec![1],
        fix_msg: true,
    });
    compare(&MsgExecuteContract { sender, contract, msg, funds });
    compare(&MsgMigrateContract { sender: text(), contract: text(), code_id: 1, msg: vec![1] });
    compare(&MsgUpdateAdmin { sender: text(), new_admin: text(), contract: text() });
    compare(&MsgClearAdmin { sender: text(), contract: text() });
    compare(&MsgUpdateContractLabel { sender: text(), new_label: text(), contract: text() });
    compare(&MsgUpdateInstantiateConfig {
        sender: text(),
        code_id: 1,
        new_instantiate_permission: access(),
    });
}

#[test]
#[allow(deprecated, reason = "the wire type still has the field that moved to its own list")]
fn bank_messages_have_the_published_fields() {
    compare(&MsgSend { from_address: text(), to_address: text(), amount: coins() });
    compare(&MsgMultiSend {
        inputs: vec![Input { address: text(), coins: coins() }],
        outputs: vec![Output { address: text(), coins: coins() }],
    });
    let send_enabled = vec![SendEnabled { denom: text(), enabled: true }];
    compare(&MsgSetSendEnabled {
        authority: text(),
        send_enabled: send_enabled.clone(),
        use_default_for: vec![text()],
    });
    let params = Some(Params { send_enabled, default_send_enabled: true });
    compare(&MsgUpdateParams { authority: text(), params });
    compare(&SendAuthorization { spend_limit: coins(), allow_list: vec![text()] });
}

#[test]
fn grants_have_the_published_fields() {
    let expiration = Some(Timestamp { seconds: 1, nanos: 1 });
    let authorization = Some(any(&GenericAuthorization { msg: text() }));
    compare(&GenericAuthorization { msg: text() });
    let grant = Some(Grant { authorization, expiration });
    compare(&MsgGrant { granter: text(), grantee: text(), grant });
    compare(&MsgRevoke { granter: text(), grantee: text(), msg_type_url: text() });
    compare(&MsgExec { grantee: text(), msgs: vec![any(&MsgSend::default())] });

    let basic = BasicAllowance { spend_limit: coins(), expiration };
    let period = tendermint_proto::google::protobuf::Duration { seconds: 1, nanos: 1 };
    let allowance = Some(any(&basic));
    compare(&MsgGrantAllowance { granter: text(), grantee: text(), allowance: allowance.clone() });
    compare(&MsgRevokeAllowance { granter: text(), grantee: text() });
    compare(&MsgPruneAllowances { pruner: text() });
    compare(&AllowedMsgAllowance { allowance, allowed_messages: vec![text()] });
    compare(&basic);
    compare(&PeriodicAllowance {
        basic: Some(basic),
        period: Some(period),
        period_spend_limit: coins(),
        period_can_spend: coins(),
        period_reset: expiration,
    });
}

#[test]
fn vesting_accounts_have_the_published_fields() {
    let (from_address, to_address, amount) = (text(), text(), coins());
    compare(&MsgCreateVestingAccount {
        from_address: text(),
        to_address: text(),
        amount: coins(),
        end_time: 1,
        delayed: true,
    });
    compare(&MsgCreatePermanentLockedAccount { from_address, to_address, amount });
    let vesting_periods = vec![Period { length: 1, amount: coins() }];
    compare(&MsgCreatePeriodicVestingAccount {
        from_address: text(),
        to_address: text(),
        start_time: 1,
        vesting_periods: vesting_periods.clone(),
    });
    let base_vesting_account = Some(BaseVestingAccount {
        base_account: Some(BaseAccount { address: text(), ..BaseAccount::default() }),
        original_vesting: coins(),
        delegated_free: coins(),
        delegated_vesting: coins(),
        end_time: 1,
    });
    let base = || base_vesting_account.clone();
    compare(&ContinuousVestingAccount { base_vesting_account: base(), start_time: 1 });
    compare(&DelayedVestingAccount { base_vesting_account: base() });
    compare(&PermanentLockedAccount { base_vesting_account: base() });
    compare(&PeriodicVestingAccount {
        base_vesting_account: base(),
        start_time: 1,
        vesting_periods,
    });
}

#[test]
fn contract_authorizations_have_the_published_fields() {
    let limit = Some(any(&MaxCallsLimit { remaining: 1 }));
    let filter = Some(any(&AllowAllMessagesFilter {}));
    let grants = vec![ContractGrant { contract: text(), limit, filter }];
    compare(&ContractExecutionAuthorization { grants: grants.clone() });
    compare(&ContractMigrationAuthorization { grants });
    compare(&MaxCallsLimit { remaining: 1 });
    compare(&MaxFundsLimit { amounts: coins() });
    compare(&CombinedLimit { calls_remaining: 1, amounts: coins() });
    compare(&AllowAllMessagesFilter {});
    compare(&AcceptedMessageKeysFilter { keys: vec![text()] });
    compare(&AcceptedMessagesFilter { messages: vec![vec![1]] });
}

#[test]
fn accounts_and_keys_have_the_published_fields() {
    compare(&PubKey { key: vec![1] });
    compare(&ed25519::PubKey { key: vec![1] });
    compare(&LegacyAminoPubKey { threshold: 1, public_keys: vec![key()] });
    let base =
        BaseAccount { address: text(), pub_key: Some(key()), account_number: 1, sequence: 1 };
    compare(&base);
    compare(&ModuleAccount { base_account: Some(base), name: text(), permissions: vec![text()] });
}

#[test]
#[allow(deprecated, reason = "tips are part of the published interface")]
fn transactions_have_the_published_fields() {
    let single = ModeInfo { sum: Some(Sum::Single(Single { mode: 1 })) };
    let multi = Multi {
        bitarray: Some(CompactBitArray { extra_bits_stored: 1, elems: vec![1] }),
        mode_infos: vec![single.clone()],
    };
    let signer = |mode| SignerInfo {
        public_key: Some(key()),
        mode_info: Some(ModeInfo { sum: Some(mode) }),
        sequence: 1,
    };
    let message = any(&MsgSend::default());
    compare(&Tx {
        body: Some(TxBody {
            messages: vec![message.clone()],
            memo: text(),
            timeout_height: 1,
            extension_options: vec![message.clone()],
            non_critical_extension_options: vec![message],
        }),
        auth_info: Some(AuthInfo {
            signer_infos: vec![signer(Sum::Multi(multi)), signer(Sum::Single(Single { mode: 1 }))],
            fee: Some(Fee { amount: coins(), gas_limit: 1, payer: text(), granter: text() }),
            tip: Some(Tip { amount: coins(), tipper: text() }),
        }),
        signatures: vec![vec![1]],
    });
}

#[test]
fn no_shape_has_more_fields_than_the_strict_check_counts() {
    for shape in super::IN_ANY.iter().flat_map(|shapes| shapes.iter()) {
        assert!(shape.fields.len() <= 64, "{}", shape.name);
        assert!(shape.fields.is_sorted_by_key(|field| field.number), "{}", shape.name);
    }
}
