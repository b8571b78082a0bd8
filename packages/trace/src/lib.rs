//! The canonical trace of a forward pass: what two parties who disagree about an answer argue over.
//!
//! Purpose: name every intermediate tensor, commit to all of them by one Merkle root, open any 1 KiB of one, find the
//! first difference between two traces, and compute one element again from opened inputs.
//! Place: above `stoa-exact`; below the engine (which has whole models) and, later, the dispute contract (which has
//! openings). `no_std`, no float, no `unsafe`.
//! Invariants: an element depends on tensors of smaller numbers, on the model and on the token ids alone; so where two
//! traces differ first, both parties agree on everything that the element is computed from.
//! `docs/spec/trace-v1.md` says the same in words.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::float_arithmetic))]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod attention;
mod claim;
mod commitment;
pub mod dispute;
mod element;
#[cfg(test)]
mod game;
mod manifest;
pub mod merkle;
mod opening;
pub mod partial;
mod pass;
mod shape;
mod source;
mod store;
pub mod synthetic;
#[cfg(test)]
mod testing;
mod witness;

pub use claim::{CLAIM_BYTES, CLAIM_DOMAIN, MAX_POSITIONS, TraceClaim, root_of_ids};
pub use commitment::{Commitment, Difference, record_of};
pub use element::{Unopened, element};
pub use manifest::{Manifest, Section};
pub use opening::{Opened, Opening, Roots, Source};
pub use pass::record;
pub use shape::{Kind, Part, Shape, Tensor};
pub use source::{Claim, Ids, MatrixRow, Model, Norm, Table, Tensors};
pub use store::Trace;
pub use witness::{Book, Forest, Task, openings, witness};
