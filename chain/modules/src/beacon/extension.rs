//! What a vote carries.

use prost::Message as _;
use stoa_proto::beacon::v1::VoteExtension;

use super::{BeaconError, Link};

/// Most bytes of an extension: link and anchor, each with key and length.
pub const MAX_EXTENSION_BYTES: usize = 2 * (2 + 32);

/// An extension that has the right form; nothing else about it is checked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extension {
    /// The link for the height of the vote.
    pub link: Option<Link>,
    /// The root of a new chain.
    pub anchor: Option<Link>,
}

impl Extension {
    /// The bytes.
    pub fn encode(&self) -> Vec<u8> {
        let bytes = |part: Option<Link>| part.map(Vec::from).unwrap_or_default();
        VoteExtension { link: bytes(self.link), anchor: bytes(self.anchor) }.encode_to_vec()
    }

    /// Reads an extension; refuses a second encoding of the same.
    pub fn decode(bytes: &[u8]) -> Result<Self, BeaconError> {
        let (actual, limit) = (bytes.len(), MAX_EXTENSION_BYTES);
        if actual > limit {
            return Err(BeaconError::TooLong { actual, limit });
        }
        let wire = VoteExtension::decode(bytes).map_err(|_| BeaconError::Malformed)?;
        let extension = Self { link: part(&wire.link)?, anchor: part(&wire.anchor)? };
        if extension.encode() == bytes { Ok(extension) } else { Err(BeaconError::Malformed) }
    }
}

fn part(bytes: &[u8]) -> Result<Option<Link>, BeaconError> {
    match bytes {
        [] => Ok(None),
        bytes => bytes.try_into().map(Some).map_err(|_| BeaconError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_extension_has_one_encoding(link: Option<[u8; 32]>, anchor: Option<[u8; 32]>, extra: u8) {
            let extension = Extension { link, anchor };
            let mut bytes = extension.encode();
            prop_assert_eq!(Extension::decode(&bytes), Ok(extension));
            bytes.push(extra);
            prop_assert!(Extension::decode(&bytes).is_err());
        }

        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = Extension::decode(&bytes);
        }
    }

    #[test]
    fn short_parts_swapped_parts_and_long_extensions_are_refused() {
        assert_eq!(Extension::decode(&[]), Ok(Extension::default()));
        assert_eq!(Extension::decode(&[0x0a, 1, 7]), Err(BeaconError::Malformed));
        let link = Extension { link: Some([1; 32]), anchor: None }.encode();
        let anchor = Extension { link: None, anchor: Some([2; 32]) }.encode();
        assert_eq!(Extension::decode(&[anchor, link].concat()), Err(BeaconError::Malformed));
        assert!(matches!(Extension::decode(&[0; 69]), Err(BeaconError::TooLong { .. })));
    }
}
