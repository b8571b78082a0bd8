//! SHA-256 of a document, an asset or a Merkle tree: the name under which bytes travel.

use std::{fmt, str::FromStr};

use schemars::{
    JsonSchema,
    r#gen::SchemaGenerator,
    schema::{InstanceType, Schema, SchemaObject, StringValidation},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

/// Length of a [`ContentHash`] in bytes.
pub const HASH_BYTES: usize = 32;

/// SHA-256 (FIPS 180-4) over content; 64 lower-case hex digits in JSON and text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; HASH_BYTES]);

/// Why a text is not a [`ContentHash`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a content hash is 64 lower-case hex digits, found {found_chars} characters that do not fit"
)]
pub struct ContentHashError {
    /// Length of the refused text in characters.
    pub found_chars: usize,
}

impl ContentHash {
    /// Wraps 32 bytes that already are a hash.
    pub const fn new(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// Hashes `content`.
    pub fn sha256(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    /// The 32 bytes, big-endian as printed.
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }
}

impl FromStr for ContentHash {
    type Err = ContentHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ContentHashError { found_chars: text.chars().count() };
        let is_canonical = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_canonical {
            return Err(refused());
        }
        let mut bytes = [0u8; HASH_BYTES];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| refused())?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ContentHash({self})")
    }
}

impl Serialize for ContentHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for ContentHash {
    fn schema_name() -> String {
        "ContentHash".to_owned()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::Object(SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            string: Some(Box::new(StringValidation {
                pattern: Some("^[0-9a-f]{64}$".to_owned()),
                ..Default::default()
            })),
            ..Default::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_empty_document_hashes_to_the_published_digest() {
        assert_eq!(
            ContentHash::sha256(b"").to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn upper_case_and_wrong_lengths_are_refused() {
        assert!("E3".repeat(32).parse::<ContentHash>().is_err());
        assert!("e3".repeat(31).parse::<ContentHash>().is_err());
        assert!("e3".repeat(33).parse::<ContentHash>().is_err());
        assert!("é".repeat(32).parse::<ContentHash>().is_err());
    }

    proptest! {
        #[test]
        fn json_round_trips(bytes: [u8; HASH_BYTES]) {
            let hash = ContentHash::new(bytes);
            let json = serde_json::to_string(&hash).unwrap();
            prop_assert_eq!(serde_json::from_str::<ContentHash>(&json).unwrap(), hash);
        }
    }
}
