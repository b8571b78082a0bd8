//! The integer model: weights as int8 codes with scales, tables, and the Merkle root that names them.

pub mod matrix;
pub mod model;
pub mod real;
pub mod root;
pub mod rotary;
pub mod tables;
