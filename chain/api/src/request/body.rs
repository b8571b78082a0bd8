//! JSON bodies to protobuf: what [`crate::json`] shows, read back.

use std::collections::BTreeMap;

use serde_json::{Value, value::RawValue};
use stoa_app::tx::schema::{Field, Kind, Shape};

use super::{MAX_DEPTH, Wire, camel_case, compact::compact, put, scalar};
use crate::{shapes, status::Status};

/// An object whose values are still text: what a contract shall get must keep its digits and the order of its
/// names, for signatures cover them.
type Object<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a message. Numbers may be texts, enumerations names; `null` is an absent field.
pub(crate) fn parse(body: &[u8], shape: &'static Shape) -> Result<Vec<u8>, Status> {
    let object: Object<'_> = serde_json::from_slice(body).map_err(Status::invalid)?;
    message(&object, shape, 0)
}

fn message(object: &Object<'_>, shape: &'static Shape, depth: usize) -> Result<Vec<u8>, Status> {
    if depth >= MAX_DEPTH {
        return Err(Status::invalid(format!("more than {MAX_DEPTH} levels of messages")));
    }
    let mut bytes = Vec::new();
    for field in shape.fields {
        let given = object.get(field.name).or_else(|| object.get(&camel_case(field.name)));
        let Some(value) = given.filter(|value| value.get() != "null") else { continue };
        if !field.is_repeated {
            put(&mut bytes, field, one(field, value, depth)?);
            continue;
        }
        let list: Vec<&RawValue> = serde_json::from_str(value.get())
            .map_err(|_| Status::invalid(format!("{} is no list", field.name)))?;
        for value in list {
            put(&mut bytes, field, one(field, value, depth)?);
        }
    }
    Ok(bytes)
}

/// Where an `Any` has its type.
const TYPE: &str = "@type";

fn one(field: &Field, value: &RawValue, depth: usize) -> Result<Wire, Status> {
    let text = value.get();
    let refused = || Status::invalid(scalar::invalid(text));
    match field.kind {
        // Messages to contracts are JSON themselves; they stand inside an `Any` always.
        Kind::Json => Ok(Wire::Content(compact(text))),
        Kind::Message(shape) => {
            let object: Object<'_> = serde_json::from_str(text).map_err(|_| refused())?;
            Ok(Wire::Content(message(&object, shape, depth + 1)?))
        }
        Kind::Any => {
            let object: Object<'_> = serde_json::from_str(text).map_err(|_| refused())?;
            Ok(Wire::Content(any(&object, depth + 1)?))
        }
        _ => {
            let value: Value = serde_json::from_str(text).map_err(Status::invalid)?;
            plain(field, &value)?.ok_or_else(refused)
        }
    }
}

/// A text, number or flag; nothing if the field is of another kind.
fn plain(field: &Field, value: &Value) -> Result<Option<Wire>, Status> {
    let read = |text: &str| scalar::read(field, text).map(Some).map_err(Status::invalid);
    match (field.kind, value) {
        (_, Value::String(text)) => read(text),
        (Kind::Text | Kind::Bytes | Kind::Hex | Kind::Int, _) => Ok(None),
        (_, Value::Number(number)) => read(&number.to_string()),
        (Kind::Bool, Value::Bool(value)) => Ok(Some(Wire::Number(u64::from(*value)))),
        _ => Ok(None),
    }
}

fn any(object: &Object<'_>, depth: usize) -> Result<Vec<u8>, Status> {
    let type_url: String = object
        .get(TYPE)
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .ok_or_else(|| Status::invalid("Any JSON doesn't have '@type'"))?;
    let shape = shapes::find(&type_url).ok_or_else(|| {
        let shown: String = type_url.trim_start_matches('/').chars().take(200).collect();
        Status::invalid(format!("unknown message type \"{shown}\""))
    })?;
    let value = message(object, shape, depth)?;
    let mut bytes = Vec::new();
    prost::encoding::string::encode(1, &type_url, &mut bytes);
    if !value.is_empty() {
        prost::encoding::bytes::encode(2, &value, &mut bytes);
    }
    Ok(bytes)
}
