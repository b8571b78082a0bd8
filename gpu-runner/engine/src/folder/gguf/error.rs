//! What is wrong with a GGUF file.

/// Findings of the reader; the file's name is beside them in [`crate::EngineError::Gguf`].
#[derive(Debug, thiserror::Error)]
pub enum GgufError {
    /// The first four bytes are not `GGUF`.
    #[error("it does not begin with GGUF")]
    Magic,
    /// Another version, or a file in big-endian order.
    #[error("its version is {found}; 2 and 3 in little-endian order are read")]
    Version {
        /// The number in the file.
        found: u32,
    },
    /// The header goes on behind the end of the file.
    #[error("it ends inside its header")]
    Truncated,
    /// A count or a length is above its bound.
    #[error("{what} is {found}, the limit is {limit}")]
    TooMuch {
        /// What is counted.
        what: &'static str,
        /// What the file says.
        found: u64,
        /// The bound.
        limit: u64,
    },
    /// A name or a text is not UTF-8.
    #[error("a text of its header is not UTF-8")]
    NotText,
    /// A key or a tensor appears twice.
    #[error("{name} appears twice")]
    Twice {
        /// The key or the tensor.
        name: String,
    },
    /// A value of a kind that the format does not know, or lists in lists.
    #[error("a value has the unknown kind {kind}")]
    Kind {
        /// The number in the file.
        kind: u32,
    },
    /// `general.alignment` is not a power of two of at least 8.
    #[error("its alignment is {found}; it must be a power of two from 8 to 65536")]
    Alignment {
        /// What the file says.
        found: u64,
    },
    /// A tensor has no element, or its row is no whole number of blocks.
    #[error("tensor {tensor} has an impossible shape")]
    Shape {
        /// Name of the tensor.
        tensor: String,
    },
    /// A tensor begins at an unaligned place or lies outside the file.
    #[error("tensor {tensor} lies at {begin} to {end}; the file has {length} bytes")]
    Outside {
        /// Name of the tensor.
        tensor: String,
        /// Its first byte.
        begin: u64,
        /// The byte behind it.
        end: u64,
        /// Bytes of the file.
        length: u64,
    },
    /// A key that is needed is missing.
    #[error("it has no key {key}")]
    MissingKey {
        /// The key.
        key: String,
    },
    /// A key has a value of another kind or range than is needed.
    #[error("its key {key} is not {expected}")]
    WrongValue {
        /// The key.
        key: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A part of the file is not supported.
    #[error("its {key} is {found}; this engine knows {supported}")]
    Unsupported {
        /// The key or the tensor.
        key: String,
        /// What the file says.
        found: String,
        /// What would be accepted.
        supported: &'static str,
    },
}
