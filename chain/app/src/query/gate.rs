//! How many questions are computed at once.
//!
//! A query or simulation may use as much gas as a block and costs its asker nothing. Gas bounds how long
//! one of them computes; this bounds how many do so beside consensus, and how long the others wait.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crate::error::{INTERNAL_CODE, Refusal, UNDEFINED_CODESPACE};

/// Of the processors, the part that queries may keep busy: one of so many. The rest is for consensus.
const PROCESSORS_PER_QUERY: usize = 2;
/// Simulations at a time: each may compute for seconds, and must not hold up the queries.
const SIMULATIONS_AT_ONCE: usize = 1;
/// Most questions that wait for their turn; more are refused at once.
const MAX_WAITING: usize = 64;
/// Longest that a question waits.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// The ways in.
pub(crate) struct Gates {
    /// Of the modules' queries.
    pub(crate) queries: Gate,
    /// Of simulations.
    pub(crate) simulations: Gate,
}

impl Default for Gates {
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let queries = (processors / PROCESSORS_PER_QUERY).max(1);
        let gate = |most_running| Gate::new(most_running, MAX_WAITING, MAX_WAIT);
        Self { queries: gate(queries), simulations: gate(SIMULATIONS_AT_ONCE) }
    }
}

/// Lets questions in one after the other.
pub(crate) struct Gate {
    most_running: usize,
    most_waiting: usize,
    longest_wait: Duration,
    load: Mutex<Load>,
    freed: Condvar,
}

#[derive(Default)]
struct Load {
    running: usize,
    waiting: usize,
}

/// The right to compute, until it is dropped.
pub(crate) struct Turn<'a>(&'a Gate);

impl Gate {
    fn new(most_running: usize, most_waiting: usize, longest_wait: Duration) -> Self {
        let (load, freed) = (Mutex::default(), Condvar::new());
        Self { most_running, most_waiting, longest_wait, load, freed }
    }

    /// Waits for a turn. Refuses when too many wait, or when it takes too long.
    pub(crate) fn enter(&self) -> Result<Turn<'_>, Refusal> {
        let mut load = self.load();
        if load.running >= self.most_running {
            if load.waiting >= self.most_waiting {
                return Err(busy());
            }
            load.waiting += 1;
            let until = Instant::now() + self.longest_wait;
            while load.running >= self.most_running {
                let Some(left) = until.checked_duration_since(Instant::now()) else {
                    load.waiting -= 1;
                    return Err(busy());
                };
                let woken = self.freed.wait_timeout(load, left);
                load = woken.unwrap_or_else(PoisonError::into_inner).0;
            }
            load.waiting -= 1;
        }
        load.running += 1;
        Ok(Turn(self))
    }

    /// Nothing that holds the lock can leave two counters half-changed.
    fn load(&self) -> MutexGuard<'_, Load> {
        self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.load().running -= 1;
        self.0.freed.notify_one();
    }
}

fn busy() -> Refusal {
    let log = "rpc error: code = ResourceExhausted desc = this node answers as many queries as it may; try \
               again later"
        .to_owned();
    Refusal { codespace: UNDEFINED_CODESPACE, code: INTERNAL_CODE, log }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn no_more_than_the_limit_run_and_all_that_may_wait_have_their_turn() {
        let gate = Gate::new(3, 64, Duration::from_secs(60));
        let (running, most, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..40 {
                scope.spawn(|| {
                    let _turn = gate.enter().unwrap();
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(1));
                    running.fetch_sub(1, Ordering::SeqCst);
                    done.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!((most.into_inner(), done.into_inner()), (3, 40));
        assert_eq!((gate.load().running, gate.load().waiting), (0, 0));
    }

    #[test]
    fn who_finds_the_queue_full_or_waits_too_long_is_refused() {
        let crowded = Gate::new(1, 0, Duration::from_secs(60));
        let turn = crowded.enter().unwrap();
        assert_eq!(crowded.enter().err().unwrap().code, INTERNAL_CODE);
        drop(turn);
        drop(crowded.enter().unwrap());

        let slow = Gate::new(1, 1, Duration::from_millis(5));
        let _turn = slow.enter().unwrap();
        assert!(slow.enter().err().unwrap().log.contains("ResourceExhausted"));
        assert_eq!(slow.load().waiting, 0);
    }

    #[test]
    fn a_question_that_panics_gives_its_turn_back() {
        let gate = Gate::new(1, 0, Duration::ZERO);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _turn = gate.enter().unwrap();
            panic!("a contract found a hole");
        }));
        assert!(panicked.is_err());
        assert!(gate.enter().is_ok());
    }
}
