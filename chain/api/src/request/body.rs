//! JSON bodies to protobuf: what [`crate::json`] shows, read back.

use serde_json::{Map, Value};
use stoa_app::tx::schema::{Field, Kind, Shape};

use super::{MAX_DEPTH, Wire, camel_case, put, scalar};
use crate::{shapes, status::Status};

/// Reads a message. Numbers may be texts, enumerations names; `null` is an absent field.
pub(crate) fn parse(object: &Map<String, Value>, shape: &'static Shape) -> Result<Vec<u8>, Status> {
    message(object, shape, 0)
}

fn message(
    object: &Map<String, Value>,
    shape: &'static Shape,
    depth: usize,
) -> Result<Vec<u8>, Status> {
    if depth >= MAX_DEPTH {
        return Err(Status::invalid(format!("more than {MAX_DEPTH} levels of messages")));
    }
    let mut bytes = Vec::new();
    for field in shape.fields {
        let given = object.get(field.name).or_else(|| object.get(&camel_case(field.name)));
        match given {
            None | Some(Value::Null) => {}
            Some(Value::Array(list)) if field.is_repeated => {
                for value in list {
                    put(&mut bytes, field, one(field, value, depth)?);
                }
            }
            Some(value) if !field.is_repeated => put(&mut bytes, field, one(field, value, depth)?),
            Some(_) => return Err(Status::invalid(format!("{} is no list", field.name))),
        }
    }
    Ok(bytes)
}

/// Where an `Any` has its type.
const TYPE: &str = "@type";

fn one(field: &Field, value: &Value, depth: usize) -> Result<Wire, Status> {
    let refused = || Status::invalid(scalar::invalid(&value.to_string()));
    let read = |text: &str| scalar::read(field, text).map_err(Status::invalid);
    match (field.kind, value) {
        (Kind::Message(shape), Value::Object(object)) => {
            Ok(Wire::Content(message(object, shape, depth + 1)?))
        }
        (Kind::Any, Value::Object(object)) => Ok(Wire::Content(any(object, depth + 1)?)),
        (Kind::Message(_) | Kind::Any, _) => Err(refused()),
        // Messages to contracts are JSON themselves.
        (Kind::Json, value) => Ok(Wire::Content(value.to_string().into_bytes())),
        (_, Value::String(text)) => read(text),
        (Kind::Text | Kind::Bytes | Kind::Hex | Kind::Int, _) => Err(refused()),
        (_, Value::Number(number)) => read(&number.to_string()),
        (Kind::Bool, Value::Bool(value)) => Ok(Wire::Number(u64::from(*value))),
        _ => Err(refused()),
    }
}

fn any(object: &Map<String, Value>, depth: usize) -> Result<Vec<u8>, Status> {
    let type_url = object
        .get(TYPE)
        .and_then(Value::as_str)
        .ok_or_else(|| Status::invalid("Any JSON doesn't have '@type'"))?;
    let shape = shapes::find(type_url).ok_or_else(|| {
        let shown: String = type_url.trim_start_matches('/').chars().take(200).collect();
        Status::invalid(format!("unknown message type \"{shown}\""))
    })?;
    let value = message(object, shape, depth)?;
    let mut bytes = Vec::new();
    prost::encoding::string::encode(1, &type_url.to_owned(), &mut bytes);
    if !value.is_empty() {
        prost::encoding::bytes::encode(2, &value, &mut bytes);
    }
    Ok(bytes)
}
