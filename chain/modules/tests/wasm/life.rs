//! The life of a contract: stored, made, called, changed.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use stoa_modules::auth::AccAddress;
use stoa_proto::cosmwasm::wasm::v1::{
    AccessConfig, AccessType, MsgClearAdmin, MsgExecuteContractResponse, MsgInstantiateContract2,
    MsgInstantiateContract2Response, MsgInstantiateContractResponse, MsgMigrateContractResponse,
    MsgStoreCode, MsgStoreCodeResponse, MsgUpdateAdmin, QueryBuildAddressRequest,
    QueryBuildAddressResponse,
};

use crate::{chain::*, messages::*};

#[test]
fn stored_code_is_numbered_hashed_and_announced() {
    let mut chain = Chain::new();
    for code_id in 1..=2 {
        let outcome = chain.deliver(GAS, &store_code(probe_wasm()));
        let response: MsgStoreCodeResponse = outcome.response();
        assert_eq!(response.code_id, code_id);
        assert_eq!(outcome.values("store_code", "code_id"), [code_id.to_string()]);
        let checksum = hex::encode(&response.checksum);
        assert_eq!(outcome.values("store_code", "code_checksum"), [checksum]);
        let compile = 3 * u64::try_from(probe_wasm().len()).unwrap();
        let rest = outcome.gas_used - compile;
        assert!((4_000..15_000).contains(&rest), "storing costs compilation and {rest}");
    }
}

#[test]
fn packed_code_is_the_same_code() {
    let mut chain = Chain::new();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(probe_wasm()).unwrap();
    let packed = chain.deliver(GAS, &store_code(&encoder.finish().unwrap()));
    let plain = chain.deliver(GAS, &store_code(probe_wasm()));
    assert_eq!(
        packed.response::<MsgStoreCodeResponse>().checksum,
        plain.response::<MsgStoreCodeResponse>().checksum
    );
}

#[test]
fn what_is_no_contract_is_refused_when_stored() {
    let mut chain = Chain::new();
    let mut unknown_capability = probe_wasm().to_vec();
    let name = b"requires_iterator";
    let place = probe_wasm().windows(name.len()).position(|window| window == name).unwrap();
    unknown_capability[place..place + name.len()].copy_from_slice(b"requires_anything");
    let truncated = &probe_wasm()[..probe_wasm().len() / 2];
    for broken in [b"\0asm".as_slice(), b"\0asm\x01\0\0\0", b"text", truncated, &unknown_capability]
    {
        let outcome = chain.deliver(GAS, &store_code(broken));
        assert_eq!(outcome.refusal(), ("wasm", 2), "{:?}", outcome.result);
    }
    assert_eq!(chain.deliver(GAS, &store_code(&[])).refusal(), ("sdk", 18));
    assert_eq!(chain.deliver(GAS, &store_code(&vec![0; 800 * 1024 + 1])).refusal(), ("sdk", 18));
    let poor = chain.deliver(100_000, &store_code(probe_wasm()));
    assert_eq!(poor.refusal(), ("sdk", 11));
    assert_eq!(chain.store(probe_wasm()), 1, "refused uploads take no number");
}

#[test]
fn a_new_contract_has_an_address_money_and_state() {
    let mut chain = Chain::new();
    let code_id = chain.store(probe_wasm());
    let mut message = instantiate(code_id, &json!({"entries": [["a", "1"]]}));
    message.funds = ustoa(7);
    let outcome = chain.deliver(GAS, &message);
    let probe: AccAddress =
        outcome.response::<MsgInstantiateContractResponse>().address.parse().unwrap();
    assert_eq!(probe.as_bytes().len(), 32);
    assert_eq!((chain.balance(&probe), chain.balance(&buyer())), (7, 993));
    assert_eq!(chain.value(&probe, "a").as_deref(), Some("1"));
    assert_eq!(chain.value(&probe, "creator"), Some(buyer().to_string()));
    assert_eq!(outcome.values("instantiate", "_contract_address"), [probe.to_string()]);
    assert_eq!(outcome.values("instantiate", "code_id"), ["1"]);
    assert_eq!(outcome.values("wasm", "made"), ["probe"]);
    let kinds = outcome.kinds();
    assert_eq!(kinds.last_chunk(), Some(&["instantiate", "wasm"]));
}

#[test]
fn predictable_addresses_are_as_predicted_and_taken_once() {
    let mut chain = Chain::new();
    let stored = chain.deliver(GAS, &store_code(probe_wasm())).response::<MsgStoreCodeResponse>();
    let plain = instantiate(stored.code_id, &json!({}));
    let message = MsgInstantiateContract2 {
        sender: plain.sender,
        admin: String::new(),
        code_id: stored.code_id,
        label: plain.label,
        msg: plain.msg,
        funds: Vec::new(),
        salt: b"salt".to_vec(),
        fix_msg: false,
    };
    let predicted: QueryBuildAddressResponse = chain
        .ask(
            "BuildAddress",
            &QueryBuildAddressRequest {
                code_hash: hex::encode(&stored.checksum),
                creator_address: buyer().to_string(),
                salt: hex::encode("salt"),
                init_args: Vec::new(),
            },
        )
        .unwrap();
    let made = chain.deliver(GAS, &message);
    assert_eq!(made.response::<MsgInstantiateContract2Response>().address, predicted.address);
    assert_eq!(chain.deliver(GAS, &message).refusal(), ("wasm", 15));
    let long = MsgInstantiateContract2 { salt: vec![1; 65], ..message.clone() };
    assert_eq!(chain.deliver(GAS, &long).refusal(), ("wasm", 13));
    let empty = MsgInstantiateContract2 { salt: Vec::new(), ..message };
    assert_eq!(chain.deliver(GAS, &empty).refusal(), ("wasm", 12));
}

#[test]
fn calls_change_state_move_money_and_answer_data() {
    let (mut chain, probe) = Chain::with_probe();
    let mut message =
        execute(&probe, &json!({"send": {"messages": [], "data": base64(b"answer")}}));
    message.funds = ustoa(5);
    let outcome = chain.deliver(GAS, &message);
    assert_eq!(outcome.response::<MsgExecuteContractResponse>().data, b"answer");
    assert_eq!(chain.balance(&probe), 5);
    assert_eq!(chain.value(&probe, "last_sender"), Some(buyer().to_string()));
    assert_eq!(outcome.values("execute", "_contract_address"), [probe.to_string()]);
    assert!(!outcome.kinds().contains(&"wasm"), "no attributes, no event");
    chain.must(&probe, &json!({"set": {"key": "k", "value": "v"}}));
    assert_eq!(chain.value(&probe, "k").as_deref(), Some("v"));
    chain.must(&probe, &json!({"remove": {"key": "k"}}));
    assert_eq!(chain.value(&probe, "k"), None);
}

#[test]
fn refused_calls_name_their_reason_and_leave_nothing() {
    let (mut chain, probe) = Chain::with_probe();
    let before = chain.state();
    let failed = chain.call(&probe, &json!({"fail": {"text": "not today"}}));
    assert_eq!(failed.refusal(), ("wasm", 5));
    let text = failed.result.as_ref().unwrap_err().to_string();
    assert_eq!(text, "Generic error: not today: execute wasm contract failed");
    assert_eq!(chain.call(&attacker(), &json!({})).refusal(), ("wasm", 22));
    assert_eq!(chain.call(&probe, &json!({"unknown": {}})).refusal(), ("wasm", 5));
    let mut no_json = execute(&probe, &json!({}));
    no_json.msg = b"{".to_vec();
    assert_eq!(chain.deliver(GAS, &no_json).refusal(), ("wasm", 14));
    let mut too_rich = execute(&probe, &json!({"set": {"key": "k", "value": "v"}}));
    too_rich.funds = ustoa(1001);
    assert_eq!(chain.deliver(GAS, &too_rich).refusal(), ("sdk", 5));
    assert_eq!(chain.deliver(GAS, &instantiate(9, &json!({}))).refusal(), ("wasm", 28));
    assert_eq!(chain.deliver(GAS, &instantiate(1, &json!([]))).refusal(), ("wasm", 4));
    assert_eq!((chain.state(), chain.balance(&buyer())), (before, 1000));
}

#[test]
fn only_the_admin_migrates_and_the_history_remembers() {
    let (mut chain, probe) = Chain::with_probe();
    let new_code = chain.store(&with_section(probe_wasm(), "cw_migrate_version", "7"));
    let mut foreign = migrate(&probe, new_code);
    foreign.sender = attacker().to_string();
    assert_eq!(chain.deliver(GAS, &foreign).refusal(), ("sdk", 4));
    assert_eq!(chain.deliver(GAS, &migrate(&probe, 9)).refusal(), ("sdk", 18));
    assert_eq!(chain.deliver(GAS, &migrate(&attacker(), 1)).refusal(), ("sdk", 18));
    let outcome = chain.deliver(GAS, &migrate(&probe, new_code));
    outcome.response::<MsgMigrateContractResponse>();
    assert_eq!(outcome.values("migrate", "code_id"), ["2"]);
    let told = chain.value(&probe, "migrated").unwrap();
    let expected = json!({"sender": buyer().to_string(), "old_migrate_version": null});
    assert_eq!(serde_json::from_str::<serde_json::Value>(&told).unwrap(), expected);
}

#[test]
fn migration_between_equal_state_versions_calls_nothing() {
    let mut chain = Chain::new();
    let seven = chain.store(&with_section(probe_wasm(), "cw_migrate_version", "7"));
    let also_seven = chain.store(&with_section(
        &with_section(probe_wasm(), "x", "y"),
        "cw_migrate_version",
        "7",
    ));
    let eight = chain.store(&with_section(probe_wasm(), "cw_migrate_version", "8"));
    let probe = chain.instantiate(seven);
    chain.deliver(GAS, &migrate(&probe, also_seven)).response::<MsgMigrateContractResponse>();
    assert_eq!(chain.value(&probe, "migrated"), None);
    chain.deliver(GAS, &migrate(&probe, eight)).response::<MsgMigrateContractResponse>();
    assert!(chain.value(&probe, "migrated").unwrap().contains(r#""old_migrate_version":7"#));
}

#[test]
fn admins_hand_over_and_step_down() {
    let (mut chain, probe) = Chain::with_probe();
    let update = |sender: &AccAddress, new: &AccAddress| MsgUpdateAdmin {
        sender: sender.to_string(),
        new_admin: new.to_string(),
        contract: probe.to_string(),
    };
    let clear = |sender: &AccAddress| MsgClearAdmin {
        sender: sender.to_string(),
        contract: probe.to_string(),
    };
    assert_eq!(chain.deliver(GAS, &update(&buyer(), &buyer())).refusal(), ("wasm", 14));
    assert_eq!(chain.deliver(GAS, &clear(&attacker())).refusal(), ("sdk", 4));
    let updated = chain.deliver(GAS, &update(&buyer(), &attacker()));
    let told = updated.values("update_contract_admin", "new_admin_address");
    assert_eq!(told, [attacker().to_string()]);
    assert_eq!(chain.deliver(GAS, &migrate(&probe, 1)).refusal(), ("sdk", 4));
    chain.deliver(GAS, &clear(&attacker())).result.unwrap();
    assert_eq!(chain.deliver(GAS, &clear(&attacker())).refusal(), ("sdk", 4));
}

#[test]
fn permissions_of_a_code_are_kept() {
    let mut chain = Chain::new();
    let only = AccessConfig {
        permission: AccessType::AnyOfAddresses as i32,
        addresses: vec![attacker().to_string()],
    };
    let message = MsgStoreCode { instantiate_permission: Some(only), ..store_code(probe_wasm()) };
    let code_id = chain.deliver(GAS, &message).response::<MsgStoreCodeResponse>().code_id;
    assert_eq!(chain.deliver(GAS, &instantiate(code_id, &json!({}))).refusal(), ("sdk", 4));
    let mut allowed = instantiate(code_id, &json!({}));
    allowed.sender = attacker().to_string();
    chain.deliver(GAS, &allowed).result.unwrap();
}

#[test]
fn gas_stays_what_it_was() {
    // Measured with the committed probe; bounds are loose because another compiler makes another probe.
    let mut chain = Chain::new();
    let store = chain.deliver(GAS, &store_code(probe_wasm())).gas_used;
    let made = chain.deliver(GAS, &instantiate(1, &json!({})));
    let probe = made.response::<MsgInstantiateContractResponse>().address.parse().unwrap();
    let set = chain.must(&probe, &json!({"set": {"key": "k", "value": "v"}})).gas_used;
    let failed = chain.call(&probe, &json!({"fail": {"text": "no"}})).gas_used;
    let figures =
        [("store", store), ("instantiate", made.gas_used), ("set", set), ("fail", failed)];
    println!("{figures:?}");
    assert!((800_000..850_000).contains(&store), "{store}");
    assert!((94_000..108_000).contains(&made.gas_used), "{}", made.gas_used);
    assert!((66_000..76_000).contains(&set), "{set}");
    assert!((62_000..72_000).contains(&failed), "{failed}");
}

#[test]
fn the_contracts_of_the_project_can_be_stored() {
    let built = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/contracts");
    let mut chain = Chain::new();
    let mut stored = 0;
    let entries = std::fs::read_dir(built).expect("run `cargo xtask build-contracts` first");
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            let wasm = std::fs::read(&path).unwrap();
            let outcome = chain.deliver(GAS, &store_code(&wasm));
            println!("{} bytes: {} gas", wasm.len(), outcome.gas_used);
            outcome.response::<MsgStoreCodeResponse>();
            stored += 1;
        }
    }
    assert!(stored > 0, "nothing was built");
}
