//! Names become addresses, data becomes protobuf.

use anyhow::Result;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmrs::proto::{
    Any,
    cosmos::{
        authz::v1beta1::{Grant, MsgExec, MsgGrant},
        bank::v1beta1::MsgSend,
        base::v1beta1::Coin,
        feegrant::v1beta1::MsgGrantAllowance,
    },
    cosmwasm::wasm::v1::{
        MsgClearAdmin, MsgExecuteContract, MsgInstantiateContract, MsgInstantiateContract2,
        MsgMigrateContract, MsgStoreCode, MsgUpdateAdmin,
    },
};
use prost::Name;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{Action, World};

impl World {
    /// The message of an action.
    pub(super) fn message(&self, action: &Action) -> Result<Any> {
        Ok(match action {
            Action::Send { from, to, coins: amount } => any(&MsgSend {
                from_address: self.address(from)?,
                to_address: self.address(to)?,
                amount: coins(amount),
            }),
            Action::Store { from, file } => any(&MsgStoreCode {
                sender: self.address(from)?,
                wasm_byte_code: self.file(file)?,
                instantiate_permission: None,
            }),
            Action::Instantiate { .. } => self.instantiate(action)?,
            Action::Execute { from, contract, msg, funds } => any(&MsgExecuteContract {
                sender: self.address(from)?,
                contract: self.address(contract)?,
                msg: self.payload(msg)?,
                funds: coins(funds),
            }),
            Action::Migrate { from, contract, code, msg } => any(&MsgMigrateContract {
                sender: self.address(from)?,
                contract: self.address(contract)?,
                code_id: self.code(code),
                msg: self.payload(msg)?,
            }),
            Action::UpdateAdmin { from, contract, admin } => any(&MsgUpdateAdmin {
                sender: self.address(from)?,
                new_admin: self.address(admin)?,
                contract: self.address(contract)?,
            }),
            Action::ClearAdmin { from, contract } => any(&MsgClearAdmin {
                sender: self.address(from)?,
                contract: self.address(contract)?,
            }),
            Action::Message { type_url, fields } => self.by_type(type_url, fields)?,
            Action::Exec { from, actions } => {
                let msgs = actions.iter().map(|action| self.message(action));
                let msgs = msgs.collect::<Result<_>>()?;
                any(&MsgExec { grantee: self.address(from)?, msgs })
            }
            Action::Grant { from, to, authorization } => any(&MsgGrant {
                granter: self.address(from)?,
                grantee: self.address(to)?,
                grant: Some(Grant {
                    authorization: Some(self.message(authorization)?),
                    expiration: None,
                }),
            }),
            Action::Allow { from, to, allowance } => any(&MsgGrantAllowance {
                granter: self.address(from)?,
                grantee: self.address(to)?,
                allowance: Some(self.message(allowance)?),
            }),
            Action::Raw { type_url, hex } => {
                Any { type_url: type_url.clone(), value: from_hex(hex)? }
            }
            Action::Appended { action, hex } => {
                let mut message = self.message(action)?;
                message.value.extend(from_hex(hex)?);
                message
            }
        })
    }

    fn instantiate(&self, action: &Action) -> Result<Any> {
        let Action::Instantiate { from, code, label, admin, msg, funds, salt } = action else {
            anyhow::bail!("not an instantiation");
        };
        let sender = self.address(from)?;
        let admin = if admin.is_empty() { String::new() } else { self.address(admin)? };
        let (code_id, label) = (self.code(code), label.clone());
        let (msg, funds) = (self.payload(msg)?, coins(funds));
        Ok(match salt {
            None => any(&MsgInstantiateContract { sender, admin, code_id, label, msg, funds }),
            Some(salt) => any(&MsgInstantiateContract2 {
                sender,
                admin,
                code_id,
                label,
                msg,
                funds,
                salt: salt.clone().into_bytes(),
                fix_msg: salt.starts_with("fixed"),
            }),
        })
    }

    /// The bytes of a contract's message: JSON, or a text as it is (for what is no JSON).
    fn payload(&self, msg: &Value) -> Result<Vec<u8>> {
        match msg {
            Value::String(text) => Ok(text.clone().into_bytes()),
            _ => Ok(serde_json::to_vec(&self.fill(msg)?)?),
        }
    }

    /// Replaces `"@name"` by the address of a name, `{"@binary": …}` by the base64 of JSON,
    /// `{"@message": …}` by the base64 of an action's protobuf, `{"@code": …}` by a code's number,
    /// `{"@file": …}` by the base64 of a file of code, `{"@checksum": …}` by that of its SHA-256.
    pub(super) fn fill(&self, value: &Value) -> Result<Value> {
        Ok(match value {
            Value::String(text) => match text.strip_prefix('@') {
                Some(name) => json!(self.address(name)?),
                None => value.clone(),
            },
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.fill(item)).collect::<Result<_>>()?)
            }
            Value::Object(fields) => self.fill_object(fields)?,
            _ => value.clone(),
        })
    }

    fn fill_object(&self, fields: &Map<String, Value>) -> Result<Value> {
        if let Some(inner) = fields.get("@binary") {
            return Ok(json!(BASE64_STANDARD.encode(self.payload(inner)?)));
        }
        if let Some(action) = fields.get("@message") {
            let message = self.message(&serde_json::from_value(action.clone())?)?;
            return Ok(json!(BASE64_STANDARD.encode(message.value)));
        }
        if let Some(name) = fields.get("@code").and_then(Value::as_str) {
            return Ok(json!(self.code(name)));
        }
        if let Some(name) = fields.get("@file").and_then(Value::as_str) {
            return Ok(json!(BASE64_STANDARD.encode(self.file(name)?)));
        }
        if let Some(name) = fields.get("@checksum").and_then(Value::as_str) {
            return Ok(json!(BASE64_STANDARD.encode(Sha256::digest(self.file(name)?))));
        }
        let field = |(key, value): (&String, &Value)| Ok((key.clone(), self.fill(value)?));
        Ok(Value::Object(fields.iter().map(field).collect::<Result<_>>()?))
    }
}

/// `5uother,7ustoa` without any check.
pub(super) fn coins(text: &str) -> Vec<Coin> {
    let coin = |part: &str| {
        // An amount may be wrong on purpose: the denomination is what comes behind the last digit.
        let digits = part.rfind(|c: char| c.is_ascii_digit()).map_or(0, |place| place + 1);
        let (amount, denom) = part.split_at(digits);
        Coin { amount: amount.to_owned(), denom: denom.to_owned() }
    };
    text.split(',').filter(|part| !part.is_empty()).map(coin).collect()
}

fn from_hex(text: &str) -> Result<Vec<u8>> {
    hex::decode(text).map_err(anyhow::Error::msg)
}

pub(super) fn any<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn names_and_nested_messages_are_filled_in() {
        let world = World::new(Path::new("/nowhere"));
        let alice = world.address("alice").unwrap();
        let filled = world
            .fill(&json!({"to": "@alice", "list": [{"@binary": {"a": "@alice"}}], "n": 1}))
            .unwrap();
        let inner = BASE64_STANDARD.encode(format!(r#"{{"a":"{alice}"}}"#));
        assert_eq!(filled, json!({"to": alice, "list": [inner], "n": 1}));
        assert_eq!(world.payload(&json!("{ no json")).unwrap(), b"{ no json");
    }

    #[test]
    fn coins_are_taken_as_written() {
        let pair = |coin: Coin| (coin.amount, coin.denom);
        let found: Vec<_> = coins("7ustoa,-1a,x").into_iter().map(pair).collect();
        let expected = [("7", "ustoa"), ("-1", "a"), ("", "x")];
        assert_eq!(found, expected.map(|(a, d)| (a.to_owned(), d.to_owned())));
        assert!(coins("").is_empty());
    }
}
