//! Counts allocations of marked threads, for the test that a token allocates nothing.
#![allow(
    unsafe_code,
    reason = "an allocator is unsafe by its nature; this one passes everything on"
)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use rayon::ThreadPoolBuilder;
use stoa_simd::Isa;

use super::{CpuExecutor, CpuOptions, tests::SHAPE};
use crate::{Executor, StepToken, synthetic::Synthetic};

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
thread_local! {
    static IS_COUNTED: Cell<bool> = const { Cell::new(false) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// A thread that ends has no mark any more; nobody asks for it then.
fn count() {
    if IS_COUNTED.try_with(Cell::get).unwrap_or_default() {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
    }
}

// SAFETY: every call goes to the system's allocator with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

fn decode(executor: &mut CpuExecutor, positions: std::ops::Range<u32>) {
    for position in positions {
        let token = |sequence| StepToken { sequence, position, id: position, wants_logits: true };
        let tokens = [token(0), token(1), token(2)];
        executor.step(&tokens, &mut |_, row| assert!(!row.is_empty())).unwrap();
    }
}

#[test]
fn decoding_allocates_nothing_once_the_first_step_is_done() {
    for threads in [1, 3] {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .start_handler(|_| IS_COUNTED.set(true))
            .build()
            .unwrap();
        let pool = Arc::new(pool);
        let options = CpuOptions { isa: Isa::best(), sequences: 3, pool: Some(Arc::clone(&pool)) };
        let mut executor =
            CpuExecutor::with_options(Synthetic::new(SHAPE, 1).unwrap().model(), options);
        pool.install(|| {
            decode(&mut executor, 0..8);
            // A thread of the pool that comes late allocates what is its own; a step never does.
            let allocates = |executor: &mut CpuExecutor| {
                let before = ALLOCATIONS.load(Ordering::Relaxed);
                decode(executor, 8..72);
                ALLOCATIONS.load(Ordering::Relaxed) - before
            };
            let allocated: Vec<u64> = (0..16).map(|_| allocates(&mut executor)).collect();
            assert!(allocated.contains(&0), "{threads} threads: {allocated:?} in 64 steps each");
            let before = ALLOCATIONS.load(Ordering::Relaxed);
            // The counter counts: a larger step makes the arena grow.
            let token = |position| StepToken { sequence: 0, position, id: 1, wants_logits: false };
            let prompt: Vec<StepToken> = (0..64).map(token).collect();
            executor.step(&prompt, &mut |_, _| {}).unwrap();
            assert!(ALLOCATIONS.load(Ordering::Relaxed) > before);
        });
    }
}
