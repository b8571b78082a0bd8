//! The thread of an encoder: pieces of requests in fair order, one pass at a time on all cores.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use stoa_engine::{
    Encoder, EngineError,
    encoder::{EmbeddingRow, Tokens},
};
use tokio::sync::oneshot;

use crate::{RunnerError, access::Caller, scheduler::FairQueue};

/// Bounds of what waits.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    /// Requests.
    pub waiting: usize,
    /// Requests of one caller.
    pub per_caller: usize,
}

type Outcome = Result<Vec<EmbeddingRow>, RunnerError>;

struct Piece {
    texts: Vec<Tokens>,
    /// Closed when the client left.
    reply: oneshot::Sender<Outcome>,
}

#[derive(Default)]
struct Waiting {
    fair: FairQueue<Piece>,
    is_closed: bool,
}

struct Shared {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    limits: QueueLimits,
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Pieces that wait, and the thread that computes them.
pub struct Queue {
    shared: Arc<Shared>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

impl Queue {
    /// Starts the thread.
    pub fn start(encoder: Arc<Encoder>, limits: QueueLimits) -> std::io::Result<Self> {
        let shared =
            Arc::new(Shared { waiting: Mutex::default(), arrived: Condvar::new(), limits });
        let of_worker = Arc::clone(&shared);
        let worker = std::thread::Builder::new()
            .name("encoder".to_owned())
            .spawn(move || work(&encoder, &of_worker))?;
        Ok(Self { shared, worker: Mutex::new(Some(worker)) })
    }

    /// Waits for its turn and for the result, or says which bound is reached.
    pub async fn run(&self, caller: &Caller, texts: Vec<Tokens>) -> Outcome {
        let (reply, outcome) = oneshot::channel();
        self.submit(caller, Piece { texts, reply })?;
        outcome.await.unwrap_or(Err(RunnerError::ShuttingDown))
    }

    fn submit(&self, caller: &Caller, piece: Piece) -> Result<(), RunnerError> {
        let limits = self.shared.limits;
        let mut waiting = self.shared.waiting();
        if waiting.is_closed {
            return Err(RunnerError::ShuttingDown);
        }
        if waiting.fair.count(|_| true) >= limits.waiting {
            // Only those whose clients still wait count.
            drop(waiting.fair.remove_where(|piece| piece.reply.is_closed()));
        }
        if waiting.fair.count(|_| true) >= limits.waiting {
            return Err(RunnerError::QueueFull { limit: limits.waiting });
        }
        if waiting.fair.waiting_of(&caller.flow) >= limits.per_caller {
            return Err(RunnerError::CallerQueueFull { limit: limits.per_caller });
        }
        let cost = piece.texts.iter().map(|text| text.ids.len() as u64).sum();
        waiting.fair.push(&caller.flow, caller.class.weight(), cost, piece);
        drop(waiting);
        self.shared.arrived.notify_one();
        Ok(())
    }

    /// Refuses what waits and waits for the thread to end.
    pub fn end(&self) {
        self.shared.waiting().is_closed = true;
        self.shared.arrived.notify_all();
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(_)) = worker.map(JoinHandle::join) {
            tracing::error!("the thread of an encoder ended with a panic");
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.end();
    }
}

fn work(encoder: &Encoder, shared: &Shared) {
    while let Some(Piece { texts, reply }) = next(shared) {
        if reply.is_closed() {
            continue;
        }
        // A defect in the engine must cost this request, not the service.
        let outcome = catch_unwind(AssertUnwindSafe(|| encoder.run(&texts)));
        let outcome = outcome.unwrap_or(Err(EngineError::Panicked));
        // The client may have left meanwhile.
        let _ = reply.send(outcome.map_err(RunnerError::from));
    }
}

/// The next piece; `None` at the end, which drops what waits.
fn next(shared: &Shared) -> Option<Piece> {
    let mut waiting = shared.waiting();
    loop {
        if waiting.is_closed {
            waiting.fair = FairQueue::default();
            return None;
        }
        if let Some(piece) = waiting.fair.pop() {
            return Some(piece);
        }
        waiting = shared.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
    }
}
