//! Keys that sign transactions.

mod ed25519;
mod multisig;
mod secp256k1;

use cosmos_sdk_proto::{
    Any,
    cosmos::crypto::{ed25519 as ed25519_proto, multisig as multisig_proto, secp256k1 as proto},
};
use prost::Message;

pub use ed25519::Ed25519Key;
pub use multisig::{MAX_MULTISIG_MEMBERS, MultisigKey};
pub use secp256k1::Secp256k1Key;

use super::{AccAddress, AuthError};
use crate::core::is_of_type;

/// Most levels of keys inside keys.
const MAX_KEY_DEPTH: usize = 4;

/// A key that an account may sign with. Whether its bytes are a point of the curve is seen when a
/// signature is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// The key of wallets.
    Secp256k1(Secp256k1Key),
    /// The key of validators.
    Ed25519(Ed25519Key),
    /// Several keys of which some must sign.
    Multisig(MultisigKey),
}

impl PublicKey {
    /// A secp256k1 key of 33 bytes.
    pub fn from_compressed(bytes: &[u8]) -> Result<Self, AuthError> {
        Secp256k1Key::new(bytes).map(Self::Secp256k1)
    }

    /// Reads a key of any kind that may sign; others are not supported.
    pub fn from_any(any: &Any) -> Result<Self, AuthError> {
        Self::read(any, 0)
    }

    fn read(any: &Any, depth: usize) -> Result<Self, AuthError> {
        if depth >= MAX_KEY_DEPTH {
            return Err(AuthError::InvalidKey { reason: "pubkeys are nested too deep" });
        }
        match any.type_url.as_str() {
            url if is_of_type::<proto::PubKey>(url) => {
                Self::from_compressed(&decode::<proto::PubKey>(any)?.key)
            }
            url if is_of_type::<ed25519_proto::PubKey>(url) => {
                let key = decode::<ed25519_proto::PubKey>(any)?.key;
                Ed25519Key::new(&key).map(Self::Ed25519)
            }
            url if is_of_type::<multisig_proto::LegacyAminoPubKey>(url) => {
                let key: multisig_proto::LegacyAminoPubKey = decode(any)?;
                if key.public_keys.len() > MAX_MULTISIG_MEMBERS {
                    return Err(AuthError::InvalidKey { reason: "too many pubkeys in a multisig" });
                }
                let members = key.public_keys.iter().map(|member| Self::read(member, depth + 1));
                let members = members.collect::<Result<Vec<Self>, AuthError>>()?;
                MultisigKey::new(key.threshold, members).map(Self::Multisig)
            }
            _ => Err(AuthError::InvalidKey { reason: "unrecognized public key type" }),
        }
    }

    /// The wire form.
    pub fn to_any(&self) -> Any {
        match self {
            Self::Secp256k1(key) => pack(&proto::PubKey { key: key.as_bytes().to_vec() }),
            Self::Ed25519(key) => pack(&ed25519_proto::PubKey { key: key.as_bytes().to_vec() }),
            Self::Multisig(key) => pack(&multisig_proto::LegacyAminoPubKey {
                threshold: key.threshold(),
                public_keys: key.members().iter().map(Self::to_any).collect(),
            }),
        }
    }

    /// The address whose transactions this key signs.
    pub fn address(&self) -> AccAddress {
        match self {
            Self::Secp256k1(key) => AccAddress::from_secp256k1(key.as_bytes()),
            Self::Ed25519(key) => AccAddress::from_digest(key.as_bytes()),
            Self::Multisig(_) => AccAddress::from_digest(&self.to_amino()),
        }
    }

    /// The amino encoding, by which multisig addresses are derived.
    pub fn to_amino(&self) -> Vec<u8> {
        match self {
            Self::Secp256k1(key) => key.to_amino(),
            Self::Ed25519(key) => key.to_amino(),
            Self::Multisig(key) => key.to_amino(),
        }
    }

    /// Whether `signature` is over `message`; never for several keys, which have several signatures.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Secp256k1(key) => key.verifies(message, signature),
            Self::Ed25519(key) => key.verifies(message, signature),
            Self::Multisig(_) => false,
        }
    }

    /// How many signatures this key may need.
    pub fn signature_count(&self) -> usize {
        match self {
            Self::Secp256k1(_) | Self::Ed25519(_) => 1,
            Self::Multisig(key) => key.members().iter().map(Self::signature_count).sum(),
        }
    }
}

fn decode<M: Message + Default>(any: &Any) -> Result<M, AuthError> {
    let unreadable = |_| AuthError::InvalidKey { reason: "pubkey is not readable" };
    M::decode(any.value.as_slice()).map_err(unreadable)
}

fn pack<M: prost::Name>(key: &M) -> Any {
    Any { type_url: M::type_url(), value: key.encode_to_vec() }
}
