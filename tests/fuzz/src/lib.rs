//! Hostile input for the chain, made of valid input.
//!
//! Purpose: random bytes are refused at the first byte; what finds holes is valid input with something
//! changed: bytes, protobuf fields, or nodes of a JSON document. Changes shrink as proptest's values do.
//! Place: tests only. `tests/suite` has one target for each kind of input that strangers can send;
//! `PROPTEST_CASES=100000 cargo test --workspace --test hostile` is the long run.
//! Invariants: an edit of valid input never panics itself, whatever the input is.

pub mod allocation;
mod bytes;
mod json;
mod protobuf;

pub use bytes::{ByteEdit, byte_edits, edit_bytes};
pub use json::{JsonEdit, edit_json, json_edits};
pub use protobuf::{FieldEdit, edit_fields, field_edits, replace_texts};
