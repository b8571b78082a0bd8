//! The parts of a stream, read as its bytes arrive.

use super::item::{END, INNER, Item, LEAF, MAX_NAME_BYTES, MAX_VALUE_BYTES, STORE};
use crate::MAX_KEY_BYTES;

/// Most bytes of a varint of 64 bits.
const MAX_VARINT_BYTES: usize = 10;

/// Why bytes are no stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// No part begins with this byte.
    #[error("no part of a stream begins with byte {tag}")]
    Tag {
        /// The byte.
        tag: u8,
    },
    /// A varint of more than 64 bits, or one that could be shorter: the same state would have two streams.
    #[error("a number is not in its one form")]
    Number,
    /// A length beyond its limit.
    #[error("a {what} of {actual} bytes, the limit is {limit}")]
    TooLong {
        /// Of what.
        what: &'static str,
        /// The length that is claimed.
        actual: u64,
        /// The limit.
        limit: usize,
    },
    /// A name that is no text.
    #[error("the name of a store is no text")]
    Name,
}

/// Bytes that have arrived, up to the end of the last whole part and a bit of the next.
#[derive(Debug, Default)]
pub(crate) struct ItemReader {
    bytes: Vec<u8>,
    /// Bytes that were read already.
    read: usize,
}

impl ItemReader {
    /// Takes in the next bytes of the stream. What was read before is forgotten.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.read.min(self.bytes.len()));
        self.read = 0;
        self.bytes.extend(bytes);
    }

    /// Whether no byte is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.read >= self.bytes.len()
    }

    /// The next part; none while it has not arrived as a whole.
    pub(crate) fn next(&mut self) -> Result<Option<Item<'_>>, FormError> {
        let mut rest = Rest(self.bytes.get(self.read..).unwrap_or_default());
        let before = rest.0.len();
        let Some(item) = rest.item()? else { return Ok(None) };
        self.read += before - rest.0.len();
        Ok(Some(item))
    }
}

/// What has not been read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn item(&mut self) -> Result<Option<Item<'a>>, FormError> {
        let Some((tag, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        Ok(match *tag {
            LEAF => self.leaf()?,
            INNER => self.number()?.map(|version| Item::Inner { version }),
            STORE => match self.bytes("name of a store", MAX_NAME_BYTES)? {
                Some(name) => {
                    let name = std::str::from_utf8(name).map_err(|_| FormError::Name)?;
                    Some(Item::Store { name })
                }
                None => None,
            },
            END => Some(Item::End),
            tag => return Err(FormError::Tag { tag }),
        })
    }

    fn leaf(&mut self) -> Result<Option<Item<'a>>, FormError> {
        let Some(version) = self.number()? else { return Ok(None) };
        let Some(key) = self.bytes("key", MAX_KEY_BYTES)? else { return Ok(None) };
        let Some(value) = self.bytes("value", MAX_VALUE_BYTES)? else { return Ok(None) };
        Ok(Some(Item::Leaf { version, key, value }))
    }

    fn bytes(&mut self, what: &'static str, limit: usize) -> Result<Option<&'a [u8]>, FormError> {
        let Some(actual) = self.number()? else { return Ok(None) };
        let length = usize::try_from(actual).ok().filter(|length| *length <= limit);
        let length = length.ok_or(FormError::TooLong { what, actual, limit })?;
        let Some((bytes, rest)) = self.0.split_at_checked(length) else { return Ok(None) };
        self.0 = rest;
        Ok(Some(bytes))
    }

    fn number(&mut self) -> Result<Option<u64>, FormError> {
        let mut number = 0u64;
        for (place, byte) in self.0.iter().take(MAX_VARINT_BYTES).enumerate() {
            let bits = u64::from(byte & 0x7f);
            let is_last = byte & 0x80 == 0;
            // The tenth byte holds the last of 64 bits.
            if (place + 1 == MAX_VARINT_BYTES && *byte > 1) || (is_last && place > 0 && bits == 0) {
                return Err(FormError::Number);
            }
            number |= bits << (7 * place);
            if is_last {
                self.0 = self.0.get(place + 1..).unwrap_or_default();
                return Ok(Some(number));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{put_end, put_inner, put_leaf, put_store},
        *,
    };

    fn all(reader: &mut ItemReader) -> Result<Vec<String>, FormError> {
        let mut found = Vec::new();
        while let Some(item) = reader.next()? {
            found.push(format!("{item:?}"));
        }
        Ok(found)
    }

    fn stream(leaves: &[(u64, Vec<u8>, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_store(&mut bytes, "bank");
        for (version, key, value) in leaves {
            put_leaf(&mut bytes, *version, key, value);
            put_inner(&mut bytes, *version);
        }
        put_end(&mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn a_stream_reads_the_same_wherever_it_is_cut(
            leaves in proptest::collection::vec((any::<u64>(), any::<Vec<u8>>(), any::<Vec<u8>>()), 0..6),
            cut in 1usize..50,
        ) {
            let bytes = stream(&leaves);
            let mut whole = ItemReader::default();
            whole.feed(&bytes);
            let expected = all(&mut whole).unwrap();
            prop_assert!(whole.is_empty());
            prop_assert_eq!(expected.len(), 2 + 2 * leaves.len());
            let (mut pieces, mut found) = (ItemReader::default(), Vec::new());
            for piece in bytes.chunks(cut) {
                pieces.feed(piece);
                found.extend(all(&mut pieces).unwrap());
            }
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn no_bytes_make_it_panic(pieces in proptest::collection::vec(
            proptest::collection::vec(prop_oneof![0u8..4, any::<u8>(), Just(0xff)], 0..40), 0..6,
        )) {
            let mut reader = ItemReader::default();
            for piece in pieces {
                reader.feed(&piece);
                if all(&mut reader).is_err() {
                    break;
                }
            }
        }
    }

    #[test]
    fn claims_beyond_the_limits_are_refused_before_anything_arrives() {
        let next = |bytes: &[u8]| {
            let mut reader = ItemReader::default();
            reader.feed(bytes);
            reader.next().map(|_| ())
        };
        assert!(matches!(next(&[STORE, 65]), Err(FormError::TooLong { .. })));
        assert!(matches!(next(&[LEAF, 1, 0xff, 0xff, 0x7f]), Err(FormError::TooLong { .. })));
        let huge = [LEAF, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert!(matches!(next(&huge), Err(FormError::TooLong { what: "value", .. })));
        assert_eq!(next(&[INNER, 0x80, 0]), Err(FormError::Number));
        assert_eq!(next(&[[INNER].as_slice(), &[0xff; 10]].concat()), Err(FormError::Number));
        assert_eq!(next(&[STORE, 1, 0xff]), Err(FormError::Name));
        assert_eq!(next(&[4]), Err(FormError::Tag { tag: 4 }));
    }
}
