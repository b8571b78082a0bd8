use proptest::prelude::*;
use serde_json::json;

use crate::cosmwasm::wasm::v1::{
    AccessConfig, Code, CodeInfo, Contract, ContractCodeHistoryEntry, ContractInfo, GenesisState,
    Model, Params, Sequence,
};

#[test]
fn every_form_is_that_of_wasmd() {
    let nobody = AccessConfig { permission: 1, addresses: Vec::new() };
    let state = GenesisState {
        params: Some(Params {
            code_upload_access: Some(nobody.clone()),
            instantiate_default_permission: 3,
        }),
        codes: vec![Code {
            code_id: u64::MAX,
            code_info: Some(CodeInfo {
                code_hash: vec![0xfb, 0xff],
                creator: "stoa1a".to_owned(),
                instantiate_config: Some(nobody),
            }),
            code_bytes: vec![0],
            pinned: true,
        }],
        contracts: vec![Contract {
            contract_address: "stoa1b".to_owned(),
            contract_info: Some(ContractInfo { label: "l".to_owned(), ..ContractInfo::default() }),
            contract_state: vec![Model { key: vec![0xab, 1], value: vec![2] }],
            contract_code_history: vec![ContractCodeHistoryEntry {
                operation: 1,
                msg: br#"{"a":1}"#.to_vec(),
                ..ContractCodeHistoryEntry::default()
            }],
        }],
        sequences: vec![Sequence { id_key: vec![4], value: 7 }],
    };
    let nobody = json!({ "permission": "Nobody", "addresses": [] });
    let expected = json!({
        "params": { "code_upload_access": nobody, "instantiate_default_permission": "Everybody" },
        "codes": [{
            "code_id": "18446744073709551615",
            "code_info": { "code_hash": "+/8=", "creator": "stoa1a", "instantiate_config": nobody },
            "code_bytes": "AA==",
            "pinned": true,
        }],
        "contracts": [{
            "contract_address": "stoa1b",
            "contract_info": {
                "code_id": "0", "creator": "", "admin": "", "label": "l", "created": null,
                "ibc_port_id": "", "extension": null,
            },
            "contract_state": [{ "key": "AB01", "value": "Ag==" }],
            "contract_code_history": [{
                "operation": "CONTRACT_CODE_HISTORY_OPERATION_TYPE_INIT",
                "code_id": "0", "updated": null, "msg": { "a": 1 },
            }],
        }],
        "sequences": [{ "id_key": "BA==", "value": "7" }],
    });
    assert_eq!(serde_json::to_value(&state).unwrap(), expected);
    assert_eq!(serde_json::from_value::<GenesisState>(expected).unwrap(), state);
}

#[test]
fn what_is_absent_has_its_default_and_what_is_foreign_is_refused() {
    assert_eq!(serde_json::from_value::<GenesisState>(json!({})).unwrap(), GenesisState::default());
    for foreign in [
        json!({ "code": [] }),
        json!({ "codes": [{ "code_id": "-1" }] }),
        json!({ "codes": [{ "code_bytes": "?" }] }),
        json!({ "contracts": [{ "contract_state": [{ "key": "0" }] }] }),
        json!({ "contracts": [{ "contract_info": { "extension": {} } }] }),
        json!({ "contracts": [{ "contract_code_history": [{ "operation": "X" }] }] }),
        json!({ "params": { "instantiate_default_permission": "ACCESS_TYPE_NOBODY" } }),
    ] {
        assert!(serde_json::from_value::<GenesisState>(foreign.clone()).is_err(), "{foreign}");
    }
}

proptest! {
    /// Whatever bytes a contract took for a message are written, and the second writing changes nothing.
    #[test]
    fn messages_are_written_whatever_they_are(msg: Vec<u8>) {
        let entry = ContractCodeHistoryEntry { msg, ..ContractCodeHistoryEntry::default() };
        let written = serde_json::to_value(&entry).unwrap();
        let read: ContractCodeHistoryEntry = serde_json::from_value(written.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&read).unwrap(), written);
    }
}
