//! Linear memories of contracts that are cleared and used again.
//!
//! Purpose: a call of a contract needs a memory of its own for a fraction of a millisecond. Reserving its address
//! space, faulting its pages in and giving all of it back cost more than what the contract does in it.
//! Place: between the engine (`wasmer`), which asks for memories, and Linux, which has them; the VM of `x/wasm` is
//! its only user. On other systems nothing is here, and every memory is a new one.
//! Invariants: a memory begins with exactly its minimum size and every byte of it zero, whatever ran before and
//! however it ended; beyond its size every access traps. So nothing that a contract can see depends on whether its
//! memory was used before. `unsafe` is confined to `mapping.rs` (calls of the system, clearing) and to what the
//! engine's interface demands in `memory.rs` and `tunables.rs`.

#[cfg(target_os = "linux")]
mod mapping;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod pool;
#[cfg(target_os = "linux")]
mod tunables;

#[cfg(target_os = "linux")]
pub use self::{
    mapping::MAX_KEPT_BYTES,
    pool::{MAX_IDLE, Pool},
    tunables::use_again,
};

/// On other systems there is nothing to take memories from.
#[cfg(not(target_os = "linux"))]
#[derive(Debug, Default)]
pub struct Pool;

/// On other systems the engine makes a new memory for each instance.
#[cfg(not(target_os = "linux"))]
pub fn use_again(_: &mut wasmer::Engine, _: &std::sync::Arc<Pool>, _: usize) {}
