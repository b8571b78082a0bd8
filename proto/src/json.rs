//! Wasmd's JSON of what genesis files hold of `x/wasm`, where it is not that of the Rust types.
//!
//! Names are those of the interface files, 64-bit numbers are texts, bytes are base64, keys of contracts are
//! hexadecimal digits, permissions have wasmd's own names, and messages to contracts stand as they are.

mod names;

use ::base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::Value;

pub(crate) use names::{access_type, operation};

/// `uint64` as a text; numbers are read, too.
pub(crate) mod number {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(value: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        match Value::deserialize(from)? {
            Value::String(text) => text.parse().map_err(D::Error::custom),
            other => other.as_u64().ok_or_else(|| D::Error::custom("not a 64-bit number")),
        }
    }
}

/// `bytes` in base64.
pub(crate) mod base64 {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = Option::<String>::deserialize(from)?.unwrap_or_default();
        BASE64_STANDARD.decode(text).map_err(D::Error::custom)
    }
}

/// `bytes` in upper-case hexadecimal digits.
pub(crate) mod upper_hex {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode_upper(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// `bytes` that are JSON themselves: its value. What is none, which a contract of its own making may take,
/// is base64.
pub(crate) mod inline {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        if bytes.is_empty() {
            return to.serialize_none();
        }
        match serde_json::from_slice::<Value>(bytes) {
            Ok(value) => value.serialize(to),
            Err(_) => super::base64::serialize(bytes, to),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        match Value::deserialize(from)? {
            Value::Null => Ok(Vec::new()),
            value => serde_json::to_vec(&value).map_err(D::Error::custom),
        }
    }
}

/// A message that nothing here fills in: `null`, and anything else is refused.
pub(crate) mod absent {
    use cosmos_sdk_proto::Any;

    use super::*;

    pub(crate) fn serialize<S: Serializer>(_: &Option<Any>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_none()
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Any>, D::Error> {
        match Value::deserialize(from)? {
            Value::Null => Ok(None),
            _ => Err(D::Error::custom("extensions of contracts are not known here")),
        }
    }
}

#[cfg(test)]
mod tests;
