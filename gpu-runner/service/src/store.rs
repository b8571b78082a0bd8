//! Durable record of every job that was accepted, and of its result.

use std::path::{Path, PathBuf};

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use prost::Message;
use stoa_proto::{JobKey, runner::v1};

/// Keyspace of the records.
const JOBS_KEYSPACE: &str = "jobs";

/// Why a record cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be opened, for instance because another runner has it open.
    #[error("the results store {} cannot be opened", path.display())]
    Open {
        /// The folder.
        path: PathBuf,
        /// The database's reason.
        source: fjall::Error,
    },
    /// Reading or writing failed.
    #[error("the results store failed")]
    Database(#[from] fjall::Error),
    /// A record is damaged.
    #[error("the results store holds a damaged record")]
    Damaged(#[from] prost::DecodeError),
}

/// What is known of one job. Field numbers are the format on disk.
#[derive(Clone, PartialEq, Message)]
pub struct JobRecord {
    /// SHA-256 of the input that was accepted, 32 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub input_hash: Vec<u8>,
    /// Model that the job was accepted for, 32 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub model_root: Vec<u8>,
    /// Tokens in order, for replay; empty until the job is done.
    #[prost(message, repeated, tag = "3")]
    pub tokens: Vec<v1::Token>,
    /// The result; absent until the job is done.
    #[prost(message, optional, tag = "4")]
    pub completed: Option<v1::Completed>,
}

/// Records by job key; a write is on the disk when it returns.
pub struct JobStore {
    database: Database,
    jobs: Keyspace,
}

impl JobStore {
    /// Opens or creates the store; refuses a folder that another process has open.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let refused = |source| StoreError::Open { path: path.to_owned(), source };
        let database = Database::builder(path).open().map_err(refused)?;
        let jobs =
            database.keyspace(JOBS_KEYSPACE, KeyspaceCreateOptions::default).map_err(refused)?;
        Ok(Self { database, jobs })
    }

    /// The record of a job, if it was ever accepted.
    pub(crate) fn get(&self, key: &JobKey) -> Result<Option<JobRecord>, StoreError> {
        let Some(bytes) = self.jobs.get(encode_key(key))? else { return Ok(None) };
        Ok(Some(JobRecord::decode(&*bytes)?))
    }

    /// Writes a record and waits until the disk has it.
    pub(crate) fn put(&self, key: &JobKey, record: &JobRecord) -> Result<(), StoreError> {
        self.jobs.insert(encode_key(key), record.encode_to_vec())?;
        self.database.persist(PersistMode::SyncAll)?;
        Ok(())
    }
}

/// Injective: lengths of the strings (they are far below 4 GiB) come before their bytes.
fn encode_key(key: &JobKey) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(key.chain_id.len() + key.marketplace.len() + 16);
    for text in [&key.chain_id, &key.marketplace] {
        bytes.extend((text.len() as u32).to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes.extend(key.job_id.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(marketplace: &str) -> JobKey {
        JobKey { chain_id: "stoa-1".to_owned(), marketplace: marketplace.to_owned(), job_id: 1 }
    }

    #[test]
    fn a_record_survives_reopening_and_belongs_to_its_key_only() {
        let dir = tempfile::tempdir().unwrap();
        let record = JobRecord { input_hash: vec![1; 32], ..JobRecord::default() };
        JobStore::open(dir.path()).unwrap().put(&key("stoa1a"), &record).unwrap();

        let reopened = JobStore::open(dir.path()).unwrap();
        assert_eq!(reopened.get(&key("stoa1a")).unwrap(), Some(record));
        assert_eq!(reopened.get(&key("stoa1b")).unwrap(), None);
    }

    #[test]
    fn a_folder_that_is_open_elsewhere_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let _first = JobStore::open(dir.path()).unwrap();
        assert!(matches!(JobStore::open(dir.path()), Err(StoreError::Open { .. })));
    }
}
