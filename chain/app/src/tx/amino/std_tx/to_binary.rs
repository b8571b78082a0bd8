//! Amino JSON to amino binary.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use prost::encoding::{WireType, encode_key, encode_varint};
use serde::Deserialize;
use serde_json::value::RawValue;
use stoa_modules::Time;

use super::{
    MAX_DEPTH, STD_TX, StdTxError,
    concrete::{Concrete, MULTISIG, prefix},
};
use crate::tx::schema::{Field, Kind, Shape};

type Object<'a> = BTreeMap<String, &'a RawValue>;

/// What stands for an interface.
#[derive(Deserialize)]
struct Packed<'a> {
    #[serde(rename = "type")]
    name: String,
    #[serde(borrow)]
    value: &'a RawValue,
}

/// A value on the wire.
enum Wire {
    Number(u64),
    Content(Vec<u8>),
}

/// The bytes of a `StdTx`.
pub fn to_binary(json: &str) -> Result<Vec<u8>, StdTxError> {
    let tx: Packed<'_> = read("tx", json)?;
    let name = STD_TX.amino.unwrap_or_default();
    if tx.name != name {
        return Err(StdTxError::AnotherType { actual: tx.name.chars().take(200).collect() });
    }
    let fields = message(tx.value.get(), &STD_TX, 0)?;
    Ok([prefix(name).as_slice(), &fields].concat())
}

fn read<'a, T: Deserialize<'a>>(field: &'static str, json: &'a str) -> Result<T, StdTxError> {
    serde_json::from_str(json)
        .map_err(|error| StdTxError::Json { field, reason: error.to_string() })
}

fn message(json: &str, shape: &'static Shape, depth: usize) -> Result<Vec<u8>, StdTxError> {
    if depth > MAX_DEPTH {
        return Err(StdTxError::TooDeep);
    }
    let object: Object<'_> = read(shape.name, json)?;
    let mut bytes = Vec::new();
    for (number, field) in (1..).zip(shape.fields) {
        let given = object.get(field.amino_name()).map(|raw| raw.get());
        let Some(json) = given.filter(|json| *json != "null") else { continue };
        if field.is_repeated {
            let items: Vec<&RawValue> = read(field.name, json)?;
            list(&mut bytes, number, field, &items, depth)?;
            continue;
        }
        match value(field, json, depth)? {
            Wire::Number(0) => {}
            Wire::Number(value) => {
                encode_key(number, WireType::Varint, &mut bytes);
                encode_varint(value, &mut bytes);
            }
            Wire::Content(content) if content.is_empty() => {}
            Wire::Content(content) => put(&mut bytes, number, &content),
        }
    }
    Ok(bytes)
}

/// Numbers stand together, everything else one by one.
fn list(
    bytes: &mut Vec<u8>,
    number: u32,
    field: &Field,
    items: &[&RawValue],
    depth: usize,
) -> Result<(), StdTxError> {
    let mut numbers = Vec::new();
    for item in items {
        match value(field, item.get(), depth)? {
            Wire::Number(value) => encode_varint(value, &mut numbers),
            Wire::Content(content) => put(bytes, number, &content),
        }
    }
    if !numbers.is_empty() {
        put(bytes, number, &numbers);
    }
    Ok(())
}

fn put(bytes: &mut Vec<u8>, number: u32, content: &[u8]) {
    encode_key(number, WireType::LengthDelimited, bytes);
    with_length(bytes, content);
}

fn with_length(bytes: &mut Vec<u8>, content: &[u8]) {
    encode_varint(u64::try_from(content.len()).unwrap_or(u64::MAX), bytes);
    bytes.extend(content);
}

fn value(field: &Field, json: &str, depth: usize) -> Result<Wire, StdTxError> {
    let name = field.name;
    let refused = |reason: &str| StdTxError::Json { field: name, reason: reason.to_owned() };
    let text = || read::<String>(name, json);
    let signed = |number: i64| Wire::Number(u64::from_le_bytes(number.to_le_bytes()));
    Ok(match field.kind {
        Kind::Bool => Wire::Number(read::<bool>(name, json)?.into()),
        Kind::U32 => Wire::Number(read::<u32>(name, json)?.into()),
        Kind::I32 | Kind::Enum(_) => signed(read::<i32>(name, json)?.into()),
        Kind::Named(names) => {
            let given = text()?;
            let known = names.iter().find(|(_, known)| *known == given);
            signed(known.ok_or_else(|| refused("no such name"))?.0.into())
        }
        // Amino shows 64-bit numbers as texts.
        Kind::U64 => Wire::Number(text()?.parse().map_err(|_| refused("no 64-bit number"))?),
        Kind::I64 | Kind::Duration => {
            signed(text()?.parse().map_err(|_| refused("no 64-bit number"))?)
        }
        Kind::Text | Kind::Int => Wire::Content(text()?.into_bytes()),
        Kind::Bytes | Kind::Hex => {
            let decoded = BASE64_STANDARD.decode(text()?);
            Wire::Content(decoded.map_err(|error| refused(&error.to_string()))?)
        }
        Kind::Json => Wire::Content(json.as_bytes().to_vec()),
        Kind::Dec => {
            Wire::Content(digits(&text()?).ok_or_else(|| refused("no decimal"))?.into_bytes())
        }
        Kind::Timestamp => {
            Wire::Content(moment(&text()?).ok_or_else(|| refused("no RFC 3339 time"))?)
        }
        Kind::Message(shape) => Wire::Content(message(json, shape, depth + 1)?),
        Kind::Any => Wire::Content(packed(name, json, depth + 1)?),
    })
}

fn packed(field: &'static str, json: &str, depth: usize) -> Result<Vec<u8>, StdTxError> {
    let Packed { name, value } = read(field, json)?;
    let concrete = Concrete::named(&name)?;
    let mut bytes = prefix(concrete.name()).to_vec();
    match concrete {
        Concrete::Struct(shape) => bytes.extend(message(value.get(), shape, depth)?),
        Concrete::Multisig => bytes.extend(message(value.get(), &MULTISIG, depth)?),
        Concrete::Key(_) => {
            let key = BASE64_STANDARD.decode(read::<String>(field, value.get())?);
            let refused =
                |error: base64::DecodeError| StdTxError::Json { field, reason: error.to_string() };
            with_length(&mut bytes, &key.map_err(refused)?);
        }
    }
    Ok(bytes)
}

/// The digits of a decimal in units of 10^-18.
fn digits(text: &str) -> Option<String> {
    let (sign, number) = text.strip_prefix('-').map_or(("", text), |number| ("-", number));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 18 || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let digits = format!("{whole}{fraction:0<18}");
    let digits = digits.trim_start_matches('0');
    Some(if digits.is_empty() { "0".to_owned() } else { format!("{sign}{digits}") })
}

/// Seconds and nanoseconds of a time.
fn moment(text: &str) -> Option<Vec<u8>> {
    let nanos = Time::parse_from_rfc3339(text).ok()?.unix_timestamp_nanos();
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
    let nanos = i64::try_from(nanos.rem_euclid(1_000_000_000)).ok()?;
    let mut bytes = Vec::new();
    for (number, value) in [(1, seconds), (2, nanos)] {
        if value != 0 {
            prost::encoding::int64::encode(number, &value, &mut bytes);
        }
    }
    Some(bytes)
}
