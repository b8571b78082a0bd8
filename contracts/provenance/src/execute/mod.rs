//! Actions, one a file.

pub mod claim;
pub mod collect;
pub mod pay;
pub mod register;
