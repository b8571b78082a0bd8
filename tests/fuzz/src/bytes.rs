//! Changes of bytes that know nothing of what they change.

use proptest::{collection::vec, prelude::*, sample::Index};

/// Most bytes that one change adds.
const MAX_ADDED_BYTES: usize = 24;

/// One change.
#[derive(Clone, Debug)]
pub enum ByteEdit {
    /// Another byte in a place.
    Set(Index, u8),
    /// One bit.
    Flip(Index, u8),
    /// More bytes.
    Insert(Index, Vec<u8>),
    /// Fewer.
    Remove(Index, u8),
    /// The end is missing.
    Cut(Index),
    /// A part twice.
    Repeat(Index, u8),
}

/// A few changes.
pub fn byte_edits() -> impl Strategy<Value = Vec<ByteEdit>> {
    let strange = prop_oneof![Just(0u8), Just(1), Just(0x7f), Just(0x80), Just(0xff), any::<u8>()];
    let edit = prop_oneof![
        (any::<Index>(), strange).prop_map(|(place, byte)| ByteEdit::Set(place, byte)),
        (any::<Index>(), 0u8..8).prop_map(|(place, bit)| ByteEdit::Flip(place, bit)),
        (any::<Index>(), vec(any::<u8>(), 1..MAX_ADDED_BYTES))
            .prop_map(|(place, bytes)| ByteEdit::Insert(place, bytes)),
        (any::<Index>(), 1u8..30).prop_map(|(place, count)| ByteEdit::Remove(place, count)),
        any::<Index>().prop_map(ByteEdit::Cut),
        (any::<Index>(), 1u8..60).prop_map(|(place, count)| ByteEdit::Repeat(place, count)),
    ];
    vec(edit, 1..5)
}

/// `bytes` with `edits`, one after the other.
pub fn edit_bytes(bytes: &[u8], edits: &[ByteEdit]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for edit in edits {
        let length = bytes.len();
        let place = |index: &Index| index.index(length.max(1)).min(length);
        let end = |start: usize, count: u8| (start + usize::from(count)).min(length);
        match edit {
            ByteEdit::Set(index, value) => {
                bytes.get_mut(place(index)).into_iter().for_each(|byte| *byte = *value);
            }
            ByteEdit::Flip(index, bit) => {
                bytes.get_mut(place(index)).into_iter().for_each(|byte| *byte ^= 1 << bit);
            }
            ByteEdit::Insert(index, more) => {
                let place = place(index);
                bytes.splice(place..place, more.iter().copied());
            }
            ByteEdit::Remove(index, count) => {
                let place = place(index);
                bytes.drain(place..end(place, *count));
            }
            ByteEdit::Cut(index) => bytes.truncate(place(index)),
            ByteEdit::Repeat(index, count) => {
                let place = place(index);
                bytes.extend_from_within(place..end(place, *count));
            }
        }
    }
    bytes
}
