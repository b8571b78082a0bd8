//! The real journal: a fjall database, synced after every write.

use std::path::Path;

use async_trait::async_trait;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode};
use stoa_primitives::{Height, JobId};

use super::{Journal, Memory};
use crate::{error::RelayerError, plan::Entry};

/// Key of the scope within the `meta` keyspace.
const SCOPE: &str = "scope";
/// Key of the seen height within the `meta` keyspace.
const SEEN_HEIGHT: &str = "seen_height";

/// A journal in a folder; the folder is locked while it is open.
#[derive(Clone)]
pub struct DiskJournal {
    database: Database,
    jobs: Keyspace,
    meta: Keyspace,
}

impl DiskJournal {
    /// Opens or creates the journal of `scope` (chain, contract and provider in one text).
    pub fn open(folder: &Path, scope: &str) -> Result<Self, RelayerError> {
        let database = Database::builder(folder).open()?;
        let jobs = database.keyspace("jobs", KeyspaceCreateOptions::default)?;
        let meta = database.keyspace("meta", KeyspaceCreateOptions::default)?;
        match meta.get(SCOPE)? {
            Some(actual) if actual.as_ref() != scope.as_bytes() => {
                return Err(RelayerError::JournalScope {
                    expected: scope.to_owned(),
                    actual: String::from_utf8_lossy(&actual).into_owned(),
                });
            }
            Some(_) => {}
            None => {
                meta.insert(SCOPE, scope)?;
                database.persist(PersistMode::SyncAll)?;
            }
        }
        Ok(Self { database, jobs, meta })
    }

    fn batch(&self) -> OwnedWriteBatch {
        self.database.batch().durability(Some(PersistMode::SyncAll))
    }

    fn read(&self) -> Result<Memory, RelayerError> {
        let mut memory = Memory::default();
        for line in self.jobs.iter() {
            let (key, value) = line.into_inner()?;
            let malformed = |source| RelayerError::JournalLine { key: hex::encode(&key), source };
            let job_id = <[u8; 8]>::try_from(key.as_ref()).map(JobId::from_be_bytes);
            let job_id = job_id.map_err(|_| malformed(serde::de::Error::custom("no job id")))?;
            let entry = serde_json::from_slice(&value).map_err(malformed)?;
            memory.entries.insert(job_id, entry);
        }
        if let Some(height) = self.meta.get(SEEN_HEIGHT)? {
            memory.seen_height = serde_json::from_slice(&height).map_err(|source| {
                RelayerError::JournalLine { key: SEEN_HEIGHT.to_owned(), source }
            })?;
        }
        Ok(memory)
    }
}

#[async_trait]
impl Journal for DiskJournal {
    async fn load(&self) -> Result<Memory, RelayerError> {
        tokio::task::block_in_place(|| self.read())
    }

    async fn record(&self, job_id: JobId, entry: &Entry) -> Result<(), RelayerError> {
        let line = serde_json::to_vec(entry)
            .map_err(|source| RelayerError::JournalLine { key: job_id.to_string(), source })?;
        let mut batch = self.batch();
        batch.insert(&self.jobs, job_id.to_be_bytes(), line);
        Ok(tokio::task::block_in_place(|| batch.commit())?)
    }

    async fn forget(&self, job_id: JobId, seen_height: Height) -> Result<(), RelayerError> {
        let mut batch = self.batch();
        batch.remove(&self.jobs, job_id.to_be_bytes());
        batch.insert(&self.meta, SEEN_HEIGHT, seen_height.to_string());
        Ok(tokio::task::block_in_place(|| batch.commit())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        plan::{Outcome, SkipReason},
        testing::{execution, job},
    };

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn what_was_written_is_there_after_reopening_and_what_was_forgotten_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (job(1, 10, 20), job(2, 10, 20));
        let executed = Entry::new(&first, Outcome::Executed(Box::new(execution(&first))));
        let skipped = Entry::new(&second, Outcome::Skipped(SkipReason::InputMissing));
        {
            let journal = DiskJournal::open(folder.path(), "a").unwrap();
            assert_eq!(journal.load().await.unwrap(), Memory::default());
            journal.record(2, &executed).await.unwrap();
            journal.record(2, &skipped).await.unwrap();
            journal.record(1, &executed).await.unwrap();
        }
        {
            let journal = DiskJournal::open(folder.path(), "a").unwrap();
            let memory = journal.load().await.unwrap();
            assert_eq!(memory.entries, [(1, executed), (2, skipped.clone())].into());
            journal.forget(1, 33).await.unwrap();
        }
        let journal = DiskJournal::open(folder.path(), "a").unwrap();
        let memory = journal.load().await.unwrap();
        assert_eq!(memory, Memory { entries: [(2, skipped)].into(), seen_height: 33 });
    }

    #[test]
    fn a_journal_of_another_chain_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        drop(DiskJournal::open(folder.path(), "a").unwrap());
        let refused = DiskJournal::open(folder.path(), "b");
        assert!(matches!(refused, Err(RelayerError::JournalScope { .. })));
    }
}
