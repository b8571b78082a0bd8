//! Values of the last commit, in memory.
//!
//! The mempool, the block and its helpers ask for the same accounts, every transaction for the same
//! parameters, and the next block for much of what the one before has written. So what was read or written
//! stays while there is room, and a commit changes what it has written.
//!
//! An entry says since which height it holds. It answers a snapshot of that height or a later one, never of
//! an earlier one, and only snapshots of the height that the memory stands on add entries: whoever still
//! reads an earlier height, or already a later one, reads from the engine.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Keys and values in memory, in bytes; what was not used for longest is forgotten.
pub(super) const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Longest value that is remembered: contract code is read once, when it is compiled.
const MAX_VALUE_BYTES: usize = 16 * 1024;
/// What an entry takes beside its bytes, on the safe side.
const ENTRY_BYTES: usize = 128;
/// Parts with a lock of their own.
const SHARDS: usize = 16;
/// Bytes of a generation of a part: there are two, and the older one is forgotten when the newer is full.
const MAX_GENERATION_BYTES: usize = MAX_BYTES / SHARDS / 2;

/// Values by their place. A new one is empty and stands on no height.
#[derive(Default)]
pub(super) struct Reads {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

/// A part of the memory.
#[derive(Default)]
struct Shard {
    /// The height that it stands on.
    height: u64,
    newer: Generation,
    older: Generation,
}

#[derive(Default)]
struct Generation {
    known: HashMap<Vec<u8>, Known>,
    bytes: usize,
}

/// What is at a place; nothing is an answer, too.
struct Known {
    since: u64,
    value: Option<Vec<u8>>,
}

impl Reads {
    /// The value at `place` for a snapshot of `height`; `read` it there if it is not known.
    pub(super) fn get<E>(
        &self,
        height: u64,
        place: Vec<u8>,
        read: impl FnOnce(&[u8]) -> Result<Option<Vec<u8>>, E>,
    ) -> Result<Option<Vec<u8>>, E> {
        let Some(shard) = self.shards.get(self.number(&place)) else { return read(&place) };
        if let Some(value) = lock(shard).get(height, &place) {
            return Ok(value);
        }
        // Not under the lock: others need not wait for the disk, and who reads the same reads the same.
        let value = read(&place)?;
        let mut shard = lock(shard);
        if shard.height == height {
            shard.put(place, value.clone());
        }
        Ok(value)
    }

    /// Goes on to `height`, which wrote `writes`; every part knows them as soon as it stands there.
    pub(super) fn advance(
        &self,
        height: u64,
        writes: impl IntoIterator<Item = (Vec<u8>, Option<Vec<u8>>)>,
    ) {
        let mut parts: [Vec<_>; SHARDS] = Default::default();
        for (place, value) in writes {
            if let Some(part) = parts.get_mut(self.number(&place)) {
                part.push((place, value));
            }
        }
        for (shard, writes) in self.shards.iter().zip(parts) {
            let mut shard = lock(shard);
            shard.height = height;
            for (place, value) in writes {
                shard.put(place, value);
            }
        }
    }

    fn number(&self, place: &[u8]) -> usize {
        (self.hasher.hash_one(place) % SHARDS as u64) as usize
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shard {
    /// What a snapshot of `height` has at `place`, if it is known.
    fn get(&mut self, height: u64, place: &[u8]) -> Option<Option<Vec<u8>>> {
        if height > self.height {
            return None;
        }
        if let Some(known) = self.newer.known.get(place) {
            return known.at(height);
        }
        // Used again: it stays.
        let (place, known) = self.older.remove(place)?;
        let answer = known.at(height);
        self.insert(place, known);
        answer
    }

    /// Remembers what is at `place` from this height on.
    fn put(&mut self, place: Vec<u8>, value: Option<Vec<u8>>) {
        self.older.remove(&place);
        if value.as_ref().is_some_and(|value| value.len() > MAX_VALUE_BYTES) {
            self.newer.remove(&place);
        } else {
            self.insert(place, Known { since: self.height, value });
        }
    }

    fn insert(&mut self, place: Vec<u8>, known: Known) {
        if self.newer.bytes + bytes(&place, &known) > MAX_GENERATION_BYTES {
            self.older = mem::take(&mut self.newer);
            self.older.remove(&place);
        }
        self.newer.insert(place, known);
    }
}

impl Generation {
    fn insert(&mut self, place: Vec<u8>, known: Known) {
        let (place_bytes, added) = (place.len(), bytes(&place, &known));
        let replaced = self.known.insert(place, known);
        let replaced = replaced.map_or(0, |known| place_bytes + known.bytes());
        self.bytes = (self.bytes + added).saturating_sub(replaced);
    }

    fn remove(&mut self, place: &[u8]) -> Option<(Vec<u8>, Known)> {
        let (place, known) = self.known.remove_entry(place)?;
        self.bytes = self.bytes.saturating_sub(bytes(&place, &known));
        Some((place, known))
    }
}

impl Known {
    fn at(&self, height: u64) -> Option<Option<Vec<u8>>> {
        (self.since <= height).then(|| self.value.clone())
    }

    fn bytes(&self) -> usize {
        self.value.as_ref().map_or(0, Vec::len) + ENTRY_BYTES
    }
}

fn bytes(place: &[u8], known: &Known) -> usize {
    place.len() + known.bytes()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    type Value = Option<Vec<u8>>;

    fn at(height: u64) -> Reads {
        let reads = Reads::default();
        reads.advance(height, []);
        reads
    }

    fn get(reads: &Reads, height: u64, place: &[u8], in_engine: Value) -> Value {
        reads.get(height, place.to_vec(), |_| Ok::<_, Infallible>(in_engine)).unwrap()
    }

    fn held_bytes(reads: &Reads) -> usize {
        let of_shard = |shard: &Mutex<Shard>| {
            let shard = lock(shard);
            let counted = |generation: &Generation| {
                let entries = generation.known.iter();
                let counted: usize = entries.map(|(place, known)| bytes(place, known)).sum();
                assert_eq!(counted, generation.bytes);
                counted
            };
            counted(&shard.newer) + counted(&shard.older)
        };
        reads.shards.iter().map(of_shard).sum()
    }

    #[test]
    fn the_first_answer_stays_and_absence_is_an_answer() {
        let reads = at(7);
        assert_eq!(get(&reads, 7, b"a", Some(vec![1])), Some(vec![1]));
        assert_eq!(get(&reads, 7, b"b", None), None);
        assert_eq!(get(&reads, 7, b"a", Some(vec![2])), Some(vec![1]));
        assert_eq!(get(&reads, 7, b"b", Some(vec![2])), None);
    }

    #[test]
    fn a_commit_changes_what_it_wrote_and_keeps_the_rest() {
        let reads = at(1);
        get(&reads, 1, b"kept", Some(vec![1]));
        get(&reads, 1, b"written", Some(vec![1]));
        get(&reads, 1, b"deleted", Some(vec![1]));
        get(&reads, 1, b"long", Some(vec![1]));
        let long = Some(vec![2; MAX_VALUE_BYTES + 1]);
        let writes: [(&[u8], Value); 3] =
            [(b"written", Some(vec![2])), (b"deleted", None), (b"long", long.clone())];
        reads.advance(2, writes.map(|(place, value)| (place.to_vec(), value)));
        let unread = Some(vec![9]);
        assert_eq!(get(&reads, 2, b"kept", unread.clone()), Some(vec![1]));
        assert_eq!(get(&reads, 2, b"written", unread.clone()), Some(vec![2]));
        assert_eq!(get(&reads, 2, b"deleted", unread), None);
        assert_eq!(get(&reads, 2, b"long", long.clone()), long);
    }

    #[test]
    fn other_heights_neither_get_nor_leave_what_is_not_theirs() {
        let reads = at(1);
        reads.advance(2, [(b"a".to_vec(), Some(vec![2]))]);
        // Of the height before: what the engine shows it, and nobody else learns of that.
        assert_eq!(get(&reads, 1, b"a", Some(vec![1])), Some(vec![1]));
        assert_eq!(get(&reads, 1, b"b", Some(vec![1])), Some(vec![1]));
        assert_eq!(get(&reads, 2, b"a", Some(vec![9])), Some(vec![2]));
        assert_eq!(get(&reads, 2, b"b", Some(vec![2])), Some(vec![2]));
        // Of a height that is on the disk and of which this memory does not know yet.
        assert_eq!(get(&reads, 3, b"a", Some(vec![3])), Some(vec![3]));
        assert_eq!(get(&reads, 2, b"a", Some(vec![9])), Some(vec![2]));
    }

    #[test]
    fn a_failure_is_not_remembered() {
        let reads = at(1);
        assert_eq!(reads.get(1, b"a".to_vec(), |_| Err("disk")), Err("disk"));
        assert_eq!(get(&reads, 1, b"a", Some(vec![1])), Some(vec![1]));
    }

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let reads = at(1);
        let value = vec![0; MAX_VALUE_BYTES];
        get(&reads, 1, b"used", Some(vec![1]));
        for number in 0..3 * (MAX_BYTES / MAX_VALUE_BYTES) as u64 {
            get(&reads, 1, &number.to_be_bytes(), Some(value.clone()));
            assert_eq!(get(&reads, 1, b"used", Some(vec![2])), Some(vec![1]));
        }
        let held = held_bytes(&reads);
        assert!(held <= MAX_BYTES && held > MAX_BYTES / 4, "{held}");
        get(&reads, 1, b"long", Some(vec![0; MAX_VALUE_BYTES + 1]));
        assert_eq!(get(&reads, 1, b"long", Some(vec![1])), Some(vec![1]));
    }
}
