//! REST parameters and JSON to protobuf requests, by the shapes of the requests.
//!
//! As the SDK's gateway reads them: fields by their names in the interface files or in camel case, fields
//! of messages with a dot (`pagination.limit`), unknown ones ignored.

mod body;
mod compact;
mod scalar;

use prost::encoding::{WireType, encode_key, encode_varint};
use stoa_app::tx::schema::{Field, Kind, Shape};

use crate::status::Status;

pub(crate) use body::parse;

/// Most levels of messages inside messages.
const MAX_DEPTH: usize = 24;

/// Parameters by name, in their order: of the path, then of the query string.
pub(crate) type Values = Vec<(String, String)>;

/// One value of a field, as it is on the wire.
enum Wire {
    Number(u64),
    Content(Vec<u8>),
}

/// Why a parameter cannot be read, in the words of Go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// Full name of the parameter.
    pub(crate) name: String,
    /// What is wrong.
    pub(crate) reason: String,
}

impl Mismatch {
    /// The refusal of a parameter of the path (which the gateway names) or of the query string.
    pub(crate) fn status(&self, is_in_path: bool) -> Status {
        let Self { name, reason } = self;
        if is_in_path {
            Status::invalid(format!("type mismatch, parameter: {name}, error: {reason}"))
        } else {
            Status::invalid(reason)
        }
    }
}

/// Encodes a request from parameters; fields without one keep their defaults.
pub(crate) fn encode(shape: &'static Shape, values: &Values) -> Result<Vec<u8>, Mismatch> {
    fill(shape, "", values, 0)
}

fn fill(
    shape: &'static Shape,
    prefix: &str,
    values: &Values,
    depth: usize,
) -> Result<Vec<u8>, Mismatch> {
    let mut bytes = Vec::new();
    for field in shape.fields {
        let name = format!("{prefix}{}", field.name);
        if let Kind::Message(inner) = field.kind {
            let below = format!("{name}.");
            let is_asked = values.iter().any(|(given, _)| given.starts_with(&below));
            if is_asked && depth < MAX_DEPTH && !field.is_repeated {
                put(&mut bytes, field, Wire::Content(fill(inner, &below, values, depth + 1)?));
            }
            continue;
        }
        let given = values
            .iter()
            .filter(|(given, _)| *given == name || *given == camel_case(&name))
            .map(|(_, text)| text.as_str())
            .filter(|text| !text.is_empty());
        let most = if field.is_repeated { usize::MAX } else { 1 };
        for text in given.take(most) {
            let value = scalar::read(field, text)
                .map_err(|reason| Mismatch { name: name.clone(), reason })?;
            put(&mut bytes, field, value);
        }
    }
    Ok(bytes)
}

/// Writes one value; defaults of fields that occur once are left out.
fn put(bytes: &mut Vec<u8>, field: &Field, value: Wire) {
    match value {
        Wire::Number(0) if !field.is_repeated && !field.is_optional => {}
        Wire::Number(number) => {
            encode_key(field.number, WireType::Varint, bytes);
            encode_varint(number, bytes);
        }
        Wire::Content(content) => {
            let is_message = matches!(
                field.kind,
                Kind::Message(_) | Kind::Any | Kind::Timestamp | Kind::Duration
            );
            if content.is_empty() && !field.is_repeated && !field.is_optional && !is_message {
                return;
            }
            encode_key(field.number, WireType::LengthDelimited, bytes);
            encode_varint(u64::try_from(content.len()).unwrap_or(u64::MAX), bytes);
            bytes.extend(content);
        }
    }
}

/// The name that JSON has of a field by default: `next_key` is `nextKey`.
pub(crate) fn camel_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut is_raised = false;
    for character in name.chars() {
        match character {
            '_' => is_raised = true,
            _ if is_raised => {
                out.push(character.to_ascii_uppercase());
                is_raised = false;
            }
            other => out.push(other),
        }
    }
    out
}

/// Decodes `%xx` (and `+` in query strings). Anything that is no valid text is refused.
pub(crate) fn percent_decode(text: &str, plus_is_space: bool) -> Result<String, Status> {
    let broken = || Status::invalid("malformed percent encoding");
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'+' if plus_is_space => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| {
                    byte.and_then(|byte| char::from(byte).to_digit(16)).ok_or_else(broken)
                };
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                u8::try_from(high * 16 + low).map_err(|_| broken())?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).map_err(|_| broken())
}

#[cfg(test)]
mod tests;
