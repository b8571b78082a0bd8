//! The contract of `testdata/steward`, which uses privileges as it is told, and who governs.

use std::io::Read as _;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmos_sdk_proto::{Any, cosmos::base::abci::v1beta1::TxMsgData};
use flate2::read::GzDecoder;
use prost::{Message as _, Name};
use serde_json::{Value, json};
use stoa_app::TxResult;
use stoa_mock_consensus::{Actor, Genesis, MockChain};
use stoa_proto::cosmwasm::wasm::v1::{
    MsgExecuteContract, MsgInstantiateContract, MsgInstantiateContractResponse, MsgStoreCode,
    QuerySmartContractStateRequest, QuerySmartContractStateResponse,
};
use stoa_proto::privilege::v1::{
    Grant, MsgGrantPrivilege, Privilege, QueryPrivilegesRequest, QueryPrivilegesResponse, Record,
};

use crate::{START, outcome};

const GAS: u64 = 50_000_000;
const FEE: u128 = 1_250_000;

/// Who governs the test chains, with a key.
pub fn governor() -> Actor {
    Actor::new("governor")
}

/// A genesis that the governor governs and in which it and `buyer` own something.
pub fn genesis() -> Genesis {
    let governor = governor();
    Genesis::new()
        .with_balance(&governor, START)
        .with_balance(&Actor::new("buyer"), START)
        .with_section("authority", json!({ "address": governor.address().to_string() }))
}

pub fn any<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// Delivers `message` of `actor`.
pub fn send(chain: &mut MockChain, actor: &Actor, message: Any) -> TxResult {
    let tx = chain.tx(actor).unwrap().message(message).gas(GAS).fee(FEE).sign(actor);
    chain.deliver(tx).unwrap()
}

/// Delivers `message` of the governor, which must succeed.
pub fn govern(chain: &mut MockChain, message: Any) {
    let result = send(chain, &governor(), message);
    assert_eq!(outcome(&result), ("", 0), "{}", result.log);
}

/// Uploads the steward and makes a contract of it; returns its address.
pub fn deploy(chain: &mut MockChain) -> String {
    let packed = include_bytes!("../../testdata/steward.wasm.gz").as_slice();
    let mut wasm_byte_code = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut wasm_byte_code).unwrap();
    let sender = governor().address().to_string();
    let store = MsgStoreCode { sender, wasm_byte_code, instantiate_permission: None };
    govern(chain, any(&store));
    instantiate(chain)
}

/// One more contract of the same code.
pub fn instantiate(chain: &mut MockChain) -> String {
    let instantiate = MsgInstantiateContract {
        sender: governor().address().to_string(),
        admin: String::new(),
        code_id: 1,
        label: "steward".to_owned(),
        msg: b"{}".to_vec(),
        funds: vec![],
    };
    let made = send(chain, &governor(), any(&instantiate));
    assert_eq!(outcome(&made), ("", 0), "{}", made.log);
    made_address(&made)
}

/// Address of the contract that a transaction made.
pub fn made_address(made: &TxResult) -> String {
    let data = TxMsgData::decode(made.data.as_slice()).unwrap();
    let response = data.msg_responses[0].value.as_slice();
    MsgInstantiateContractResponse::decode(response).unwrap().address
}

/// A call of the steward.
pub fn call(actor: &Actor, contract: &str, message: &Value) -> Any {
    any(&MsgExecuteContract {
        sender: actor.address().to_string(),
        contract: contract.to_owned(),
        msg: message.to_string().into_bytes(),
        funds: vec![],
    })
}

/// A message as contracts send it.
pub fn as_contract_message<M: Name>(message: &M) -> Value {
    let value = BASE64_STANDARD.encode(message.encode_to_vec());
    json!({ "any": { "type_url": M::type_url(), "value": value } })
}

/// Lets the steward send `message`, by order of the governor.
pub fn send_through<M: Name>(chain: &mut MockChain, contract: &str, message: &M) -> TxResult {
    let order = json!({ "send": { "messages": [as_contract_message(message)] } });
    send(chain, &governor(), call(&governor(), contract, &order))
}

/// Grants `privilege` to `contract`.
pub fn grant(chain: &mut MockChain, contract: &str, privilege: Privilege, block_gas: u64) {
    let list = |is_wanted: bool, item: &str| {
        if is_wanted { vec![item.to_owned()] } else { Vec::new() }
    };
    let grant = Grant {
        contract: contract.to_owned(),
        privilege: privilege.into(),
        block_gas,
        denoms: list(privilege == Privilege::Mint, "ucredit"),
        messages: list(privilege == Privilege::FeeFree, "deliver"),
    };
    let authority = governor().address().to_string();
    govern(chain, any(&MsgGrantPrivilege { authority, grant: Some(grant) }));
}

/// What the chain says about the grants to `contract`.
pub fn records(chain: &MockChain, contract: &str) -> Vec<Record> {
    let request = QueryPrivilegesRequest { contract: contract.to_owned() };
    let path = "/stoa.privilege.v1.Query/Privileges";
    chain.query::<QueryPrivilegesResponse>(path, &request).unwrap().privileges
}

/// What the steward remembers.
pub fn state(chain: &MockChain, contract: &str) -> Value {
    let request = QuerySmartContractStateRequest {
        address: contract.to_owned(),
        query_data: br#"{"state":{}}"#.to_vec(),
    };
    let path = "/cosmwasm.wasm.v1.Query/SmartContractState";
    let answer: QuerySmartContractStateResponse = chain.query(path, &request).unwrap();
    serde_json::from_slice(&answer.data).unwrap()
}
