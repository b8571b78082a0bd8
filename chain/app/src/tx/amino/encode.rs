//! Messages by their shapes.

use std::fmt::Write as _;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use stoa_modules::Time;

use super::{AminoError, json};
use crate::tx::{
    TxError,
    schema::{self, Field, Kind, Shape, Value, WhenEmpty},
};

/// Nanoseconds of a second.
const NANOS: i64 = 1_000_000_000;

/// Writes `{"type":…,"value":…}` for what an `Any` holds.
pub(super) fn packed(out: &mut String, type_url: &str, value: &[u8]) -> Result<(), AminoError> {
    let unknown = || TxError::UnknownType { type_url: type_url.chars().take(200).collect() };
    let shape = schema::find(type_url).ok_or_else(unknown)?;
    out.push_str(r#"{"type":"#);
    json::text(out, shape.amino.unwrap_or(type_url));
    out.push_str(r#","value":"#);
    message(out, value, shape)?;
    out.push('}');
    Ok(())
}

/// Writes a message as an object with sorted keys. The strict check has bounded how deep it is.
pub(super) fn message(
    out: &mut String,
    bytes: &[u8],
    shape: &'static Shape,
) -> Result<(), AminoError> {
    let malformed = AminoError::Malformed { shape: shape.name };
    let mut fields = schema::read(bytes, shape).ok_or(malformed)?;
    fields.sort_unstable_by_key(|(field, _)| field.amino_name());
    out.push('{');
    let mut is_first = true;
    for (field, values) in fields {
        let is_empty = values.iter().all(|value| is_zero(field, value));
        if is_empty && field.when_empty == WhenEmpty::Omitted {
            continue;
        }
        if !is_first {
            out.push(',');
        }
        is_first = false;
        json::text(out, field.amino_name());
        out.push(':');
        Place { shape, field }.write(out, &values)?;
    }
    out.push('}');
    Ok(())
}

/// Whether a value of a field that occurs once is the default; an item of a list and a message never is.
fn is_zero(field: &Field, value: &Value<'_>) -> bool {
    !field.is_repeated
        && match value {
            Value::Number(number) => low(field.kind, *number) == 0,
            Value::Content(content) => content.is_empty() && !is_message(field.kind),
        }
}

const fn is_message(kind: Kind) -> bool {
    matches!(kind, Kind::Message(_) | Kind::Any | Kind::Timestamp | Kind::Duration)
}

/// Numbers of 32 bits travel as longer ones, of which only the low half counts.
const fn low(kind: Kind, number: u64) -> u64 {
    match kind {
        Kind::U32 | Kind::I32 | Kind::Enum(_) | Kind::Named(_) => number & 0xffff_ffff,
        _ => number,
    }
}

/// A field of a message that is being written.
struct Place {
    shape: &'static Shape,
    field: &'static Field,
}

impl Place {
    const fn not_representable(&self) -> AminoError {
        AminoError::NotRepresentable { shape: self.shape.name, field: self.field.name }
    }

    fn write(&self, out: &mut String, values: &[Value<'_>]) -> Result<(), AminoError> {
        if !self.field.is_repeated {
            return match values.last() {
                Some(value) => self.one(out, value),
                None => self.absent(out),
            };
        }
        if values.is_empty() {
            let is_list = self.field.when_empty == WhenEmpty::EmptyList;
            out.push_str(if is_list { "[]" } else { "null" });
            return Ok(());
        }
        // Embedded JSON has a form of its own only where it occurs once.
        if matches!(self.field.kind, Kind::Json) {
            return Err(self.not_representable());
        }
        for (index, value) in values.iter().enumerate() {
            out.push(if index == 0 { '[' } else { ',' });
            self.one(out, value)?;
        }
        out.push(']');
        Ok(())
    }

    /// A field that is shown although it is not there.
    fn absent(&self, out: &mut String) -> Result<(), AminoError> {
        match self.field.kind {
            kind if is_message(kind) => {
                Err(AminoError::Missing { shape: self.shape.name, field: self.field.name })
            }
            Kind::Bytes | Kind::Hex | Kind::Json => Err(self.not_representable()),
            Kind::Text | Kind::Int | Kind::Dec => self.one(out, &Value::Content(&[])),
            _ => self.one(out, &Value::Number(0)),
        }
    }

    fn one(&self, out: &mut String, value: &Value<'_>) -> Result<(), AminoError> {
        let kind = self.field.kind;
        let bytes = match value {
            Value::Number(value) => {
                number(out, kind, *value);
                return Ok(());
            }
            Value::Content(bytes) => *bytes,
        };
        let shown = match kind {
            Kind::Message(shape) => return message(out, bytes, shape),
            Kind::Any => return any(out, bytes),
            Kind::Json => return json::inline(out, bytes).ok_or_else(|| self.not_representable()),
            Kind::Int if bytes.is_empty() => Some("0".to_owned()),
            Kind::Text | Kind::Int => String::from_utf8(bytes.to_vec()).ok(),
            Kind::Dec => schema::decimal(bytes),
            Kind::Timestamp => moment(bytes),
            Kind::Duration => nanoseconds(bytes),
            _ => Some(BASE64_STANDARD.encode(bytes)),
        };
        json::text(out, &shown.ok_or_else(|| self.not_representable())?);
        Ok(())
    }
}

/// Writes a number, as amino JSON has one of its kind.
pub(super) fn number(out: &mut String, kind: Kind, value: u64) {
    let signed = i64::from_le_bytes(value.to_le_bytes());
    let [a, b, c, d, ..] = value.to_le_bytes();
    // Writing to a text cannot fail.
    let _ = match kind {
        Kind::Bool => write!(out, "{}", value != 0),
        Kind::U32 => write!(out, "{}", u32::from_le_bytes([a, b, c, d])),
        Kind::I32 | Kind::Enum(_) => write!(out, "{}", i32::from_le_bytes([a, b, c, d])),
        Kind::Named(names) => {
            let number = i32::from_le_bytes([a, b, c, d]);
            match names.iter().find(|(known, _)| *known == number) {
                Some((_, name)) => {
                    json::text(out, name);
                    Ok(())
                }
                None => write!(out, "{number}"),
            }
        }
        Kind::I64 => write!(out, "\"{signed}\""),
        _ => write!(out, "\"{value}\""),
    };
}

fn any(out: &mut String, bytes: &[u8]) -> Result<(), AminoError> {
    let malformed = AminoError::Malformed { shape: schema::ANY.name };
    let Some(fields) = schema::read(bytes, &schema::ANY) else { return Err(malformed) };
    let content = |place: usize| match fields.get(place).and_then(|(_, values)| values.last()) {
        Some(Value::Content(content)) => *content,
        _ => &[],
    };
    let type_url = std::str::from_utf8(content(0)).map_err(|_| malformed)?;
    packed(out, type_url, content(1))
}

fn moment(bytes: &[u8]) -> Option<String> {
    let (seconds, nanos) = seconds_and_nanos(bytes)?;
    Some(Time::from_unix_timestamp(seconds, u32::try_from(nanos).ok()?).ok()?.to_rfc3339())
}

fn nanoseconds(bytes: &[u8]) -> Option<String> {
    let (seconds, nanos) = seconds_and_nanos(bytes)?;
    Some(seconds.checked_mul(NANOS)?.checked_add(i64::from(nanos))?.to_string())
}

fn seconds_and_nanos(bytes: &[u8]) -> Option<(i64, i32)> {
    let fields = schema::read(bytes, &schema::SECONDS_AND_NANOS)?;
    let number = |place: usize| match fields.get(place).and_then(|(_, values)| values.last()) {
        Some(Value::Number(number)) => i64::from_le_bytes(number.to_le_bytes()),
        _ => 0,
    };
    Some((number(0), i32::try_from(number(1)).ok()?))
}
