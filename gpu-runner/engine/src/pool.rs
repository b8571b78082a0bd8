//! Executors at rest, each with a cache of keys and values of its own.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::executor::Executor;

type Make = Box<dyn Fn() -> Box<dyn Executor> + Send + Sync>;

/// Hands executors out; the weights are shared, so another one costs a cache and nothing else.
pub struct Pool {
    free: Mutex<Vec<Box<dyn Executor>>>,
    returned: Condvar,
    /// Makes one more; `None` where an executor owns the weights (a graphics adapter).
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

    /// Whether more than one executor can be out.
    pub fn is_shared(&self) -> bool {
        self.make.is_some()
    }

    /// An executor, after waiting for one where there is only one.
    pub fn lease(self: &Arc<Self>) -> Lease {
        let mut free = self.free();
        loop {
            if let Some(executor) = free.pop() {
                return self.out(executor);
            }
            if let Some(make) = &self.make {
                drop(free);
                return self.out(make());
            }
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn out(self: &Arc<Self>, executor: Box<dyn Executor>) -> Lease {
        Lease { pool: Arc::clone(self), executor: Some(executor) }
    }

    fn free(&self) -> MutexGuard<'_, Vec<Box<dyn Executor>>> {
        // A panic elsewhere leaves only cache content behind, which every call overwrites before reading.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An executor that goes back to its pool when dropped.
pub struct Lease {
    pool: Arc<Pool>,
    /// `None` only while it is being dropped.
    executor: Option<Box<dyn Executor>>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(executor) = self.executor.take() {
            self.pool.free().push(executor);
            self.pool.returned.notify_one();
        }
    }
}

impl Lease {
    /// See [`Executor::run`].
    pub fn run(
        &mut self,
        position: u32,
        ids: &[u32],
        logits: bool,
    ) -> Result<Vec<Vec<i32>>, crate::EngineError> {
        match &mut self.executor {
            Some(executor) => executor.run(position, ids, logits),
            None => Ok(Vec::new()),
        }
    }
}
