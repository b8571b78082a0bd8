//! Addresses, keys and powers.

use std::{fmt, str::FromStr};

use bech32::{Bech32, Hrp, primitives::decode::CheckedHrpstring};
use sha2::{Digest as _, Sha256};
use tendermint_proto::v0_38::{
    abci::ValidatorUpdate,
    crypto::{PublicKey, public_key::Sum},
};

use stoa_proto::validators::v1 as wire;

use super::ValidatorError;
use crate::auth::AccAddress;

/// Bytes of an address.
const ADDRESS_BYTES: usize = 20;
/// Human-readable part of consensus addresses, as Cosmos SDK chains derive it from their prefix.
const HRP: Hrp = Hrp::parse_unchecked("stoavalcons");
/// Human-readable part of operators' addresses.
const OPERATOR_HRP: Hrp = Hrp::parse_unchecked("stoavaloper");

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

    /// As Cosmos SDK clients write it: `stoavalcons1…`.
    pub fn to_bech32(&self) -> String {
        // Twenty bytes are always short enough.
        bech32::encode::<Bech32>(HRP, &self.0).unwrap_or_default()
    }

    /// Reads `stoavalcons1…`.
    pub fn from_bech32(text: &str) -> Result<Self, ValidatorError> {
        let parsed = CheckedHrpstring::new::<Bech32>(text).map_err(|_| ValidatorError::Address)?;
        if parsed.hrp() != HRP {
            return Err(ValidatorError::Address);
        }
        Self::try_from(parsed.byte_iter().collect::<Vec<u8>>().as_slice())
    }
}

/// The account of an operator's address `stoavaloper1…`.
pub(crate) fn operator(text: &str) -> Result<AccAddress, ValidatorError> {
    let parsed = CheckedHrpstring::new::<Bech32>(text).map_err(|_| ValidatorError::Address)?;
    if parsed.hrp() != OPERATOR_HRP {
        return Err(ValidatorError::Address);
    }
    AccAddress::new(parsed.byte_iter().collect::<Vec<u8>>()).map_err(|_| ValidatorError::Address)
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

    /// As consensus takes it; power zero for who leaves the set.
    pub fn to_update(&self) -> ValidatorUpdate {
        let key = PublicKey { sum: Some(Sum::Ed25519(self.key.to_vec())) };
        let power = i64::try_from(self.power).unwrap_or(i64::MAX);
        ValidatorUpdate { pub_key: Some(key), power }
    }

    pub(super) fn to_proto(&self) -> wire::Voter {
        wire::Voter { pub_key: self.key.to_vec(), power: self.power }
    }

    pub(super) fn from_proto(wire: &wire::Voter) -> Result<Self, ValidatorError> {
        let key = wire.pub_key.as_slice().try_into().map_err(|_| ValidatorError::Corrupt)?;
        Ok(Self { key, power: wire.power })
    }
}

/// What a validator is to be, and whether it may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Ed25519 public key.
    pub key: [u8; 32],
    /// Voting power that it is to have outside of jail.
    pub power: u64,
    /// Who may ask for its release.
    pub operator: Option<AccAddress>,
    /// Whether it is kept out of the set.
    pub is_jailed: bool,
}

impl Record {
    /// Its address.
    pub fn address(&self) -> ConsensusAddress {
        ConsensusAddress::of_key(&self.key)
    }

    /// The power that it is to have now.
    pub const fn active_power(&self) -> u64 {
        if self.is_jailed { 0 } else { self.power }
    }

    pub(super) fn to_proto(&self) -> wire::Validator {
        let operator = self.operator.as_ref().map(AccAddress::to_string).unwrap_or_default();
        let (pub_key, power) = (self.key.to_vec(), self.power);
        wire::Validator { pub_key, power, operator, is_jailed: self.is_jailed }
    }

    pub(super) fn from_proto(wire: wire::Validator) -> Result<Self, ValidatorError> {
        let corrupt = || ValidatorError::Corrupt;
        let operator = match wire.operator.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| corrupt())?),
        };
        let key = wire.pub_key.as_slice().try_into().map_err(|_| corrupt())?;
        Ok(Self { key, power: wire.power, operator, is_jailed: wire.is_jailed })
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
        let text = address.to_bech32();
        assert!(text.starts_with("stoavalcons1"));
        assert_eq!(ConsensusAddress::from_bech32(&text), Ok(address));
        let account = AccAddress::new([7; 20]).unwrap();
        assert!(ConsensusAddress::from_bech32(&account.to_string()).is_err());
        let text = bech32::encode::<Bech32>(OPERATOR_HRP, &[7; 20]).unwrap();
        assert_eq!(operator(&text), Ok(account));
    }
}
