//! Paid jobs: admission, the one execution, the durable result, and the streams that follow it.

mod admission;
mod book;
mod completion;
mod progress;

pub use admission::{Order, request_of};
pub use book::{JobBook, JobBookDeps};
pub use progress::{JobEvent, JobStream};

/// Longest wait of `Watch` for a job to appear, in seconds.
pub const MAX_WAIT_SECONDS: u32 = 300;
