//! Errors to gRPC codes. A relayer retries UNAVAILABLE and RESOURCE_EXHAUSTED, and nothing else.

use stoa_engine::EngineError;
use tonic::{Code, Status};

use crate::RunnerError;

/// The status of an error; its message names the limit or the file.
pub fn status(error: &RunnerError) -> Status {
    let code = code(error);
    if matches!(code, Code::Internal | Code::Unavailable) {
        tracing::warn!(%error, ?code, "call failed");
    }
    Status::new(code, describe(error))
}

/// The error and its causes in one line.
pub fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let reason = inner.to_string();
        if !text.contains(&reason) {
            text = format!("{text}: {reason}");
        }
        cause = inner.source();
    }
    text
}

/// The gRPC code of an error.
pub fn code(error: &RunnerError) -> Code {
    match error {
        RunnerError::Message(_)
        | RunnerError::Document(_)
        | RunnerError::InputHash { .. }
        | RunnerError::WaitTooLong { .. }
        | RunnerError::TooManyTokens { .. }
        | RunnerError::Template(_)
        | RunnerError::Tensor { .. } => Code::InvalidArgument,
        RunnerError::OtherModel { .. } | RunnerError::NoChatTemplate { .. } => {
            Code::FailedPrecondition
        }
        RunnerError::OtherOrder { .. } => Code::AlreadyExists,
        RunnerError::QueueFull { .. }
        | RunnerError::CallerQueueFull { .. }
        | RunnerError::TooManyRequests { .. }
        | RunnerError::TooManyModels { .. }
        | RunnerError::TooManyStreams { .. } => Code::ResourceExhausted,
        RunnerError::DeadlineExceeded => Code::DeadlineExceeded,
        RunnerError::NotHandedIn { .. } | RunnerError::UnknownModel { .. } => Code::NotFound,
        RunnerError::NotTheRelayer
        | RunnerError::Unauthenticated
        | RunnerError::WalletRefused { .. } => Code::Unauthenticated,
        RunnerError::PaidOnly | RunnerError::NotTheOperator => Code::PermissionDenied,
        RunnerError::RepositoryClosed => Code::Unimplemented,
        RunnerError::Engine(error) => engine_code(error),
        RunnerError::Cancelled => Code::Cancelled,
        RunnerError::ShuttingDown => Code::Unavailable,
        RunnerError::Store(_)
        | RunnerError::Receipt(_)
        | RunnerError::OutputTooLong { .. }
        | RunnerError::Repository { .. }
        | RunnerError::Models(_)
        | RunnerError::NoRandomness
        | RunnerError::Lost => Code::Internal,
    }
}

fn engine_code(error: &EngineError) -> Code {
    match error {
        EngineError::PromptTooLong { .. }
        | EngineError::PromptTooManyBytes { .. }
        | EngineError::TooManyNewTokens { .. }
        | EngineError::EmptyPrompt
        | EngineError::NoNewTokens
        | EngineError::CacheTooSmall { .. }
        | EngineError::TextCount { .. }
        | EngineError::InvalidSegments { .. }
        | EngineError::InvalidInput { .. }
        | EngineError::UnknownToken { .. } => Code::InvalidArgument,
        EngineError::MissingFile { .. }
        | EngineError::UnreadableFile { .. }
        | EngineError::InvalidJson { .. }
        | EngineError::FileTooLong { .. }
        | EngineError::Gguf { .. }
        | EngineError::Package { .. }
        | EngineError::Unwritable { .. }
        | EngineError::UnsupportedArchitecture { .. }
        | EngineError::InvalidConfig { .. }
        | EngineError::CorruptWeights { .. }
        | EngineError::MissingTensor { .. }
        | EngineError::TensorShape { .. }
        | EngineError::TensorType { .. }
        | EngineError::NotFinite { .. }
        | EngineError::Tokenizer { .. }
        | EngineError::TokenizerMismatch { .. }
        | EngineError::NoTokenizer { .. }
        | EngineError::Overflow { .. }
        | EngineError::OtherKind { .. }
        | EngineError::CpuOnly { .. }
        | EngineError::MissingPart { .. }
        | EngineError::NoAdapter
        | EngineError::AdapterLimit { .. }
        | EngineError::DeviceRefused { .. }
        | EngineError::SelfTest { .. } => Code::FailedPrecondition,
        EngineError::InvalidStep { .. } | EngineError::Panicked => Code::Internal,
        EngineError::CacheFull { .. } => Code::ResourceExhausted,
        EngineError::NotCached { .. }
        | EngineError::DeviceLost { .. }
        | EngineError::DeviceFailed { .. } => Code::Unavailable,
    }
}
