//! The fake runner: takes time, keeps results, and can lose power in the middle.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use stoa_marketplace_types::JobResponse;
use stoa_primitives::JobId;
use tokio::time::{Instant, sleep};

use super::Runner;
use crate::{
    error::RelayerError,
    plan::Execution,
    service::{Memory, simulation::Chaos},
    testing,
};

#[derive(Default)]
pub(crate) struct RunnerState {
    /// When each known job is, or was, done.
    pub jobs: BTreeMap<JobId, Instant>,
    pub executions: BTreeMap<JobId, u32>,
    /// Crashes in the middle of each job.
    pub crashes: BTreeMap<JobId, u32>,
}

impl RunnerState {
    /// Loses what is not done; keeps what is.
    pub fn crash(&mut self) {
        let now = Instant::now();
        for (job_id, done_at) in &self.jobs {
            if *done_at > now {
                *self.crashes.entry(*job_id).or_default() += 1;
            }
        }
        self.jobs.retain(|_, done_at| *done_at <= now);
    }
}

#[derive(Clone)]
pub(crate) struct FakeRunner {
    pub state: Arc<Mutex<RunnerState>>,
    /// The relayer's journal: who has a result must not ask again.
    pub journal: Arc<Mutex<Memory>>,
    pub chaos: Arc<Chaos>,
}

#[async_trait]
impl Runner for FakeRunner {
    async fn generate(&self, job: &JobResponse, _: Bytes) -> Result<Execution, RelayerError> {
        let has_entry = self.journal.lock().unwrap().entries.contains_key(&job.job_id);
        assert!(!has_entry, "job {} is in the journal and handed in again", job.job_id);
        self.chaos.point().await;
        let done_at = {
            let mut state = self.state.lock().unwrap();
            if !state.jobs.contains_key(&job.job_id) {
                *state.executions.entry(job.job_id).or_default() += 1;
                let duration = Duration::from_millis(300 + job.job_id * 700 % 4_000);
                state.jobs.insert(job.job_id, Instant::now() + duration);
            }
            state.jobs[&job.job_id]
        };
        self.chaos.point().await;
        while Instant::now() < done_at {
            sleep(Duration::from_millis(100)).await;
            if self.state.lock().unwrap().jobs.get(&job.job_id) != Some(&done_at) {
                return Err(RelayerError::Runner(Box::new(tonic::Status::unavailable("crashed"))));
            }
        }
        self.chaos.point().await;
        Ok(testing::execution(job))
    }
}
