//! What `stoad` can be told to do.

pub mod export;
pub mod genesis;
pub mod init;
pub mod registry;
pub mod start;
