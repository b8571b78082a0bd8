//! Votes as the first element of a block: bytes that are no transaction.

use prost::Message as _;
use stoa_modules::beacon::MAX_EXTENSION_BYTES;
use stoa_proto::beacon::v1::ExtendedCommit;

use super::ExtensionError;

/// What the element begins with. Protobuf has no field zero, so no reader of transactions, here or in a
/// client, takes it for one.
const PREFIX: &[u8] = b"\0stoa.beacon.v1.ExtendedCommit\0";
/// Most bytes of the round: key and varint.
const ROUND_BYTES: usize = 1 + 5;
/// Most bytes of one vote: key and length around address, extension and signature with theirs.
const VOTE_BYTES: usize = (1 + 2) + (2 + 20) + (2 + MAX_EXTENSION_BYTES) + (2 + 64);

/// Whether `bytes`, found in a block, are votes instead of a transaction.
pub fn is_extended_commit(bytes: &[u8]) -> bool {
    bytes.starts_with(PREFIX)
}

/// Most bytes of an element that holds a vote of each of `validators`.
pub(super) const fn limit(validators: usize) -> usize {
    PREFIX.len() + ROUND_BYTES + VOTE_BYTES * validators
}

pub(super) fn encode(commit: &ExtendedCommit) -> Vec<u8> {
    [PREFIX, commit.encode_to_vec().as_slice()].concat()
}

/// Reads votes of at most so many validators; refuses a second encoding of the same.
pub(crate) fn decode(bytes: &[u8], validators: usize) -> Result<ExtendedCommit, ExtensionError> {
    let content = bytes.strip_prefix(PREFIX).ok_or(ExtensionError::Missing)?;
    let (actual, limit) = (bytes.len(), limit(validators));
    if actual > limit {
        return Err(ExtensionError::TooLong { actual, limit });
    }
    let commit = ExtendedCommit::decode(content).map_err(|_| ExtensionError::Malformed)?;
    if commit.encode_to_vec() == content { Ok(commit) } else { Err(ExtensionError::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tx;
    use proptest::prelude::*;
    use stoa_proto::beacon::v1::ExtendedVote;

    fn full(votes: usize) -> ExtendedCommit {
        let vote = ExtendedVote {
            validator: vec![1; 20],
            extension: vec![2; MAX_EXTENSION_BYTES],
            signature: vec![3; 64],
        };
        ExtendedCommit { round: u32::MAX, votes: vec![vote; votes] }
    }

    #[test]
    fn the_largest_element_fills_its_limit_exactly() {
        for votes in [1, 2, 100] {
            let bytes = encode(&full(votes));
            assert_eq!(bytes.len(), limit(votes));
            assert_eq!(decode(&bytes, votes).unwrap(), full(votes));
            assert!(matches!(decode(&bytes, votes - 1), Err(ExtensionError::TooLong { .. })));
        }
    }

    #[test]
    fn an_element_is_no_transaction_and_a_transaction_is_no_element() {
        for commit in [ExtendedCommit::default(), full(4)] {
            let bytes = encode(&commit);
            assert!(is_extended_commit(&bytes));
            assert_eq!(tx::decode(&bytes).unwrap_err().code(), 2);
        }
        assert!(matches!(decode(b"", 4), Err(ExtensionError::Missing)));
        assert!(!is_extended_commit(&full(4).encode_to_vec()));
    }

    #[test]
    fn another_encoding_of_the_same_votes_is_refused() {
        let bytes = encode(&full(2));
        // An unknown field, a second round, and a varint with a needless byte.
        for tail in [&[0x18, 1][..], &[0x08, 1], &[0x08, 0x80, 0x00]] {
            let longer = [bytes.as_slice(), tail].concat();
            assert!(matches!(decode(&longer, 9), Err(ExtensionError::Malformed)));
        }
    }

    proptest! {
        #[test]
        fn random_content_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&[PREFIX, &bytes].concat(), 4);
        }
    }
}
