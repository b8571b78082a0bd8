//! Addresses, keys and powers.

use std::{fmt, str::FromStr};

use sha2::{Digest as _, Sha256};
use tendermint_proto::v0_38::{
    abci::ValidatorUpdate,
    crypto::{PublicKey, public_key::Sum},
};

use super::ValidatorError;

/// Bytes of an address.
const ADDRESS_BYTES: usize = 20;

/// Consensus' name for a validator: the first 20 bytes of the SHA-256 of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConsensusAddress([u8; ADDRESS_BYTES]);

impl ConsensusAddress {
    /// The address of an ed25519 key.
    pub fn of_key(key: &[u8; 32]) -> Self {
        let mut address = [0; ADDRESS_BYTES];
        address.iter_mut().zip(Sha256::digest(key)).for_each(|(to, from)| *to = from);
        Self(address)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; ADDRESS_BYTES] {
        &self.0
    }
}

impl TryFrom<&[u8]> for ConsensusAddress {
    type Error = ValidatorError;

    fn try_from(bytes: &[u8]) -> Result<Self, ValidatorError> {
        bytes.try_into().map(Self).map_err(|_| ValidatorError::Address)
    }
}

/// Upper-case hexadecimal digits, as CometBFT writes addresses.
impl fmt::Display for ConsensusAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02X}"))
    }
}

impl FromStr for ConsensusAddress {
    type Err = ValidatorError;

    fn from_str(text: &str) -> Result<Self, ValidatorError> {
        let bytes = hex::decode(text).map_err(|_| ValidatorError::Address)?;
        Self::try_from(bytes.as_slice())
    }
}

/// Key and power of one validator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator {
    /// Ed25519 public key.
    pub key: [u8; 32],
    /// Voting power, above zero.
    pub power: u64,
}

impl Validator {
    /// Its address.
    pub fn address(&self) -> ConsensusAddress {
        ConsensusAddress::of_key(&self.key)
    }

    /// From the genesis, where it is number `position`.
    pub(super) fn from_update(
        update: &ValidatorUpdate,
        position: usize,
    ) -> Result<Self, ValidatorError> {
        let key = match update.pub_key.as_ref().and_then(|key| key.sum.as_ref()) {
            Some(Sum::Ed25519(key)) => key.as_slice().try_into().ok(),
            _ => None,
        };
        let key: [u8; 32] = key.ok_or(ValidatorError::Key { position })?;
        let power = u64::try_from(update.power).ok().filter(|power| *power > 0);
        let refused = || ValidatorError::Power {
            address: ConsensusAddress::of_key(&key),
            power: update.power,
        };
        Ok(Self { key, power: power.ok_or_else(refused)? })
    }

    /// The stored form, which is also the one that consensus takes.
    pub(super) fn to_update(&self) -> ValidatorUpdate {
        let key = PublicKey { sum: Some(Sum::Ed25519(self.key.to_vec())) };
        let power = i64::try_from(self.power).unwrap_or(i64::MAX);
        ValidatorUpdate { pub_key: Some(key), power }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_and_read_as_cometbft_writes_it() {
        let address = ConsensusAddress::of_key(&[7; 32]);
        let text = address.to_string();
        assert_eq!(text.len(), 40);
        assert_eq!(text, text.to_uppercase());
        assert_eq!(text.parse(), Ok(address));
        assert_eq!("00".parse::<ConsensusAddress>(), Err(ValidatorError::Address));
    }
}
