//! The integer model: weights as codes with scales, tables, and the Merkle root that names them.

pub mod matrix;
pub mod model;
pub mod parts;
mod quantise;
#[cfg(test)]
mod quantise_tests;
pub mod real;
pub mod root;
pub mod rotary;
pub mod tables;
pub mod traced;
