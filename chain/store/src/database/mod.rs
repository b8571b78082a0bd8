//! The disk: values by height, commitment nodes and commit records, in one storage engine.
//!
//! A commit is one batch of the engine's journal, checksummed as a whole and synced before
//! [`Database::commit`] returns: after a crash either all of it is there or none. Only what follows from it,
//! the commitment's nodes and the versions of values, comes behind it; see [`behind`].

mod behind;
mod commit;
mod creation;
mod export;
mod import;
mod integrity;
mod layout;
mod leaving;
mod meta;
mod nodes;
mod proof;
mod prune;
mod reads;
mod replay;
mod snapshots;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

use fjall::{Keyspace, KeyspaceCreateOptions, PersistMode, Snapshot as View};

use crate::{EmptySnapshot, Snapshot, StoreError, StoreName, commitment::iavl::Tree};
use behind::BehindWriter;
use reads::Reads;
use replay::Trees;
use snapshots::{Historic, Latest};

pub use commit::StagedCommit;
pub use export::{Export, ExportError};
pub use import::{Import, ImportError, ImportTarget};
pub use meta::CommitRecord;
pub use proof::Proven;

/// Blocks of files that the engine keeps in memory, in bytes.
const MAX_BLOCK_CACHE_BYTES: u64 = 32 * 1024 * 1024;
/// Writes to one keyspace that the engine keeps in memory before it sorts them into a file. At most four such
/// parts wait for that, then commits do. There are five keyspaces.
const MAX_UNSORTED_BYTES: u64 = 4 * 1024 * 1024;
/// Journals beside the one that is written: what is in them is in memory, too, and is read at the next start.
/// The engine allows no less.
const MAX_JOURNAL_BYTES: u64 = 64 * 1024 * 1024;

/// How a database is opened.
pub struct Options {
    /// Heights before the last that stay readable: 1 at least, `u64::MAX` for all.
    pub keep_recent: u64,
    /// Heights are forgotten at every so many heights, several at once; 1 at least.
    pub prune_interval: u64,
    /// The stores of the state, in any order. All of them are in the app hash, empty ones too, so the list
    /// is part of the state machine.
    pub stores: Vec<StoreName>,
}

/// Versioned state on the disk. One process opens a folder at a time.
pub struct Database {
    engine: fjall::Database,
    keyspaces: Keyspaces,
    options: Options,
    head: Mutex<Head>,
    reads: Arc<Reads>,
    /// Held for a whole commit; readers never wait for it.
    writer: Mutex<BehindWriter>,
    /// Stores that the next commit leaves out, or that an earlier one has.
    leaving: Vec<StoreName>,
}

#[derive(Clone)]
struct Keyspaces {
    latest: Keyspace,
    versions: Keyspace,
    touched: Keyspace,
    nodes: Keyspace,
    meta: Keyspace,
}

/// The last commit, in memory.
struct Head {
    record: Option<CommitRecord>,
    earliest: u64,
    /// Of every mounted store.
    trees: Trees,
    snapshot: Arc<dyn Snapshot>,
    /// Whether the next commit must write itself what else comes behind it: there are no trees of the same stores before,
    /// from which they could be computed again.
    needs_nodes: bool,
}

impl Head {
    /// Last height; zero for none.
    fn height(&self) -> u64 {
        self.record.as_ref().map_or(0, |record| record.height)
    }
}

impl Database {
    /// Opens the database in folder `path`, which is created if absent.
    pub fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        creation::clear_unfinished(path).map_err(fjall::Error::Io)?;
        let engine = fjall::Database::builder(path)
            .cache_size(MAX_BLOCK_CACHE_BYTES)
            .max_journaling_size(MAX_JOURNAL_BYTES)
            .open()?;
        let form = || KeyspaceCreateOptions::default().max_memtable_size(MAX_UNSORTED_BYTES);
        let open = |name: &str| engine.keyspace(name, form);
        let keyspaces = Keyspaces {
            latest: open("latest")?,
            versions: open("versions")?,
            touched: open("touched")?,
            nodes: open("nodes")?,
            meta: open("meta")?,
        };
        check_format(&engine, &keyspaces.meta)?;
        import::clear_unfinished(&engine, &keyspaces)?;
        let reads = Arc::new(Reads::default());
        let head = Mutex::new(read_head(&engine, &keyspaces, &options.stores, &reads)?);
        let (writer, leaving) = (Mutex::default(), Vec::new());
        Ok(Self { engine, keyspaces, options, head, reads, writer, leaving })
    }

    /// The last commit; none before the first.
    pub fn latest(&self) -> Result<Option<CommitRecord>, StoreError> {
        Ok(self.head()?.record.clone())
    }

    /// State of the last commit.
    pub fn snapshot(&self) -> Result<Arc<dyn Snapshot>, StoreError> {
        Ok(Arc::clone(&self.head()?.snapshot))
    }

    /// The commit of `height` and the state after it, if they are held.
    pub fn at(&self, height: u64) -> Result<(CommitRecord, Arc<dyn Snapshot>), StoreError> {
        // Everything is read from one view of the engine: a commit that prunes meanwhile changes nothing.
        self.at_view(self.engine.snapshot(), height)
    }

    fn at_view(
        &self,
        view: View,
        height: u64,
    ) -> Result<(CommitRecord, Arc<dyn Snapshot>), StoreError> {
        let (earliest, latest) = held(&view, &self.keyspaces.meta)?.unwrap_or((1, 0));
        let missing = StoreError::UnknownHeight { height, earliest, latest };
        let record = meta::record(&view, &self.keyspaces.meta, height)?.ok_or(missing)?;
        let snapshot: Arc<dyn Snapshot> = if height == latest {
            self.latest_state(view, height)
        } else {
            Arc::new(Historic { view, versions: self.keyspaces.versions.clone(), height })
        };
        Ok((record, snapshot))
    }

    /// The state of the last height, which is the one that `view` shows.
    fn latest_state(&self, view: View, height: u64) -> Arc<dyn Snapshot> {
        let (latest, reads) = (self.keyspaces.latest.clone(), Arc::clone(&self.reads));
        Arc::new(Latest { view, latest, reads, height })
    }

    /// First and last height held; none before the first commit.
    pub fn heights(&self) -> Result<Option<(u64, u64)>, StoreError> {
        held(&self.engine.snapshot(), &self.keyspaces.meta)
    }

    fn head(&self) -> Result<MutexGuard<'_, Head>, StoreError> {
        self.head.lock().map_err(|_| StoreError::Poisoned)
    }
}

fn check_format(engine: &fjall::Database, meta: &Keyspace) -> Result<(), StoreError> {
    match meta.get(meta::FORMAT_KEY)?.as_deref() {
        Some([meta::FORMAT]) => Ok(()),
        Some([actual, ..]) => Err(StoreError::Format { expected: meta::FORMAT, actual: *actual }),
        Some([]) => Err(StoreError::Corrupt { what: "format" }),
        None => {
            meta.insert(meta::FORMAT_KEY, [meta::FORMAT])?;
            Ok(engine.persist(PersistMode::SyncAll)?)
        }
    }
}

fn held(view: &View, meta: &Keyspace) -> Result<Option<(u64, u64)>, StoreError> {
    let earliest = meta::height(view, meta, meta::EARLIEST_KEY)?;
    let latest = meta::height(view, meta, meta::LATEST_KEY)?;
    Ok(earliest.zip(latest))
}

fn read_head(
    engine: &fjall::Database,
    keyspaces: &Keyspaces,
    stores: &[StoreName],
    reads: &Arc<Reads>,
) -> Result<Head, StoreError> {
    let (view, meta) = (engine.snapshot(), &keyspaces.meta);
    let Some((earliest, latest)) = held(&view, meta)? else {
        let trees = stores.iter().map(|store| (*store, Tree::default())).collect();
        let (record, snapshot) = (None, Arc::new(EmptySnapshot));
        return Ok(Head { record, earliest: 0, trees, snapshot, needs_nodes: true });
    };
    let missing = StoreError::Corrupt { what: "commit record" };
    let record = meta::record(&view, meta, latest)?.ok_or(missing)?;
    let mut trees = replay::load(engine, keyspaces, stores, &record)?;
    let needs_nodes = trees.len() < stores.len();
    for store in stores {
        trees.entry(*store).or_default();
    }
    reads.advance(latest, []);
    let (values, reads) = (keyspaces.latest.clone(), Arc::clone(reads));
    let snapshot = Arc::new(Latest { view, latest: values, reads, height: latest });
    Ok(Head { record: Some(record), earliest, trees, snapshot, needs_nodes })
}

#[cfg(test)]
mod tests;
