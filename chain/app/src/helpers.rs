//! Threads that help with what may be done in any order.
//!
//! They live as long as the node: a thread that is made for a block begins with no memory of its own, takes it
//! page by page from the system and gives it back at the end.

use std::num::NonZeroUsize;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Some threads; none on one core.
pub(crate) struct Helpers(Option<ThreadPool>);

impl Helpers {
    /// One thread fewer than `cores`: who asks for help works, too. Without threads everything is done alone,
    /// with the same outcome.
    pub(crate) fn new(cores: NonZeroUsize, name: &'static str) -> Self {
        let threads = cores.get() - 1;
        if threads == 0 {
            return Self(None);
        }
        let named = move |number: usize| format!("{name} {number}");
        let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(named).build();
        let pool = pool.inspect_err(|error| tracing::warn!(%error, name, "no threads that help"));
        Self(pool.ok())
    }

    /// Threads, the one that asks for help included.
    pub(crate) fn cores(&self) -> usize {
        1 + self.0.as_ref().map_or(0, ThreadPool::current_num_threads)
    }

    /// Does `own` here while `most` threads at most do `help`, and waits for all of them.
    pub(crate) fn with<T>(
        &self,
        most: usize,
        help: impl Fn() + Sync,
        own: impl FnOnce() -> T,
    ) -> T {
        let Some(pool) = &self.0 else { return own() };
        let help = &help;
        pool.in_place_scope(|scope| {
            for _ in 0..pool.current_num_threads().min(most) {
                scope.spawn(move |_| help());
            }
            own()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    #[test]
    fn no_more_help_than_was_asked_for_and_none_on_one_core() {
        for (cores, most, expected) in [(1, 5, 0), (3, 0, 0), (3, 1, 1), (3, 5, 2)] {
            let helpers = Helpers::new(NonZeroUsize::new(cores).unwrap(), "test");
            assert_eq!(helpers.cores(), cores);
            let count = AtomicUsize::new(0);
            let help = || {
                count.fetch_add(1, Ordering::Relaxed);
            };
            assert_eq!(helpers.with(most, help, || "own"), "own");
            assert_eq!(count.into_inner(), expected);
        }
    }

    #[test]
    fn help_comes_while_the_work_is_done() {
        let helpers = Helpers::new(NonZeroUsize::new(2).unwrap(), "test");
        let both = Barrier::new(2);
        let wait = || {
            both.wait();
        };
        helpers.with(1, wait, wait);
    }
}
