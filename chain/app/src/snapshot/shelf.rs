//! Snapshots on the disk: a folder a height, with a file a chunk and the manifest, which comes last.
//!
//! A snapshot is written under another name and gets its own when it is whole, so a crash leaves nothing
//! that would be served.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{FORMAT, Manifest, chunks::Chunks, manifest};

/// What the name of a snapshot that is not whole yet begins with.
const NEW: &str = "new-";

/// A snapshot that peers may fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Height of the state.
    pub height: u64,
    /// How many chunks it has.
    pub chunks: u32,
    /// By what peers know it.
    pub hash: [u8; 32],
    /// Its manifest.
    pub metadata: Vec<u8>,
}

/// The snapshots of this node.
pub(super) struct Shelf {
    folder: PathBuf,
    listed: Mutex<BTreeMap<u64, Listed>>,
}

impl Shelf {
    /// Opens the folder, which is created if absent; what is not whole is deleted.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut listed = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            match read(&path) {
                Some(found) => drop(listed.insert(found.height, found)),
                None if path.is_dir() => fs::remove_dir_all(&path)?,
                None => {}
            }
        }
        Ok(Self { folder: folder.to_owned(), listed: Mutex::new(listed) })
    }

    /// All snapshots, the last first.
    pub(super) fn list(&self) -> Vec<Listed> {
        self.listed().values().rev().cloned().collect()
    }

    /// A chunk, if it is there.
    pub(super) fn chunk(&self, height: u64, number: u32) -> Option<Vec<u8>> {
        let listed = self.listed();
        let is_there = listed.get(&height).is_some_and(|found| number < found.chunks);
        is_there.then(|| fs::read(self.place(height).join(number.to_string())).ok())?
    }

    /// Keeps what `write` writes as the snapshot of `height`.
    pub(super) fn put<E: From<io::Error>>(
        &self,
        height: u64,
        write: impl FnOnce(&mut dyn io::Write) -> Result<(), E>,
        describe: impl FnOnce(Vec<[u8; 32]>) -> Manifest,
    ) -> Result<Listed, E> {
        let new = self.folder.join(format!("{NEW}{height}"));
        if new.exists() {
            fs::remove_dir_all(&new)?;
        }
        fs::create_dir(&new)?;
        let mut chunks =
            Chunks::new(|number, bytes: &[u8]| synced(&new.join(number.to_string()), bytes));
        let written = write(&mut chunks);
        let written = written.and_then(|()| Ok(chunks.finish()?));
        let hashes = match written {
            Ok(hashes) => hashes,
            Err(error) => {
                // What cannot be deleted now is deleted at the next start.
                let _ = fs::remove_dir_all(&new);
                return Err(error);
            }
        };
        let metadata = describe(hashes).encode();
        synced(&new.join(manifest_name()), &metadata)?;
        fs::File::open(&new)?.sync_all()?;
        let place = self.place(height);
        if place.exists() {
            fs::remove_dir_all(&place)?;
        }
        fs::rename(&new, &place)?;
        fs::File::open(&self.folder)?.sync_all()?;
        let found = read(&place).ok_or_else(|| io::Error::other("the snapshot is gone"))?;
        self.listed().insert(height, found.clone());
        Ok(found)
    }

    /// Deletes all but the last `kept`.
    pub(super) fn keep(&self, kept: usize) -> io::Result<()> {
        let outdated: Vec<u64> = {
            let mut listed = self.listed();
            let heights: Vec<u64> = listed.keys().rev().skip(kept).copied().collect();
            heights.iter().for_each(|height| drop(listed.remove(height)));
            heights
        };
        outdated.into_iter().try_for_each(|height| fs::remove_dir_all(self.place(height)))
    }

    fn place(&self, height: u64) -> PathBuf {
        self.folder.join(height.to_string())
    }

    fn listed(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Listed>> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn manifest_name() -> String {
    format!("manifest.{FORMAT}")
}

fn synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(path, bytes)?;
    fs::File::open(path)?.sync_all()
}

/// The snapshot in a folder, if it is one of this format.
fn read(path: &Path) -> Option<Listed> {
    let height = path.file_name()?.to_str()?.parse().ok()?;
    let metadata = fs::read(path.join(manifest_name())).ok()?;
    let chunks = Manifest::decode(&metadata).ok()?.chunks();
    Some(Listed { height, chunks, hash: manifest::hash(&metadata), metadata })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(shelf: &Shelf, height: u64, bytes: &[u8]) -> io::Result<Listed> {
        let roots = BTreeMap::from([("bank".to_owned(), [1; 32])]);
        let describe = |chunk_hashes| Manifest { time_nanos: height, roots, chunk_hashes };
        shelf.put(height, |sink| sink.write_all(bytes), describe)
    }

    #[test]
    fn snapshots_survive_a_restart_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(folder.path()).unwrap();
        for height in [10, 20, 30] {
            put(&shelf, height, &[height as u8; 5]).unwrap();
        }
        shelf.keep(2).unwrap();
        let shelf = Shelf::open(folder.path()).unwrap();
        let heights: Vec<u64> = shelf.list().iter().map(|found| found.height).collect();
        assert_eq!(heights, [30, 20]);
        assert_eq!(shelf.chunk(20, 0), Some(vec![20; 5]));
        for (height, number) in [(10, 0), (20, 1), (25, 0)] {
            assert_eq!(shelf.chunk(height, number), None);
        }
    }

    #[test]
    fn half_a_snapshot_is_never_listed() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(folder.path()).unwrap();
        let failing = |sink: &mut dyn io::Write| {
            sink.write_all(&[1; 9])?;
            Err(io::Error::other("full"))
        };
        let describe = |_| -> Manifest { unreachable!("the stream is not whole") };
        shelf.put(10, failing, describe).unwrap_err();
        fs::create_dir(folder.path().join("new-20")).unwrap();
        fs::create_dir(folder.path().join("30")).unwrap();
        fs::write(folder.path().join("30/0"), [1]).unwrap();
        let shelf = Shelf::open(folder.path()).unwrap();
        assert!(shelf.list().is_empty());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
