//! Every job that the runner knows: running ones in memory, accepted and finished ones in the store.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use stoa_engine::SequenceRequest;
use stoa_proto::{JobKey, runner::v1};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    JobStream, MAX_WAIT_SECONDS, Order,
    admission::{Commitment, question, same_order},
    completion::complete,
    progress::Progress,
};
use crate::{
    JobStore, ReceiptKey, RunnerError,
    access::Caller,
    models::Models,
    scheduler::{Outcome, Slot, Task},
    store::JobRecord,
};

/// What the book works with.
pub struct JobBookDeps {
    /// Compute.
    pub models: Arc<Models>,
    /// Keeps.
    pub store: JobStore,
    /// Signs.
    pub signer: ReceiptKey,
    /// Streams that may be open.
    pub max_streams: usize,
    /// Cancelled when no new work is taken.
    pub closing: CancellationToken,
}

struct LiveJob {
    commitment: Commitment,
    semantics_version: u32,
    progress: watch::Sender<Progress>,
}

/// Admission, execution and following of paid jobs.
pub struct JobBook {
    deps: JobBookDeps,
    streams: Arc<Semaphore>,
    live: Mutex<HashMap<JobKey, Arc<LiveJob>>>,
    appeared: Notify,
}

impl JobBook {
    /// An empty book over the store.
    pub fn new(deps: JobBookDeps) -> Arc<Self> {
        let streams = Arc::new(Semaphore::new(deps.max_streams));
        Arc::new(Self { deps, streams, live: Mutex::default(), appeared: Notify::new() })
    }

    /// Number of jobs that wait or run.
    pub fn live_jobs(&self) -> usize {
        self.live().len()
    }

    /// Executes an order, attaches to its execution, or re-serves its result. Touches the disk.
    pub fn submit(self: &Arc<Self>, order: Order) -> Result<JobStream, RunnerError> {
        let permit = self.permit()?;
        // Held across the store: two requests for one key must not both find it unknown.
        let mut live = self.live();
        if let Some(job) = live.get(&order.key) {
            same_order(job.commitment, order.commitment)?;
            return Ok(JobStream::new(job.progress.subscribe(), permit));
        }
        let known = self.deps.store.get(&order.key)?;
        if let Some(record) = &known {
            same_order(Commitment::try_from(record)?, order.commitment)?;
        }
        let is_new = known.is_none();
        if let Some(progress) = known.and_then(finished) {
            return Ok(JobStream::new(progress, permit));
        }
        if self.deps.closing.is_cancelled() {
            return Err(RunnerError::ShuttingDown);
        }
        let served = self.deps.models.by_root(order.commitment.model_root)?;
        let request = question(&order, served.port.as_ref())?;
        let slot = served.scheduler.reserve(Caller::paid(), &request)?;
        if is_new {
            self.deps.store.put(&order.key, &accepted(order.commitment))?;
        }
        let job = Arc::new(LiveJob {
            commitment: order.commitment,
            semantics_version: served.port.model().semantics_version,
            progress: watch::Sender::new(Progress::default()),
        });
        let follower = job.progress.subscribe();
        live.insert(order.key.clone(), Arc::clone(&job));
        drop(live);
        self.start(slot, order.key, job, request);
        self.appeared.notify_waiters();
        Ok(JobStream::new(follower, permit))
    }

    /// Attaches to a job, waiting for it to be handed in; never executes.
    pub async fn watch(
        self: &Arc<Self>,
        key: JobKey,
        wait_seconds: u32,
    ) -> Result<JobStream, RunnerError> {
        if wait_seconds > MAX_WAIT_SECONDS {
            let limit = MAX_WAIT_SECONDS;
            return Err(RunnerError::WaitTooLong { actual: wait_seconds, limit });
        }
        let permit = self.permit()?;
        let deadline = Instant::now() + Duration::from_secs(wait_seconds.into());
        loop {
            // Registered before looking, so that a job handed in meanwhile is not missed.
            let appeared = self.appeared.notified();
            tokio::pin!(appeared);
            appeared.as_mut().enable();
            let (book, wanted) = (Arc::clone(self), key.clone());
            let found = tokio::task::spawn_blocking(move || book.find(&wanted)).await;
            if let Some(progress) = found.map_err(|_| RunnerError::Lost)?? {
                return Ok(JobStream::new(progress, permit));
            }
            tokio::select! {
                () = self.deps.closing.cancelled() => return Err(RunnerError::ShuttingDown),
                () = &mut appeared => {}
                () = tokio::time::sleep_until(deadline) => {
                    return Err(RunnerError::NotHandedIn { waited_seconds: wait_seconds });
                }
            }
        }
    }

    fn find(&self, key: &JobKey) -> Result<Option<watch::Receiver<Progress>>, RunnerError> {
        if let Some(job) = self.live().get(key) {
            return Ok(Some(job.progress.subscribe()));
        }
        Ok(self.deps.store.get(key)?.and_then(finished))
    }

    fn start(
        self: &Arc<Self>,
        slot: Slot,
        key: JobKey,
        job: Arc<LiveJob>,
        request: SequenceRequest,
    ) {
        let follower = Arc::clone(&job);
        let book = Arc::clone(self);
        slot.submit(Task {
            request,
            cancel: CancellationToken::new(), // paid: only the end of the service breaks it off
            deadline: None, // the relayer asks for nothing that cannot be delivered
            on_token: Box::new(move |event, _| {
                let (index, token_id) = (event.index, event.token_id);
                let token = v1::Token { index, token_id, text: event.text.clone() };
                follower.progress.send_modify(|progress| progress.tokens.push(token));
            }),
            on_done: Box::new(move |outcome| book.finish(&key, &job, outcome)),
        });
    }

    /// Stores the result, then announces it, then forgets the execution: in this order a crash or a
    /// concurrent request at any point finds either a running job or a durable result.
    fn finish(&self, key: &JobKey, job: &LiveJob, outcome: Outcome) {
        let stored = self.store_result(key, job, outcome);
        match &stored {
            Ok(_) => tracing::info!(chain_id = key.chain_id, job_id = key.job_id, "job done"),
            Err(error) => {
                tracing::warn!(chain_id = key.chain_id, job_id = key.job_id, %error, "job failed");
            }
        }
        let outcome = stored.map_err(Arc::new);
        job.progress.send_modify(|progress| progress.outcome = Some(outcome));
        self.live().remove(key);
    }

    fn store_result(
        &self,
        key: &JobKey,
        job: &LiveJob,
        outcome: Outcome,
    ) -> Result<v1::Completed, RunnerError> {
        let version = job.semantics_version;
        let completed = complete(key, job.commitment, version, outcome?, &self.deps.signer)?;
        let record = JobRecord {
            tokens: job.progress.borrow().tokens.clone(),
            completed: Some(completed.clone()),
            ..accepted(job.commitment)
        };
        self.deps.store.put(key, &record)?;
        Ok(completed)
    }

    fn live(&self) -> MutexGuard<'_, HashMap<JobKey, Arc<LiveJob>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn permit(&self) -> Result<OwnedSemaphorePermit, RunnerError> {
        let limit = self.deps.max_streams;
        Arc::clone(&self.streams)
            .try_acquire_owned()
            .map_err(|_| RunnerError::TooManyStreams { limit })
    }
}

fn accepted(commitment: Commitment) -> JobRecord {
    JobRecord {
        input_hash: commitment.input_hash.as_bytes().to_vec(),
        model_root: commitment.model_root.as_bytes().to_vec(),
        ..JobRecord::default()
    }
}

/// The stored result as something to follow; `None` for a job that is not done.
fn finished(record: JobRecord) -> Option<watch::Receiver<Progress>> {
    let outcome = Some(Ok(record.completed?));
    Some(watch::Sender::new(Progress { tokens: record.tokens, outcome }).subscribe())
}
