//! What can go wrong, and what is done about it.

use std::time::Duration;

use stoa_client::ClientError;
use tonic::Code;

use crate::plan::{ReceiptFault, SkipReason};

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum RelayerError {
    /// The chain could not be read, or did not take a transaction.
    #[error("chain: {0}")]
    Chain(#[source] ClientError),
    /// The content store failed or returned something wrong.
    #[error("content store: {0}")]
    Content(#[source] ClientError),
    /// The runner refused or failed; boxed, because it is large.
    #[error("runner: {} ({})", .0.message(), .0.code())]
    Runner(#[source] Box<tonic::Status>),
    /// The runner's address is not an address.
    #[error("runner address: {0}")]
    RunnerAddress(#[source] tonic::transport::Error),
    /// The runner's token cannot stand in a header.
    #[error("the runner's token holds characters other than printable ASCII")]
    RunnerToken,
    /// The runner ended its stream without a result.
    #[error("the runner ended its answer without a result")]
    RunnerIncomplete,
    /// The runner was silent for longer than an execution may take.
    #[error("the runner gave no result within {} s", waited.as_secs())]
    RunnerTimeout {
        /// How long the result was awaited.
        waited: Duration,
    },
    /// The runner's answer is not made of domain values.
    #[error("the runner's answer is malformed: {0}")]
    RunnerMalformed(#[from] stoa_proto::ConversionError),
    /// The input is not a job document.
    #[error("the input is not a job: {0}")]
    Input(#[from] stoa_job::DocumentError),
    /// The answer is not this order's.
    #[error("the answer cannot be delivered: {0}")]
    Receipt(#[from] ReceiptFault),
    /// The journal cannot be written or read.
    #[error("journal: {0}")]
    Journal(#[from] fjall::Error),
    /// A line of the journal does not decode.
    #[error("journal line {key:?} does not decode: {source}")]
    JournalLine {
        /// Key of the line.
        key: String,
        /// Where it fails.
        source: serde_json::Error,
    },
    /// The journal belongs to another chain, contract or provider.
    #[error(
        "the journal is {actual}'s, this relayer serves {expected}: choose another data_folder"
    )]
    JournalScope {
        /// What this process serves.
        expected: String,
        /// What the journal was written for.
        actual: String,
    },
    /// The configuration does not load.
    #[error("configuration: {0}")]
    Config(#[from] Box<figment::Error>),
    /// A file with a secret (words, token) cannot be read.
    #[error("{path}: {source}")]
    SecretFile {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Start-up needs something that the network file or the key does not give.
    #[error(transparent)]
    Startup(ClientError),
}

/// What the service does about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// The same step again, not sooner than this.
    Retry {
        /// Pause.
        after: Duration,
    },
    /// The job is given up.
    Skip(SkipReason),
    /// The process ends: going on could execute or pay twice.
    Stop,
}

/// How patient the service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Pause before an ordinary retry.
    pub retry: Duration,
    /// Attempts at a step that fails for a reason of the job's own.
    pub max_attempts: u32,
}

/// Pause for faults that only a person mends (another model loaded, no funds for fees).
const OPERATOR_RETRY: Duration = Duration::from_secs(30);

impl RelayerError {
    /// The reaction to this error at the job's `attempt`-th failure, counted from 1.
    pub fn reaction(&self, attempt: u32, patience: Patience) -> Reaction {
        let retry = Reaction::Retry { after: patience.retry };
        let until_exhausted = |reason| {
            if attempt < patience.max_attempts { retry } else { Reaction::Skip(reason) }
        };
        match self {
            Self::Chain(error) if error.is_transient() => retry,
            Self::Chain(_) => Reaction::Retry { after: OPERATOR_RETRY },
            Self::Content(ClientError::ContentMissing { .. }) => {
                until_exhausted(SkipReason::InputMissing)
            }
            Self::Content(
                ClientError::ContentCorrupt { .. } | ClientError::ContentTooLarge { .. },
            ) => until_exhausted(SkipReason::InputCorrupt),
            Self::Content(_) => retry,
            Self::Runner(status) => match status.code() {
                Code::InvalidArgument | Code::AlreadyExists | Code::OutOfRange => {
                    Reaction::Skip(SkipReason::RunnerRefused)
                }
                Code::FailedPrecondition | Code::PermissionDenied | Code::Unauthenticated => {
                    Reaction::Retry { after: OPERATOR_RETRY }
                }
                Code::Internal | Code::DataLoss | Code::Unimplemented => {
                    until_exhausted(SkipReason::RunnerFailed)
                }
                _ => retry,
            },
            Self::RunnerIncomplete | Self::RunnerTimeout { .. } => retry,
            Self::RunnerMalformed(_) => until_exhausted(SkipReason::RunnerFailed),
            Self::Input(_) => Reaction::Skip(SkipReason::InputInvalid),
            Self::Receipt(_) => Reaction::Skip(SkipReason::ReceiptInvalid),
            Self::RunnerAddress(_)
            | Self::RunnerToken
            | Self::Journal(_)
            | Self::JournalLine { .. }
            | Self::JournalScope { .. }
            | Self::Config(_)
            | Self::SecretFile { .. }
            | Self::Startup(_) => Reaction::Stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stoa_primitives::ContentHash;

    const PATIENCE: Patience = Patience { retry: Duration::from_secs(1), max_attempts: 3 };

    #[test]
    fn a_missing_input_is_looked_for_a_few_times_and_then_given_up() {
        let hash = ContentHash::sha256(b"");
        let error = RelayerError::Content(ClientError::ContentMissing { hash });
        assert_eq!(error.reaction(2, PATIENCE), Reaction::Retry { after: PATIENCE.retry });
        assert_eq!(error.reaction(3, PATIENCE), Reaction::Skip(SkipReason::InputMissing));
    }

    #[test]
    fn an_absent_runner_is_waited_for_however_long_it_takes() {
        let error = RelayerError::Runner(Box::new(tonic::Status::unavailable("down")));
        assert_eq!(error.reaction(1_000, PATIENCE), Reaction::Retry { after: PATIENCE.retry });
    }

    #[test]
    fn a_journal_that_cannot_be_written_stops_the_process() {
        let error = RelayerError::JournalScope { expected: "a".into(), actual: "b".into() };
        assert_eq!(error.reaction(1, PATIENCE), Reaction::Stop);
    }
}
