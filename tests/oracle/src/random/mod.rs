//! Random sequences, and the shortest one that still fails.

mod generate;
mod shrink;

pub use generate::sequence;
pub use shrink::shrink;
