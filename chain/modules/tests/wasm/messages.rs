//! Messages for the chain and for the probe.

use cosmos_sdk_proto::{Any, cosmos::base::v1beta1::Coin};
use prost::Name;
use serde_json::{Value, json};
use stoa_modules::{Gas, auth::AccAddress};
use stoa_proto::cosmwasm::wasm::v1::{
    MsgExecuteContract, MsgInstantiateContract, MsgMigrateContract, MsgStoreCode,
};

use crate::chain::buyer;

pub fn any(message: &impl Name) -> Any {
    fn type_url<T: Name>(_: &T) -> String {
        T::type_url()
    }
    Any { type_url: type_url(message), value: message.encode_to_vec() }
}

pub fn store_code(wasm: &[u8]) -> MsgStoreCode {
    MsgStoreCode {
        sender: buyer().to_string(),
        wasm_byte_code: wasm.to_vec(),
        instantiate_permission: None,
    }
}

pub fn instantiate(code_id: u64, message: &Value) -> MsgInstantiateContract {
    MsgInstantiateContract {
        sender: buyer().to_string(),
        admin: buyer().to_string(),
        code_id,
        label: "probe".to_owned(),
        msg: message.to_string().into_bytes(),
        funds: Vec::new(),
    }
}

pub fn execute(contract: &AccAddress, message: &Value) -> MsgExecuteContract {
    MsgExecuteContract {
        sender: buyer().to_string(),
        contract: contract.to_string(),
        msg: message.to_string().into_bytes(),
        funds: Vec::new(),
    }
}

pub fn migrate(contract: &AccAddress, code_id: u64) -> MsgMigrateContract {
    MsgMigrateContract {
        sender: buyer().to_string(),
        contract: contract.to_string(),
        code_id,
        msg: b"{}".to_vec(),
    }
}

pub fn ustoa(amount: u128) -> Vec<Coin> {
    vec![Coin { denom: "ustoa".to_owned(), amount: amount.to_string() }]
}

/// `wasm` with one more custom section.
pub fn with_section(wasm: &[u8], name: &str, content: &str) -> Vec<u8> {
    let byte = |text: &str| u8::try_from(text.len()).unwrap();
    let body = [&[byte(name)], name.as_bytes(), content.as_bytes()].concat();
    [wasm, &[0, u8::try_from(body.len()).unwrap()], &body].concat()
}

/// A submessage of the probe that calls `contract`.
pub fn call_message(contract: &AccAddress, message: &Value) -> Value {
    json!({"wasm": {"execute": {
        "contract_addr": contract.to_string(),
        "msg": base64(message.to_string().as_bytes()),
        "funds": [],
    }}})
}

/// A submessage with reply.
pub fn submessage(id: u64, message: &Value, reply_on: &str, gas_limit: Option<Gas>) -> Value {
    json!({
        "id": id, "msg": message, "reply_on": reply_on, "gas_limit": gas_limit,
        "payload": "",
    })
}

/// The probe's message that sends `messages`.
pub fn send(messages: &[Value]) -> Value {
    json!({"send": {"messages": messages, "data": null}})
}

pub fn base64(bytes: &[u8]) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    BASE64_STANDARD.encode(bytes)
}
