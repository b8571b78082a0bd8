//! Actions, one a file.

pub mod execute_proposal;
pub mod instantiate;
pub mod propose;
pub mod update_members;
pub mod vote;
