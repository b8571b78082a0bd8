//! The key of wallets.

use std::sync::OnceLock;

use secp256k1::{Message, PublicKey, Secp256k1, VerifyOnly, ecdsa::Signature};
use sha2::{Digest as _, Sha256};

use crate::auth::AuthError;

/// Length of a compressed secp256k1 point.
const KEY_BYTES: usize = 33;
/// Amino prefix of `tendermint/PubKeySecp256k1` and the length behind it.
const AMINO_PREFIX: [u8; 5] = [0xeb, 0x5a, 0xe9, 0x87, 33];

/// A compressed secp256k1 public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secp256k1Key([u8; KEY_BYTES]);

impl Secp256k1Key {
    /// Checks length and form.
    pub fn new(bytes: &[u8]) -> Result<Self, AuthError> {
        let reason = "length or form of pubkey is incorrect";
        let key: [u8; KEY_BYTES] =
            bytes.try_into().map_err(|_| AuthError::InvalidKey { reason })?;
        // The curve library knows a third form of the same length; the SDK does not.
        if !matches!(key, [0x02 | 0x03, ..]) {
            return Err(AuthError::InvalidKey { reason });
        }
        Ok(Self(key))
    }

    /// The 33 bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether `signature` (64 bytes, r and s) is over SHA-256 of `message`. A high s is refused: it
    /// would let anybody make a second transaction hash from a signed transaction.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(key) = PublicKey::from_slice(&self.0) else { return false };
        let Ok(signature) = Signature::from_compact(signature) else { return false };
        let Ok(digest) = Message::from_slice(&Sha256::digest(message)) else { return false };
        // The library refuses a high s by itself.
        curve().verify_ecdsa(&digest, &signature, &key).is_ok()
    }

    pub(super) fn to_amino(&self) -> Vec<u8> {
        [AMINO_PREFIX.as_slice(), &self.0].concat()
    }
}

/// libsecp256k1, which Bitcoin depends on: verifying takes a third of what it takes in pure Rust.
fn curve() -> &'static Secp256k1<VerifyOnly> {
    static CURVE: OnceLock<Secp256k1<VerifyOnly>> = OnceLock::new();
    CURVE.get_or_init(Secp256k1::verification_only)
}

#[cfg(test)]
mod tests {
    use super::*;
    use k256::ecdsa::{
        Signature, SigningKey, VerifyingKey,
        signature::{Signer as _, Verifier as _},
    };
    use proptest::prelude::*;

    fn key() -> SigningKey {
        SigningKey::from_slice(&[7; 32]).unwrap()
    }

    fn public() -> Secp256k1Key {
        Secp256k1Key::new(key().verifying_key().to_encoded_point(true).as_bytes()).unwrap()
    }

    #[test]
    fn the_twin_signature_with_high_s_is_refused() {
        let low: Signature = key().sign(b"message");
        assert!(public().verifies(b"message", &low.to_bytes()));
        assert!(!public().verifies(b"other", &low.to_bytes()));
        let (r, s) = low.split_scalars();
        let high = Signature::from_scalars(*r, -*s).unwrap();
        assert!(!public().verifies(b"message", &high.to_bytes()));
        assert!(!public().verifies(b"message", &low.to_bytes()[..63]));
        assert!(!public().verifies(b"message", &[]));
    }

    #[test]
    fn other_lengths_and_forms_are_no_keys() {
        let uncompressed = key().verifying_key().to_encoded_point(false);
        for refused in [&[2u8; 32][..], &[5; 33], uncompressed.as_bytes(), &[]] {
            assert!(Secp256k1Key::new(refused).is_err());
        }
    }

    #[test]
    fn a_key_that_is_no_point_of_the_curve_verifies_nothing() {
        // x = 5 has no y on the curve.
        let mut bytes = [0; 33];
        (bytes[0], bytes[32]) = (2, 5);
        let signature: Signature = key().sign(b"message");
        assert!(!Secp256k1Key::new(&bytes).unwrap().verifies(b"message", &signature.to_bytes()));
    }

    /// The same question to another implementation.
    fn verifies_elsewhere(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        let Ok(key) = VerifyingKey::from_sec1_bytes(key) else { return false };
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        signature.normalize_s().is_none() && key.verify(message, &signature).is_ok()
    }

    proptest! {
        /// What one node accepts every node accepts, also one that was built with another library.
        #[test]
        fn two_implementations_agree(
            secret in 1u8.., message: Vec<u8>, place in 0usize..97, value: u8, changes: bool,
        ) {
            let signer = SigningKey::from_slice(&[secret; 32]).unwrap();
            let mut key = signer.verifying_key().to_encoded_point(true).as_bytes().to_vec();
            let signature: Signature = signer.sign(&message);
            let mut signature = signature.to_bytes().to_vec();
            if changes {
                match place.checked_sub(64) {
                    None => signature[place] = value,
                    Some(place) => key[place] = value,
                }
            }
            let Ok(known) = Secp256k1Key::new(&key) else { return Ok(()) };
            let expected = verifies_elsewhere(&key, &message, &signature);
            prop_assert_eq!(known.verifies(&message, &signature), expected);
            prop_assert!(changes || expected);
        }
    }

    #[test]
    fn numbers_outside_of_the_group_are_refused() {
        let mut order = [0xff; 32];
        order[15] = 0xfe;
        order[16..].copy_from_slice(&[
            0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36,
            0x41, 0x41,
        ]);
        for (r, s) in [([0; 32], [1; 32]), ([1; 32], [0; 32]), (order, [1; 32]), ([1; 32], order)] {
            let signature = [r, s].concat();
            assert!(!public().verifies(b"message", &signature));
            assert!(!verifies_elsewhere(public().as_bytes(), b"message", &signature));
        }
    }
}
