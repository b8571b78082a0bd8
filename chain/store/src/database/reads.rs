//! Values that were read before, in memory.
//!
//! A snapshot never changes, so what was read of it once is what is read of it always: the mempool, the
//! block and its helpers ask for the same accounts, and every transaction for the same parameters.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{Mutex, PoisonError},
};

/// Keys and values that one snapshot remembers, in bytes; what is read beyond that is read from the engine
/// each time.
pub(super) const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Longest value that is remembered: contract code is read once, when it is compiled.
const MAX_VALUE_BYTES: usize = 16 * 1024;
/// What an entry takes beside its bytes, on the safe side.
const ENTRY_BYTES: usize = 128;
/// Parts with a lock of their own.
const SHARDS: usize = 16;

/// Values by their place.
pub(super) struct Reads {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    values: HashMap<Vec<u8>, Option<Vec<u8>>>,
    bytes: usize,
}

impl Default for Reads {
    fn default() -> Self {
        Self { hasher: RandomState::new(), shards: Default::default() }
    }
}

impl Reads {
    /// The value at `place`; `read` it if it is not known.
    pub(super) fn get<E>(
        &self,
        place: Vec<u8>,
        read: impl FnOnce(&[u8]) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Option<Vec<u8>>, E> {
        let shard = self.hasher.hash_one(&place) % SHARDS as u64;
        let Some(shard) = self.shards.get(shard as usize) else { return read(&place) };
        let lock = || shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = lock().values.get(&place) {
            return Ok(value.clone());
        }
        // Not under the lock: others need not wait for the disk, and who reads the same reads the same.
        let value = read(&place)?;
        let value_bytes = value.as_ref().map_or(0, Vec::len);
        let bytes = place.len() + value_bytes + ENTRY_BYTES;
        let mut shard = lock();
        if value_bytes <= MAX_VALUE_BYTES && shard.bytes + bytes <= MAX_BYTES / SHARDS {
            shard.bytes += bytes;
            shard.values.insert(place, value.clone());
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn get(reads: &Reads, place: &[u8], value: Option<Vec<u8>>) -> Option<Vec<u8>> {
        reads.get(place.to_vec(), |_| Ok::<_, Infallible>(value)).unwrap()
    }

    #[test]
    fn the_first_answer_stays_and_absence_is_an_answer() {
        let reads = Reads::default();
        assert_eq!(get(&reads, b"a", Some(vec![1])), Some(vec![1]));
        assert_eq!(get(&reads, b"b", None), None);
        assert_eq!(get(&reads, b"a", Some(vec![2])), Some(vec![1]));
        assert_eq!(get(&reads, b"b", Some(vec![2])), None);
    }

    #[test]
    fn a_failure_is_not_remembered() {
        let reads = Reads::default();
        assert_eq!(reads.get(b"a".to_vec(), |_| Err("disk")), Err("disk"));
        assert_eq!(get(&reads, b"a", Some(vec![1])), Some(vec![1]));
    }

    #[test]
    fn memory_is_bounded_and_what_does_not_fit_is_read_again() {
        let reads = Reads::default();
        let value = vec![0; MAX_VALUE_BYTES];
        for number in 0..2 * (MAX_BYTES / MAX_VALUE_BYTES) as u64 {
            get(&reads, &number.to_be_bytes(), Some(value.clone()));
        }
        let bytes = |shard: &Mutex<Shard>| shard.lock().unwrap().bytes;
        assert!(reads.shards.iter().map(bytes).sum::<usize>() <= MAX_BYTES);
        get(&reads, b"long", Some(vec![0; MAX_VALUE_BYTES + 1]));
        assert_eq!(get(&reads, b"long", Some(vec![1])), Some(vec![1]));
    }
}
