//! gRPC at the edge: messages in, domain calls, messages out.

mod deadline;
mod kserve;
mod runner;
mod status;

pub use kserve::{KserveDeps, KserveService};
pub use runner::RunnerRpc;
pub use status::{code, describe, status};

/// Longest accepted message: a document of 1 MiB and its frame.
pub const MAX_REQUEST_BYTES: usize = 2 << 20;
/// Longest sent message: a document of 1 MiB, as text and token ids, and a receipt.
pub const MAX_RESPONSE_BYTES: usize = 4 << 20;
