//! The state of the last height as a stream, written while blocks go on.

use std::{collections::BTreeMap, io};

use fjall::{Readable as _, Snapshot as View};

use super::{CommitRecord, Database, Keyspaces, layout, nodes::StoredNodes, replay::Trees};
use crate::{
    Root, StoreError, StoreName,
    commitment::iavl::{Tree, Visited},
    stream::{self, MAX_VALUE_BYTES},
};

/// Why a state could not be streamed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The state cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever takes the bytes has failed.
    #[error("writing the stream: {0}")]
    Sink(#[from] io::Error),
    /// No node would accept the stream.
    #[error("a value of {actual} bytes in store {store}, the limit is {limit}")]
    ValueTooLong {
        /// The store.
        store: &'static str,
        /// Length of the value.
        actual: usize,
        /// [`MAX_VALUE_BYTES`].
        limit: usize,
    },
}

/// The state of one height, held by a view of the engine: commits meanwhile neither change nor wait for
/// it. It costs the disk what is forgotten meanwhile, so it must not be held for long.
pub struct Export {
    record: CommitRecord,
    trees: Trees,
    view: View,
    keyspaces: Keyspaces,
}

impl Database {
    /// The state of the last commit, to be streamed by [`Export::write`]; none before the first.
    pub fn export(&self) -> Result<Option<Export>, StoreError> {
        // No commit is half done while the writer is held: view and head are of one height.
        let _writer = self.writer.lock().map_err(|_| StoreError::Poisoned)?;
        let head = self.head()?;
        let Some(record) = head.record.clone() else { return Ok(None) };
        let (trees, view) = (head.trees.clone(), self.engine.snapshot());
        Ok(Some(Export { record, trees, view, keyspaces: self.keyspaces.clone() }))
    }
}

impl Export {
    /// The commit whose state it is.
    pub const fn record(&self) -> &CommitRecord {
        &self.record
    }

    /// The root of every store, by name.
    pub fn roots(&self) -> BTreeMap<String, Root> {
        self.trees.iter().map(|(store, tree)| (store.0.to_owned(), tree.root())).collect()
    }

    /// Writes the stream, part by part: besides what `sink` keeps, one part is in memory at a time. An
    /// error of `sink` ends it.
    pub fn write(&self, sink: &mut dyn io::Write) -> Result<(), ExportError> {
        let mut part = Vec::new();
        for (store, tree) in &self.trees {
            part.clear();
            stream::put_store(&mut part, store.0);
            sink.write_all(&part)?;
            self.write_store(*store, tree, &mut part, sink)?;
        }
        part.clear();
        stream::put_end(&mut part);
        Ok(sink.write_all(&part)?)
    }

    /// Leaves come in the order of keys, as values do.
    fn write_store(
        &self,
        store: StoreName,
        tree: &Tree,
        part: &mut Vec<u8>,
        sink: &mut dyn io::Write,
    ) -> Result<(), ExportError> {
        let corrupt = || StoreError::Corrupt { what: "value of a key in the commitment" };
        let nodes = StoredNodes { view: &self.view, nodes: &self.keyspaces.nodes, store };
        let mut values = self.view.prefix(&self.keyspaces.latest, layout::store_prefix(store));
        tree.visit(&nodes, &mut |visited| -> Result<(), ExportError> {
            part.clear();
            match visited {
                Visited::Inner { version } => stream::put_inner(part, version),
                Visited::Leaf { key, version } => {
                    let entry = values.next().ok_or_else(corrupt)?;
                    let (place, value) = entry.into_inner().map_err(StoreError::from)?;
                    if layout::key_of_place(store, &place)? != key {
                        return Err(corrupt().into());
                    }
                    if value.len() > MAX_VALUE_BYTES {
                        let (actual, limit) = (value.len(), MAX_VALUE_BYTES);
                        return Err(ExportError::ValueTooLong { store: store.0, actual, limit });
                    }
                    stream::put_leaf(part, version, key, &value);
                }
            }
            Ok(sink.write_all(part)?)
        })?;
        if values.next().is_some() { Err(corrupt().into()) } else { Ok(()) }
    }
}

impl std::fmt::Debug for Export {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Export").field("record", &self.record).finish_non_exhaustive()
    }
}
