//! What the authority of the chain orders, and what the chain itself calls.

use serde_json::{Value, json};
use stoa_modules::{GasMeter, ModuleError, auth::AccAddress};
use stoa_proto::cosmwasm::wasm::v1::{
    AccessConfig, AccessType, MsgAddCodeUploadParamsAddresses, MsgInstantiateContract, MsgPinCodes,
    MsgRemoveCodeUploadParamsAddresses, MsgStoreAndInstantiateContract,
    MsgStoreAndInstantiateContractResponse, MsgStoreAndMigrateContract,
    MsgStoreAndMigrateContractResponse, MsgSudoContract, MsgSudoContractResponse, MsgUnpinCodes,
    MsgUpdateContractLabel, MsgUpdateInstantiateConfig, MsgUpdateParams, Params,
    QueryContractInfoRequest, QueryContractInfoResponse, QueryParamsRequest, QueryParamsResponse,
    QueryPinnedCodesRequest, QueryPinnedCodesResponse,
};
use stoa_proto::cosmwasm::wasm::v1::{QueryCodeInfoRequest, QueryCodeInfoResponse};

use crate::{chain::*, messages::*};

/// What a load costs less when the code is pinned.
const DISCOUNT: u64 = 58_000;

fn gov() -> String {
    AccAddress::of_module("gov").to_string()
}

fn access(permission: AccessType, addresses: &[AccAddress]) -> AccessConfig {
    let addresses = addresses.iter().map(AccAddress::to_string).collect();
    AccessConfig { permission: permission as i32, addresses }
}

fn sudo(contract: &AccAddress, authority: &str, message: &Value) -> MsgSudoContract {
    MsgSudoContract {
        authority: authority.to_owned(),
        contract: contract.to_string(),
        msg: message.to_string().into_bytes(),
    }
}

fn set(value: &str) -> Value {
    json!({"set": {"key": "by", "value": value}})
}

#[test]
fn the_authority_calls_sudo_and_nobody_else_does() {
    let (mut chain, probe) = Chain::with_probe();
    let ordered = chain.deliver(GAS, &sudo(&probe, &gov(), &set("gov")));
    ordered.response::<MsgSudoContractResponse>();
    assert_eq!(ordered.values("sudo", "_contract_address"), [probe.to_string()]);
    assert_eq!(chain.value(&probe, "by").as_deref(), Some("gov"));
    let claimed = chain.deliver(GAS, &sudo(&probe, &attacker().to_string(), &set("attacker")));
    assert_eq!(claimed.refusal(), ("wasm", 14));
    assert_eq!(chain.value(&probe, "by").as_deref(), Some("gov"));
}

#[test]
fn sudo_sends_messages_and_hears_replies_and_leaves_nothing_when_it_fails() {
    let (mut chain, probe) = Chain::with_probe();
    let inner = call_message(&probe, &set("itself"));
    let fine =
        json!({"send": {"messages": [submessage(3, &inner, "always", None)], "data": "ZGF0YQ=="}});
    let answer = chain.deliver(GAS, &sudo(&probe, &gov(), &fine));
    assert_eq!(answer.response::<MsgSudoContractResponse>().data, b"data");
    assert_eq!(chain.value(&probe, "by").as_deref(), Some("itself"));
    assert!(chain.value(&probe, "reply/3").is_some());

    let before = chain.state();
    let failing = call_message(&probe, &json!({"fail": {"text": "no"}}));
    let broken = send(&[submessage(4, &failing, "never", None)]);
    for (message, code) in
        [(broken, 5), (json!({"panic": {"text": "oh"}}), 29), (json!({"x": {}}), 29)]
    {
        let refused = chain.deliver(GAS, &sudo(&probe, &gov(), &message));
        assert_eq!(refused.refusal().0, "wasm");
        assert!([5, code].contains(&refused.refusal().1), "{refused:?}");
        assert_eq!(chain.state(), before);
    }
}

#[test]
fn the_chain_calls_sudo_within_the_gas_that_it_chooses() {
    let (chain, probe) = Chain::with_probe();
    let call = |gas: u64, message: &Value| {
        let mut ctx = chain.ctx(GasMeter::new(gas));
        let message = message.to_string().into_bytes();
        let result = ctx.atomically(|ctx| chain.wasm.sudo(ctx, &chain, &probe, &message));
        (result, ctx)
    };
    let (result, ctx) = call(GAS, &set("chain"));
    assert_eq!(result.unwrap(), None);
    assert_eq!(ctx.events[0].kind, "sudo");
    let used = ctx.gas.used();
    let (result, ctx) = call(1_000_000, &json!({"loop": {}}));
    assert!(matches!(result, Err(ModuleError::OutOfGas(_))));
    assert!(ctx.events.is_empty() && ctx.gas.used() >= 1_000_000);
    // A text of the same length.
    let (result, _) = call(used - 1, &set("other"));
    assert!(matches!(result, Err(ModuleError::OutOfGas(_))));
    assert_eq!(chain.value(&probe, "by").as_deref(), Some("chain"));
}

fn pinned(chain: &Chain) -> Vec<u64> {
    let request = QueryPinnedCodesRequest::default();
    chain.ask::<QueryPinnedCodesResponse>("PinnedCodes", &request).unwrap().code_ids
}

#[test]
fn pinned_code_is_cheaper_until_it_is_unpinned() {
    let (mut chain, probe) = Chain::with_probe();
    chain.must(&probe, &set("x"));
    let dear = chain.must(&probe, &set("x")).gas_used;
    let pin = |code_ids: &[u64]| MsgPinCodes { authority: gov(), code_ids: code_ids.to_vec() };
    let done = chain.deliver(GAS, &pin(&[1]));
    assert_eq!(
        (done.kinds(), done.values("pin_code", "code_id")),
        (vec!["pin_code"], vec!["1".to_owned()])
    );
    assert!(done.gas_used > 500_000);
    assert_eq!(pinned(&chain), [1]);
    assert_eq!(chain.must(&probe, &set("x")).gas_used, dear - DISCOUNT);
    assert!(chain.deliver(GAS, &pin(&[1])).gas_used > done.gas_used, "reads what is pinned");
    assert_eq!(chain.deliver(GAS, &pin(&[1, 77])).refusal(), ("wasm", 28));
    for refused in [&[][..], &[1, 1], &(1..=51).collect::<Vec<u64>>()] {
        assert_eq!(chain.deliver(GAS, &pin(refused)).refusal(), ("sdk", 18));
    }
    let other = MsgPinCodes { authority: attacker().to_string(), code_ids: vec![1] };
    assert_eq!(chain.deliver(GAS, &other).refusal(), ("wasm", 14));
    let unpin = MsgUnpinCodes { authority: gov(), code_ids: vec![1] };
    assert_eq!(chain.deliver(GAS, &unpin).kinds(), ["unpin_code"]);
    assert!(pinned(&chain).is_empty());
    assert_eq!(chain.must(&probe, &set("x")).gas_used, dear);
}

fn params(chain: &Chain) -> Params {
    chain.ask::<QueryParamsResponse>("Params", &QueryParamsRequest {}).unwrap().params.unwrap()
}

#[test]
fn the_authority_says_who_may_store_code() {
    let mut chain = Chain::new();
    let update = |upload: AccessConfig| MsgUpdateParams {
        authority: gov(),
        params: Some(Params {
            code_upload_access: Some(upload),
            instantiate_default_permission: AccessType::Everybody as i32,
        }),
    };
    let addresses = vec![attacker().to_string()];
    let add = MsgAddCodeUploadParamsAddresses { authority: gov(), addresses: addresses.clone() };
    assert_eq!(chain.deliver(GAS, &add).refusal(), ("wasm", 14), "no list to add to");
    chain.deliver(GAS, &update(access(AccessType::AnyOfAddresses, &[buyer()]))).result.unwrap();
    chain.deliver(GAS, &add).result.unwrap();
    chain.deliver(GAS, &add).result.unwrap();
    let both = access(AccessType::AnyOfAddresses, &[buyer(), attacker()]);
    assert_eq!(params(&chain).code_upload_access, Some(both));
    let remove = MsgRemoveCodeUploadParamsAddresses { authority: gov(), addresses };
    chain.deliver(GAS, &remove).result.unwrap();
    chain.store(probe_wasm());
    chain.deliver(GAS, &update(access(AccessType::Nobody, &[]))).result.unwrap();
    assert_eq!(chain.deliver(GAS, &store_code(probe_wasm())).refusal(), ("sdk", 4));
    let mut by_gov = store_code(probe_wasm());
    by_gov.sender = gov();
    chain.deliver(GAS, &by_gov).result.unwrap();
    let broken = update(access(AccessType::AnyOfAddresses, &[]));
    assert_eq!(chain.deliver(GAS, &broken).refusal(), ("wasm", 12));
}

#[test]
fn a_creator_narrows_who_may_instantiate_and_the_authority_is_not_bound() {
    let (mut chain, _) = Chain::with_probe();
    let change = |sender: String, permission| MsgUpdateInstantiateConfig {
        sender,
        code_id: 1,
        new_instantiate_permission: Some(permission),
    };
    let listed = access(AccessType::AnyOfAddresses, &[attacker()]);
    let changed = chain.deliver(GAS, &change(buyer().to_string(), listed.clone()));
    let kind = "update_code_access_config";
    assert_eq!(changed.values(kind, "authorized_addresses"), [attacker().to_string()]);
    let request = QueryCodeInfoRequest { code_id: 1 };
    let info: QueryCodeInfoResponse = chain.ask("CodeInfo", &request).unwrap();
    assert_eq!(info.instantiate_permission, Some(listed.clone()));
    assert_eq!(chain.deliver(GAS, &instantiate(1, &json!({}))).refusal(), ("sdk", 4));
    assert_eq!(chain.deliver(GAS, &change(attacker().to_string(), listed)).refusal(), ("sdk", 4));
    let nobody = access(AccessType::Nobody, &[]);
    chain.deliver(GAS, &change(gov(), nobody)).result.unwrap();
    let child = json!({"wasm": {"instantiate": {"code_id": 1, "msg": base64(b"{}"), "funds": [],
        "label": "child", "admin": null}}});
    let make = json!({"messages": [submessage(1, &child, "never", None)]});
    let by_gov = MsgInstantiateContract { sender: gov(), admin: gov(), ..instantiate(1, &make) };
    let made = chain.deliver(GAS, &by_gov);
    assert_eq!(made.values("instantiate", "code_id").len(), 2, "its child is made, too: {made:?}");
    let parent: AccAddress = made.values("instantiate", "_contract_address")[0].parse().unwrap();
    let later = chain.call(&parent, &send(&[submessage(1, &child, "never", None)]));
    assert_eq!(later.refusal(), ("sdk", 4), "what the contract sends later is its own");
}

#[test]
fn admins_rename_contracts_and_so_does_the_authority() {
    let (mut chain, probe) = Chain::with_probe();
    let rename = |sender: String, label: &str| MsgUpdateContractLabel {
        sender,
        new_label: label.to_owned(),
        contract: probe.to_string(),
    };
    let done = chain.deliver(GAS, &rename(buyer().to_string(), "mine"));
    assert_eq!(done.values("update_contract_label", "new_label"), ["mine"]);
    chain.deliver(GAS, &rename(gov(), "ours")).result.unwrap();
    assert_eq!(chain.deliver(GAS, &rename(attacker().to_string(), "his")).refusal(), ("sdk", 4));
    assert_eq!(chain.deliver(GAS, &rename(buyer().to_string(), "")).refusal(), ("wasm", 12));
    let request = QueryContractInfoRequest { address: probe.to_string() };
    let info: QueryContractInfoResponse = chain.ask("ContractInfo", &request).unwrap();
    assert_eq!(info.contract_info.unwrap().label, "ours");
}

#[test]
fn storing_and_making_or_migrating_is_one_message_and_fails_as_one() {
    let (mut chain, probe) = Chain::with_probe();
    let make = |message: Value| MsgStoreAndInstantiateContract {
        authority: gov(),
        wasm_byte_code: probe_wasm().to_vec(),
        label: "whole".to_owned(),
        msg: message.to_string().into_bytes(),
        ..MsgStoreAndInstantiateContract::default()
    };
    let made = chain.deliver(GAS, &make(json!({})));
    assert_eq!(made.kinds()[..2], ["store_code", "instantiate"]);
    assert!(!made.response::<MsgStoreAndInstantiateContractResponse>().address.is_empty());
    let before = chain.state();
    assert_eq!(chain.deliver(GAS, &make(json!({"entries": 7}))).refusal().0, "wasm");
    assert_eq!(chain.state(), before);
    let migrate = |authority: String| MsgStoreAndMigrateContract {
        authority,
        wasm_byte_code: probe_wasm().to_vec(),
        contract: probe.to_string(),
        msg: b"{}".to_vec(),
        ..MsgStoreAndMigrateContract::default()
    };
    let moved = chain.deliver(GAS, &migrate(gov()));
    assert_eq!(moved.response::<MsgStoreAndMigrateContractResponse>().code_id, 3);
    assert_eq!(chain.deliver(GAS, &migrate(attacker().to_string())).refusal(), ("sdk", 4));
    let half = MsgStoreAndInstantiateContract { builder: "x".to_owned(), ..make(json!({})) };
    assert_eq!(chain.deliver(GAS, &half).refusal(), ("undefined", 1));
}
