//! Enumerations by the names that wasmd shows.

use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
use serde_json::Value;

use crate::cosmwasm::wasm::v1::ContractCodeHistoryOperationType;

/// Who has a permission.
pub(crate) mod access_type {
    use super::*;

    /// Wasmd's own names, which its genesis, its answers and its wallets have.
    const NAMES: [(i32, &str); 4] =
        [(0, "Unspecified"), (1, "Nobody"), (3, "Everybody"), (4, "AnyOfAddresses")];

    pub(crate) fn serialize<S: Serializer>(value: &i32, to: S) -> Result<S::Ok, S::Error> {
        match NAMES.iter().find(|(number, _)| number == value) {
            Some((_, name)) => to.serialize_str(name),
            None => to.serialize_i32(*value),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i32, D::Error> {
        let name = String::deserialize(from)?;
        let known = NAMES.iter().find(|(_, known)| *known == name);
        known
            .map(|(number, _)| *number)
            .ok_or_else(|| D::Error::custom("no permission of this name"))
    }
}

/// Why a contract has its code.
pub(crate) mod operation {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(value: &i32, to: S) -> Result<S::Ok, S::Error> {
        match ContractCodeHistoryOperationType::try_from(*value) {
            Ok(operation) => to.serialize_str(operation.as_str_name()),
            Err(_) => to.serialize_i32(*value),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i32, D::Error> {
        let known = match Value::deserialize(from)? {
            Value::String(name) => ContractCodeHistoryOperationType::from_str_name(&name),
            other => other
                .as_i64()
                .and_then(|number| i32::try_from(number).ok())
                .and_then(|number| ContractCodeHistoryOperationType::try_from(number).ok()),
        };
        known.map(i32::from).ok_or_else(|| D::Error::custom("no operation of this name"))
    }
}
