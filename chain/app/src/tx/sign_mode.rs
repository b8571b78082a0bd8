//! What a signer signs.

use cosmos_sdk_proto::cosmos::tx::{signing::v1beta1::SignMode, v1beta1::SignDoc};
use prost::Message as _;

use super::{AminoError, Tx, amino};

/// Who signs, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignerData<'a> {
    /// Chain id.
    pub chain_id: &'a str,
    /// Number of the signer's account.
    pub account_number: u64,
    /// Sequence of the signer's account.
    pub sequence: u64,
}

/// Why there is nothing to sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignModeError {
    /// A mode that this chain does not know.
    #[error("unsupported sign mode {mode}")]
    Unsupported {
        /// Its number.
        mode: i32,
    },
    /// The transaction has no amino JSON document.
    #[error(transparent)]
    Amino(#[from] AminoError),
}

impl Tx {
    /// The bytes that `signer` signs in `mode`, a number of `cosmos.tx.signing.v1beta1.SignMode`.
    pub fn sign_bytes(&self, mode: i32, signer: &SignerData<'_>) -> Result<Vec<u8>, SignModeError> {
        match SignMode::try_from(mode) {
            Ok(SignMode::Direct) => Ok(self.direct(signer)),
            Ok(SignMode::LegacyAminoJson) => Ok(amino::sign_bytes(self, signer)?),
            _ => Err(SignModeError::Unsupported { mode }),
        }
    }

    /// `SIGN_MODE_DIRECT`: the bytes as they travel; the sequence is in `auth_info_bytes`.
    fn direct(&self, signer: &SignerData<'_>) -> Vec<u8> {
        SignDoc {
            body_bytes: self.body_bytes.clone(),
            auth_info_bytes: self.auth_info_bytes.clone(),
            chain_id: signer.chain_id.to_owned(),
            account_number: signer.account_number,
        }
        .encode_to_vec()
    }
}
