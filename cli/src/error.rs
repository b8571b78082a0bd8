//! One line: what failed, why, what to try.

use std::path::PathBuf;

use serde_json::json;
use stoa_client::ClientError;
use stoa_primitives::{Height, JobId};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The chain, the key store or the content store.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Not an amount.
    #[error("{text:?} is not an amount: {reason}")]
    Amount {
        /// The refused text.
        text: String,
        /// Why.
        reason: &'static str,
    },
    /// Not a proportion.
    #[error("{text:?} is not a share: {reason}")]
    Share {
        /// The refused text.
        text: String,
        /// Why.
        reason: &'static str,
    },
    /// No key is chosen and none is the only one.
    #[error("no signing key is chosen and the key store holds {keys}")]
    NoKey {
        /// Number of keys in the store.
        keys: usize,
    },
    /// No home folder is known.
    #[error("no home folder is known")]
    NoHome,
    /// The network file does not exist.
    #[error("there is no network file at {path}")]
    NoNetwork {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The network file names no content store.
    #[error("the network file names no content store")]
    NoContentStore,
    /// A file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A text given is not JSON.
    #[error("not valid JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The prompt or a sampling option is outside its bounds.
    #[error("the order cannot be made: {0}")]
    Document(#[from] stoa_job::DocumentError),
    /// The runner cannot be reached.
    #[error("the runner at {endpoint} cannot be reached: {source}")]
    RunnerConnection {
        /// Its address.
        endpoint: String,
        /// What the transport said.
        source: tonic::transport::Error,
    },
    /// The runner refused.
    #[error("the runner at {endpoint} answered {}: {}", .status.code(), .status.message())]
    Runner {
        /// Its address.
        endpoint: String,
        /// Its answer; boxed, because it is large.
        status: Box<tonic::Status>,
    },
    /// The job is not answered yet.
    #[error("job {job_id} is not delivered yet (deadline: block {deadline_height})")]
    NotDelivered {
        /// The job.
        job_id: JobId,
        /// Last height at which delivery is accepted.
        deadline_height: Height,
    },
    /// The job will not be answered any more.
    #[error("job {job_id} was not delivered before its deadline at block {deadline_height}")]
    Expired {
        /// The job.
        job_id: JobId,
        /// Last height at which delivery was accepted.
        deadline_height: Height,
    },
    /// The job was refunded.
    #[error("job {job_id} was refunded, there is no answer")]
    Refunded {
        /// The job.
        job_id: JobId,
    },
    /// The answer is not what the chain's receipt says.
    #[error("the answer to job {job_id} fails verification: {}", .failed.join(", "))]
    Unverified {
        /// The job.
        job_id: JobId,
        /// Checks that failed.
        failed: Vec<&'static str>,
    },
    /// The provider's program cannot be started.
    #[error("{} cannot be started: {source}", program.display())]
    NoRunnerProgram {
        /// Where it was looked for.
        program: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A model folder is refused; boxed, because it is large.
    #[error(transparent)]
    Engine(Box<stoa_engine::EngineError>),
    /// Neither a file nor a hash was given, or both.
    #[error("give either --file or --hash")]
    FileOrHash,
}

impl CliError {
    /// The line for standard error.
    pub(crate) fn render(&self, is_json: bool) -> String {
        if is_json {
            return json!({ "error": self.to_string(), "try": self.hint() }).to_string();
        }
        match self.hint() {
            Some(hint) => format!("error: {self}; try: {hint}"),
            None => format!("error: {self}"),
        }
    }

    /// What to try.
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Client(error) => client_hint(error),
            Self::Amount { .. } => Some("10ustoa or 1.5STOA"),
            Self::Share { .. } => Some("2.5% or 250 (basis points)"),
            Self::NoKey { keys: 0 } => Some("stoa keys add NAME, then --from NAME"),
            Self::NoKey { .. } => Some("--from NAME; stoa keys list shows the names"),
            Self::NoHome => Some("--home FOLDER"),
            Self::NoNetwork { .. } => Some("--network FILE, or set STOA_NETWORK"),
            Self::NoContentStore => {
                Some("add content_store = \"file:///folder\" to the network file")
            }
            Self::RunnerConnection { .. } => {
                Some("check the service's endpoint, or order without --stream")
            }
            Self::Runner { .. } => Some("stoa jobs show JOB_ID to see how far the job is"),
            Self::NotDelivered { .. } => Some("stoa answer JOB_ID --wait"),
            Self::Expired { .. } => Some("stoa refund JOB_ID"),
            Self::Unverified { .. } => {
                Some("keep the answer and the receipt, and do not rely on this text")
            }
            Self::NoRunnerProgram { .. } => {
                Some("install gpu-runner beside stoa, or put it on the search path")
            }
            Self::File { .. }
            | Self::Json(_)
            | Self::Document(_)
            | Self::Engine(_)
            | Self::Refunded { .. }
            | Self::FileOrHash => None,
        }
    }
}

fn client_hint(error: &ClientError) -> Option<&'static str> {
    match error {
        ClientError::Rpc { .. } => Some("start the node, or correct rpc in the network file"),
        ClientError::WrongChain { .. } => Some("another --network file"),
        ClientError::AccountMissing { .. } => Some("stoa send ADDRESS AMOUNT from a funded key"),
        ClientError::Simulation(refusal) if refusal.raw_log.contains("insufficient fund") => {
            Some("stoa balance")
        }
        ClientError::Query { log, .. } if log.contains("not found") => {
            Some("stoa services list, stoa jobs list, stoa models list: is it there?")
        }
        ClientError::NotIncluded { .. } => Some("stoa status, and look again before repeating"),
        ClientError::KeyMissing { .. } => Some("stoa keys list"),
        ClientError::KeyExists { .. } => Some("another name"),
        ClientError::Mnemonic(_) => Some("12 or 24 English words with single spaces"),
        ClientError::NoContract { .. } => {
            Some("deploy the contracts and write their addresses to the network file")
        }
        ClientError::ContentMissing { .. } => {
            Some("the content store of the network file that the provider uses")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_that_says_what_to_try() {
        let error = CliError::NoKey { keys: 0 };
        let line = error.render(false);
        assert!(line.starts_with("error: no signing key") && line.contains("; try: stoa keys add"));
        assert!(!line.contains('\n'));
        let json: serde_json::Value = serde_json::from_str(&error.render(true)).unwrap();
        assert_eq!(json["try"], "stoa keys add NAME, then --from NAME");
    }
}
