//! Keys that sign transactions.

use cosmos_sdk_proto::{Any, cosmos::crypto::secp256k1::PubKey};
use k256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
use prost::{Message as _, Name as _};

use super::{AccAddress, AuthError};

/// Length of a compressed secp256k1 point.
const KEY_BYTES: usize = 33;

/// A compressed secp256k1 public key; a point of the curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Checks length, form and that the point is on the curve.
    pub fn from_compressed(bytes: &[u8]) -> Result<Self, AuthError> {
        // The curve library knows a third form of the same length; the SDK does not.
        if bytes.len() != KEY_BYTES || !matches!(bytes, [0x02 | 0x03, ..]) {
            return Err(AuthError::InvalidKey { reason: "length or form of pubkey is incorrect" });
        }
        VerifyingKey::from_sec1_bytes(bytes)
            .map(Self)
            .map_err(|_| AuthError::InvalidKey { reason: "pubkey is not a point of secp256k1" })
    }

    /// Reads `cosmos.crypto.secp256k1.PubKey`; other kinds are not supported.
    pub fn from_any(any: &Any) -> Result<Self, AuthError> {
        if any.type_url != PubKey::type_url() {
            return Err(AuthError::InvalidKey { reason: "unrecognized public key type" });
        }
        let key = PubKey::decode(any.value.as_slice())
            .map_err(|_| AuthError::InvalidKey { reason: "pubkey is not readable" })?;
        Self::from_compressed(&key.key)
    }

    /// The wire form.
    pub fn to_any(&self) -> Any {
        let key = PubKey { key: self.to_compressed() };
        Any { type_url: PubKey::type_url(), value: key.encode_to_vec() }
    }

    /// The 33 bytes.
    pub fn to_compressed(&self) -> Vec<u8> {
        self.0.to_encoded_point(true).as_bytes().to_vec()
    }

    /// The address whose transactions this key signs.
    pub fn address(&self) -> AccAddress {
        AccAddress::from_secp256k1(&self.to_compressed())
    }

    /// Whether `signature` (64 bytes, r and s) is over SHA-256 of `message`. A high s is refused: it
    /// would let anybody make a second transaction hash from a signed transaction.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        signature.normalize_s().is_none() && self.0.verify(message, &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k256::ecdsa::{SigningKey, signature::Signer as _};

    fn key() -> SigningKey {
        SigningKey::from_slice(&[7; 32]).unwrap()
    }

    #[test]
    fn the_twin_signature_with_high_s_is_refused() {
        let low: Signature = key().sign(b"message");
        let public =
            PublicKey::from_compressed(key().verifying_key().to_encoded_point(true).as_bytes())
                .unwrap();
        assert!(public.verifies(b"message", &low.to_bytes()));
        assert!(!public.verifies(b"other", &low.to_bytes()));
        let (r, s) = low.split_scalars();
        let high = Signature::from_scalars(*r, -*s).unwrap();
        assert!(!public.verifies(b"message", &high.to_bytes()));
        assert!(!public.verifies(b"message", &low.to_bytes()[..63]));
        assert!(!public.verifies(b"message", &[]));
    }

    #[test]
    fn only_points_of_the_curve_are_keys() {
        let uncompressed = key().verifying_key().to_encoded_point(false);
        for refused in [&[2u8; 32][..], &[5; 33], uncompressed.as_bytes(), &[]] {
            assert!(PublicKey::from_compressed(refused).is_err());
        }
        let foreign =
            Any { type_url: "/cosmos.crypto.ed25519.PubKey".to_owned(), value: vec![10, 0] };
        assert!(PublicKey::from_any(&foreign).is_err());
    }
}
