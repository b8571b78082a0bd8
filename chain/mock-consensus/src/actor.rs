//! Someone with a key.

use k256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use sha2::{Digest as _, Sha256};
use stoa_modules::auth::AccAddress;

/// A wallet, named by the role that it plays in a test. The same role always has the same key.
#[derive(Clone, Debug)]
pub struct Actor {
    key: SigningKey,
}

impl Actor {
    /// The actor of a role, e.g. `buyer`.
    ///
    /// # Panics
    /// Never in practice: the hash of a role is no scalar of secp256k1 once in 2^128.
    #[must_use]
    #[allow(clippy::expect_used, reason = "a helper of tests, and not reachable")]
    pub fn new(role: &str) -> Self {
        let secret = Sha256::new_with_prefix("stoa test actor ").chain_update(role).finalize();
        Self { key: SigningKey::from_bytes(&secret).expect("a scalar") }
    }

    /// Compressed public key.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.key.verifying_key().to_encoded_point(true).as_bytes().to_vec()
    }

    /// Account address.
    #[must_use]
    pub fn address(&self) -> AccAddress {
        AccAddress::from_secp256k1(&self.public_key())
    }

    /// Signs as wallets do: ECDSA over the SHA-256 of `bytes`, 64 bytes.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key.sign(bytes);
        signature.to_bytes().to_vec()
    }
}
