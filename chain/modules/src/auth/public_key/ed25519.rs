//! The key of validators, with which accounts may sign, too.

use ed25519_zebra::{Signature, VerificationKey};

use crate::auth::AuthError;

/// Length of a key.
const KEY_BYTES: usize = 32;
/// Length of a signature.
const SIGNATURE_BYTES: usize = 64;
/// Amino prefix of `tendermint/PubKeyEd25519` and the length behind it.
const AMINO_PREFIX: [u8; 5] = [0x16, 0x24, 0xde, 0x64, 32];

/// An ed25519 public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ed25519Key([u8; KEY_BYTES]);

impl Ed25519Key {
    /// Checks the length.
    pub fn new(bytes: &[u8]) -> Result<Self, AuthError> {
        let wrong = |_| AuthError::InvalidKey { reason: "length of pubkey is incorrect" };
        bytes.try_into().map(Self).map_err(wrong)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether `signature` is over `message`, by the rules of ZIP 215 as in the Cosmos SDK.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(key) = VerificationKey::try_from(self.0) else { return false };
        let Ok(signature) = <[u8; SIGNATURE_BYTES]>::try_from(signature) else { return false };
        key.verify(&Signature::from(signature), message).is_ok()
    }

    pub(super) fn to_amino(&self) -> Vec<u8> {
        [AMINO_PREFIX.as_slice(), &self.0].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_vector_of_rfc_8032_verifies() {
        let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac\
                         c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        let (key, signature) = (hex::decode(key).unwrap(), hex::decode(signature).unwrap());
        let key = Ed25519Key::new(&key).unwrap();
        assert!(key.verifies(b"", &signature));
        assert!(!key.verifies(b"x", &signature));
        assert!(!key.verifies(b"", &signature[1..]));
        assert!(Ed25519Key::new(&[0; 33]).is_err());
    }
}
