//! Why bytes are no transaction.

use stoa_modules::{ModuleError, core::codespace};

/// Why bytes cannot be read as a transaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TxError {
    /// Not protobuf, or not of this shape.
    #[error("{message} is malformed: tx parse error")]
    Malformed {
        /// Which part.
        message: &'static str,
    },
    /// A field that this version does not know.
    #[error(
        "errUnknownField \"/{message}\": {{TagNum: {number}, WireType:{wire_type}}}: tx parse error"
    )]
    UnknownField {
        /// In which part.
        message: &'static str,
        /// Number of the field.
        number: u32,
        /// Protobuf wire type.
        wire_type: u8,
    },
    /// Another encoding of the same content: it would give a second transaction hash.
    #[error("{message} is not in canonical encoding: tx parse error")]
    NotCanonical {
        /// Which part.
        message: &'static str,
    },
    /// A type that this chain does not have.
    #[error("unable to resolve type URL {type_url}: tx parse error")]
    UnknownType {
        /// The type.
        type_url: String,
    },
    /// Parts inside parts, too deep.
    #[error("messages are nested deeper than {limit}: tx parse error")]
    TooDeep {
        /// Most levels.
        limit: usize,
    },
    /// A transaction that asks for nothing.
    #[error("must contain at least one message: invalid request")]
    NoMessages,
}

impl From<TxError> for ModuleError {
    fn from(error: TxError) -> Self {
        let code = match error {
            TxError::NoMessages => 18,
            _ => 2,
        };
        Self::Refused { codespace: codespace::SDK, code, message: error.to_string() }
    }
}
