//! Keys on the disk.
//!
//! | keyspace | key | value |
//! |---|---|---|
//! | `latest` | place of a key | value |
//! | `versions` | ordered place of a key, height downwards | tag and value |
//! | `touched` | height, number of a part | places of the keys written there: what pruning has to look at |
//! | `nodes` | store, height, number | inner node of the store's tree |
//! | `meta` | see [`super::meta`] | |
//!
//! A *place* is the store's name with its length, then the key. An *ordered place* escapes the key, so
//! that versions of one key stand together and keys keep their order.

use crate::{
    KeyRange, StoreError, StoreName,
    commitment::iavl::{NodeId, Reader, put_bytes},
};

/// `0x00` inside a key; sorts after the terminator and before every other byte.
const ESCAPED_ZERO: [u8; 2] = [0, 0xff];
/// End of a key.
const TERMINATOR: [u8; 2] = [0, 1];
/// Bytes of a height at the end of a versioned key.
const HEIGHT_BYTES: usize = 8;
/// A part of `touched` ends with the place that reaches this many bytes.
const PLACES_BYTES: usize = 32 * 1024;

/// First byte of a version: the key was deleted at this height.
const DELETED: u8 = 0;
/// First byte of a version: the value follows.
const PRESENT: u8 = 1;

/// What all places of a store begin with.
pub(super) fn store_prefix(store: StoreName) -> Vec<u8> {
    let length = u8::try_from(store.0.len()).unwrap_or(u8::MAX);
    let mut prefix = vec![length];
    prefix.extend(store.0.as_bytes());
    prefix
}

/// Place of `key`.
pub(super) fn place(store: StoreName, key: &[u8]) -> Vec<u8> {
    let mut place = store_prefix(store);
    place.extend(key);
    place
}

/// The key inside a place of `store`.
pub(super) fn key_of_place(store: StoreName, place: &[u8]) -> Result<Vec<u8>, StoreError> {
    let start = 1 + store.0.len();
    Ok(place.get(start..).ok_or(CORRUPT)?.to_vec())
}

/// The keys of `range` as a range of places.
pub(super) fn places(store: StoreName, range: &KeyRange) -> (Vec<u8>, Vec<u8>) {
    let end = match &range.end {
        Some(end) => place(store, end),
        None => after_prefix(store_prefix(store)),
    };
    (place(store, &range.start), end)
}

/// Ordered place of `key`, without the height.
pub(super) fn ordered(store: StoreName, key: &[u8]) -> Vec<u8> {
    let mut ordered = store_prefix(store);
    escape_into(&mut ordered, key);
    ordered.extend(TERMINATOR);
    ordered
}

/// The ordered place of a place.
pub(super) fn ordered_of_place(place: &[u8]) -> Result<Vec<u8>, StoreError> {
    let length = usize::from(*place.first().ok_or(CORRUPT)?);
    let (prefix, key) = place.split_at_checked(1 + length).ok_or(CORRUPT)?;
    let mut ordered = prefix.to_vec();
    escape_into(&mut ordered, key);
    ordered.extend(TERMINATOR);
    Ok(ordered)
}

/// The version that was written at `height`; later heights sort first.
pub(super) fn version(ordered: &[u8], height: u64) -> Vec<u8> {
    [ordered, &(!height).to_be_bytes()].concat()
}

/// Ordered place and key of a versioned key.
pub(super) fn split_version(
    store: StoreName,
    versioned: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
    let end = versioned.len().checked_sub(HEIGHT_BYTES).ok_or(CORRUPT)?;
    let ordered = versioned.get(..end).ok_or(CORRUPT)?;
    let escaped_end = end.checked_sub(TERMINATOR.len()).ok_or(CORRUPT)?;
    let escaped = ordered.get(1 + store.0.len()..escaped_end).ok_or(CORRUPT)?;
    Ok((ordered.to_vec(), unescape(escaped)))
}

/// The keys of `range` as a range of versioned keys.
pub(super) fn versions(store: StoreName, range: &KeyRange) -> (Vec<u8>, Vec<u8>) {
    let end = match &range.end {
        Some(end) => ordered(store, end),
        None => after_prefix(store_prefix(store)),
    };
    (ordered(store, &range.start), end)
}

/// The first key after all that begin with the ordered place.
pub(super) fn after_versions(ordered: &[u8]) -> Vec<u8> {
    after_prefix(ordered.to_vec())
}

/// Key of a part of `touched`.
pub(super) fn touched(height: u64, part: u32) -> Vec<u8> {
    [&height.to_be_bytes()[..], &part.to_be_bytes()].concat()
}

/// Places as parts of `touched`: one entry for each would cost more than the places.
pub(super) fn encode_places<'a>(places: impl IntoIterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let (mut parts, mut part) = (Vec::new(), Vec::new());
    for place in places {
        put_bytes(&mut part, place);
        if part.len() >= PLACES_BYTES {
            parts.push(std::mem::take(&mut part));
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// The places of a part of `touched`.
pub(super) fn decode_places(part: &[u8]) -> Result<Vec<Vec<u8>>, StoreError> {
    let (mut reader, mut places) = (Reader(part), Vec::new());
    while !reader.is_empty() {
        places.push(reader.bytes()?.to_vec());
    }
    Ok(places)
}

/// Key of a node; the nodes of a store stand in the order in which they were built.
pub(super) fn node(store: StoreName, id: NodeId) -> Vec<u8> {
    let mut key = store_prefix(store);
    key.extend(id.version.to_be_bytes());
    key.extend(id.nonce.to_be_bytes());
    key
}

/// Store and key of a place.
pub(super) fn split_place(
    place: &[u8],
    stores: &[StoreName],
) -> Result<(StoreName, Vec<u8>), StoreError> {
    let is_inside = |store: &&StoreName| place.starts_with(&store_prefix(**store));
    let store = stores.iter().find(is_inside).ok_or(CORRUPT)?;
    Ok((*store, key_of_place(*store, place)?))
}

/// Stored form of a version.
pub(super) fn encode_version(value: Option<&[u8]>) -> Vec<u8> {
    match value {
        Some(value) => [&[PRESENT][..], value].concat(),
        None => vec![DELETED],
    }
}

/// Value of a version; none when it was deleted.
pub(super) fn decode_version(bytes: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    match bytes.split_first() {
        Some((&DELETED, [])) => Ok(None),
        Some((&PRESENT, value)) => Ok(Some(value.to_vec())),
        _ => Err(StoreError::Corrupt { what: "version of a value" }),
    }
}

const CORRUPT: StoreError = StoreError::Corrupt { what: "key" };

fn escape_into(ordered: &mut Vec<u8>, key: &[u8]) {
    for byte in key {
        match byte {
            0 => ordered.extend(ESCAPED_ZERO),
            other => ordered.push(*other),
        }
    }
}

fn unescape(escaped: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(escaped.len());
    let mut rest = escaped.iter();
    while let Some(byte) = rest.next() {
        key.push(*byte);
        if *byte == 0 {
            rest.next();
        }
    }
    key
}

/// Store prefixes begin with a length below `0xff` and ordered places end in `0x01`: the last byte that
/// can be counted up always exists.
fn after_prefix(mut prefix: Vec<u8>) -> Vec<u8> {
    while let Some(last) = prefix.pop() {
        if last != u8::MAX {
            prefix.push(last + 1);
            break;
        }
    }
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STORE: StoreName = StoreName("test");

    proptest! {
        #[test]
        fn ordered_places_keep_the_order_of_keys_whatever_the_heights(
            a in proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xff), any::<u8>()], 0..5),
            b in proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xff), any::<u8>()], 0..5),
            height_a: u64, height_b: u64,
        ) {
            let (stored_a, stored_b) = (version(&ordered(STORE, &a), height_a), version(&ordered(STORE, &b), height_b));
            if a != b {
                prop_assert_eq!(a.cmp(&b), stored_a.cmp(&stored_b));
            }
            prop_assert_eq!(split_version(STORE, &stored_a).unwrap(), (ordered(STORE, &a), a.clone()));
            prop_assert_eq!(ordered_of_place(&place(STORE, &a)).unwrap(), ordered(STORE, &a));
            prop_assert!(stored_a < after_versions(&ordered(STORE, &a)));
        }

        #[test]
        fn places_come_back_from_their_parts(
            places in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..4_000), 0..50),
        ) {
            let parts = encode_places(places.iter().map(Vec::as_slice));
            for part in &parts {
                prop_assert!(part.len() < PLACES_BYTES + 4_010);
            }
            let read: Result<Vec<_>, _> = parts.iter().map(|part| decode_places(part)).collect();
            prop_assert_eq!(read.unwrap().concat(), places);
        }
    }
}
