//! Who signs.

use anyhow::Result;
use cosmrs::{AccountId, crypto::secp256k1::SigningKey};
use sha2::{Digest as _, Sha256};

use crate::peer::PREFIX;

/// Names of those with money at genesis.
pub const ACTORS: [&str; 8] = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];

/// Someone with a key; the same name always has the same.
pub struct Actor(SigningKey);

impl Actor {
    /// The actor of a name.
    pub fn new(name: &str) -> Result<Self> {
        let secret = Sha256::new_with_prefix("stoa oracle ").chain_update(name).finalize();
        Ok(Self(SigningKey::from_slice(&secret).map_err(|error| anyhow::anyhow!(error))?))
    }

    /// Compressed public key.
    pub fn public_key(&self) -> Vec<u8> {
        self.0.public_key().to_bytes()
    }

    /// Address.
    pub fn address(&self) -> String {
        let id = self.0.public_key().account_id(PREFIX);
        id.map(|id| id.to_string()).unwrap_or_default()
    }

    /// 64 bytes over the SHA-256 of `bytes`.
    pub fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let signature = self.0.sign(bytes).map_err(|error| anyhow::anyhow!(error))?;
        Ok(signature.to_vec())
    }
}

/// An address as text.
pub fn account_id(bytes: &[u8]) -> Result<String> {
    let id = AccountId::new(PREFIX, bytes).map_err(|error| anyhow::anyhow!(error))?;
    Ok(id.to_string())
}
