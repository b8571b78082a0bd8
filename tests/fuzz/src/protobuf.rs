//! Changes of protobuf messages that keep lengths right, so that the change itself is what is read.

use proptest::{collection::vec, prelude::*, sample::Index};
use stoa_app::tx::wire;

/// Levels of fields that are taken for messages.
const MAX_DEPTH: usize = 12;

/// A field on the wire; content that can be read as fields counts as a message.
#[derive(Clone, Debug)]
enum Field {
    Number(u32, u64),
    Fixed(u32, u8, Vec<u8>),
    Content(u32, Vec<u8>),
    Message(u32, Vec<Field>),
}

/// One change, of the field in a place.
#[derive(Clone, Debug)]
pub enum FieldEdit {
    /// It is there twice.
    Double(Index),
    /// It is gone.
    Drop(Index),
    /// It has another number.
    Renumber(Index, u32),
    /// It holds this number.
    Number(Index, u64),
    /// It holds these bytes.
    Content(Index, Vec<u8>),
    /// It stands before the one before.
    Swap(Index),
    /// It holds itself, so many times.
    Nest(Index, u8),
}

/// A few changes.
pub fn field_edits() -> impl Strategy<Value = Vec<FieldEdit>> {
    let numbers = [0, 1, 2, 1 << 31, (1 << 32) - 1, 1 << 62, 1 << 63, u64::MAX];
    let texts: Vec<Vec<u8>> =
        ["", "0", "-1", "00", "1.5", "ustoa", "stoa1", "/x", "\u{0}", "{}", "[[", "null"]
            .iter()
            .map(|text| text.as_bytes().to_vec())
            .chain([
                b"340282366920938463463374607431768211455".to_vec(),
                b"115792089237316195423570985008687907853269984665640564039457584007913129639935"
                    .to_vec(),
                b"9".repeat(400),
                b"[".repeat(3_000),
                vec![0xff; 33],
                b"x".repeat(40_000),
            ])
            .collect();
    let content = prop_oneof![prop::sample::select(texts), vec(any::<u8>(), 0..40)];
    let edit = prop_oneof![
        any::<Index>().prop_map(FieldEdit::Double),
        any::<Index>().prop_map(FieldEdit::Drop),
        (any::<Index>(), 1u32..12).prop_map(|(place, number)| FieldEdit::Renumber(place, number)),
        (any::<Index>(), prop::sample::select(numbers.to_vec()))
            .prop_map(|(place, number)| FieldEdit::Number(place, number)),
        (any::<Index>(), content).prop_map(|(place, bytes)| FieldEdit::Content(place, bytes)),
        any::<Index>().prop_map(FieldEdit::Swap),
        (any::<Index>(), 1u8..40).prop_map(|(place, levels)| FieldEdit::Nest(place, levels)),
    ];
    vec(edit, 1..4)
}

/// The message `bytes` with `edits`; as it is where it is no message.
pub fn edit_fields(bytes: &[u8], edits: &[FieldEdit]) -> Vec<u8> {
    let Some(mut fields) = parse(bytes, 0) else { return bytes.to_vec() };
    for edit in edits {
        let index = match edit {
            FieldEdit::Double(index) | FieldEdit::Drop(index) | FieldEdit::Swap(index) => index,
            FieldEdit::Renumber(index, _)
            | FieldEdit::Number(index, _)
            | FieldEdit::Content(index, _)
            | FieldEdit::Nest(index, _) => index,
        };
        let all = count(&fields);
        if all > 0 {
            apply(&mut fields, &mut index.index(all), edit);
        }
    }
    write(&fields)
}

/// The message `bytes` with every text for which `replace` has another one.
pub fn replace_texts(bytes: &[u8], replace: &mut impl FnMut(&str) -> Option<String>) -> Vec<u8> {
    let Some(mut fields) = parse(bytes, 0) else { return bytes.to_vec() };
    replace_in(&mut fields, replace);
    write(&fields)
}

fn replace_in(fields: &mut [Field], replace: &mut impl FnMut(&str) -> Option<String>) {
    for field in fields {
        match field {
            Field::Message(_, inner) => replace_in(inner, replace),
            Field::Content(_, content) => {
                if let Some(text) = str::from_utf8(content).ok().and_then(&mut *replace) {
                    *content = text.into_bytes();
                }
            }
            _ => {}
        }
    }
}

fn parse(mut bytes: &[u8], depth: usize) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let found = wire::next(&mut bytes)?;
        let (number, content) = (found.number, found.content);
        fields.push(match found.wire_type {
            wire::VARINT => Field::Number(number, found.value),
            wire::LENGTH => match (content.is_empty(), depth < MAX_DEPTH) {
                (false, true) => parse(content, depth + 1).map_or_else(
                    || Field::Content(number, content.to_vec()),
                    |inner| Field::Message(number, inner),
                ),
                _ => Field::Content(number, content.to_vec()),
            },
            other => Field::Fixed(number, other, content.to_vec()),
        });
    }
    Some(fields)
}

fn write(fields: &[Field]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let key = |bytes: &mut Vec<u8>, number: u32, wire_type: u8| {
        prost::encoding::encode_varint(u64::from(number) << 3 | u64::from(wire_type), bytes);
    };
    let content = |bytes: &mut Vec<u8>, number: u32, content: &[u8]| {
        key(bytes, number, wire::LENGTH);
        prost::encoding::encode_varint(content.len() as u64, bytes);
        bytes.extend(content);
    };
    for field in fields {
        match field {
            Field::Number(number, value) => {
                key(&mut bytes, *number, wire::VARINT);
                prost::encoding::encode_varint(*value, &mut bytes);
            }
            Field::Fixed(number, wire_type, value) => {
                key(&mut bytes, *number, *wire_type);
                bytes.extend(value);
            }
            Field::Content(number, value) => content(&mut bytes, *number, value),
            Field::Message(number, inner) => content(&mut bytes, *number, &write(inner)),
        }
    }
    bytes
}

fn count(fields: &[Field]) -> usize {
    let inside = |field: &Field| match field {
        Field::Message(_, inner) => 1 + count(inner),
        _ => 1,
    };
    fields.iter().map(inside).sum()
}

/// Changes the field that comes `place`-th, parents before children; whether it was found.
fn apply(fields: &mut Vec<Field>, place: &mut usize, edit: &FieldEdit) -> bool {
    for index in 0..fields.len() {
        if *place == 0 {
            change(fields, index, edit);
            return true;
        }
        *place -= 1;
        if let Some(Field::Message(_, inner)) = fields.get_mut(index)
            && apply(inner, place, edit)
        {
            return true;
        }
    }
    false
}

fn change(fields: &mut Vec<Field>, index: usize, edit: &FieldEdit) {
    let Some(field) = fields.get(index).cloned() else { return };
    let (Field::Number(number, _)
    | Field::Fixed(number, ..)
    | Field::Content(number, _)
    | Field::Message(number, _)) = field;
    let changed = match edit {
        FieldEdit::Double(_) => return fields.insert(index, field),
        FieldEdit::Drop(_) => return drop(fields.remove(index)),
        FieldEdit::Swap(_) => return fields.swap(index, index.saturating_sub(1)),
        FieldEdit::Renumber(_, number) => match field {
            Field::Number(_, value) => Field::Number(*number, value),
            Field::Fixed(_, wire_type, value) => Field::Fixed(*number, wire_type, value),
            Field::Content(_, value) => Field::Content(*number, value),
            Field::Message(_, inner) => Field::Message(*number, inner),
        },
        FieldEdit::Number(_, value) => Field::Number(number, *value),
        FieldEdit::Content(_, content) => Field::Content(number, content.clone()),
        FieldEdit::Nest(_, levels) => {
            (0..*levels).fold(field, |inner, _| Field::Message(number, vec![inner]))
        }
    };
    fields[index] = changed;
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest! {
        #[test]
        fn a_message_that_is_not_changed_is_written_as_it_was(
            fields in vec((1u32..20, any::<u64>(), vec(any::<u8>(), 0..20)), 0..6),
        ) {
            let mut bytes = Vec::new();
            for (number, value, content) in fields {
                prost::encoding::uint64::encode(number, &value, &mut bytes);
                prost::encoding::bytes::encode(number, &content, &mut bytes);
            }
            // Content that happens to be a message with long varints is the one exception.
            let again = edit_fields(&bytes, &[]);
            prop_assert!(again.len() <= bytes.len());
            prop_assert_eq!(edit_fields(&again, &[]), again);
        }

        #[test]
        fn edits_never_panic(bytes in vec(any::<u8>(), 0..60), edits in field_edits()) {
            edit_fields(&bytes, &edits);
        }
    }
}
