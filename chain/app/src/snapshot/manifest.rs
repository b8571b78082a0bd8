//! What a snapshot consists of: the metadata that peers see before they fetch a chunk.

use std::collections::BTreeMap;

use prost::Message;
use sha2::{Digest as _, Sha256};
use stoa_store::{Root, stream::MAX_NAME_BYTES};

use super::MAX_CHUNKS;

/// Most stores of a state.
const MAX_STORES: usize = 256;
/// Longest manifest: every chunk's hash and every store's root, each with a few bytes around it.
pub(crate) const MAX_MANIFEST_BYTES: usize =
    MAX_CHUNKS * 36 + MAX_STORES * (MAX_NAME_BYTES + 48) + 64;

/// The parts of a snapshot by their hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Block time of the height in nanoseconds since the Unix epoch. No hash covers it: a restored node
    /// answers queries at this one height with the time that its peers said.
    pub time_nanos: u64,
    /// The root of every store by name; together they lead to the app hash.
    pub roots: BTreeMap<String, Root>,
    /// SHA-256 of every chunk.
    pub chunk_hashes: Vec<[u8; 32]>,
}

/// The bytes are no manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not the form that this version writes.
    #[error("the metadata of the snapshot cannot be read")]
    Form,
    /// More, or fewer, of something than there can be.
    #[error("a snapshot of {actual} {what}, at least 1 and at most {limit} are possible")]
    Count {
        /// Of what.
        what: &'static str,
        /// How many.
        actual: usize,
        /// The limit.
        limit: usize,
    },
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(uint64, tag = "1")]
    time_nanos: u64,
    #[prost(message, repeated, tag = "2")]
    stores: Vec<WireStore>,
    #[prost(bytes = "vec", repeated, tag = "3")]
    chunk_hashes: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct WireStore {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(bytes = "vec", tag = "2")]
    root: Vec<u8>,
}

impl Manifest {
    /// The metadata.
    pub fn encode(&self) -> Vec<u8> {
        let store =
            |(name, root): (&String, &Root)| WireStore { name: name.clone(), root: root.to_vec() };
        Wire {
            time_nanos: self.time_nanos,
            stores: self.roots.iter().map(store).collect(),
            chunk_hashes: self.chunk_hashes.iter().map(|hash| hash.to_vec()).collect(),
        }
        .encode_to_vec()
    }

    /// Reads what a peer sent. There is one form of every manifest: others are refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::Form);
        }
        let wire = Wire::decode(bytes).map_err(|_| ManifestError::Form)?;
        let within = |what, actual: usize, limit| match actual {
            0 => Err(ManifestError::Count { what, actual, limit }),
            _ if actual > limit => Err(ManifestError::Count { what, actual, limit }),
            _ => Ok(()),
        };
        within("chunks", wire.chunk_hashes.len(), MAX_CHUNKS)?;
        within("stores", wire.stores.len(), MAX_STORES)?;
        let mut roots = BTreeMap::new();
        for store in wire.stores {
            let root = store.root.as_slice().try_into().map_err(|_| ManifestError::Form)?;
            roots.insert(store.name, root);
        }
        let hash = |hash: Vec<u8>| hash.as_slice().try_into().map_err(|_| ManifestError::Form);
        let chunk_hashes = wire.chunk_hashes.into_iter().map(hash).collect::<Result<_, _>>()?;
        let manifest = Self { time_nanos: wire.time_nanos, roots, chunk_hashes };
        if manifest.encode() == bytes { Ok(manifest) } else { Err(ManifestError::Form) }
    }

    /// How many chunks there are.
    pub fn chunks(&self) -> u32 {
        u32::try_from(self.chunk_hashes.len()).unwrap_or(u32::MAX)
    }
}

/// By what peers know a snapshot: all that have the same chunks give the same.
pub(crate) fn hash(metadata: &[u8]) -> [u8; 32] {
    Sha256::digest(metadata).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            time_nanos: 7,
            roots: BTreeMap::from([("acc".to_owned(), [1; 32]), ("bank".to_owned(), [2; 32])]),
            chunk_hashes: vec![[3; 32], [4; 32]],
        }
    }

    #[test]
    fn the_largest_manifest_fits_and_one_more_chunk_does_not() {
        let roots = (0..MAX_STORES).map(|number| (format!("{number:064}"), [1; 32])).collect();
        let mut largest =
            Manifest { time_nanos: u64::MAX, roots, chunk_hashes: vec![[9; 32]; MAX_CHUNKS] };
        assert_eq!(Manifest::decode(&largest.encode()), Ok(largest.clone()));
        largest.chunk_hashes.push([9; 32]);
        assert!(Manifest::decode(&largest.encode()).is_err());
        let none = Manifest { chunk_hashes: Vec::new(), ..manifest() };
        assert!(matches!(Manifest::decode(&none.encode()), Err(ManifestError::Count { .. })));
    }

    proptest! {
        #[test]
        fn every_manifest_has_one_form(place: proptest::sample::Index, byte: u8, cut: bool) {
            let bytes = manifest().encode();
            prop_assert_eq!(Manifest::decode(&bytes), Ok(manifest()));
            let mut other = bytes.clone();
            let place = place.index(bytes.len());
            if cut { other.truncate(place) } else { other[place] = byte }
            if let Ok(read) = Manifest::decode(&other) {
                prop_assert_eq!(read.encode(), other);
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = Manifest::decode(&bytes);
        }
    }
}
