//! Cleared memories that nobody uses.

use std::{
    collections::VecDeque,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use wasmer::MemoryStyle;

use crate::mapping::Mapping;

/// Most memories that wait for a call; each holds at most [`MAX_KEPT_BYTES`](crate::MAX_KEPT_BYTES).
pub const MAX_IDLE: usize = 32;

/// Memories that were used and cleared. Those of the code that was not called for longest go first.
#[derive(Debug, Default)]
pub struct Pool {
    idle: Mutex<VecDeque<Idle>>,
}

#[derive(Debug)]
struct Idle {
    code: u64,
    mapping: Mapping,
}

impl Pool {
    /// A memory, every byte of which is zero: one that `code` used before, or a new one. Codes do not exchange
    /// memories, since each touches other pages.
    pub(crate) fn take(&self, code: u64) -> io::Result<Mapping> {
        let mut idle = self.lock();
        let known = idle.iter().rposition(|idle| idle.code == code);
        match known.and_then(|index| idle.remove(index)) {
            Some(Idle { mapping, .. }) => Ok(mapping),
            None => {
                drop(idle);
                Mapping::reserve(static_bytes()?)
            }
        }
    }

    /// Takes a memory back and clears it. One that cannot be cleared is not used again.
    pub(crate) fn put(&self, code: u64, mut mapping: Mapping) {
        if mapping.clear().is_err() {
            return;
        }
        let mut idle = self.lock();
        idle.push_back(Idle { code, mapping });
        let dropped = if idle.len() > MAX_IDLE { idle.pop_front() } else { None };
        // The system takes its time to take a mapping back; others may go on.
        drop(idle);
        drop(dropped);
    }

    /// Drops the memories of a code that is not called any more.
    pub(crate) fn forget(&self, code: u64) {
        let mut idle = self.lock();
        let (gone, kept): (VecDeque<_>, _) = idle.drain(..).partition(|idle| idle.code == code);
        *idle = kept;
        drop(idle);
        drop(gone);
    }

    /// How many memories wait.
    pub fn idle(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What compiled code relies on being there: all that 32 bits can address and the guard behind it, which traps.
fn static_bytes() -> io::Result<usize> {
    let guard = usize::try_from(MemoryStyle::static_offset_guard_size());
    let bytes =
        guard.ok().and_then(|guard| MemoryStyle::static_bound().bytes().0.checked_add(guard));
    bytes.ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}
