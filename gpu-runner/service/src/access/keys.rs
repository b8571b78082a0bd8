//! The operator's own callers: a file with one `name key` a line.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use stoa_primitives::ContentHash;

/// Shortest accepted key in bytes: shorter ones can be guessed.
const MIN_KEY_BYTES: usize = 16;
/// Most keys of a file.
const MAX_KEYS: usize = 10_000;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The file cannot be read.
    #[error("the file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A line is not `name key`.
    #[error(
        "line {line} of the keys file must be a name, a space and a key of {MIN_KEY_BYTES} bytes or more"
    )]
    Line {
        /// Number of the line, from 1.
        line: usize,
    },
    /// Two lines hold one key or one name.
    #[error("line {line} of the keys file repeats a name or a key")]
    Repeated {
        /// Number of the line, from 1.
        line: usize,
    },
    /// The file holds none, or too many.
    #[error("the file holds {actual} entries, it must hold between 1 and {MAX_KEYS}")]
    Count {
        /// Keys found.
        actual: usize,
    },
}

/// Wallets that may log in: a file with one address a line.
pub struct AllowList(BTreeSet<String>);

impl AllowList {
    /// Reads the file; empty lines and lines that begin with `#` do not count.
    pub fn from_file(path: &Path) -> Result<Self, KeyRingError> {
        let unreadable = |source| KeyRingError::Unreadable { path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let lines = text.lines().map(str::trim);
        let addresses = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let allowed: BTreeSet<String> = addresses.map(str::to_owned).collect();
        match allowed.len() {
            1..=MAX_KEYS => Ok(Self(allowed)),
            actual => Err(KeyRingError::Count { actual }),
        }
    }

    /// Whether an address is on the list.
    pub fn contains(&self, address: &str) -> bool {
        self.0.contains(address)
    }
}

/// Hashes of keys; looking one up tells an attacker nothing by its timing.
#[derive(Clone, Debug)]
pub struct KeyRing(BTreeMap<ContentHash, String>);

impl KeyRing {
    /// Reads the file; empty lines and lines that begin with `#` do not count.
    pub fn from_file(path: &Path) -> Result<Self, KeyRingError> {
        let unreadable = |source| KeyRingError::Unreadable { path: path.to_owned(), source };
        Self::from_text(&std::fs::read_to_string(path).map_err(unreadable)?)
    }

    /// Takes the file's text.
    pub fn from_text(text: &str) -> Result<Self, KeyRingError> {
        let mut keys = BTreeMap::new();
        let mut names = BTreeSet::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, key) = line.split_once(' ').ok_or(KeyRingError::Line { line: number })?;
            let key = key.trim();
            if key.len() < MIN_KEY_BYTES || key.contains(' ') {
                return Err(KeyRingError::Line { line: number });
            }
            let hash = ContentHash::sha256(key.as_bytes());
            if !names.insert(name.to_owned()) || keys.insert(hash, name.to_owned()).is_some() {
                return Err(KeyRingError::Repeated { line: number });
            }
        }
        match keys.len() {
            1..=MAX_KEYS => Ok(Self(keys)),
            actual => Err(KeyRingError::Count { actual }),
        }
    }

    /// Name under which a key is known.
    pub fn name_of(&self, key: &str) -> Option<&str> {
        self.0.get(&ContentHash::sha256(key.as_bytes())).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_name_and_nothing_else_is() {
        let text = "# callers\nalice 0123456789abcdef\n\nbob fedcba9876543210\n";
        let ring = KeyRing::from_text(text).unwrap();
        assert_eq!(ring.name_of("0123456789abcdef"), Some("alice"));
        assert_eq!(ring.name_of("0123456789abcdeg"), None);
        assert_eq!(ring.name_of(""), None);
    }

    #[test]
    fn short_repeated_and_missing_keys_are_refused_by_line() {
        let line = |text: &str| KeyRing::from_text(text).unwrap_err().to_string();
        assert!(line("alice short").contains("line 1"));
        assert!(line("alice").contains("line 1"));
        let twice = "alice 0123456789abcdef\nbob 0123456789abcdef";
        assert!(line(twice).contains("line 2"));
        assert!(line("# nobody").contains("0 entries"));
    }
}
