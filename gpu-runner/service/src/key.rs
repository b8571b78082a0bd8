//! The key that signs receipts.

use std::path::{Path, PathBuf};

use bip39::{Language, Mnemonic};
use cosmrs::bip32::{DerivationPath, XPrv};
use k256::ecdsa::SigningKey;
use stoa_primitives::COIN_TYPE;
use stoa_receipt::{PUBLIC_KEY_BYTES, Receipt, ReceiptError, Statement};

/// Hex digits of a secret key.
const SECRET_HEX_DIGITS: usize = 64;
/// Longest accepted key file in bytes; a mnemonic of 24 words stays below 256.
const MAX_KEY_FILE_BYTES: u64 = 1_024;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("the key file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The file is no key file.
    #[error("the key file {} has {actual_bytes} bytes, the limit is {MAX_KEY_FILE_BYTES}", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Its length.
        actual_bytes: u64,
    },
    /// The text is neither hex nor a mnemonic.
    #[error("the key is neither {SECRET_HEX_DIGITS} hex digits nor a valid BIP-39 mnemonic")]
    Mnemonic(#[source] bip39::Error),
    /// The hex digits are zero or not below the curve's order.
    #[error("the hex digits are not a secp256k1 secret key")]
    Secret(#[source] k256::ecdsa::Error),
    /// The wallet path gives no key for this mnemonic.
    #[error("the mnemonic gives no key at the wallet path: {0}")]
    Derivation(cosmrs::bip32::Error),
}

/// A secp256k1 key; printing it shows the public half only.
#[derive(Clone)]
pub struct ReceiptKey(SigningKey);

impl ReceiptKey {
    /// Reads a mnemonic or a secret key in hex from `path`.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
        let actual_bytes = std::fs::metadata(path).map_err(unreadable)?.len();
        if actual_bytes > MAX_KEY_FILE_BYTES {
            return Err(KeyError::TooLong { path: path.to_owned(), actual_bytes });
        }
        Self::from_text(&std::fs::read_to_string(path).map_err(unreadable)?)
    }

    /// Parses a mnemonic (English word list) or a secret key in hex.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let mut secret = [0u8; SECRET_HEX_DIGITS / 2];
        if hex::decode_to_slice(text, &mut secret).is_ok() {
            return Ok(Self(SigningKey::from_slice(&secret).map_err(KeyError::Secret)?));
        }
        let mnemonic = Mnemonic::parse_in(Language::English, text).map_err(KeyError::Mnemonic)?;
        let path = wallet_path().map_err(KeyError::Derivation)?;
        let key =
            XPrv::derive_from_path(mnemonic.to_seed(""), &path).map_err(KeyError::Derivation)?;
        Ok(Self(key.private_key().clone()))
    }

    /// Compressed SEC 1 public key.
    pub fn public_key(&self) -> [u8; PUBLIC_KEY_BYTES] {
        let mut bytes = [0; PUBLIC_KEY_BYTES];
        bytes.copy_from_slice(self.0.verifying_key().to_encoded_point(true).as_bytes());
        bytes
    }

    /// Signs a statement.
    pub fn sign(&self, statement: Statement) -> Result<Receipt, ReceiptError> {
        stoa_receipt::sign(statement, &self.0)
    }
}

fn wallet_path() -> Result<DerivationPath, cosmrs::bip32::Error> {
    format!("m/44'/{COIN_TYPE}'/0'/0/0").parse()
}

impl std::fmt::Debug for ReceiptKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ReceiptKey({})", hex::encode(self.public_key()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MNEMONIC: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    #[test]
    fn a_mnemonic_gives_the_account_that_wallets_show_for_it() {
        let key = ReceiptKey::from_text(&format!("{MNEMONIC}\n")).unwrap();
        let public: cosmrs::tendermint::PublicKey =
            cosmrs::tendermint::PublicKey::from_raw_secp256k1(&key.public_key()).unwrap();
        let account = cosmrs::crypto::PublicKey::from(public).account_id("cosmos").unwrap();
        assert_eq!(account.as_ref(), "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4");
    }

    #[test]
    fn hex_digits_are_taken_as_the_secret_itself() {
        let key = ReceiptKey::from_text(&"07".repeat(32)).unwrap();
        let expected = SigningKey::from_slice(&[7; 32]).unwrap();
        assert_eq!(
            key.public_key().as_slice(),
            expected.verifying_key().to_encoded_point(true).as_bytes()
        );
    }

    #[test]
    fn zero_a_wrong_checksum_and_a_missing_file_are_refused() {
        assert!(matches!(ReceiptKey::from_text(&"00".repeat(32)), Err(KeyError::Secret(_))));
        let wrong = MNEMONIC.replace("about", "abandon");
        assert!(matches!(ReceiptKey::from_text(&wrong), Err(KeyError::Mnemonic(_))));
        let missing = ReceiptKey::from_file(Path::new("no-such-key"));
        assert!(matches!(missing, Err(KeyError::Unreadable { .. })));
    }

    #[test]
    fn printing_a_key_does_not_show_the_secret() {
        let key = ReceiptKey::from_text(&"07".repeat(32)).unwrap();
        assert!(!format!("{key:?}").contains("0707"));
    }
}
