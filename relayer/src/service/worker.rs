//! The loop: look at the chain, plan, carry out.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use stoa_client::ContentStore;
use stoa_marketplace_types::{JobResponse, JobStatus};
use stoa_primitives::{Height, JobId};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    execute::{Place, execute},
    journal::{Journal, Memory},
    transact::{MAX_QUEUED_TRANSACTIONS, Sent, Submission, send_transactions},
};
use crate::{
    clients::{Chain, Runner},
    error::{Patience, Reaction, RelayerError},
    plan::{Effect, Entry, Execution, Outcome, Policy, SkipReason, plan},
};

/// What the loop needs to know; see [`super::Config`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// Chain id that receipts must name.
    pub chain_id: String,
    /// Contract that receipts must name.
    pub marketplace: String,
    /// Choices that decisions depend on.
    pub policy: Policy,
    /// Pauses and attempts.
    pub patience: Patience,
    /// Jobs executed at the same time at most.
    pub max_concurrent_executions: usize,
    /// Longest pause between two looks at the chain.
    pub poll_interval: Duration,
    /// Time that a transaction under way gets at shutdown.
    pub shutdown_grace: Duration,
}

/// The outside worlds.
#[derive(Clone)]
pub struct Deps {
    /// Orders and verdicts.
    pub chain: Arc<dyn Chain>,
    /// Executes.
    pub runner: Arc<dyn Runner>,
    /// Inputs and outputs.
    pub content: Arc<dyn ContentStore>,
    /// What survives a crash.
    pub journal: Arc<dyn Journal>,
}

/// Serves until `shutdown`, or until an error whose reaction is [`Reaction::Stop`].
///
/// Dropping the returned future is a crash: the next run goes on from chain and journal.
pub async fn run(
    settings: Settings,
    deps: Deps,
    shutdown: CancellationToken,
) -> Result<(), RelayerError> {
    let memory = deps.journal.load().await?;
    tracing::info!(
        jobs = memory.entries.len(),
        seen_height = memory.seen_height,
        chain_id = %settings.chain_id,
        marketplace = %settings.marketplace,
        "relayer started"
    );
    let (transactions, inbox) = mpsc::channel(MAX_QUEUED_TRANSACTIONS);
    let (outbox, mut sent) = mpsc::channel(MAX_QUEUED_TRANSACTIONS);
    let mut sender = JoinSet::new();
    sender.spawn(send_transactions(
        deps.chain.clone(),
        deps.content.clone(),
        inbox,
        outbox,
        shutdown.clone(),
    ));
    let mut worker = Worker {
        settings,
        deps,
        memory,
        transactions,
        busy: BTreeSet::new(),
        failures: BTreeMap::new(),
        executions: JoinSet::new(),
    };
    while !shutdown.is_cancelled() {
        worker.tick().await?;
        tokio::select! {
            () = shutdown.cancelled() => {}
            Some(done) = worker.executions.join_next() => match done {
                Ok((job, result)) => worker.executed(&job, result).await?,
                // A bug: end here, the next start goes on from chain and journal.
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => {}
            },
            Some(result) = sent.recv() => worker.sent(result).await?,
            () = worker.deps.chain.next_block() => {}
            () = sleep(worker.settings.poll_interval) => {}
        }
    }
    let grace = worker.settings.shutdown_grace;
    // Executions are left: the runner finishes them and serves the result at the next start.
    drop(worker);
    let is_idle = timeout(grace, sender.join_next()).await.is_ok();
    tracing::info!(is_idle, "relayer stopped");
    Ok(())
}

/// Failures of one job since its last success.
#[derive(Clone, Copy)]
struct Failure {
    attempts: u32,
    not_before: Instant,
}

struct Worker {
    settings: Settings,
    deps: Deps,
    memory: Memory,
    transactions: mpsc::Sender<Submission>,
    /// Jobs with an execution or a transaction under way: not planned meanwhile.
    busy: BTreeSet<JobId>,
    failures: BTreeMap<JobId, Failure>,
    executions: JoinSet<(JobResponse, Result<Execution, RelayerError>)>,
}

impl Worker {
    /// One look at the chain; what cannot be read now is read at the next.
    async fn tick(&mut self) -> Result<(), RelayerError> {
        match self.look().await {
            Err(error) => match error.reaction(1, self.settings.patience) {
                Reaction::Stop => Err(error),
                Reaction::Retry { .. } | Reaction::Skip(_) => {
                    tracing::warn!(%error, "the chain cannot be read, trying again");
                    Ok(())
                }
            },
            Ok(()) => Ok(()),
        }
    }

    async fn look(&mut self) -> Result<(), RelayerError> {
        // The height first: state read after it is at least as new.
        let height = self.deps.chain.height().await?;
        if height < self.memory.seen_height {
            let seen_height = self.memory.seen_height;
            tracing::warn!(height, seen_height, "the node is behind what was seen before, waiting");
            return Ok(());
        }
        self.memory.seen_height = height;
        let mut open = self.deps.chain.open_jobs().await?;
        // Orders before settlements, the most urgent first.
        open.sort_by_key(|job| (job.status != JobStatus::Ordered {}, job.deadline_height));
        tracing::debug!(
            height,
            open_jobs = open.len(),
            journal_jobs = self.memory.entries.len(),
            executing_jobs = self.executions.len(),
            busy_jobs = self.busy.len(),
            "looked"
        );
        let listed: BTreeSet<JobId> = open.iter().map(|job| job.job_id).collect();
        for job in &open {
            self.advance(job, height).await?;
        }
        let unlisted: Vec<JobId> =
            self.memory.entries.keys().filter(|id| !listed.contains(id)).copied().collect();
        for job_id in unlisted {
            if self.is_waiting(job_id) {
                continue;
            }
            match self.deps.chain.job(job_id).await {
                Ok(job) => self.advance(&job, height).await?,
                Err(error) => self.failed(job_id, None, error).await?,
            }
        }
        Ok(())
    }

    fn is_waiting(&self, job_id: JobId) -> bool {
        let is_paused = |failure: &Failure| Instant::now() < failure.not_before;
        self.busy.contains(&job_id) || self.failures.get(&job_id).is_some_and(is_paused)
    }

    async fn advance(&mut self, job: &JobResponse, height: Height) -> Result<(), RelayerError> {
        if self.is_waiting(job.job_id) {
            return Ok(());
        }
        let entry = self.memory.entries.get(&job.job_id);
        for effect in plan(entry, job, height, self.settings.policy) {
            self.carry_out(effect, job, height).await?;
        }
        Ok(())
    }

    async fn carry_out(
        &mut self,
        effect: Effect,
        job: &JobResponse,
        height: Height,
    ) -> Result<(), RelayerError> {
        let job_id = job.job_id;
        match effect {
            Effect::Execute => self.start_execution(job),
            Effect::Deliver(execution) => self.queue(Submission::Deliver { job_id, execution }),
            Effect::Settle => self.queue(Submission::Settle { job_id }),
            Effect::GiveUp(reason) => self.give_up(job, reason).await?,
            Effect::Forget => {
                self.deps.journal.forget(job_id, height).await?;
                self.memory.entries.remove(&job_id);
                self.failures.remove(&job_id);
                tracing::info!(job_id, "job ended");
            }
        }
        Ok(())
    }

    fn start_execution(&mut self, job: &JobResponse) {
        if self.executions.len() >= self.settings.max_concurrent_executions {
            return;
        }
        self.busy.insert(job.job_id);
        tracing::info!(job_id = job.job_id, deadline_height = job.deadline_height, "executing");
        let place = Place {
            chain_id: self.settings.chain_id.clone(),
            marketplace: self.settings.marketplace.clone(),
        };
        let (job, deps) = (job.clone(), self.deps.clone());
        self.executions.spawn(async move {
            let result = execute(place, job.clone(), deps.content, deps.runner).await;
            (job, result)
        });
    }

    fn queue(&mut self, submission: Submission) {
        let job_id = match &submission {
            Submission::Deliver { job_id, .. } | Submission::Settle { job_id } => *job_id,
        };
        if self.transactions.try_send(submission).is_ok() {
            self.busy.insert(job_id);
        }
    }

    async fn give_up(&mut self, job: &JobResponse, reason: SkipReason) -> Result<(), RelayerError> {
        tracing::warn!(job_id = job.job_id, ?reason, "job given up");
        self.record(job, Outcome::Skipped(reason)).await
    }

    async fn record(&mut self, job: &JobResponse, outcome: Outcome) -> Result<(), RelayerError> {
        let entry = Entry::new(job, outcome);
        self.deps.journal.record(job.job_id, &entry).await?;
        self.memory.entries.insert(job.job_id, entry);
        self.failures.remove(&job.job_id);
        Ok(())
    }

    async fn executed(
        &mut self,
        job: &JobResponse,
        result: Result<Execution, RelayerError>,
    ) -> Result<(), RelayerError> {
        match result {
            Ok(execution) => {
                let output_bytes = execution.output.len();
                tracing::info!(job_id = job.job_id, output_bytes, "executed");
                self.record(job, Outcome::Executed(Box::new(execution))).await?;
            }
            Err(error) => self.failed(job.job_id, Some(job), error).await?,
        }
        self.busy.remove(&job.job_id);
        Ok(())
    }

    async fn sent(&mut self, sent: Sent) -> Result<(), RelayerError> {
        let Sent { job_id, action, result } = sent;
        match result {
            Ok(()) => {
                self.failures.remove(&job_id);
                tracing::info!(job_id, action, "sent");
            }
            Err(error) => self.failed(job_id, None, error).await?,
        }
        self.busy.remove(&job_id);
        Ok(())
    }

    /// Reacts to a failed step; a job is given up only in the step that knows its order.
    async fn failed(
        &mut self,
        job_id: JobId,
        job: Option<&JobResponse>,
        error: RelayerError,
    ) -> Result<(), RelayerError> {
        let attempts = self.failures.get(&job_id).map_or(1, |failure| failure.attempts + 1);
        let patience = self.settings.patience;
        let reaction = error.reaction(attempts, patience);
        tracing::warn!(job_id, attempts, ?reaction, %error, "step failed");
        let after = match (reaction, job) {
            (Reaction::Skip(reason), Some(job)) => return self.give_up(job, reason).await,
            (Reaction::Retry { after }, _) => after,
            (Reaction::Skip(_), None) => patience.retry,
            (Reaction::Stop, _) => return Err(error),
        };
        let failure = Failure { attempts, not_before: Instant::now() + after };
        self.failures.insert(job_id, failure);
        Ok(())
    }
}
