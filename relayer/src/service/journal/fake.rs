//! The fake journal: a map that outlives the relayer, with a crash before and after each write.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use stoa_primitives::{Height, JobId};

use super::{Journal, Memory};
use crate::{error::RelayerError, plan::Entry, service::simulation::Chaos};

#[derive(Clone)]
pub(crate) struct FakeJournal {
    pub disk: Arc<Mutex<Memory>>,
    pub chaos: Arc<Chaos>,
}

#[async_trait]
impl Journal for FakeJournal {
    async fn load(&self) -> Result<Memory, RelayerError> {
        self.chaos.point().await;
        Ok(self.disk.lock().unwrap().clone())
    }

    async fn record(&self, job_id: JobId, entry: &Entry) -> Result<(), RelayerError> {
        self.chaos.point().await;
        self.disk.lock().unwrap().entries.insert(job_id, entry.clone());
        self.chaos.point().await;
        Ok(())
    }

    async fn forget(&self, job_id: JobId, seen_height: Height) -> Result<(), RelayerError> {
        self.chaos.point().await;
        {
            let mut disk = self.disk.lock().unwrap();
            disk.entries.remove(&job_id);
            disk.seen_height = seen_height;
        }
        self.chaos.point().await;
        Ok(())
    }
}
