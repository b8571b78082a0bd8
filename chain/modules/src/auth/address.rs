//! Account addresses.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    sync::{Arc, OnceLock},
};

use bech32::{Bech32, Fe32, Hrp, primitives::decode::CheckedHrpstring};
use ripemd::Ripemd160;
use sha2::{Digest as _, Sha256};

use super::{AuthError, bech32_text};

/// Human-readable part of every account address.
pub const BECH32_PREFIX: &str = "stoa";
/// Longest address in bytes (Cosmos SDK `types/address`); wallets have 20, contracts 32.
pub const MAX_ADDRESS_BYTES: usize = 255;
/// Length of addresses that are hashes of keys or of module names.
const HASH_ADDRESS_BYTES: usize = 20;

const HRP: Hrp = Hrp::parse_unchecked(BECH32_PREFIX);

/// Why a text or a byte string is no account address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was given.
    #[error("empty address string is not allowed")]
    Empty,
    /// Not bech32.
    #[error("decoding bech32 failed: {0}")]
    Bech32(String),
    /// An address of another chain.
    #[error("invalid Bech32 prefix; expected {BECH32_PREFIX}, got {actual}")]
    Prefix {
        /// The prefix that was found.
        actual: String,
    },
    /// Too short or too long.
    #[error("address length must be 1 to {MAX_ADDRESS_BYTES} bytes, got {actual}")]
    Length {
        /// Bytes found.
        actual: usize,
    },
}

/// The address of an account: 1 to 255 bytes, written as bech32 with the prefix `stoa`.
///
/// Clones share the text, which is made once: a transfer writes each of its addresses half a dozen times.
#[derive(Clone)]
pub struct AccAddress(Arc<Spelled>);

struct Spelled {
    bytes: Vec<u8>,
    /// The one spelling of `bytes`, once somebody has read or written it.
    text: OnceLock<Box<str>>,
}

impl AccAddress {
    /// An address from its bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, AddressError> {
        let bytes = bytes.into();
        match bytes.len() {
            1..=MAX_ADDRESS_BYTES => Ok(Self::of(bytes)),
            actual => Err(AddressError::Length { actual }),
        }
    }

    /// The address of a compressed secp256k1 public key: `RIPEMD-160(SHA-256(key))`.
    pub fn from_secp256k1(compressed_key: &[u8]) -> Self {
        Self::of(Ripemd160::digest(Sha256::digest(compressed_key)).to_vec())
    }

    /// The address of an ed25519 key and of the amino encoding of a multisig key: the first 20 bytes of
    /// `SHA-256(key)`.
    pub fn from_digest(key: &[u8]) -> Self {
        Self::of(Sha256::digest(key).iter().take(HASH_ADDRESS_BYTES).copied().collect())
    }

    /// The address of a module account: the first 20 bytes of `SHA-256(name)`.
    pub fn of_module(name: &str) -> Self {
        Self::from_digest(name.as_bytes())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.text.get_or_init(|| spell(&self.0.bytes).into())
    }

    fn of(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Spelled { bytes, text: OnceLock::new() }))
    }
}

fn spell(bytes: &[u8]) -> String {
    // Bech32 of 255 bytes and this prefix is shorter than what the code of the checksum allows.
    bech32::encode_lower::<Bech32>(HRP, bytes).unwrap_or_default()
}

impl PartialEq for AccAddress {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.as_bytes() == other.as_bytes()
    }
}

impl Eq for AccAddress {}

impl PartialOrd for AccAddress {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AccAddress {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for AccAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl From<&AccAddress> for String {
    fn from(address: &AccAddress) -> Self {
        address.as_str().to_owned()
    }
}

impl FromStr for AccAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.trim().is_empty() {
            return Err(AddressError::Empty);
        }
        let broken = || AddressError::Bech32(bech32_text::reason(text));
        let parsed = CheckedHrpstring::new::<Bech32>(text).map_err(|_| broken())?;
        if parsed.hrp() != HRP {
            return Err(AddressError::Prefix { actual: parsed.hrp().as_str().to_lowercase() });
        }
        let address = Self::new(parsed.byte_iter().collect::<Vec<u8>>())?;
        if has_other_spelling(parsed.data_part_ascii_no_checksum()) {
            return Err(broken());
        }
        // In capitals it is the same address, and not how it is written.
        if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            address.0.text.get_or_init(|| text.into());
        }
        Ok(address)
    }
}

/// Whether characters of 5 bits each are not what their bytes are written as: bits that make no byte must be
/// zero and fewer than a character, or one account would have two names.
fn has_other_spelling(characters: &[u8]) -> bool {
    let spare_bits = characters.len().wrapping_mul(5) % 8;
    let last = characters.last().and_then(|last| Fe32::from_char(char::from(*last)).ok());
    spare_bits >= 5 || last.is_some_and(|last| last.to_u8() & ((1 << spare_bits) - 1) != 0)
}

impl fmt::Display for AccAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for AccAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The address in a field of a message; `field` is the SDK's name of it, which the refusal repeats.
pub fn parse_address(field: &'static str, text: &str) -> Result<AccAddress, AuthError> {
    text.parse().map_err(|source| AuthError::InvalidAddress { field, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_wallet_address_reads_back() {
        let text = "stoa19ysd98py4533gghnua2gtyvv3lt6kswr40ga43";
        let address: AccAddress = text.parse().unwrap();
        assert_eq!(address.as_bytes().len(), 20);
        assert_eq!(address.to_string(), text);
    }

    #[test]
    fn the_fee_collector_has_the_address_that_every_sdk_chain_derives() {
        // First 20 bytes of SHA-256("fee_collector"), as on any Cosmos SDK chain.
        assert_eq!(
            hex::encode(AccAddress::of_module("fee_collector").as_bytes()),
            "f1829676db577682e944fc3493d451b67ff3e29f"
        );
    }

    #[test]
    fn foreign_broken_and_empty_addresses_are_refused() {
        let parse = |text: &str| text.parse::<AccAddress>().unwrap_err();
        assert_eq!(parse(" "), AddressError::Empty);
        assert!(matches!(
            parse("cosmos17xpfvakm2amg962yls6f84z3kell8c5lserqta"),
            AddressError::Prefix { actual } if actual == "cosmos"
        ));
        assert!(matches!(
            parse("stoa19ysd98py4533gghnua2gtyvv3lt6kswr40ga44"),
            AddressError::Bech32(_)
        ));
        assert!(matches!(parse(&"q".repeat(1000)), AddressError::Bech32(_)));
        assert_eq!(AccAddress::new(vec![0; 256]), Err(AddressError::Length { actual: 256 }));
        assert_eq!(AccAddress::new(vec![]), Err(AddressError::Length { actual: 0 }));
    }

    proptest! {
        #[test]
        fn every_address_reads_back(bytes in proptest::collection::vec(any::<u8>(), 1..=255)) {
            let address = AccAddress::new(bytes).unwrap();
            prop_assert_eq!(address.to_string().parse::<AccAddress>().unwrap(), address);
        }

        /// Texts of any characters under a right checksum: those are addresses that are spelled as
        /// addresses are.
        #[test]
        fn no_address_has_two_names(values in proptest::collection::vec(0u8..32, 1..60)) {
            use bech32::primitives::iter::Fe32IterExt as _;
            let values = values.into_iter().map(|value| Fe32::try_from(value).unwrap());
            let text: String = values.with_checksum::<Bech32>(&HRP).chars().collect();
            if let Ok(address) = text.parse::<AccAddress>() {
                prop_assert_eq!(address.to_string(), text.clone());
                let upper = text.to_uppercase().parse::<AccAddress>();
                prop_assert_eq!(upper, Ok(address));
            } else {
                let bytes = CheckedHrpstring::new::<Bech32>(&text).unwrap();
                let bytes: Vec<u8> = bytes.byte_iter().collect();
                prop_assert!(bytes.is_empty() || spell(&bytes) != text);
            }
        }

        #[test]
        fn no_text_panics(text in ".{0,80}") {
            let _ = text.parse::<AccAddress>();
        }
    }
}
