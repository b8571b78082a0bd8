//! Shapes of protobuf messages as data: which fields exist, what they are called, how JSON shows them.
//!
//! Two readers share them: the strict check of transactions, which refuses other fields, and the REST
//! interface, which turns answers into the JSON of the Cosmos SDK.

mod messages;

use std::fmt;

pub use messages::*;

/// A protobuf message.
pub struct Shape {
    /// Full name, e.g. `cosmos.base.v1beta1.Coin`.
    pub name: &'static str,
    /// Fields in order of their numbers.
    pub fields: &'static [Field],
}

/// A field of a message.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Number on the wire.
    pub number: u32,
    /// Name in JSON.
    pub name: &'static str,
    /// Type.
    pub kind: Kind,
    /// Whether it is a list.
    pub is_repeated: bool,
    /// Whether JSON leaves it out when absent (members of a `oneof`).
    pub is_optional: bool,
}

/// Type of a field; on the wire and in JSON.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// `bool`.
    Bool,
    /// `uint32`: a JSON number.
    U32,
    /// `int32`: a JSON number.
    I32,
    /// `uint64`: a JSON string.
    U64,
    /// `int64`: a JSON string.
    I64,
    /// `string`.
    Text,
    /// `bytes`: base64 in JSON.
    Bytes,
    /// `bytes`: upper-case hex in JSON.
    Hex,
    /// `bytes` that hold JSON: shown as it is.
    Json,
    /// An enumeration: its names in JSON.
    Enum(&'static [(i32, &'static str)]),
    /// A message.
    Message(&'static Shape),
    /// `google.protobuf.Any`: the fields beside `@type` in JSON.
    Any,
    /// `google.protobuf.Timestamp`: RFC 3339 in JSON.
    Timestamp,
    /// `google.protobuf.Duration`: seconds with `s` in JSON.
    Duration,
}

impl fmt::Debug for Shape {
    /// The name alone: shapes may contain themselves.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl Shape {
    /// The field with `number`.
    pub fn field(&self, number: u32) -> Option<&Field> {
        self.fields.iter().find(|field| field.number == number)
    }
}

impl Kind {
    /// The wire type that a value of this kind has (0 varint, 2 with a length).
    pub const fn wire_type(self) -> u8 {
        match self {
            Self::Bool | Self::U32 | Self::I32 | Self::U64 | Self::I64 | Self::Enum(_) => 0,
            _ => 2,
        }
    }
}

/// A field that occurs once.
pub const fn one(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, is_repeated: false, is_optional: false }
}

/// A list.
pub const fn many(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, is_repeated: true, is_optional: false }
}

/// A member of a `oneof`.
pub const fn member(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { number, name, kind, is_repeated: false, is_optional: true }
}

/// The shape behind the type URL of an `Any`, among those that transactions and accounts may hold.
pub fn find(type_url: &str) -> Option<&'static Shape> {
    let name = type_url.strip_prefix('/')?;
    messages::IN_ANY.iter().copied().find(|shape| shape.name == name)
}

#[cfg(test)]
mod tests;
