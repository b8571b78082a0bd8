//! Runs wasmd and stoad side by side on the same blocks and measures both.
//!
//! Purpose: say how fast `stoad` is, as a ratio to wasmd on the same machine in the same minute.
//! Place: beside the product; run by `cargo xtask bench chain`. Programs, genesis, socket and signing are
//! those of `tests/oracle`.
//! Invariants: both get the same bytes; every transaction succeeds on both with the same gas, or the run
//! fails; both sync the disk as they do by default; blocks come from a seed, so that a run can be repeated.

pub mod accounts;
pub mod blocks;
pub mod chain;
pub mod end_to_end;
pub mod measure;
pub mod report;
pub mod sample;
pub mod stage;
pub mod usage;
pub mod workload;
