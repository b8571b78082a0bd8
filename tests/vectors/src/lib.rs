//! Known answers of the exact-inference semantics, and the program that makes them.
//!
//! Purpose: freeze version 1. One file an operation in `exact-v1/`, integers only, inputs and outputs by name, so
//! that another implementation can read them; the drawn inputs hold every extreme that the bounds allow.
//! Place: above `stoa-exact`; `cargo xtask vectors` writes the files, `tests/known.rs` and the same command with
//! `--check` compare them, the latter also with what this crate makes as Wasm, where a pointer has 32 bits.
//! Invariants: the text does not depend on the machine; a file that changes is a new semantics version.

mod activations;
mod attention;
mod draw;
mod file;
mod norms;
mod products;
mod sampling;
mod scalars;
#[cfg(target_family = "wasm")]
mod wasm;

pub use file::VectorFile;

/// All files, in the order of the specification.
pub fn files() -> Vec<VectorFile> {
    let groups = [
        scalars::files(),
        products::files(),
        norms::files(),
        attention::files(),
        activations::files(),
        sampling::files(),
    ];
    groups.into_iter().flatten().collect()
}
