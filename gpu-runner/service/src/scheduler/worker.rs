//! The thread: admit, step, deliver, again.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::Ordering,
    time::Instant,
};

use stoa_engine::{FinishReason, Generation, Step};
use tokio_util::sync::CancellationToken;

use super::{Outcome, Shared, Task, Waiting};
use crate::{InferencePort, RunnerError, inference::Running};

/// One answer of the batch; its sequence stands at the same index beside it.
struct Active {
    task: Task,
    answer: Generation,
    since: Instant,
    started: Instant,
}

/// The batch: tasks and their sequences, index by index.
#[derive(Default)]
struct Batch {
    active: Vec<Active>,
    running: Vec<Box<dyn Running>>,
}

/// Computes until `stop` is cancelled; then every task hears that the service ends.
pub fn work(port: &dyn InferencePort, shared: &Shared, stop: &CancellationToken) {
    let mut batch = Batch::default();
    while let Some(admitted) = next(shared, &batch, stop) {
        for waiting in admitted {
            batch.begin(port, shared, waiting);
        }
        batch.drop_dead(shared);
        batch.step(port, shared);
    }
    for active in batch.active {
        close(shared, active, Err(RunnerError::ShuttingDown));
    }
    refuse_waiting(shared);
}

/// What joins the batch now; waits while there is nothing to do, and ends with `None`.
fn next(shared: &Shared, batch: &Batch, stop: &CancellationToken) -> Option<Vec<Waiting>> {
    let mut admitted = Vec::new();
    let mut queue = shared.queue();
    loop {
        if stop.is_cancelled() {
            drop(queue);
            admitted.into_iter().for_each(|waiting| refuse(shared, waiting, ended()));
            return None;
        }
        let now = Instant::now();
        let dead = queue.fair.remove_where(|waiting| waiting.task.dead(now).is_some());
        while batch.active.len() + admitted.len() < shared.limits.batch
            && let Some(waiting) = queue.fair.pop()
        {
            admitted.push(waiting);
        }
        if dead.is_empty() && admitted.is_empty() && batch.active.is_empty() {
            queue = match shared.arrived.wait(queue) {
                Ok(queue) => queue,
                Err(poisoned) => poisoned.into_inner(),
            };
            continue;
        }
        drop(queue);
        for waiting in dead {
            let reason = waiting.task.dead(now).unwrap_or(RunnerError::Cancelled);
            refuse(shared, waiting, reason);
        }
        return Some(admitted);
    }
}

fn ended() -> RunnerError {
    RunnerError::ShuttingDown
}

fn refuse(shared: &Shared, waiting: Waiting, reason: RunnerError) {
    shared.metrics.waiting(waiting.class).dec();
    shared.statistics.failed(waiting.since.elapsed());
    finish(shared, waiting.task, Err(reason));
}

fn refuse_waiting(shared: &Shared) {
    let mut queue = shared.queue();
    queue.is_closed = true;
    let waiting: Vec<_> = std::iter::from_fn(|| queue.fair.pop()).collect();
    drop(queue);
    waiting.into_iter().for_each(|waiting| refuse(shared, waiting, ended()));
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

impl Batch {
    fn begin(&mut self, port: &dyn InferencePort, shared: &Shared, waiting: Waiting) {
        let Waiting { task, class, since } = waiting;
        let waited = since.elapsed();
        shared.metrics.waiting(class).dec();
        shared.metrics.queue_seconds.observe(waited.as_secs_f64());
        shared.statistics.queued(waited);
        shared.metrics.running.inc();
        let answer = Generation {
            prompt_token_ids: task.request.prompt_token_ids.clone(),
            output_token_ids: Vec::new(),
            text: String::new(),
            finish_reason: FinishReason::Length,
        };
        let active = Active { task, answer, since, started: Instant::now() };
        if let Some(reason) = active.task.dead(Instant::now()) {
            return close(shared, active, Err(reason));
        }
        let request = active.task.request.clone();
        // A defect in the engine must cost one answer, not the service.
        match catch_unwind(AssertUnwindSafe(|| port.begin(request))) {
            Ok(Ok(running)) => {
                self.active.push(active);
                self.running.push(running);
            }
            Ok(Err(refused)) => close(shared, active, Err(refused.into())),
            Err(_) => close(shared, active, Err(RunnerError::EnginePanicked)),
        }
    }

    fn drop_dead(&mut self, shared: &Shared) {
        let now = Instant::now();
        for index in (0..self.active.len()).rev() {
            if let Some(reason) = self.active[index].task.dead(now) {
                self.leave(shared, index, Err(reason));
            }
        }
    }

    fn step(&mut self, port: &dyn InferencePort, shared: &Shared) {
        if self.running.is_empty() {
            return;
        }
        let began = Instant::now();
        let steps = port.step(&mut self.running);
        shared.metrics.stepped(self.running.len(), began.elapsed());
        shared.statistics.stepped(self.running.len(), began.elapsed());
        // From the back, so that leaving does not move who is still to be served.
        for (index, step) in steps.into_iter().enumerate().rev() {
            match step {
                Err(error) => self.leave(shared, index, Err(error)),
                Ok(Step::Prefilled { tokens }) => {
                    shared.metrics.prompt_tokens.inc_by(tokens.into());
                }
                Ok(Step::Token(event, finished)) => {
                    let active = &mut self.active[index];
                    if event.index == 0 {
                        shared.metrics.prompt_tokens.inc(); // the prompt's last, read by this step
                        let elapsed = active.since.elapsed().as_secs_f64();
                        shared.metrics.first_token_seconds.observe(elapsed);
                    }
                    shared.metrics.output_tokens.inc();
                    active.answer.output_token_ids.push(event.token_id);
                    active.answer.text.push_str(&event.text);
                    (active.task.on_token)(&event, self.running[index].last_logits());
                    if let Some(reason) = finished {
                        active.answer.finish_reason = reason;
                        let answer = active.answer.clone();
                        self.leave(shared, index, Ok(answer));
                    }
                }
            }
        }
    }

    fn leave(&mut self, shared: &Shared, index: usize, outcome: Outcome) {
        let active = self.active.swap_remove(index);
        drop(self.running.swap_remove(index)); // its cache is free before anybody hears of it
        close(shared, active, outcome);
    }
}
