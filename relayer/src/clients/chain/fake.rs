//! The fake chain: the marketplace's rules for one provider, a mempool, and blocks on demand.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use cosmwasm_std::Uint128;
use stoa_client::{ClientError, TxRefusal};
use stoa_marketplace_types::{JobResponse, JobStatus};
use stoa_primitives::{Height, JobId};
use stoa_receipt::Receipt;
use tokio::time::{Instant, sleep};

use super::Chain;
use crate::{error::RelayerError, service::simulation::Chaos};

/// Blocks between a delivery and the first settlement.
pub(crate) const CHALLENGE_WINDOW_BLOCKS: u64 = 5;
/// How long the fake waits for inclusion.
const INCLUSION_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone)]
enum Message {
    Deliver(Receipt),
    Settle(JobId),
}

impl Message {
    fn job_id(&self) -> JobId {
        match self {
            Self::Deliver(receipt) => receipt.statement.job_id,
            Self::Settle(job_id) => *job_id,
        }
    }
}

#[derive(Default)]
pub(crate) struct ChainState {
    pub height: Height,
    pub jobs: BTreeMap<JobId, JobResponse>,
    /// Transactions in blocks that changed a job, by job.
    pub deliveries: BTreeMap<JobId, u32>,
    pub settlements: BTreeMap<JobId, u32>,
    /// Transactions in blocks that changed nothing but cost a fee.
    pub wasted: BTreeMap<JobId, u32>,
    pub is_unreachable: bool,
    sequence: u64,
    mempool: Vec<(u64, Message)>,
}

impl ChainState {
    /// Makes a block of everything that waits.
    pub fn advance(&mut self) {
        self.height += 1;
        for (sequence, message) in std::mem::take(&mut self.mempool) {
            if sequence != self.sequence {
                continue; // refused by the ante handler: no fee
            }
            self.sequence += 1;
            if self.refusal(&message, self.height).is_some() {
                *self.wasted.entry(message.job_id()).or_default() += 1;
                continue;
            }
            self.apply(message);
        }
    }

    pub fn lose_mempool(&mut self) {
        self.mempool.clear();
    }

    fn refusal(&self, message: &Message, height: Height) -> Option<&'static str> {
        match message {
            Message::Deliver(receipt) => {
                let job = self.jobs.get(&receipt.statement.job_id)?;
                match job.status {
                    JobStatus::Ordered {} if height <= job.deadline_height => None,
                    JobStatus::Ordered {} => Some("the deadline passed"),
                    _ => Some("the job is not open"),
                }
            }
            Message::Settle(job_id) => match self.jobs.get(job_id)?.status {
                JobStatus::Delivered { settleable_height, .. } if height >= settleable_height => {
                    None
                }
                _ => Some("the job cannot be settled"),
            },
        }
    }

    fn apply(&mut self, message: Message) {
        let height = self.height;
        match message {
            Message::Deliver(receipt) => {
                let job_id = receipt.statement.job_id;
                *self.deliveries.entry(job_id).or_default() += 1;
                self.jobs.get_mut(&job_id).unwrap().status = JobStatus::Delivered {
                    delivered_height: height,
                    settleable_height: height + CHALLENGE_WINDOW_BLOCKS,
                    receipt,
                };
            }
            Message::Settle(job_id) => {
                *self.settlements.entry(job_id).or_default() += 1;
                let job = self.jobs.get_mut(&job_id).unwrap();
                let JobStatus::Delivered { receipt, .. } = job.status.clone() else { return };
                let (fee, royalty) = (Uint128::zero(), Uint128::zero());
                let provider_income = job.price;
                job.status = JobStatus::Settled { fee, royalty, provider_income, receipt };
            }
        }
    }
}

#[derive(Clone)]
pub(crate) struct FakeChain {
    pub state: Arc<Mutex<ChainState>>,
    pub chaos: Arc<Chaos>,
}

impl FakeChain {
    fn reachable(&self) -> Result<(), RelayerError> {
        if self.state.lock().unwrap().is_unreachable {
            return Err(RelayerError::Chain(ClientError::Incomplete { missing: "a connection" }));
        }
        Ok(())
    }

    async fn send(&self, message: Message) -> Result<(), RelayerError> {
        self.chaos.point().await;
        self.reachable()?;
        let sequence = {
            let mut state = self.state.lock().unwrap();
            if let Some(reason) = state.refusal(&message, state.height) {
                return Err(RelayerError::Chain(ClientError::Simulation(TxRefusal {
                    codespace: "wasm".to_owned(),
                    code: 5,
                    raw_log: reason.to_owned(),
                })));
            }
            let sequence = state.sequence;
            state.mempool.push((sequence, message));
            sequence
        };
        self.chaos.point().await;
        let started = Instant::now();
        while started.elapsed() < INCLUSION_TIMEOUT {
            sleep(Duration::from_millis(200)).await;
            if self.state.lock().unwrap().sequence > sequence {
                self.chaos.point().await;
                return Ok(());
            }
        }
        let waited = INCLUSION_TIMEOUT;
        Err(RelayerError::Chain(ClientError::NotIncluded { hash: String::new(), waited }))
    }
}

#[async_trait]
impl Chain for FakeChain {
    async fn height(&self) -> Result<Height, RelayerError> {
        self.reachable()?;
        Ok(self.state.lock().unwrap().height)
    }

    async fn open_jobs(&self) -> Result<Vec<JobResponse>, RelayerError> {
        self.reachable()?;
        let state = self.state.lock().unwrap();
        let is_open = |job: &&JobResponse| {
            matches!(job.status, JobStatus::Ordered {} | JobStatus::Delivered { .. })
        };
        Ok(state.jobs.values().filter(is_open).cloned().collect())
    }

    async fn job(&self, job_id: JobId) -> Result<JobResponse, RelayerError> {
        self.reachable()?;
        Ok(self.state.lock().unwrap().jobs[&job_id].clone())
    }

    async fn deliver(&self, receipt: Receipt) -> Result<(), RelayerError> {
        self.send(Message::Deliver(receipt)).await
    }

    async fn settle(&self, job_id: JobId) -> Result<(), RelayerError> {
        self.send(Message::Settle(job_id)).await
    }

    async fn next_block(&self) {
        // The polling interval of the service is the only wake-up: the worst case.
        std::future::pending().await
    }
}
