//! What a receipt states, and the digest that is signed.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Binary;
use sha2::{Digest, Sha256};
use stoa_primitives::{ContentHash, JobId};

/// Length of a compressed secp256k1 public key (SEC 1) in bytes.
pub const PUBLIC_KEY_BYTES: usize = 33;
/// Length of a compact ECDSA signature (`r || s`, low `s`) in bytes.
pub const SIGNATURE_BYTES: usize = 64;

/// Domain of the digest; a new layout takes a new name.
const DOMAIN: &[u8] = b"stoa/receipt/v1";

/// "For this job on this chain, this model turned this input into this output."
#[cw_serde]
pub struct Statement {
    /// Chain id of the chain that holds the order, e.g. `stoa-local-1`.
    pub chain_id: String,
    /// Bech32 address of the marketplace contract that holds the order.
    pub marketplace: String,
    /// The order.
    pub job_id: JobId,
    /// Root over the model's integer weights, tables and manifest.
    pub model_root: ContentHash,
    /// Version of the exact-inference semantics that was executed.
    pub semantics_version: u32,
    /// SHA-256 of the input document.
    pub input_hash: ContentHash,
    /// SHA-256 of the output document.
    pub output_hash: ContentHash,
}

/// A statement with the provider's signature over [`Statement::digest`].
#[cw_serde]
pub struct Receipt {
    /// What is claimed.
    pub statement: Statement,
    /// Compact ECDSA signature, [`SIGNATURE_BYTES`] bytes.
    pub signature: Binary,
}

impl Statement {
    /// SHA-256 over the domain, the length-prefixed strings (4-byte big-endian lengths) and the
    /// fixed-width fields (big-endian), in the order of declaration.
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        hasher.update(DOMAIN);
        for text in [&self.chain_id, &self.marketplace] {
            // A string on the chain is far below 4 GiB; saturation keeps this total.
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            hasher.update(length.to_be_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.update(self.job_id.to_be_bytes());
        hasher.update(self.model_root.as_bytes());
        hasher.update(self.semantics_version.to_be_bytes());
        hasher.update(self.input_hash.as_bytes());
        hasher.update(self.output_hash.as_bytes());
        hasher.finalize().into()
    }
}
