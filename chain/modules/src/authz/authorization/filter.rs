//! Which messages a contract may be sent.

use std::collections::BTreeSet;

use cosmos_sdk_proto::Any;
use serde_json::Value;
use stoa_proto::cosmwasm::wasm::v1::{
    AcceptedMessageKeysFilter, AcceptedMessagesFilter, AllowAllMessagesFilter,
};

use super::{AuthzError, decode, pack, short};
use crate::core::{Context, Gas, ModuleError, is_of_type};

/// Gas for each byte of a message that is read.
const GAS_PER_BYTE: Gas = 1;

/// The messages that are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All.
    All,
    /// Objects with one of these keys and no other.
    Keys(Vec<String>),
    /// These, byte by byte.
    Messages(Vec<Vec<u8>>),
}

impl Filter {
    pub(super) fn from_any(any: &Any) -> Result<Self, AuthzError> {
        Ok(match any.type_url.as_str() {
            url if is_of_type::<AllowAllMessagesFilter>(url) => Self::All,
            url if is_of_type::<AcceptedMessageKeysFilter>(url) => {
                Self::Keys(decode::<AcceptedMessageKeysFilter>(any)?.keys)
            }
            url if is_of_type::<AcceptedMessagesFilter>(url) => {
                Self::Messages(decode::<AcceptedMessagesFilter>(any)?.messages)
            }
            other => {
                let reason = format!("{} is no filter", short(other));
                return Err(AuthzError::InvalidType { reason });
            }
        })
    }

    pub(super) fn to_any(&self) -> Any {
        match self {
            Self::All => pack(&AllowAllMessagesFilter {}),
            Self::Keys(keys) => pack(&AcceptedMessageKeysFilter { keys: keys.clone() }),
            Self::Messages(messages) => {
                pack(&AcceptedMessagesFilter { messages: messages.clone() })
            }
        }
    }

    pub(super) fn check(&self) -> Result<(), AuthzError> {
        match self {
            Self::All => Ok(()),
            Self::Keys(keys) => {
                let are_trimmed = keys.iter().all(|key| key.trim() == key);
                check_list(keys, "filter: keys")?;
                let what = "filter: key contains whitespaces";
                if are_trimmed { Ok(()) } else { Err(AuthzError::Invalid { what }) }
            }
            Self::Messages(messages) => {
                check_list(messages, "filter: messages")?;
                let is_json = |text: &Vec<u8>| serde_json::from_slice::<Value>(text).is_ok();
                let what = "filter: message";
                let are_json = messages.iter().all(is_json);
                if are_json { Ok(()) } else { Err(AuthzError::Invalid { what }) }
            }
        }
    }

    /// Whether a message, which is JSON, is among the allowed.
    pub(super) fn accepts(&self, ctx: &Context, message: &[u8]) -> Result<bool, ModuleError> {
        match self {
            Self::All => Ok(true),
            Self::Keys(keys) => {
                let bytes = Gas::try_from(message.len()).unwrap_or(Gas::MAX);
                let amount = bytes.saturating_mul(GAS_PER_BYTE);
                ctx.gas.charge(amount, "contract authorization")?;
                let Ok(Value::Object(object)) = serde_json::from_slice(message) else {
                    return Ok(false);
                };
                let mut names = object.keys();
                let only = names.next().filter(|_| object.len() == 1);
                Ok(only.is_some_and(|name| keys.contains(name)))
            }
            Self::Messages(messages) => {
                Ok(messages.iter().any(|allowed| allowed.as_slice() == message))
            }
        }
    }
}

/// Refuses empty lists, empty entries and entries twice.
fn check_list<T: AsRef<[u8]> + Ord>(list: &[T], what: &'static str) -> Result<(), AuthzError> {
    if list.is_empty() || list.iter().any(|entry| entry.as_ref().is_empty()) {
        return Err(AuthzError::Empty { what });
    }
    let different: BTreeSet<&T> = list.iter().collect();
    if different.len() < list.len() {
        return Err(AuthzError::Duplicate { what });
    }
    Ok(())
}
