//! The thread: admit, step, deliver, again.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::Ordering,
    time::Instant,
};

use stoa_engine::{
    AnswerId, BatchEvent, CacheUsage, EngineError, FinishReason, Generation, TokenEvent,
};
use tokio_util::sync::CancellationToken;

use super::{Outcome, Shared, Task, Waiting};
use crate::{RunnerError, inference::AnswerBatch};

/// One answer of the batch.
struct Active {
    id: AnswerId,
    task: Task,
    answer: Generation,
    since: Instant,
    started: Instant,
}

/// What the thread does next.
enum Turn {
    /// An answer joins.
    Begin(Box<Waiting>),
    /// Everybody goes on.
    Step,
}

/// The tasks that run, and their answers in the engine.
struct Batch<'a> {
    shared: &'a Shared,
    engine: Box<dyn AnswerBatch>,
    active: Vec<Active>,
    /// What the metrics were told of the engine's memory.
    usage: CacheUsage,
}

/// Computes until `stop` is cancelled; then every task hears that the service ends.
pub fn work(engine: Box<dyn AnswerBatch>, shared: &Shared, stop: &CancellationToken) {
    let usage = CacheUsage::default();
    let mut batch = Batch { shared, engine, active: Vec::new(), usage };
    batch.report();
    while let Some(turn) = batch.next(stop) {
        match turn {
            Turn::Begin(waiting) => batch.begin(*waiting),
            Turn::Step => {
                batch.drop_dead();
                batch.step();
            }
        }
        batch.report();
    }
    for active in std::mem::take(&mut batch.active) {
        batch.engine.end(active.id);
        close(shared, active, Err(RunnerError::ShuttingDown));
    }
    shared.metrics.cache_changed(batch.usage, CacheUsage::default());
    refuse_waiting(shared);
}

fn refuse(shared: &Shared, waiting: Waiting, reason: RunnerError) {
    shared.metrics.waiting(waiting.caller.class).dec();
    shared.statistics.failed(waiting.since.elapsed());
    finish(shared, waiting.task, Err(reason));
}

fn refuse_waiting(shared: &Shared) {
    let mut queue = shared.queue();
    queue.is_closed = true;
    let waiting: Vec<_> = std::iter::from_fn(|| queue.fair.pop()).collect();
    drop(queue);
    waiting.into_iter().for_each(|waiting| refuse(shared, waiting, RunnerError::ShuttingDown));
}

/// The one place that ends a task.
fn finish(shared: &Shared, task: Task, outcome: Outcome) {
    (task.on_done)(outcome);
    // After the outcome was taken: a shutdown that waits for zero must find results stored.
    shared.statistics.in_flight.fetch_sub(1, Ordering::SeqCst);
}

fn close(shared: &Shared, active: Active, outcome: Outcome) {
    let Active { task, since, started, .. } = active;
    shared.metrics.running.dec();
    match &outcome {
        Ok(_) => shared.statistics.succeeded(since.elapsed(), started.elapsed()),
        Err(_) => shared.statistics.failed(since.elapsed()),
    }
    finish(shared, task, outcome);
}

impl Batch<'_> {
    /// What comes next; waits while there is nothing to do, and ends with `None`.
    fn next(&self, stop: &CancellationToken) -> Option<Turn> {
        let shared = self.shared;
        let mut queue = shared.queue();
        loop {
            if stop.is_cancelled() {
                return None;
            }
            let now = Instant::now();
            let dead = queue.fair.remove_where(|waiting| waiting.task.dead(now).is_some());
            if !dead.is_empty() {
                drop(queue);
                for waiting in dead {
                    let reason = waiting.task.dead(now).unwrap_or(RunnerError::Cancelled);
                    refuse(shared, waiting, reason);
                }
                queue = shared.queue();
                continue;
            }
            // Who is first in the queue is not overtaken by who needs less: else large questions wait for ever.
            if queue.fair.first().is_some_and(|first| self.has_room(first))
                && let Some(waiting) = queue.fair.pop()
            {
                return Some(Turn::Begin(Box::new(waiting)));
            }
            if !self.active.is_empty() {
                return Some(Turn::Step);
            }
            queue = match shared.arrived.wait(queue) {
                Ok(queue) => queue,
                Err(poisoned) => poisoned.into_inner(),
            };
        }
    }

    /// With nothing running there is always room, or never.
    fn has_room(&self, waiting: &Waiting) -> bool {
        let Waiting { task, caller, .. } = waiting;
        self.active.is_empty() || self.engine.has_room(&task.request, &caller.flow)
    }

    fn begin(&mut self, waiting: Waiting) {
        let Waiting { task, caller, since } = waiting;
        let (shared, waited) = (self.shared, since.elapsed());
        shared.metrics.waiting(caller.class).dec();
        shared.metrics.queue_seconds.observe(waited.as_secs_f64());
        shared.statistics.queued(waited);
        shared.metrics.running.inc();
        let answer = Generation {
            prompt_token_ids: task.request.prompt_token_ids.clone(),
            output_token_ids: Vec::new(),
            text: String::new(),
            finish_reason: FinishReason::Length,
        };
        let id = AnswerId(u64::MAX);
        let mut active = Active { id, task, answer, since, started: Instant::now() };
        if let Some(reason) = active.task.dead(Instant::now()) {
            return close(shared, active, Err(reason));
        }
        let request = &active.task.request;
        // A defect in the engine must cost one answer, not the service.
        let begun = catch_unwind(AssertUnwindSafe(|| self.engine.begin(request, &caller.flow)));
        match begun.unwrap_or(Err(EngineError::Panicked)) {
            Ok(Some(begun)) => {
                shared.metrics.reused(begun.reused_tokens);
                active.id = begun.id;
                self.active.push(active);
            }
            Ok(None) => {
                let (positions, limit) = (request.positions(), shared.positions);
                let refused = EngineError::CacheTooSmall { positions, limit };
                close(shared, active, Err(refused.into()));
            }
            Err(refused) => close(shared, active, Err(refused.into())),
        }
    }

    fn drop_dead(&mut self) {
        let now = Instant::now();
        for index in (0..self.active.len()).rev() {
            if let Some(reason) = self.active[index].task.dead(now) {
                let active = self.active.swap_remove(index);
                self.engine.end(active.id);
                close(self.shared, active, Err(reason));
            }
        }
    }

    fn step(&mut self) {
        let Self { shared, engine, active, .. } = self;
        let began = Instant::now();
        let mut ended: Vec<(Active, Outcome)> = Vec::new();
        let done = engine.step(&mut |id, event| {
            let Some(index) = active.iter().position(|active| active.id == id) else { return };
            let outcome = match event {
                BatchEvent::Failed(error) => Some(Err(error.into())),
                BatchEvent::Token { event, finished, logits } => {
                    let active = &mut active[index];
                    active.hear(shared, &event, logits);
                    finished.map(|reason| {
                        active.answer.finish_reason = reason;
                        Ok(active.answer.clone())
                    })
                }
            };
            ended.extend(outcome.map(|outcome| (active.swap_remove(index), outcome)));
        });
        let took = began.elapsed();
        shared.metrics.stepped(&done, took);
        shared.statistics.stepped(done.answers as usize, took);
        // Their memory is free before anybody hears of it.
        for (active, outcome) in ended {
            close(shared, active, outcome);
        }
    }

    /// Tells the metrics how much memory is taken.
    fn report(&mut self) {
        let usage = self.engine.usage();
        self.shared.metrics.cache_changed(self.usage, usage);
        self.usage = usage;
    }
}

impl Active {
    /// Passes a token on.
    fn hear(&mut self, shared: &Shared, event: &TokenEvent, logits: &[i32]) {
        if event.index == 0 {
            shared.metrics.first_token_seconds.observe(self.since.elapsed().as_secs_f64());
        }
        shared.metrics.output_tokens.inc();
        self.answer.output_token_ids.push(event.token_id);
        self.answer.text.push_str(&event.text);
        (self.task.on_token)(event, logits);
    }
}
