//! A state that another node streamed, rebuilt and checked before anything of it is visible.
//!
//! Values and nodes are written as they arrive, under a mark that says they are of no database yet. The
//! root of every store is known beforehand and leads to the app hash that the caller trusts; only when all
//! of them have come out does one synced batch make the height visible and take the mark away. What a
//! crash or a refused stream leaves behind is cleared at the next start, import or first commit.

use std::collections::BTreeMap;

use fjall::{OwnedWriteBatch, PersistMode};

use super::{CommitRecord, Database, Head, Keyspaces, layout, meta, replay::Trees};
use crate::{
    Root, StoreError, StoreName,
    commitment::{
        iavl::{Builder, ShapeError},
        multistore,
    },
    stream::{FormError, Item, ItemReader},
};

/// Why a state was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// This node's own store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bytes are no stream.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The nodes are no tree.
    #[error("store {store}: {source}")]
    Shape {
        /// The store.
        store: String,
        /// What is wrong.
        source: ShapeError,
    },
    /// There is a state already.
    #[error("height {latest} is committed already")]
    NotEmpty {
        /// Last height.
        latest: u64,
    },
    /// The roots that are announced are not those of the trusted app hash, or not of the mounted stores.
    #[error("the announced roots do not lead to the app hash")]
    AppHash,
    /// Another store than the one that follows, or nodes before the first.
    #[error("the stores are not those that are mounted, each once and in order")]
    Stores,
    /// The content of a store is not what was announced.
    #[error("store {store} has another root than announced")]
    Root {
        /// The store.
        store: String,
    },
    /// Bytes behind the end, or no end.
    #[error("the stream does not end where it should")]
    End,
}

impl ImportError {
    /// Whether this node itself is the cause, rather than what it was sent.
    pub const fn is_own(&self) -> bool {
        matches!(self, Self::Store(_) | Self::NotEmpty { .. })
    }
}

/// The state that is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportTarget {
    /// Its height.
    pub height: u64,
    /// Its app hash, from a source that is trusted.
    pub app_hash: Root,
    /// The root of every store, as whoever sends it says.
    pub roots: BTreeMap<String, Root>,
}

/// A state that is on its way in.
pub struct Import {
    engine: fjall::Database,
    keyspaces: Keyspaces,
    target: ImportTarget,
    /// Stores that have not begun, the next one last.
    ahead: Vec<StoreName>,
    present: Option<(StoreName, Builder)>,
    trees: Trees,
    reader: ItemReader,
    has_ended: bool,
}

impl Database {
    /// Begins to take in a state; the database must be empty. Of several imports at a time only the last
    /// can be finished.
    pub fn import(&self, target: ImportTarget) -> Result<Import, ImportError> {
        let _writer = self.writer.lock().map_err(|_| StoreError::Poisoned)?;
        let latest = self.head()?.height();
        if latest != 0 {
            return Err(ImportError::NotEmpty { latest });
        }
        let mut stores = self.options.stores.clone();
        stores.retain(|store| !self.leaving.contains(store));
        stores.sort_unstable();
        let is_mounted = stores.iter().map(|store| store.0).eq(target.roots.keys());
        let roots = target.roots.iter().map(|(name, root)| (name.as_str(), *root));
        if !is_mounted || multistore::root(roots) != target.app_hash {
            return Err(ImportError::AppHash);
        }
        clear_unfinished(&self.engine, &self.keyspaces)?;
        self.keyspaces.meta.insert(meta::IMPORTING_KEY, []).map_err(StoreError::from)?;
        self.engine.persist(PersistMode::SyncAll).map_err(StoreError::from)?;
        stores.reverse();
        Ok(Import {
            engine: self.engine.clone(),
            keyspaces: self.keyspaces.clone(),
            target,
            ahead: stores,
            present: None,
            trees: Trees::new(),
            reader: ItemReader::default(),
            has_ended: false,
        })
    }

    /// Makes the imported state that of this database, all at once, with `note` beside it. On return it
    /// survives any crash.
    pub fn finish_import(&self, import: Import, note: Vec<u8>) -> Result<(), ImportError> {
        let _writer = self.writer.lock().map_err(|_| StoreError::Poisoned)?;
        let mut head = self.head()?;
        if head.record.is_some() {
            return Err(ImportError::NotEmpty { latest: head.height() });
        }
        if !import.is_complete() {
            return Err(ImportError::End);
        }
        let Import { target: ImportTarget { height, app_hash, .. }, trees, .. } = import;
        let record = CommitRecord { height, app_hash, note };
        let meta = &self.keyspaces.meta;
        let mut batch = self.engine.batch().durability(Some(PersistMode::SyncAll));
        batch.insert(meta, meta::EARLIEST_KEY, height.to_be_bytes());
        batch.insert(meta, meta::LATEST_KEY, height.to_be_bytes());
        batch.insert(meta, meta::commit_key(height), record.encode());
        batch.insert(meta, meta::trees_key(height), meta::encode_trees(&trees));
        batch.remove(meta, meta::IMPORTING_KEY);
        batch.commit().map_err(StoreError::from)?;
        self.reads.advance(height, []);
        let snapshot = self.latest_state(self.engine.snapshot(), height);
        let (record, needs_nodes) = (Some(record), false);
        *head = Head { record, earliest: height, trees, snapshot, needs_nodes };
        Ok(())
    }
}

impl Import {
    /// Takes in the next bytes of the stream. After an error the import is of no use any more.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), ImportError> {
        self.reader.feed(bytes);
        let mut batch = self.engine.batch();
        while let Some(item) = self.reader.next()? {
            if self.has_ended {
                return Err(ImportError::End);
            }
            match item {
                Item::Store { name } => {
                    close(&mut self.present, &mut self.trees, &self.target)?;
                    let store = self.ahead.pop().filter(|store| store.0 == name);
                    let builder = Builder::new(self.target.height);
                    self.present = Some((store.ok_or(ImportError::Stores)?, builder));
                }
                Item::Leaf { version, key, value } => {
                    let (store, builder) = self.present.as_mut().ok_or(ImportError::Stores)?;
                    builder.leaf(key, value, version).map_err(|source| shape(*store, source))?;
                    put_value(
                        &mut batch,
                        &self.keyspaces,
                        *store,
                        self.target.height,
                        (key, value),
                    );
                }
                Item::Inner { version } => {
                    let (store, builder) = self.present.as_mut().ok_or(ImportError::Stores)?;
                    let node = builder.inner(version).map_err(|source| shape(*store, source))?;
                    let key = layout::node(*store, node.id);
                    batch.insert(&self.keyspaces.nodes, key, node.record());
                }
                Item::End => {
                    close(&mut self.present, &mut self.trees, &self.target)?;
                    self.has_ended = true;
                }
            }
        }
        batch.commit().map_err(StoreError::from)?;
        Ok(())
    }

    /// Whether everything has arrived, and is what was announced.
    pub fn is_complete(&self) -> bool {
        self.has_ended && self.ahead.is_empty() && self.reader.is_empty()
    }

    /// A value of the state that is coming in, if it has arrived.
    pub fn get(&self, store: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.keyspaces.latest.get(layout::place(store, key))?;
        Ok(value.map(|value| value.to_vec()))
    }
}

impl std::fmt::Debug for Import {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Import").field("target", &self.target).finish_non_exhaustive()
    }
}

/// The present store is over: its root must have come out.
fn close(
    present: &mut Option<(StoreName, Builder)>,
    trees: &mut Trees,
    target: &ImportTarget,
) -> Result<(), ImportError> {
    let Some((store, builder)) = present.take() else { return Ok(()) };
    let tree = builder.finish().map_err(|source| shape(store, source))?;
    if target.roots.get(store.0) != Some(&tree.root()) {
        return Err(ImportError::Root { store: store.0.to_owned() });
    }
    trees.insert(store, tree);
    Ok(())
}

fn shape(store: StoreName, source: ShapeError) -> ImportError {
    ImportError::Shape { store: store.0.to_owned(), source }
}

/// As the first commit writes values: nothing is older, so pruning need not look there.
fn put_value(
    batch: &mut OwnedWriteBatch,
    keyspaces: &Keyspaces,
    store: StoreName,
    height: u64,
    (key, value): (&[u8], &[u8]),
) {
    let version = layout::version(&layout::ordered(store, key), height);
    batch.insert(&keyspaces.versions, version, layout::encode_version(Some(value)));
    batch.insert(&keyspaces.latest, layout::place(store, key), value);
}

/// Forgets what an import has left behind that was not finished.
pub(super) fn clear_unfinished(
    engine: &fjall::Database,
    keyspaces: &Keyspaces,
) -> Result<(), StoreError> {
    if !keyspaces.meta.contains_key(meta::IMPORTING_KEY)? {
        return Ok(());
    }
    for keyspace in [&keyspaces.latest, &keyspaces.versions, &keyspaces.nodes] {
        keyspace.clear()?;
    }
    keyspaces.meta.remove(meta::IMPORTING_KEY)?;
    Ok(engine.persist(PersistMode::SyncAll)?)
}
