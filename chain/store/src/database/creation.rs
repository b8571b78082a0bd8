//! A database that a process died creating.
//!
//! The engine creates its first journal and, last, a marker that says which format it writes. Where the marker
//! is missing it creates everything anew, which fails at the journal of a process that was killed in between.

use std::{fs, io, path::Path};

/// The engine's file that says that a database was created.
const MARKER: &str = "version";
/// The engine's first journal: room for records, all zeros until the first is written.
const FIRST_JOURNAL: &str = "0.jnl";
/// The engine's folder of what was sorted.
const KEYSPACES: &str = "keyspaces";
/// Bytes of a journal that hold something as soon as anything was written.
const HEAD_BYTES: usize = 64;

/// Removes what a creation that was broken off has left in `folder`. Nothing is removed where anything was ever
/// written: then the engine says what is wrong.
pub(super) fn clear_unfinished(folder: &Path) -> io::Result<()> {
    let (marker, journal) = (folder.join(MARKER), folder.join(FIRST_JOURNAL));
    let is_marked = marker.metadata().is_ok_and(|file| file.len() > 0);
    if is_marked
        || !journal.exists()
        || has_entries(&folder.join(KEYSPACES))?
        || !is_blank(&journal)?
    {
        return Ok(());
    }
    if marker.exists() {
        fs::remove_file(&marker)?;
    }
    fs::remove_file(&journal)
}

fn has_entries(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_blank(journal: &Path) -> io::Result<bool> {
    use io::Read as _;
    let mut head = Vec::with_capacity(HEAD_BYTES);
    fs::File::open(journal)?.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head.iter().all(|byte| *byte == 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Changes, Database, Options, StoreName};

    const STORE: StoreName = StoreName("bank");

    fn open(folder: &Path) -> Result<Database, crate::StoreError> {
        Database::open(folder, Options { keep_recent: 1, prune_interval: 1, stores: vec![STORE] })
    }

    #[test]
    fn a_creation_that_was_broken_off_begins_again() {
        for (journal_bytes, has_marker) in [(0, false), (4_096, false), (4_096, true)] {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join(KEYSPACES)).unwrap();
            fs::write(folder.path().join(FIRST_JOURNAL), vec![0; journal_bytes]).unwrap();
            if has_marker {
                fs::write(folder.path().join(MARKER), b"").unwrap();
            }
            assert!(open(folder.path()).unwrap().latest().unwrap().is_none());
        }
    }

    #[test]
    fn nothing_is_removed_where_anything_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path()).unwrap();
        let mut changes = Changes::new();
        changes.insert(STORE, vec![1], Some(vec![1]));
        database.commit(database.stage(1, changes, vec![]).unwrap()).unwrap();
        drop(database);
        assert_eq!(open(folder.path()).unwrap().latest().unwrap().unwrap().height, 1);

        let journal = folder.path().join(FIRST_JOURNAL);
        let before = fs::read(&journal).unwrap();
        assert!(!is_blank(&journal).unwrap());
        let marker = fs::read(folder.path().join(MARKER)).unwrap();
        fs::remove_file(folder.path().join(MARKER)).unwrap();
        assert!(open(folder.path()).is_err(), "the marker is gone");
        assert_eq!(fs::read(&journal).unwrap(), before);
        fs::write(folder.path().join(MARKER), marker).unwrap();
        assert_eq!(open(folder.path()).unwrap().latest().unwrap().unwrap().height, 1);
    }
}
