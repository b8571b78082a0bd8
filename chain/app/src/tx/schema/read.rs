//! The one reading of a message by its shape.

use super::{Field, Shape};
use crate::tx::wire::{self, WireField};

/// One value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Of numbers, enumerations and `bool`, as it is on the wire.
    Number(u64),
    /// Of everything else.
    Content(&'a [u8]),
}

/// The fields of `shape` in its order with what `bytes` hold of them: every value of a list, the last
/// value of any other field, none if it is absent. Fields that the shape does not name are left out.
/// Nothing if a field is not of its kind.
pub fn read<'a>(
    bytes: &'a [u8],
    shape: &'static Shape,
) -> Option<Vec<(&'static Field, Vec<Value<'a>>)>> {
    let found = wire_fields(bytes)?;
    shape.fields.iter().map(|field| Some((field, values(field, &found)?))).collect()
}

fn wire_fields(mut bytes: &[u8]) -> Option<Vec<WireField<'_>>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        found.push(wire::next(&mut bytes)?);
    }
    Some(found)
}

fn values<'a>(field: &Field, found: &[WireField<'a>]) -> Option<Vec<Value<'a>>> {
    let mut values = Vec::new();
    for found in found.iter().filter(|found| found.number == field.number) {
        if !field.is_repeated {
            values.clear();
        }
        let expected = field.kind.wire_type();
        match found.wire_type {
            wire::VARINT if expected == wire::VARINT => values.push(Value::Number(found.value)),
            wire::LENGTH if expected == wire::LENGTH => values.push(Value::Content(found.content)),
            wire::LENGTH if field.is_repeated => unpack(found.content, &mut values)?,
            _ => return None,
        }
    }
    Some(values)
}

/// Packed lists of numbers.
fn unpack(mut packed: &[u8], values: &mut Vec<Value<'_>>) -> Option<()> {
    while !packed.is_empty() {
        values.push(Value::Number(wire::varint(&mut packed)?.0));
    }
    Some(())
}

/// The decimal whose digits, in units of 10^-18, `bytes` are; zero if there are none.
pub fn decimal(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = format!("{digits:0>19}");
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(18));
    Some(format!("{sign}{whole}.{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn decimals_have_eighteen_digits() {
        for (digits, shown) in [
            (&b"500000000000000000"[..], "0.500000000000000000"),
            (b"", "0.000000000000000000"),
            (b"12000000000000000001", "12.000000000000000001"),
            (b"-1", "-0.000000000000000001"),
        ] {
            assert_eq!(decimal(digits).as_deref(), Some(shown));
        }
        assert_eq!(decimal(b"0.5"), None);
    }
}
