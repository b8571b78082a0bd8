//! Small classifiers in exact integers: dense layers and convolutions, without any graph format.
//!
//! Purpose: label images and rows of numbers with integers that do not depend on the machine.
//! Place: beside the decoder and the encoder; the same matrices, model root and vector units.
//! Invariants: shapes are checked through all layers at load; a model that could overflow is refused with the layer
//! and the bound.

mod config;
mod forward;
mod load;
mod model;
pub mod reference;
mod root;

pub use load::{Classification, Classifier, fixed_input};

/// The architecture's name in `config.json`.
pub const ARCHITECTURE: &str = "StoaClassifier";
