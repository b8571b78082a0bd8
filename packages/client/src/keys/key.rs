//! One secp256k1 key and its address.

use std::fmt;

use bip39::Mnemonic;
use cosmrs::{
    bip32::{DerivationPath, XPrv},
    crypto::PublicKey,
};
use k256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    elliptic_curve::rand_core::{OsRng, RngCore},
};
use stoa_primitives::{BECH32_PREFIX, COIN_TYPE};

use crate::error::ClientError;

/// Entropy of new mnemonics in bytes: 24 words.
const ENTROPY_BYTES: usize = 32;

/// A signing key, derived as Keplr and every Cosmos wallet derive it (`m/44'/118'/0'/0/0`).
#[derive(Clone)]
pub struct Key {
    signing: SigningKey,
    public: Vec<u8>,
    address: String,
}

impl Key {
    /// Twenty-four new words from the system's random source.
    pub fn generate_mnemonic() -> Result<String, ClientError> {
        let mut entropy = [0u8; ENTROPY_BYTES];
        OsRng.fill_bytes(&mut entropy);
        Ok(Mnemonic::from_entropy(&entropy)?.to_string())
    }

    /// Derives the key of `mnemonic` (BIP-39 English words, no passphrase).
    pub fn from_mnemonic(mnemonic: &str) -> Result<Self, ClientError> {
        let words = Mnemonic::parse_normalized(mnemonic.trim())?;
        let path: DerivationPath =
            format!("m/44'/{COIN_TYPE}'/0'/0/0").parse().map_err(derivation)?;
        let extended =
            XPrv::derive_from_path(words.to_seed_normalized(""), &path).map_err(derivation)?;
        Self::from_signing_key(extended.private_key().clone())
    }

    /// Wraps a raw scalar of 32 bytes.
    pub fn from_secret(secret: &[u8]) -> Result<Self, ClientError> {
        Self::from_signing_key(SigningKey::from_slice(secret).map_err(derivation)?)
    }

    fn from_signing_key(signing: SigningKey) -> Result<Self, ClientError> {
        let verifying = *signing.verifying_key();
        let public = verifying.to_encoded_point(true).as_bytes().to_vec();
        let address =
            PublicKey::from(verifying).account_id(BECH32_PREFIX).map_err(derivation)?.to_string();
        Ok(Self { signing, public, address })
    }

    /// Bech32 address, `stoa1…`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Compressed public key, 33 bytes (SEC 1).
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// Compact signature (`r || s`, low `s`, RFC 6979) over SHA-256 of `message`, as
    /// `SIGN_MODE_DIRECT` wants it.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.signing.sign(message);
        signature.normalize_s().unwrap_or(signature).to_bytes().to_vec()
    }
}

fn derivation(reason: impl fmt::Display) -> ClientError {
    ClientError::Derivation { reason: reason.to_string() }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key({})", self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The BIP-39 specification's own test words.
    const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                         abandon abandon about";

    #[test]
    fn the_specification_words_give_the_address_that_every_cosmos_wallet_shows() {
        let key = Key::from_mnemonic(WORDS).unwrap();
        // Published for these words with prefix `cosmos`; the 20 bytes are the same here.
        let published: cosmrs::AccountId =
            "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4".parse().unwrap();
        let ours: cosmrs::AccountId = key.address().parse().unwrap();
        assert_eq!(ours.to_bytes(), published.to_bytes());
        assert_eq!(ours.prefix(), "stoa");
    }

    #[test]
    fn a_new_mnemonic_has_twenty_four_words_and_its_own_key() {
        let first = Key::generate_mnemonic().unwrap();
        let second = Key::generate_mnemonic().unwrap();
        assert_eq!(first.split(' ').count(), 24);
        let (first, second) =
            (Key::from_mnemonic(&first).unwrap(), Key::from_mnemonic(&second).unwrap());
        assert_ne!(first.address(), second.address());
    }

    #[test]
    fn wrong_words_are_refused_and_debug_output_holds_no_secret() {
        assert!(matches!(
            Key::from_mnemonic("abandon abandon about"),
            Err(ClientError::Mnemonic(_))
        ));
        let key = Key::from_secret(&[7; 32]).unwrap();
        assert_eq!(format!("{key:?}"), format!("Key({})", key.address()));
    }
}
