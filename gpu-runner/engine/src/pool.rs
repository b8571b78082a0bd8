//! Executors at rest, each with a cache of keys and values of its own.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::{
    EngineError,
    executor::{Capacity, ElasticCache, Executor, OnLogits, StepToken},
};

type Make = Box<dyn Fn(u32) -> Box<dyn Executor> + Send + Sync>;

/// Hands executors out; the weights are shared, so another one costs a cache and nothing else.
pub struct Pool {
    free: Mutex<Vec<Box<dyn Executor>>>,
    returned: Condvar,
    /// Makes one more for so many sequences; `None` where an executor owns the weights (a graphics adapter).
    make: Option<Make>,
}

impl Pool {
    /// One executor that callers wait for.
    pub fn of_one(executor: Box<dyn Executor>) -> Arc<Self> {
        Self::new(vec![executor], None)
    }

    /// As many executors as callers ask for at a time.
    pub fn of_many(make: Make) -> Arc<Self> {
        Self::new(Vec::new(), Some(make))
    }

    fn new(free: Vec<Box<dyn Executor>>, make: Option<Make>) -> Arc<Self> {
        Arc::new(Self { free: Mutex::new(free), returned: Condvar::new(), make })
    }

    /// An executor for `sequences` sequences, or the one there is, after waiting for it.
    pub fn wide(self: &Arc<Self>, sequences: u32) -> Box<dyn Executor> {
        match &self.make {
            Some(make) => make(sequences),
            None => Box::new(self.lease()),
        }
    }

    /// An executor for one sequence, after waiting for it where there is only one.
    pub fn lease(self: &Arc<Self>) -> Lease {
        let mut free = self.free();
        loop {
            if let Some(executor) = free.pop() {
                return self.out(executor);
            }
            if let Some(make) = &self.make {
                drop(free);
                return self.out(make(1));
            }
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn out(self: &Arc<Self>, executor: Box<dyn Executor>) -> Lease {
        Lease { pool: Arc::clone(self), executor }
    }

    fn free(&self) -> MutexGuard<'_, Vec<Box<dyn Executor>>> {
        // A panic elsewhere leaves only cache content behind, which every call overwrites before reading.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An executor that goes back to its pool when dropped.
pub struct Lease {
    pool: Arc<Pool>,
    executor: Box<dyn Executor>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut executor = std::mem::replace(&mut self.executor, Box::new(GivenBack));
        let sequences = executor.capacity().sequences;
        if let Some(cache) = executor.elastic() {
            // Who comes next begins with all of the memory.
            (0..sequences).for_each(|sequence| cache.resize(sequence, 0, 0));
        }
        self.pool.free().push(executor);
        self.pool.returned.notify_one();
    }
}

impl Executor for Lease {
    fn capacity(&self) -> Capacity {
        self.executor.capacity()
    }

    fn step(
        &mut self,
        tokens: &[StepToken],
        on_logits: &mut OnLogits<'_>,
    ) -> Result<(), EngineError> {
        self.executor.step(tokens, on_logits)
    }

    fn elastic(&mut self) -> Option<&mut dyn ElasticCache> {
        self.executor.elastic()
    }
}

/// What stands in a lease while it is being dropped: it takes no step.
struct GivenBack;

impl Executor for GivenBack {
    fn capacity(&self) -> Capacity {
        Capacity { sequences: 0, step_tokens: 0, context: 0, vocab: 0 }
    }

    fn step(&mut self, tokens: &[StepToken], _: &mut OnLogits<'_>) -> Result<(), EngineError> {
        self.capacity().check(tokens)
    }
}
