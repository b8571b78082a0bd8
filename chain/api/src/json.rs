//! Protobuf answers as the JSON of the Cosmos SDK's REST gateway: names as in the interface files,
//! defaults present, 64-bit numbers as strings, `Any` flattened beside `@type`.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};
use stoa_app::tx::{
    schema::{Field, Kind, Shape},
    wire::{self, WireField},
};

use crate::shapes;

/// Most levels of messages inside messages.
const MAX_DEPTH: usize = 24;

/// The bytes are not of the shape: a mistake in this node, not in the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is no {shape}")]
pub(crate) struct NotOfShape {
    shape: &'static str,
}

/// Renders a message. Fields that the shape does not name are left out.
pub(crate) fn render(bytes: &[u8], shape: &'static Shape) -> Result<Value, NotOfShape> {
    let error = NotOfShape { shape: shape.name };
    message(bytes, shape, 0).map(Value::Object).ok_or(error)
}

fn message(bytes: &[u8], shape: &'static Shape, depth: usize) -> Option<Map<String, Value>> {
    if depth >= MAX_DEPTH {
        return None;
    }
    let found = fields(bytes)?;
    let mut object = Map::new();
    for field in shape.fields {
        let mut values = found.iter().filter(|found| found.number == field.number);
        let value = if field.is_repeated {
            Value::Array(list(field, values, depth)?)
        } else if let Some(last) = values.next_back() {
            one(field.kind, last, depth)?
        } else if field.is_optional {
            continue;
        } else {
            absent(field.kind)
        };
        object.insert(field.name.to_owned(), value);
    }
    Some(object)
}

fn fields(mut bytes: &[u8]) -> Option<Vec<WireField<'_>>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        found.push(wire::next(&mut bytes)?);
    }
    Some(found)
}

fn list<'a>(
    field: &Field,
    values: impl Iterator<Item = &'a WireField<'a>>,
    depth: usize,
) -> Option<Vec<Value>> {
    let mut list = Vec::new();
    for found in values {
        if field.kind.wire_type() == wire::VARINT && found.wire_type == wire::LENGTH {
            let mut packed = found.content;
            while !packed.is_empty() {
                list.push(number(field.kind, wire::varint(&mut packed)?.0));
            }
        } else {
            list.push(one(field.kind, found, depth)?);
        }
    }
    Some(list)
}

fn one(kind: Kind, found: &WireField<'_>, depth: usize) -> Option<Value> {
    if found.wire_type != kind.wire_type() {
        return None;
    }
    let content = found.content;
    Some(match kind {
        Kind::Text => Value::String(String::from_utf8(content.to_vec()).ok()?),
        Kind::Bytes if content.is_empty() => Value::Null,
        Kind::Bytes => Value::String(BASE64_STANDARD.encode(content)),
        Kind::Hex => Value::String(hex::encode_upper(content)),
        Kind::Json if content.is_empty() => Value::Null,
        Kind::Json => serde_json::from_slice(content)
            .unwrap_or_else(|_| Value::String(BASE64_STANDARD.encode(content))),
        Kind::Message(shape) => Value::Object(message(content, shape, depth + 1)?),
        Kind::Any => any(content, depth)?,
        Kind::Timestamp => Value::String(timestamp(content)?),
        Kind::Duration => Value::String(duration(content)?),
        _ => number(kind, found.value),
    })
}

fn number(kind: Kind, value: u64) -> Value {
    // Negative 32-bit numbers travel as 64-bit ones; only the low half counts.
    let low = value.to_le_bytes();
    let signed = i64::from_le_bytes(low);
    let [a, b, c, d, ..] = low;
    let signed_32 = i32::from_le_bytes([a, b, c, d]);
    match kind {
        Kind::Bool => Value::Bool(value != 0),
        Kind::U32 => json!(u32::from_le_bytes([a, b, c, d])),
        Kind::I32 => json!(signed_32),
        Kind::I64 => Value::String(signed.to_string()),
        Kind::Enum(names) => {
            let name = names.iter().find(|(number, _)| *number == signed_32);
            name.map_or_else(|| json!(signed_32), |(_, name)| json!(name))
        }
        _ => Value::String(value.to_string()),
    }
}

fn absent(kind: Kind) -> Value {
    match kind {
        Kind::Text | Kind::Hex => json!(""),
        Kind::Bytes | Kind::Json | Kind::Message(_) | Kind::Any => Value::Null,
        Kind::Timestamp => json!("0001-01-01T00:00:00Z"),
        Kind::Duration => json!("0s"),
        _ => number(kind, 0),
    }
}

fn any(bytes: &[u8], depth: usize) -> Option<Value> {
    let found = fields(bytes)?;
    let content = |number| {
        found.iter().rfind(|found| found.number == number).map_or(&[][..], |found| found.content)
    };
    let type_url = String::from_utf8(content(1).to_vec()).ok()?;
    if type_url.is_empty() {
        return Some(Value::Null);
    }
    let mut object = Map::new();
    object.insert("@type".to_owned(), json!(type_url));
    match shapes::find(&type_url) {
        Some(shape) => object.extend(message(content(2), shape, depth + 1)?),
        None => {
            object.insert("value".to_owned(), json!(BASE64_STANDARD.encode(content(2))));
        }
    }
    Some(Value::Object(object))
}

/// Seconds and nanoseconds of a `Timestamp` or `Duration`.
fn parts(bytes: &[u8]) -> Option<(i64, u32)> {
    let found = fields(bytes)?;
    let value = |number| found.iter().rfind(|found| found.number == number).map_or(0, |f| f.value);
    let seconds = i64::from_le_bytes(value(1).to_le_bytes());
    Some((seconds, u32::try_from(value(2)).ok()?))
}

fn timestamp(bytes: &[u8]) -> Option<String> {
    let (seconds, nanos) = parts(bytes)?;
    let time = tendermint::Time::from_unix_timestamp(seconds, nanos).ok()?;
    Some(time.to_rfc3339())
}

fn duration(bytes: &[u8]) -> Option<String> {
    let (seconds, nanos) = parts(bytes)?;
    let fraction = format!("{nanos:09}");
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{seconds}{point}{fraction}s"))
}

#[cfg(test)]
mod tests;
