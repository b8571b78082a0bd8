//! Every vector path against the definition, on random and adversarial input.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod attention;
mod draw;
mod int4;
mod products;
mod rows;
