//! Limits and prices of transactions.

use cosmos_sdk_proto::cosmos::auth::v1beta1::Params as ProtoParams;
use prost::Message as _;

use super::AuthError;
use crate::core::{Gas, ModuleError};

/// Parameters of `x/auth`; the defaults are the Cosmos SDK's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// Longest memo in bytes.
    pub max_memo_bytes: u64,
    /// Most signatures of one transaction.
    pub signature_limit: u64,
    /// Gas for each byte of a transaction.
    pub gas_per_tx_byte: Gas,
    /// Gas of one ed25519 verification; such keys are refused, the price is only reported.
    pub gas_per_ed25519: Gas,
    /// Gas of one secp256k1 verification.
    pub gas_per_secp256k1: Gas,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            max_memo_bytes: 256,
            signature_limit: 7,
            gas_per_tx_byte: 10,
            gas_per_ed25519: 590,
            gas_per_secp256k1: 1_000,
        }
    }
}

impl Params {
    /// The wire form.
    pub const fn to_proto(&self) -> ProtoParams {
        ProtoParams {
            max_memo_characters: self.max_memo_bytes,
            tx_sig_limit: self.signature_limit,
            tx_size_cost_per_byte: self.gas_per_tx_byte,
            sig_verify_cost_ed25519: self.gas_per_ed25519,
            sig_verify_cost_secp256k1: self.gas_per_secp256k1,
        }
    }

    pub(super) fn from_stored(bytes: &[u8]) -> Result<Self, ModuleError> {
        let proto =
            ProtoParams::decode(bytes).map_err(|_| AuthError::Corrupt { what: "auth params" })?;
        Ok(Self {
            max_memo_bytes: proto.max_memo_characters,
            signature_limit: proto.tx_sig_limit,
            gas_per_tx_byte: proto.tx_size_cost_per_byte,
            gas_per_ed25519: proto.sig_verify_cost_ed25519,
            gas_per_secp256k1: proto.sig_verify_cost_secp256k1,
        })
    }

    pub(super) fn check(&self) -> Result<(), AuthError> {
        let all = [
            self.max_memo_bytes,
            self.signature_limit,
            self.gas_per_tx_byte,
            self.gas_per_ed25519,
            self.gas_per_secp256k1,
        ];
        if all.contains(&0) {
            return Err(AuthError::Genesis { reason: "parameters must be positive".to_owned() });
        }
        Ok(())
    }
}
