//! One value from its text.

use std::{
    num::{IntErrorKind, ParseIntError},
    str::FromStr,
};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use stoa_app::tx::schema::{Field, Kind};

use super::Wire;

/// Most characters of a bad value that its refusal shows.
const MAX_SHOWN: usize = 100;

/// Reads a value that is no message, or says in the words of Go what is wrong with it.
pub(super) fn read(field: &Field, text: &str) -> Result<Wire, String> {
    let value = match field.kind {
        Kind::Bool => {
            Wire::Number(u64::from(boolean(text).ok_or_else(|| broken("strconv.ParseBool", text))?))
        }
        Kind::U32 => Wire::Number(integer::<u32>("strconv.ParseUint", text)?.into()),
        Kind::U64 => Wire::Number(integer("strconv.ParseUint", text)?),
        Kind::I32 => Wire::Number(extended(integer::<i32>("strconv.ParseInt", text)?.into())),
        Kind::I64 => Wire::Number(extended(integer("strconv.ParseInt", text)?)),
        Kind::Enum(names) | Kind::Named(names) => {
            let known = names.iter().find(|(_, name)| *name == text);
            let number = known.map(|(number, _)| *number).or_else(|| text.parse().ok());
            Wire::Number(extended(number.ok_or_else(|| invalid(text))?.into()))
        }
        Kind::Text | Kind::Int => Wire::Content(text.as_bytes().to_vec()),
        Kind::Hex => Wire::Content(hex::decode(text).map_err(|_| invalid(text))?),
        Kind::Bytes | Kind::Json => Wire::Content(base64(text).ok_or("illegal base64 data")?),
        Kind::Timestamp => Wire::Content(timestamp(text).ok_or_else(|| invalid(text))?),
        Kind::Duration => Wire::Content(duration(text).ok_or_else(|| invalid(text))?),
        // No request has decimals.
        Kind::Message(_) | Kind::Any | Kind::Dec => return Err(invalid(text)),
    };
    Ok(value)
}

/// Shows the beginning of a bad value.
pub(super) fn invalid(text: &str) -> String {
    format!("{:?} is not valid", shown(text))
}

fn shown(text: &str) -> String {
    text.chars().take(MAX_SHOWN).collect()
}

fn broken(function: &str, text: &str) -> String {
    format!("{function}: parsing {:?}: invalid syntax", shown(text))
}

fn integer<N: FromStr<Err = ParseIntError>>(function: &str, text: &str) -> Result<N, String> {
    text.parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => {
            format!("{function}: parsing {:?}: value out of range", shown(text))
        }
        _ => broken(function, text),
    })
}

/// Negative 32-bit numbers travel as 64-bit ones.
const fn extended(number: i64) -> u64 {
    u64::from_le_bytes(number.to_le_bytes())
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Either alphabet, with padding, as in Go.
fn base64(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    let standard = text.replace('-', "+").replace('_', "/");
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(standard).ok()
}

fn timestamp(text: &str) -> Option<Vec<u8>> {
    let time = tendermint::Time::parse_from_rfc3339(text).ok()?;
    let nanos = time.unix_timestamp_nanos().rem_euclid(1_000_000_000);
    Some(parts(time.unix_timestamp(), i64::try_from(nanos).ok()?))
}

fn duration(text: &str) -> Option<Vec<u8>> {
    let number = text.strip_suffix('s')?;
    let (is_negative, digits) =
        number.strip_prefix('-').map_or((false, number), |digits| (true, digits));
    let (seconds, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if fraction.len() > 9 || !is_number(seconds) || !is_number(fraction) {
        return None;
    }
    let sign = if is_negative { -1 } else { 1 };
    let nanos: i64 = format!("{fraction:0<9}").parse().ok()?;
    Some(parts(sign * seconds.parse::<i64>().ok()?, sign * nanos))
}

/// Seconds and nanoseconds as `Timestamp` and `Duration` have them.
fn parts(seconds: i64, nanos: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, value) in [(1, seconds), (2, nanos)] {
        if value != 0 {
            prost::encoding::int64::encode(number, &value, &mut bytes);
        }
    }
    bytes
}
