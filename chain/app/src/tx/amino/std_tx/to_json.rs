//! Amino binary to amino JSON.

use std::fmt::Write as _;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use stoa_modules::Time;

use super::{
    MAX_DEPTH, STD_TX, StdTxError,
    concrete::{Concrete, MULTISIG, PREFIX_BYTES, prefix},
};
use crate::tx::{
    amino::{encode::number, json},
    schema::{self, Field, Kind, Shape, WhenEmpty},
    wire::{self, WireField},
};

/// The JSON of a `StdTx`.
pub fn to_json(bytes: &[u8]) -> Result<String, StdTxError> {
    let name = STD_TX.amino.unwrap_or_default();
    let (first, fields) = bytes.split_at_checked(PREFIX_BYTES).unwrap_or((bytes, &[]));
    if first != prefix(name) {
        return Err(StdTxError::NoStdTx { actual: bytes.to_vec() });
    }
    let mut out = String::new();
    wrapped(&mut out, name);
    message(&mut out, fields, &STD_TX, 0)?;
    out.push('}');
    Ok(out)
}

fn wrapped(out: &mut String, name: &str) {
    out.push_str(r#"{"type":"#);
    json::text(out, name);
    out.push_str(r#","value":"#);
}

fn message(
    out: &mut String,
    mut bytes: &[u8],
    shape: &'static Shape,
    depth: usize,
) -> Result<(), StdTxError> {
    if depth > MAX_DEPTH {
        return Err(StdTxError::TooDeep);
    }
    let malformed = StdTxError::Malformed { shape: shape.name };
    let mut found: Vec<WireField<'_>> = Vec::new();
    while !bytes.is_empty() {
        let next = wire::next(&mut bytes).ok_or_else(|| malformed.clone())?;
        // Amino writes fields in order, and only entries of a list have one number.
        if found.last().is_some_and(|last| last.number > next.number) {
            return Err(malformed);
        }
        found.push(next);
    }
    out.push('{');
    let mut is_first = true;
    for (number, field) in (1..).zip(shape.fields) {
        let values: Vec<&WireField<'_>> =
            found.iter().filter(|found| found.number == number).collect();
        let is_shown =
            field.when_empty != WhenEmpty::Omitted || matches!(field.kind, Kind::Timestamp);
        if values.is_empty() && !is_shown {
            continue;
        }
        if !is_first {
            out.push(',');
        }
        is_first = false;
        json::text(out, field.amino_name());
        out.push(':');
        match values.as_slice() {
            _ if field.is_repeated => list(out, field, &values, &malformed, depth)?,
            [] => absent(out, field)?,
            [value] => one(out, field, value, &malformed, depth)?,
            _ => return Err(malformed),
        }
    }
    out.push('}');
    Ok(())
}

fn list(
    out: &mut String,
    field: &Field,
    values: &[&WireField<'_>],
    malformed: &StdTxError,
    depth: usize,
) -> Result<(), StdTxError> {
    if values.is_empty() {
        let is_list = field.when_empty == WhenEmpty::EmptyList;
        out.push_str(if is_list { "[]" } else { "null" });
        return Ok(());
    }
    let is_packed = field.kind.wire_type() == wire::VARINT;
    let mut is_first = true;
    let mut separate = |out: &mut String| {
        out.push(if is_first { '[' } else { ',' });
        is_first = false;
    };
    for value in values {
        if !is_packed {
            separate(out);
            one(out, field, value, malformed, depth)?;
            continue;
        }
        let mut numbers = value.content;
        while !numbers.is_empty() {
            let (value, _) = wire::varint(&mut numbers).ok_or_else(|| malformed.clone())?;
            separate(out);
            number(out, field.kind, value);
        }
    }
    out.push(']');
    Ok(())
}

/// A field that is shown although it is not there.
fn absent(out: &mut String, field: &Field) -> Result<(), StdTxError> {
    match field.kind {
        Kind::Text => out.push_str("\"\""),
        // Amino's own beginning of time, whatever the SDK means by none.
        Kind::Timestamp => out.push_str("\"1970-01-01T00:00:00Z\""),
        Kind::Int | Kind::Duration => out.push_str("\"0\""),
        Kind::Dec => out.push_str("\"0.000000000000000000\""),
        Kind::Message(shape) => message(out, &[], shape, 0)?,
        kind if kind.wire_type() == wire::VARINT => number(out, kind, 0),
        _ => out.push_str("null"),
    }
    Ok(())
}

fn one(
    out: &mut String,
    field: &Field,
    value: &WireField<'_>,
    malformed: &StdTxError,
    depth: usize,
) -> Result<(), StdTxError> {
    let refused = || malformed.clone();
    // Amino has a duration as its nanoseconds.
    let is_number = field.kind.wire_type() == wire::VARINT || matches!(field.kind, Kind::Duration);
    let expected = if is_number { wire::VARINT } else { wire::LENGTH };
    if value.wire_type != expected {
        return Err(refused());
    }
    let bytes = value.content;
    let shown = match field.kind {
        Kind::Duration => {
            number(out, Kind::I64, value.value);
            return Ok(());
        }
        kind if is_number => {
            number(out, kind, value.value);
            return Ok(());
        }
        Kind::Message(shape) => return message(out, bytes, shape, depth + 1),
        Kind::Any => return packed(out, bytes, malformed, depth + 1),
        Kind::Json => {
            out.push_str(std::str::from_utf8(bytes).map_err(|_| refused())?);
            return Ok(());
        }
        Kind::Text | Kind::Int => String::from_utf8(bytes.to_vec()).ok(),
        Kind::Dec => schema::decimal(bytes),
        Kind::Timestamp => moment(bytes),
        _ => Some(BASE64_STANDARD.encode(bytes)),
    };
    json::text(out, &shown.ok_or_else(refused)?);
    Ok(())
}

fn packed(
    out: &mut String,
    bytes: &[u8],
    malformed: &StdTxError,
    depth: usize,
) -> Result<(), StdTxError> {
    if bytes.is_empty() {
        out.push_str("null");
        return Ok(());
    }
    let (concrete, mut rest) = Concrete::prefixed(bytes)?;
    wrapped(out, concrete.name());
    match concrete {
        Concrete::Struct(shape) => message(out, rest, shape, depth)?,
        Concrete::Multisig => message(out, rest, &MULTISIG, depth)?,
        Concrete::Key(_) => {
            let (length, _) = wire::varint(&mut rest).ok_or_else(|| malformed.clone())?;
            if u64::try_from(rest.len()).ok() != Some(length) {
                return Err(malformed.clone());
            }
            let _ = write!(out, "\"{}\"", BASE64_STANDARD.encode(rest));
        }
    }
    out.push('}');
    Ok(())
}

fn moment(bytes: &[u8]) -> Option<String> {
    let fields = schema::read(bytes, &schema::SECONDS_AND_NANOS)?;
    let number = |place: usize| match fields.get(place).and_then(|(_, values)| values.last()) {
        Some(schema::Value::Number(number)) => i64::from_le_bytes(number.to_le_bytes()),
        _ => 0,
    };
    Some(Time::from_unix_timestamp(number(0), u32::try_from(number(1)).ok()?).ok()?.to_rfc3339())
}
