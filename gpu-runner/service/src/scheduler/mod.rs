//! Continuous batching: one thread that computes many answers side by side, a step for all of them at a time.
//!
//! Purpose: share one engine among callers, fairly and within bounds.
//! Place: between the ways in (jobs, KServe, gateway) and the engine's port.
//! Invariants: every queue has a bound, and a full one refuses at once; so is a question that memory can never
//! hold; answers join, as soon as there is a place and memory for their whole length, and leave between steps, and
//! their bits do not depend on it; a task's `on_done` is called exactly once; a cancelled or late task costs at
//! most one more step.

mod fair_queue;
mod task;
mod worker;

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    thread::JoinHandle,
    time::Instant,
};

pub use fair_queue::FairQueue;
use stoa_engine::{BatchLimits, SequenceRequest};
pub use task::{Outcome, Task};
use tokio_util::sync::CancellationToken;

use crate::{
    InferencePort, RunnerError,
    access::{Caller, Class},
    metrics::{Metrics, ModelStatistics},
    models::ModelsError,
};

/// Bounds of the scheduler.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Paid jobs that may wait.
    pub paid: usize,
    /// Other calls that may wait.
    pub unpaid: usize,
    /// Calls of one caller that may wait.
    pub per_caller: usize,
    /// Answers that are computed side by side, and what they may take.
    pub batch: BatchLimits,
}

impl Limits {
    const fn of(&self, class: Class) -> usize {
        match class {
            Class::Paid => self.paid,
            Class::Keyed | Class::Anonymous => self.unpaid,
        }
    }
}

struct Waiting {
    task: Task,
    caller: Caller,
    since: Instant,
}

#[derive(Default)]
struct Queue {
    fair: FairQueue<Waiting>,
    /// Places promised and not taken yet: unpaid, paid.
    reserved: [usize; 2],
    is_closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    arrived: Condvar,
    limits: Limits,
    /// Positions of keys and values that there is memory for.
    positions: u64,
    statistics: Arc<ModelStatistics>,
    metrics: Arc<Metrics>,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue; it is free again when dropped.
pub struct Slot {
    shared: Arc<Shared>,
    caller: Caller,
}

impl Slot {
    /// Takes the place. A task that comes after the end hears so at once.
    pub fn submit(self, task: Task) {
        let Caller { class, flow } = self.caller.clone();
        let cost = task.cost_tokens();
        let waiting = Waiting { task, caller: self.caller.clone(), since: Instant::now() };
        let mut queue = self.shared.queue();
        if queue.is_closed {
            drop(queue);
            (waiting.task.on_done)(Err(RunnerError::ShuttingDown));
            return;
        }
        self.shared.statistics.in_flight.fetch_add(1, Ordering::SeqCst);
        self.shared.metrics.waiting(class).inc();
        queue.fair.push(&flow, class.weight(), cost, waiting);
        drop(queue);
        self.shared.arrived.notify_one();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.shared.queue().reserved[usize::from(self.caller.class == Class::Paid)] -= 1;
    }
}

/// The thread and its queue.
pub struct Scheduler {
    shared: Arc<Shared>,
    stop: CancellationToken,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl Scheduler {
    /// Starts the thread.
    pub fn start(
        port: &dyn InferencePort,
        limits: Limits,
        metrics: Arc<Metrics>,
    ) -> Result<Self, ModelsError> {
        let batch = port.batch(limits.batch)?;
        // A back end may have fewer places than were asked for.
        let side_by_side = BatchLimits { answers: batch.limit(), ..limits.batch };
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            arrived: Condvar::new(),
            limits: Limits { batch: side_by_side, ..limits },
            positions: batch.usage().limit_positions,
            statistics: Arc::default(),
            metrics,
        });
        let stop = CancellationToken::new();
        let (of_worker, stopped) = (Arc::clone(&shared), stop.clone());
        let worker = std::thread::Builder::new()
            .name("inference".to_owned())
            .spawn(move || worker::work(batch, &of_worker, &stopped))
            .map_err(ModelsError::Thread)?;
        Ok(Self { shared, stop, worker: Mutex::new(Some(worker)) })
    }

    /// Reserves a place for a question, or says which bound is reached; never waits.
    pub fn reserve(&self, caller: Caller, request: &SequenceRequest) -> Result<Slot, RunnerError> {
        request.check_positions(self.shared.positions)?;
        let limits = self.shared.limits;
        let mut queue = self.shared.queue();
        if queue.is_closed {
            return Err(RunnerError::ShuttingDown);
        }
        let limit = limits.of(caller.class);
        let is_paid = caller.class == Class::Paid;
        let same = |waiting: &Waiting| (waiting.caller.class == Class::Paid) == is_paid;
        let taken = queue.fair.count(same) + queue.reserved[usize::from(is_paid)];
        if taken >= limit {
            return Err(RunnerError::QueueFull { limit });
        }
        let limit = limits.per_caller;
        if !is_paid && queue.fair.waiting_of(&caller.flow) >= limit {
            return Err(RunnerError::CallerQueueFull { limit });
        }
        queue.reserved[usize::from(is_paid)] += 1;
        drop(queue);
        Ok(Slot { shared: Arc::clone(&self.shared), caller })
    }

    /// Tasks that wait or run.
    pub fn in_flight(&self) -> u64 {
        self.shared.statistics.in_flight.load(Ordering::SeqCst)
    }

    /// What was served so far.
    pub fn statistics(&self) -> &ModelStatistics {
        &self.shared.statistics
    }

    /// Answers that are computed side by side at most.
    pub fn batch_limit(&self) -> u32 {
        self.shared.limits.batch.answers
    }

    /// Breaks off what runs, refuses what waits and waits for the thread to end.
    pub fn end(&self) {
        self.stop.cancel();
        self.shared.queue().is_closed = true;
        self.shared.arrived.notify_all();
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(_)) = worker.map(JoinHandle::join) {
            tracing::error!("the inference thread ended with a panic");
        }
    }
}

impl Drop for Scheduler {
    fn drop(&mut self) {
        self.end();
    }
}
