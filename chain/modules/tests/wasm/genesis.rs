//! State out to genesis and in again.

use serde_json::json;
use stoa_modules::{GasMeter, auth::AccAddress};
use stoa_proto::cosmwasm::wasm::v1::{
    AccessConfig, AccessType, GenesisState, MsgPinCodes, MsgUpdateParams, Params,
};

use crate::{chain::*, messages::instantiate};

fn exported() -> (Chain, GenesisState) {
    let (mut chain, probe) = Chain::with_probe();
    chain.must(&probe, &json!({"set": {"key": "k", "value": "v"}}));
    let authority = AccAddress::of_module("gov").to_string();
    let pin = MsgPinCodes { authority: authority.clone(), code_ids: vec![1] };
    chain.deliver(GAS, &pin).result.unwrap();
    let code_upload_access = Some(AccessConfig {
        permission: AccessType::AnyOfAddresses as i32,
        addresses: vec![buyer().to_string()],
    });
    let params = Some(Params { code_upload_access, instantiate_default_permission: 1 });
    chain.deliver(GAS, &MsgUpdateParams { authority, params }).result.unwrap();
    let ctx = chain.ctx(GasMeter::unlimited());
    let state = chain.wasm.export_genesis(&ctx).unwrap();
    (chain, state)
}

#[test]
fn an_exported_state_comes_back_whole() {
    let (_, state) = exported();
    let json = serde_json::to_value(&state).unwrap();
    let read: GenesisState = serde_json::from_value(json).unwrap();
    assert_eq!(read, state);
    let mut chain = Chain::new();
    let mut ctx = chain.ctx(GasMeter::unlimited());
    chain.wasm.init_genesis(&mut ctx, read).unwrap();
    assert_eq!(chain.wasm.export_genesis(&ctx).unwrap(), state);
    let probe = state.contracts[0].contract_address.parse().unwrap();
    assert_eq!(chain.value(&probe, "k").as_deref(), Some("v"));
    assert!(state.codes[0].pinned);
    assert_eq!(chain.store(probe_wasm()), 2);
    let refused = chain.deliver(GAS, &instantiate(2, &json!({}))).refusal();
    assert_eq!(refused, ("sdk", 4), "nobody is the default that came along");
}

#[test]
fn a_genesis_that_contradicts_itself_is_refused() {
    let (_, good) = exported();
    let mut hash = good.clone();
    hash.codes[0].code_info.as_mut().unwrap().code_hash = vec![0; 32];
    let mut twice = good.clone();
    twice.contracts.push(twice.contracts[0].clone());
    let mut sequence = good.clone();
    sequence.sequences[0].value = 1;
    let mut orphan = good.clone();
    orphan.codes.clear();
    let mut silent = good;
    silent.contracts[0].contract_code_history.clear();
    for (state, code) in [(hash, 14), (twice, 15), (sequence, 14), (orphan, 28), (silent, 12)] {
        let chain = Chain::new();
        let mut ctx = chain.ctx(GasMeter::unlimited());
        let error = chain.wasm.init_genesis(&mut ctx, state).unwrap_err();
        assert_eq!((error.codespace(), error.code()), ("wasm", code), "{error}");
    }
}

#[test]
fn one_compiled_cache_serves_states_that_differ() {
    let (with_code, _) = exported();
    let without_code = Chain::new();
    let ctx = without_code.ctx(GasMeter::unlimited());
    let shared = with_code.wasm.clone();
    let answer = shared.query(&ctx, "/cosmwasm.wasm.v1.Query/Code", &[8, 1]);
    assert_eq!(answer.unwrap().unwrap_err().code(), 28);
}
