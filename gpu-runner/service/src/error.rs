//! Why a call is refused or fails.

use stoa_engine::EngineError;
use stoa_job::DocumentError;
use stoa_primitives::ContentHash;
use stoa_proto::ConversionError;
use stoa_receipt::ReceiptError;

use crate::{
    models::{ModelsError, TemplateError},
    store::StoreError,
};

/// Refusals and failures of the service; `rpc::status` maps each to a gRPC code.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// A field of the message is out of its bound.
    #[error(transparent)]
    Message(#[from] ConversionError),
    /// The input document is refused, or the output document cannot be written.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The input is not the one that the order commits to.
    #[error("the input hashes to {actual}, the order commits to {ordered}")]
    InputHash {
        /// SHA-256 of the bytes that came.
        actual: ContentHash,
        /// `input_hash` of the request.
        ordered: ContentHash,
    },
    /// The order names a model that is not loaded.
    #[error("the order names the model {ordered}, this runner serves {served}")]
    OtherModel {
        /// `model_root` of the request.
        ordered: ContentHash,
        /// Names and roots of the loaded models.
        served: String,
    },
    /// The job key was handed in before with another content.
    #[error("this job was handed in before with {field} {known}, now with {given}")]
    OtherOrder {
        /// `input_hash` or `model_root`.
        field: &'static str,
        /// Value of the first request.
        known: ContentHash,
        /// Value of this request.
        given: ContentHash,
    },
    /// No place in the queue.
    #[error("the queue is full: {limit} requests wait already")]
    QueueFull {
        /// Places in the queue.
        limit: usize,
    },
    /// One caller has enough in the queue.
    #[error("{limit} of your requests wait already")]
    CallerQueueFull {
        /// Places of one caller.
        limit: usize,
    },
    /// As many calls are open as there may be.
    #[error("{limit} requests are open already")]
    TooManyRequests {
        /// Calls that may be open.
        limit: usize,
    },
    /// The answer did not come in time.
    #[error("the answer did not come before its deadline")]
    DeadlineExceeded,
    /// More tokens were asked for than one request may have.
    #[error("{actual} tokens were asked for, the limit is {limit}")]
    TooManyTokens {
        /// Tokens asked for.
        actual: u32,
        /// Most tokens.
        limit: u32,
    },
    /// The call carries no key, or none that is known.
    #[error("the authorization header must carry a key of this runner: Bearer KEY")]
    Unauthenticated,
    /// A wallet was not let in.
    #[error("the wallet is not let in: {reason}")]
    WalletRefused {
        /// What was wrong.
        reason: &'static str,
    },
    /// The call is the operator's alone.
    #[error(
        "this call is for the operator: the authorization header must carry the operator's token"
    )]
    NotTheOperator,
    /// Models cannot be loaded or unloaded.
    #[error("this runner has no model repository (model_repository is not set)")]
    RepositoryClosed,
    /// The repository cannot be read.
    #[error("the model repository {} cannot be read", path.display())]
    Repository {
        /// The folder.
        path: std::path::PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// No room for one more model.
    #[error("{limit} models are loaded already; unload one")]
    TooManyModels {
        /// Models that may be loaded.
        limit: usize,
    },
    /// A loaded model cannot be served.
    #[error(transparent)]
    Models(#[from] ModelsError),
    /// A base model was asked to chat.
    #[error(
        "the model {model:?} has no chat template, so it cannot take messages; send it a prompt \
         (/v1/completions), or let the operator set chat_template_file"
    )]
    NoChatTemplate {
        /// Name of the model.
        model: String,
    },
    /// The chat template refused the messages.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The system has no randomness for a seed.
    #[error("the system's random source failed")]
    NoRandomness,
    /// No more streams may be opened.
    #[error("{limit} job streams are open already")]
    TooManyStreams {
        /// Streams that may be open.
        limit: usize,
    },
    /// The job did not appear.
    #[error("the job was not handed in within {waited_seconds} s")]
    NotHandedIn {
        /// Seconds waited.
        waited_seconds: u32,
    },
    /// The wait is longer than the bound.
    #[error("wait_seconds is {actual}, the limit is {limit}")]
    WaitTooLong {
        /// Seconds asked for.
        actual: u32,
        /// Most seconds.
        limit: u32,
    },
    /// KServe: no such model or version.
    #[error("there is no model {name:?} in version {version:?}; served: {served}")]
    UnknownModel {
        /// Name asked for.
        name: String,
        /// Version asked for; empty for any.
        version: String,
        /// Name and version of the loaded model.
        served: String,
    },
    /// KServe: the request is not what the model takes.
    #[error("{subject} is {actual}, it must be {rule}")]
    Tensor {
        /// What is wrong.
        subject: String,
        /// What was found.
        actual: String,
        /// What is accepted.
        rule: &'static str,
    },
    /// The call does not carry the relayer's token.
    #[error(
        "this runner takes jobs from its relayer only: the authorization header must carry its token"
    )]
    NotTheRelayer,
    /// KServe inference is turned off.
    #[error("this runner answers paid jobs only (serve_unpaid is false)")]
    PaidOnly,
    /// The engine refused or failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The client left.
    #[error("the call was cancelled")]
    Cancelled,
    /// The results store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The receipt could not be signed.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The answer is longer than a document may be.
    #[error("the output document has {actual_bytes} bytes, the limit is {limit_bytes}")]
    OutputTooLong {
        /// Length of the document.
        actual_bytes: usize,
        /// Longest document.
        limit_bytes: usize,
    },
    /// The service ends; the job can be handed in again later.
    #[error("the runner is shutting down; hand the job in again")]
    ShuttingDown,
    /// A thread of the service ended unexpectedly.
    #[error("the runner lost the execution of this call")]
    Lost,
}
