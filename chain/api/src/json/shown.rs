//! A value of an answer before it is text.

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap as _, SerializeSeq as _},
};
use serde_json::{Value, value::RawValue};

/// JSON whose objects have the order of their fields, and in which what contracts say stands as they wrote it:
/// their keys in their order, their numbers with all digits.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    /// A text, number, flag or `null`.
    Plain(Value),
    /// JSON of a contract.
    Raw(Box<RawValue>),
    List(Vec<Shown>),
    Object(Vec<(&'static str, Shown)>),
}

impl Shown {
    /// `null`.
    pub(super) const NULL: Self = Self::Plain(Value::Null);

    /// What `bytes` hold; nothing if they are no JSON.
    pub(super) fn raw(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8(bytes.to_vec()).ok()?;
        RawValue::from_string(text).ok().map(Self::Raw)
    }

    /// A text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Plain(Value::String(text.into()))
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(value) => value.serialize(to),
            Self::Raw(raw) => raw.serialize(to),
            Self::List(items) => {
                let mut list = to.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Object(fields) => {
                let mut object = to.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    object.serialize_entry(name, value)?;
                }
                object.end()
            }
        }
    }
}
