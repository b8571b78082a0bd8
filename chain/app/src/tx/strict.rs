//! Refuses what a shape does not name.

use super::{
    TxError,
    schema::{self, Field, Kind, Shape},
    wire::{self, next},
};

/// Most levels of messages inside messages.
const MAX_DEPTH: usize = 16;
/// Bit of a field number that marks it as not critical (ADR-020).
const NON_CRITICAL: u32 = 1 << 10;
/// What to do with unknown fields that are marked as not critical.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum NonCritical {
    Allowed,
    Refused,
}

/// Checks every field of `bytes`, and of what lies inside, against `shape`. A field that occurs once may
/// not occur twice: decoders merge or replace, and what is signed must not depend on which.
pub(super) fn check(
    bytes: &[u8],
    shape: &'static Shape,
    non_critical: NonCritical,
) -> Result<(), TxError> {
    check_level(bytes, shape, non_critical, 0)
}

fn check_level(
    mut bytes: &[u8],
    shape: &'static Shape,
    non_critical: NonCritical,
    depth: usize,
) -> Result<(), TxError> {
    if depth >= MAX_DEPTH {
        return Err(TxError::TooDeep { limit: MAX_DEPTH });
    }
    let mut seen = 0u64;
    while !bytes.is_empty() {
        let found = next(&mut bytes).ok_or(TxError::Malformed { message: shape.name })?;
        let place = shape.fields.iter().position(|field| field.number == found.number);
        let Some((place, field)) = place.and_then(|place| Some((place, shape.fields.get(place)?)))
        else {
            if found.number & NON_CRITICAL != 0 && non_critical == NonCritical::Allowed {
                continue;
            }
            let (number, wire_type) = (found.number, found.wire_type);
            return Err(TxError::UnknownField { message: shape.name, number, wire_type });
        };
        if !has_wire_type(field, found.wire_type) {
            return Err(TxError::Malformed { message: shape.name });
        }
        let bit = u32::try_from(place).ok().and_then(|place| 1u64.checked_shl(place)).unwrap_or(0);
        if !field.is_repeated && seen & bit != 0 {
            return Err(TxError::NotCanonical { message: shape.name });
        }
        seen |= bit;
        match field.kind {
            Kind::Message(inner) => check_level(found.content, inner, non_critical, depth + 1)?,
            Kind::Any => check_any(found.content, non_critical, depth + 1)?,
            Kind::Timestamp | Kind::Duration => {
                check_level(found.content, &schema::SECONDS_AND_NANOS, non_critical, depth + 1)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_any(bytes: &[u8], non_critical: NonCritical, depth: usize) -> Result<(), TxError> {
    check_level(bytes, &schema::ANY, non_critical, depth)?;
    let (mut type_url, mut value, mut rest): (&[u8], &[u8], &[u8]) = (&[], &[], bytes);
    while let Some(found) = next(&mut rest) {
        match found.number {
            1 => type_url = found.content,
            _ => value = found.content,
        }
    }
    let type_url = String::from_utf8_lossy(type_url);
    let Some(inner) = schema::find(&type_url) else {
        return Err(TxError::UnknownType { type_url: type_url.chars().take(200).collect() });
    };
    check_level(value, inner, non_critical, depth + 1)
}

/// Packed lists of numbers have a length, too.
fn has_wire_type(field: &Field, wire_type: u8) -> bool {
    let expected = field.kind.wire_type();
    wire_type == expected || (field.is_repeated && wire_type == wire::LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn unknown_fields_are_refused_unless_marked_and_allowed() {
        let unknown = [0x20, 1];
        assert_eq!(
            check(&unknown, &schema::COIN, NonCritical::Allowed),
            Err(TxError::UnknownField {
                message: "cosmos.base.v1beta1.Coin",
                number: 4,
                wire_type: 0
            })
        );
        // Field 1024, varint 1.
        let marked = [0x80, 0x40, 1];
        assert_eq!(check(&marked, &schema::COIN, NonCritical::Allowed), Ok(()));
        assert!(check(&marked, &schema::COIN, NonCritical::Refused).is_err());
    }

    #[test]
    fn a_known_field_of_another_wire_type_is_refused() {
        assert!(check(&[0x08, 1], &schema::COIN, NonCritical::Allowed).is_err());
    }

    #[test]
    fn a_field_that_occurs_once_occurs_once() {
        let twice = [0x0a, 1, b'a', 0x0a, 1, b'b'];
        let refused = check(&twice, &schema::COIN, NonCritical::Allowed);
        assert_eq!(refused, Err(TxError::NotCanonical { message: "cosmos.base.v1beta1.Coin" }));
        let list = [0x1a, 1, b'a', 0x1a, 1, b'b'];
        assert_eq!(check(&list, &schema::TX_RAW, NonCritical::Refused), Ok(()));
    }

    #[test]
    fn nesting_is_bounded() {
        // ModeInfo.multi.mode_infos, again and again.
        let mut bytes = Vec::new();
        for _ in 0..20 {
            let mut multi = vec![0x12, u8::try_from(bytes.len()).unwrap()];
            multi.extend(bytes);
            bytes = vec![0x12, u8::try_from(multi.len()).unwrap()];
            bytes.extend(multi);
        }
        assert_eq!(
            check(&bytes, &schema::MODE_INFO, NonCritical::Refused),
            Err(TxError::TooDeep { limit: MAX_DEPTH })
        );
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = check(&bytes, &schema::TX_RAW, NonCritical::Refused);
            let _ = check(&bytes, &schema::TX_BODY, NonCritical::Allowed);
            let _ = check(&bytes, &schema::AUTH_INFO, NonCritical::Refused);
        }
    }
}
