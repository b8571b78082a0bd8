//! Several keys of which some must sign.

use prost::encoding::encode_varint;

use super::PublicKey;
use crate::auth::AuthError;

/// Most keys of one level of a multisig key. How many signatures a transaction may need in all is a
/// parameter of the chain and smaller.
pub const MAX_MULTISIG_MEMBERS: usize = 64;
/// Amino prefix of `tendermint/PubKeyMultisigThreshold`.
const AMINO_PREFIX: [u8; 4] = [0x22, 0xc1, 0xf7, 0xe2];
/// Amino's key of the field with the threshold (1, varint) and of those with keys (2, with a length).
const THRESHOLD_FIELD: u8 = 0x08;
const MEMBER_FIELD: u8 = 0x12;

/// A key made of others: `threshold` of them must sign. The same key may occur several times and then has
/// as many votes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MultisigKey {
    threshold: u32,
    members: Vec<PublicKey>,
}

impl MultisigKey {
    /// Refuses a threshold that nobody or everybody reaches: zero, or more than there are keys.
    pub fn new(threshold: u32, members: Vec<PublicKey>) -> Result<Self, AuthError> {
        let reachable = u32::try_from(members.len()).unwrap_or(u32::MAX);
        if threshold == 0 || threshold > reachable {
            return Err(AuthError::InvalidKey {
                reason: "threshold of a multisig is out of range",
            });
        }
        if members.len() > MAX_MULTISIG_MEMBERS {
            return Err(AuthError::InvalidKey { reason: "too many pubkeys in a multisig" });
        }
        Ok(Self { threshold, members })
    }

    /// How many must sign.
    pub const fn threshold(&self) -> u32 {
        self.threshold
    }

    /// The keys in order.
    pub fn members(&self) -> &[PublicKey] {
        &self.members
    }

    pub(super) fn to_amino(&self) -> Vec<u8> {
        let mut bytes = AMINO_PREFIX.to_vec();
        bytes.push(THRESHOLD_FIELD);
        encode_varint(u64::from(self.threshold), &mut bytes);
        for member in &self.members {
            let member = member.to_amino();
            bytes.push(MEMBER_FIELD);
            encode_varint(u64::try_from(member.len()).unwrap_or(u64::MAX), &mut bytes);
            bytes.extend(member);
        }
        bytes
    }
}

#[cfg(test)]
mod tests;
