//! A state that peers give, chunk by chunk.

use sha2::{Digest as _, Sha256};
use stoa_store::{Import, ImportError, ImportTarget};

use super::{FORMAT, Manifest, manifest};
use crate::{app::App, block::Note, chain_id, error::AppError};

/// A snapshot that a peer offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferedSnapshot {
    /// Height of the state.
    pub height: u64,
    /// Version of chunks and manifest.
    pub format: u32,
    /// How many chunks it is said to have.
    pub chunks: u32,
    /// By what peers know it.
    pub hash: Vec<u8>,
    /// Its manifest.
    pub metadata: Vec<u8>,
}

/// What consensus shall do with an offer; ABCI's results of `OfferSnapshot`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferVerdict {
    /// Fetch the chunks.
    Accept,
    /// This node has a state already: stop.
    Abort,
    /// Try another snapshot.
    Reject,
    /// Try another format.
    RejectFormat,
    /// Try other peers: this one makes things up.
    RejectSender,
}

/// What consensus shall do after a chunk; ABCI's results of `ApplySnapshotChunk`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkVerdict {
    /// Send the next one; after the last the state is this node's.
    Accept,
    /// Fetch this chunk again, from another peer.
    Refetch,
    /// Try another snapshot.
    RejectSnapshot,
}

/// A restoration under way.
pub(crate) struct Restore {
    height: u64,
    manifest: Manifest,
    import: Import,
    /// Number of the chunk that comes next.
    next: u32,
}

impl App {
    /// Judges a snapshot whose height has the app hash `trusted`; accepting it ends any restoration before.
    pub fn offer_snapshot(
        &self,
        offered: &OfferedSnapshot,
        trusted: &[u8],
    ) -> Result<OfferVerdict, AppError> {
        let mut restore = self.restore()?;
        *restore = None;
        if offered.format != FORMAT {
            return Ok(OfferVerdict::RejectFormat);
        }
        let manifest = match Manifest::decode(&offered.metadata) {
            Ok(manifest) if is_described(offered, &manifest) => manifest,
            Ok(_) => return Ok(OfferVerdict::RejectSender),
            Err(error) => {
                tracing::warn!(height = offered.height, %error, "an offered snapshot is refused");
                return Ok(OfferVerdict::RejectSender);
            }
        };
        let Ok(app_hash) = trusted.try_into() else { return Ok(OfferVerdict::Reject) };
        let (height, roots) = (offered.height, manifest.roots.clone());
        match self.database.import(ImportTarget { height, app_hash, roots }) {
            Ok(import) => {
                let chunks = manifest.chunks();
                tracing::info!(height, chunks, "a snapshot is being restored");
                *restore = Some(Restore { height, manifest, import, next: 0 });
                Ok(OfferVerdict::Accept)
            }
            Err(ImportError::Store(error)) => Err(error.into()),
            Err(error @ ImportError::NotEmpty { .. }) => {
                tracing::error!(%error, "no snapshot can be restored");
                Ok(OfferVerdict::Abort)
            }
            Err(error) => {
                tracing::warn!(height, %error, "an offered snapshot is refused");
                Ok(OfferVerdict::Reject)
            }
        }
    }

    /// Takes the next chunk in. When this accepts the last one, the state is this node's.
    pub fn apply_chunk(&self, number: u32, bytes: &[u8]) -> Result<ChunkVerdict, AppError> {
        let mut consensus = self.consensus()?;
        let mut under_way = self.restore()?;
        let Some(restore) = under_way.as_mut() else { return Ok(ChunkVerdict::RejectSnapshot) };
        if !restore.is_next(number) {
            *under_way = None;
            return Ok(ChunkVerdict::RejectSnapshot);
        }
        if !restore.has_sent(number, bytes) {
            tracing::warn!(height = restore.height, number, "a chunk is not the announced one");
            return Ok(ChunkVerdict::Refetch);
        }
        let fed = restore.import.feed(bytes);
        restore.next = restore.next.saturating_add(1);
        let is_last = restore.next >= restore.manifest.chunks();
        let finished = match fed {
            Ok(()) if !is_last => return Ok(ChunkVerdict::Accept),
            Ok(()) => under_way.take().map_or(Ok(false), |restore| self.finish_restore(restore)),
            Err(error) => Err(error),
        };
        *under_way = None;
        match finished {
            Ok(true) => {
                (consensus.genesis, consensus.finalized) = (None, None);
                self.reset_check_state()?;
                self.prepare()?;
                Ok(ChunkVerdict::Accept)
            }
            Ok(false) => Ok(ChunkVerdict::RejectSnapshot),
            Err(ImportError::Store(error)) => Err(error.into()),
            Err(error) => {
                tracing::warn!(%error, "a snapshot is refused");
                Ok(ChunkVerdict::RejectSnapshot)
            }
        }
    }

    /// Makes a state visible that has arrived as a whole, unless it does not say which chain it is of.
    fn finish_restore(&self, restore: Restore) -> Result<bool, ImportError> {
        let Restore { height, manifest, import, .. } = restore;
        if !import.is_complete() {
            return Err(ImportError::End);
        }
        let stored = import.get(chain_id::STORE, chain_id::KEY)?;
        let Some(chain_id) = chain_id::of_bytes(stored) else {
            tracing::warn!(height, "the state of a snapshot does not name its chain");
            return Ok(false);
        };
        let note = Note { time_nanos: manifest.time_nanos, chain_id };
        self.database.finish_import(import, note.encode())?;
        tracing::info!(height, "the snapshot is restored");
        Ok(true)
    }
}

fn is_described(offered: &OfferedSnapshot, manifest: &Manifest) -> bool {
    offered.height > 0
        && offered.chunks == manifest.chunks()
        && offered.hash == manifest::hash(&offered.metadata)
}

impl Restore {
    const fn is_next(&self, number: u32) -> bool {
        number == self.next
    }

    fn has_sent(&self, number: u32, bytes: &[u8]) -> bool {
        let expected = usize::try_from(number).ok();
        let expected = expected.and_then(|number| self.manifest.chunk_hashes.get(number));
        expected.is_some_and(|hash| <[u8; 32]>::from(Sha256::digest(bytes)) == *hash)
    }
}
