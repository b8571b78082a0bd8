//! One target for each kind of input that strangers can send: none panics, none takes more memory or time
//! than its length allows.
//!
//! `PROPTEST_CASES=100000 cargo test --release --workspace --test hostile` is the long run.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod decoding;
mod delivery;
mod genesis;
mod queries;
mod seeds;
mod streams;
mod uploads;
mod votes;

use std::time::{Duration, Instant};

use proptest::test_runner::Config;
use stoa_fuzz::allocation::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// No single input may take longer: far more than any needs on a busy machine, and far less than a hang.
const LONGEST: Duration = Duration::from_secs(20);

/// `PROPTEST_CASES`, or so many where nobody asks for more.
fn cases(few: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    Config { cases: asked.unwrap_or(few), max_shrink_iters: 2_000, ..Config::default() }
}

/// Runs `work`, which must end soon.
#[track_caller]
fn in_time<T>(work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let answer = work();
    assert!(started.elapsed() < LONGEST, "took {:?}", started.elapsed());
    answer
}
