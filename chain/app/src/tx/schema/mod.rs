//! Shapes of protobuf messages as data: which fields exist, what they are called, how JSON shows them.
//!
//! One table, three readers: the strict check of transactions, which refuses other fields; the amino JSON
//! that Ledger devices and multisig members sign; and the REST interface, which turns answers into the
//! JSON of the Cosmos SDK and has the shapes of its answers in the same form.

mod accounts;
mod authz;
mod bank;
mod consensus;
mod feegrant;
mod privilege;
mod read;
mod slashing;
mod transaction;
mod upgrade;
mod vesting;
mod wasm;

use std::{collections::HashMap, fmt, sync::OnceLock};

pub use accounts::*;
pub use authz::*;
pub use bank::*;
pub use consensus::*;
pub use feegrant::*;
pub use privilege::*;
pub use read::{Value, decimal, read};
pub use slashing::*;
pub use transaction::*;
pub use upgrade::*;
pub use vesting::*;
pub use wasm::*;

/// A protobuf message.
pub struct Shape {
    /// Full name, e.g. `cosmos.base.v1beta1.Coin`.
    pub name: &'static str,
    /// Name in amino JSON, if it is not the type URL.
    pub amino: Option<&'static str>,
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
    /// Name in amino JSON, if it is another.
    pub amino: Option<&'static str>,
    /// Type.
    pub kind: Kind,
    /// Whether it is a list.
    pub is_repeated: bool,
    /// Whether JSON leaves it out when absent (members of a `oneof`).
    pub is_optional: bool,
    /// What amino JSON shows of it when it is empty.
    pub when_empty: WhenEmpty,
}

/// What amino JSON shows of an empty field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenEmpty {
    /// Nothing.
    Omitted,
    /// The empty value; `null` for lists (`amino.dont_omitempty`).
    Kept,
    /// `[]` (`amino.encoding = "legacy_coins"`).
    EmptyList,
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
    /// `string` that holds a decimal integer of any size; empty stands for zero.
    Int,
    /// `bytes`: base64 in JSON.
    Bytes,
    /// `bytes`: upper-case hex in JSON.
    Hex,
    /// `bytes` that hold the digits of a decimal in units of 10^-18: shown with its point.
    Dec,
    /// `bytes` that hold JSON: shown as it is.
    Json,
    /// An enumeration: its names in JSON, its numbers in amino JSON.
    Enum(&'static [(i32, &'static str)]),
    /// An enumeration: its names in both.
    Named(&'static [(i32, &'static str)]),
    /// A message.
    Message(&'static Shape),
    /// `google.protobuf.Any`: the fields beside `@type` in JSON.
    Any,
    /// `google.protobuf.Timestamp`: RFC 3339 in JSON.
    Timestamp,
    /// `google.protobuf.Duration`: seconds with `s` in JSON, nanoseconds in amino JSON.
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
            Self::Bool | Self::U32 | Self::I32 | Self::U64 | Self::I64 => 0,
            Self::Enum(_) | Self::Named(_) => 0,
            _ => 2,
        }
    }
}

impl Field {
    const fn new(number: u32, name: &'static str, kind: Kind) -> Self {
        let when_empty = WhenEmpty::Omitted;
        let amino = None;
        Self { number, name, amino, kind, is_repeated: false, is_optional: false, when_empty }
    }

    /// The same field, with another name in amino JSON.
    #[must_use]
    pub const fn amino(self, name: &'static str) -> Self {
        Self { amino: Some(name), ..self }
    }

    /// Its name in amino JSON.
    pub const fn amino_name(&self) -> &'static str {
        match self.amino {
            Some(name) => name,
            None => self.name,
        }
    }

    /// The same field, shown by amino JSON when it is empty, too.
    #[must_use]
    pub const fn kept(self) -> Self {
        Self { when_empty: WhenEmpty::Kept, ..self }
    }
}

/// A field that occurs once.
pub const fn one(number: u32, name: &'static str, kind: Kind) -> Field {
    Field::new(number, name, kind)
}

/// A list.
pub const fn many(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { is_repeated: true, ..Field::new(number, name, kind) }
}

/// A list of coins.
pub const fn coins(number: u32, name: &'static str) -> Field {
    Field { when_empty: WhenEmpty::EmptyList, ..many(number, name, Kind::Message(&COIN)) }
}

/// A member of a `oneof`.
pub const fn member(number: u32, name: &'static str, kind: Kind) -> Field {
    Field { is_optional: true, ..Field::new(number, name, kind) }
}

/// Declares shapes: `/// doc` `pub ID = "full.Name" as "amino/Name": [fields];`.
#[macro_export]
macro_rules! shapes {
    (@amino) => { None };
    (@amino $name:literal) => { Some($name) };
    ($(
        $(#[$doc:meta])*
        $visibility:vis $id:ident = $name:literal $(as $amino:literal)?: [$($field:expr),* $(,)?];
    )*) => {
        $(
            $(#[$doc])*
            $visibility static $id: $crate::tx::schema::Shape = $crate::tx::schema::Shape {
                name: $name,
                amino: $crate::shapes!(@amino $($amino)?),
                fields: &[$($field),*],
            };
        )*
    };
}

/// Everything that may stand inside an `Any` of a transaction or an account, by the module it is of.
static IN_ANY: &[&[&Shape]] = &[
    accounts::IN_ANY,
    authz::IN_ANY,
    bank::IN_ANY,
    consensus::IN_ANY,
    feegrant::IN_ANY,
    privilege::IN_ANY,
    slashing::IN_ANY,
    upgrade::IN_ANY,
    vesting::IN_ANY,
    wasm::IN_ANY,
    &[&TX],
];

/// Everything that may stand inside an `Any` of a transaction or an account.
pub fn packed() -> impl Iterator<Item = &'static Shape> {
    IN_ANY.iter().flat_map(|shapes| shapes.iter()).copied()
}

/// The shape behind the type URL of an `Any`, among those that transactions and accounts may hold.
pub fn find(type_url: &str) -> Option<&'static Shape> {
    static BY_NAME: OnceLock<HashMap<&str, &Shape>> = OnceLock::new();
    // Every transaction looks for two; names differ.
    let by_name = BY_NAME.get_or_init(|| packed().map(|shape| (shape.name, shape)).collect());
    by_name.get(type_url.strip_prefix('/')?).copied()
}

#[cfg(test)]
mod tests;
