//! Where the socket is.

use std::{fmt, path::PathBuf, str::FromStr};

use serde::{Deserialize, Serialize};

const TCP: &str = "tcp://";
const UNIX: &str = "unix://";

/// A socket address in CometBFT's notation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Address {
    /// `tcp://host:port`.
    Tcp(String),
    /// `unix:///path`.
    Unix(PathBuf),
}

/// The text is no address.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}: expected tcp://host:port or unix:///path")]
pub struct AddressError {
    /// The text.
    text: String,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if let Some(host) = text.strip_prefix(TCP).filter(|host| host.contains(':')) {
            return Ok(Self::Tcp(host.to_owned()));
        }
        if let Some(path) = text.strip_prefix(UNIX).filter(|path| !path.is_empty()) {
            return Ok(Self::Unix(path.into()));
        }
        Err(AddressError { text: text.to_owned() })
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(host) => write!(f, "{TCP}{host}"),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_back_as_written_and_others_are_refused() {
        for text in ["tcp://127.0.0.1:26658", "unix:///run/stoad.sock"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        for text in ["127.0.0.1:26658", "tcp://", "tcp://host", "unix://", ""] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
