//! Protobuf answers as the JSON of the Cosmos SDK's REST gateway: names as in the interface files,
//! defaults present, 64-bit numbers as strings, `Any` flattened beside `@type`.

mod shown;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stoa_app::tx::schema::{self, Field, Kind, Shape, Value as Wire, WhenEmpty};

use crate::shapes;

pub(crate) use shown::Shown;

/// Most levels of messages inside messages.
const MAX_DEPTH: usize = 24;

/// The bytes are not of the shape: a mistake in this node, not in the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is no {shape}")]
pub(crate) struct NotOfShape {
    shape: &'static str,
}

/// Renders a message. Fields that the shape does not name are left out.
pub(crate) fn render(bytes: &[u8], shape: &'static Shape) -> Result<Shown, NotOfShape> {
    let error = NotOfShape { shape: shape.name };
    message(bytes, shape, 0).map(Shown::Object).ok_or(error)
}

/// Fields by their names, in the order of the shape.
type Fields = Vec<(&'static str, Shown)>;

fn message(bytes: &[u8], shape: &'static Shape, depth: usize) -> Option<Fields> {
    if depth >= MAX_DEPTH {
        return None;
    }
    let mut object = Vec::new();
    for (field, values) in schema::read(bytes, shape)? {
        let value = if field.is_repeated {
            let list = values.iter().map(|value| one(field.kind, value, depth));
            Shown::List(list.collect::<Option<_>>()?)
        } else if let Some(last) = values.last() {
            one(field.kind, last, depth)?
        } else if field.is_optional {
            continue;
        } else {
            Shown::Plain(absent(field))
        };
        object.push((field.name, value));
    }
    Some(object)
}

fn one(kind: Kind, value: &Wire<'_>, depth: usize) -> Option<Shown> {
    let content = match value {
        Wire::Number(value) => return Some(Shown::Plain(number(kind, *value))),
        Wire::Content(content) => *content,
    };
    Some(match kind {
        Kind::Int if content.is_empty() => Shown::text("0"),
        Kind::Text | Kind::Int => Shown::text(String::from_utf8(content.to_vec()).ok()?),
        Kind::Json if content.is_empty() => Shown::NULL,
        Kind::Hex => Shown::text(hex::encode_upper(content)),
        Kind::Dec => Shown::text(schema::decimal(content)?),
        Kind::Json => {
            Shown::raw(content).unwrap_or_else(|| Shown::text(BASE64_STANDARD.encode(content)))
        }
        Kind::Message(shape) => Shown::Object(message(content, shape, depth + 1)?),
        Kind::Any => any(content, depth)?,
        Kind::Timestamp => Shown::text(timestamp(content)?),
        Kind::Duration => Shown::text(duration(content)?),
        _ => Shown::text(BASE64_STANDARD.encode(content)),
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
        Kind::Enum(names) | Kind::Named(names) => {
            let name = names.iter().find(|(number, _)| *number == signed_32);
            name.map_or_else(|| json!(signed_32), |(_, name)| json!(name))
        }
        _ => Value::String(value.to_string()),
    }
}

fn absent(field: &Field) -> Value {
    let is_never_null = field.when_empty == WhenEmpty::Kept;
    match field.kind {
        Kind::Text | Kind::Hex => json!(""),
        Kind::Int => json!("0"),
        Kind::Dec => json!("0.000000000000000000"),
        Kind::Timestamp if is_never_null => json!("0001-01-01T00:00:00Z"),
        Kind::Duration if is_never_null => json!("0s"),
        Kind::Bytes | Kind::Json | Kind::Message(_) | Kind::Any => Value::Null,
        Kind::Timestamp | Kind::Duration => Value::Null,
        kind => number(kind, 0),
    }
}

fn any(bytes: &[u8], depth: usize) -> Option<Shown> {
    let [type_url, value] = two(bytes, &schema::ANY)?.map(|value| match value {
        Some(Wire::Content(content)) => content,
        _ => &[],
    });
    let type_url = String::from_utf8(type_url.to_vec()).ok()?;
    if type_url.is_empty() {
        return Some(Shown::NULL);
    }
    let inner = match shapes::find(&type_url) {
        Some(shape) => message(value, shape, depth + 1)?,
        None => vec![("value", Shown::text(BASE64_STANDARD.encode(value)))],
    };
    let mut object = vec![("@type", Shown::text(type_url))];
    object.extend(inner);
    Some(Shown::Object(object))
}

/// The last values of the two fields of a message.
fn two<'a>(bytes: &'a [u8], shape: &'static Shape) -> Option<[Option<Wire<'a>>; 2]> {
    let fields = schema::read(bytes, shape)?;
    let last = |place: usize| fields.get(place).and_then(|(_, values)| values.last().copied());
    Some([last(0), last(1)])
}

/// Seconds and nanoseconds of a `Timestamp` or `Duration`.
fn parts(bytes: &[u8]) -> Option<(i64, u32)> {
    let [seconds, nanos] = two(bytes, &schema::SECONDS_AND_NANOS)?.map(|value| match value {
        Some(Wire::Number(number)) => number,
        _ => 0,
    });
    Some((i64::from_le_bytes(seconds.to_le_bytes()), u32::try_from(nanos).ok()?))
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
