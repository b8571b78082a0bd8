//! Secrets that single callers carry: the relayer's for `Generate`, the operator's for loading models.
//!
//! Without the relayer's whoever reaches the port can execute for nothing, and can occupy a job key with a
//! wrong input before the relayer hands in the right one.

use std::path::{Path, PathBuf};

use stoa_primitives::ContentHash;
use tonic::metadata::MetadataMap;

use crate::RunnerError;

/// Shortest accepted token in bytes: shorter ones can be guessed.
const MIN_TOKEN_BYTES: usize = 16;
/// Scheme in the `authorization` header (RFC 6750).
const SCHEME: &str = "Bearer ";

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum RelayerTokenError {
    /// The file cannot be read.
    #[error("the token file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The token can be guessed.
    #[error("the token has {actual_bytes} bytes, it must have {MIN_TOKEN_BYTES} or more")]
    TooShort {
        /// Length of the token.
        actual_bytes: usize,
    },
}

/// The token's hash; comparing hashes tells an attacker nothing by its timing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayerToken(ContentHash);

impl RelayerToken {
    /// Reads the token from a file; white space around it does not count.
    pub fn from_file(path: &Path) -> Result<Self, RelayerTokenError> {
        let unreadable = |source| RelayerTokenError::Unreadable { path: path.to_owned(), source };
        Self::from_text(&std::fs::read_to_string(path).map_err(unreadable)?)
    }

    /// Takes the token itself.
    pub fn from_text(text: &str) -> Result<Self, RelayerTokenError> {
        let token = text.trim();
        if token.len() < MIN_TOKEN_BYTES {
            return Err(RelayerTokenError::TooShort { actual_bytes: token.len() });
        }
        Ok(Self(ContentHash::sha256(token.as_bytes())))
    }

    /// Refuses a call whose `authorization` header does not carry the token.
    pub(crate) fn check(&self, metadata: &MetadataMap) -> Result<(), RunnerError> {
        self.is_carried_by(metadata).then_some(()).ok_or(RunnerError::NotTheRelayer)
    }

    /// Whether a call's `authorization` header carries the token.
    pub(crate) fn is_carried_by(&self, metadata: &MetadataMap) -> bool {
        let header = metadata.get("authorization").and_then(|value| value.to_str().ok());
        let given = header.and_then(|value| value.strip_prefix(SCHEME));
        given.is_some_and(|token| ContentHash::sha256(token.as_bytes()) == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef";

    fn metadata(authorization: &str) -> MetadataMap {
        let mut metadata = MetadataMap::new();
        metadata.insert("authorization", authorization.parse().unwrap());
        metadata
    }

    #[test]
    fn only_the_token_itself_is_let_in() {
        let token = RelayerToken::from_text(&format!("{TOKEN}\n")).unwrap();
        token.check(&metadata(&format!("Bearer {TOKEN}"))).unwrap();
        assert!(token.check(&metadata(TOKEN)).is_err());
        assert!(token.check(&metadata("Bearer 0123456789abcdeg")).is_err());
        assert!(token.check(&MetadataMap::new()).is_err());
    }

    #[test]
    fn a_short_token_is_refused() {
        let refused = RelayerToken::from_text("secret");
        assert!(matches!(refused, Err(RelayerTokenError::TooShort { actual_bytes: 6 })));
    }
}
