//! One thread that computes, fed by two bounded queues: paid jobs overtake unpaid calls.

use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
};

use stoa_engine::{FinishReason, GenerateRequest, Generation, TokenEvent};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{InferencePort, RunnerError};

/// What a finished task hears.
pub type Outcome = Result<Generation, RunnerError>;

/// One generation and whom to tell.
pub struct Task {
    /// The question.
    pub request: GenerateRequest,
    /// Breaks the generation off; a task that is cancelled while it waits never starts.
    pub cancel: CancellationToken,
    /// Called on the engine's thread with every token.
    pub on_token: Box<dyn FnMut(&TokenEvent) + Send>,
    /// Called once, on the engine's thread.
    pub on_done: Box<dyn FnOnce(Outcome) + Send>,
}

/// Who waits in which queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Jobs with an order on a chain.
    Paid,
    /// KServe calls.
    Unpaid,
}

/// Places in the queues.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    /// Paid jobs that may wait.
    pub paid: usize,
    /// Unpaid calls that may wait.
    pub unpaid: usize,
}

/// A reserved place in a queue.
pub struct Slot(mpsc::OwnedPermit<Task>);

impl Slot {
    /// Queues the task; never waits.
    pub fn submit(self, task: Task) {
        self.0.send(task);
    }
}

/// The thread and its queues.
pub struct Executor {
    limits: QueueLimits,
    paid: mpsc::Sender<Task>,
    unpaid: mpsc::Sender<Task>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl Executor {
    /// Starts the thread; cancelling `stop` breaks the running task off and ends it.
    pub fn start(
        port: Arc<dyn InferencePort>,
        limits: QueueLimits,
        stop: CancellationToken,
    ) -> std::io::Result<Self> {
        let (paid, paid_tasks) = mpsc::channel(limits.paid);
        let (unpaid, unpaid_tasks) = mpsc::channel(limits.unpaid);
        let queues = Queues { paid: paid_tasks, unpaid: unpaid_tasks };
        let worker = std::thread::Builder::new()
            .name("inference".to_owned())
            .spawn(move || work(port.as_ref(), queues, &stop))?;
        Ok(Self { limits, paid, unpaid, worker: Mutex::new(Some(worker)) })
    }

    /// Reserves a place, or says that the queue is full.
    pub fn reserve(&self, lane: Lane) -> Result<Slot, RunnerError> {
        let (queue, limit) = match lane {
            Lane::Paid => (&self.paid, self.limits.paid),
            Lane::Unpaid => (&self.unpaid, self.limits.unpaid),
        };
        queue.clone().try_reserve_owned().map(Slot).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => RunnerError::QueueFull { limit },
            mpsc::error::TrySendError::Closed(_) => RunnerError::ShuttingDown,
        })
    }

    /// Waits for the thread to end; call it after `stop` was cancelled.
    pub fn join(&self) {
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(_)) = worker.map(JoinHandle::join) {
            tracing::error!("the inference thread ended with a panic");
        }
    }
}

struct Queues {
    paid: mpsc::Receiver<Task>,
    unpaid: mpsc::Receiver<Task>,
}

impl Queues {
    async fn next(&mut self, stop: &CancellationToken) -> Option<Task> {
        tokio::select! {
            biased;
            () = stop.cancelled() => None,
            Some(task) = self.paid.recv() => Some(task),
            Some(task) = self.unpaid.recv() => Some(task),
            else => None,
        }
    }

    fn refuse_waiting(mut self) {
        self.paid.close();
        self.unpaid.close();
        while let Ok(task) = self.paid.try_recv().or_else(|_| self.unpaid.try_recv()) {
            (task.on_done)(Err(RunnerError::ShuttingDown));
        }
    }
}

fn work(port: &dyn InferencePort, mut queues: Queues, stop: &CancellationToken) {
    while let Some(task) = futures::executor::block_on(queues.next(stop)) {
        execute(port, task, stop);
    }
    queues.refuse_waiting();
}

fn execute(port: &dyn InferencePort, task: Task, stop: &CancellationToken) {
    let Task { request, cancel, mut on_token, on_done } = task;
    if cancel.is_cancelled() {
        return on_done(Err(RunnerError::Cancelled));
    }
    let mut forward = |event: &TokenEvent| {
        on_token(event);
        if cancel.is_cancelled() || stop.is_cancelled() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    // A defect in the engine must cost one job, not the service.
    let generated = catch_unwind(AssertUnwindSafe(|| port.generate(&request, &mut forward)));
    on_done(match generated {
        Err(_) => Err(RunnerError::EnginePanicked),
        Ok(Err(refused)) => Err(refused.into()),
        Ok(Ok(generation)) if generation.finish_reason != FinishReason::Cancelled => Ok(generation),
        Ok(Ok(_)) if stop.is_cancelled() => Err(RunnerError::ShuttingDown),
        Ok(Ok(_)) => Err(RunnerError::Cancelled),
    });
}
