//! What a signer signs.

use cosmos_sdk_proto::cosmos::tx::signing::v1beta1::SignMode;
use prost::encoding::{WireType, encode_key, encode_varint, uint64};

use super::{AminoError, Tx, amino};

/// Most bytes of keys, lengths and the number of the account in a document.
const MAX_DIRECT_EXTRA_BYTES: usize = 3 * 11 + 11;

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
        let length = self.body_bytes.len() + self.auth_info_bytes.len() + signer.chain_id.len();
        let mut document = Vec::with_capacity(length + MAX_DIRECT_EXTRA_BYTES);
        // A `SignDoc`, whose parts need not be copied into one first.
        for (tag, part) in [
            (1, self.body_bytes.as_slice()),
            (2, &self.auth_info_bytes),
            (3, signer.chain_id.as_bytes()),
        ] {
            if !part.is_empty() {
                encode_key(tag, WireType::LengthDelimited, &mut document);
                encode_varint(part.len() as u64, &mut document);
                document.extend_from_slice(part);
            }
        }
        if signer.account_number != 0 {
            uint64::encode(4, &signer.account_number, &mut document);
        }
        document
    }
}

#[cfg(test)]
mod tests {
    use cosmos_sdk_proto::{
        Any,
        cosmos::{
            bank::v1beta1::MsgSend,
            tx::v1beta1::{AuthInfo, SignDoc, TxBody, TxRaw},
        },
    };
    use proptest::prelude::*;
    use prost::{Message as _, Name as _};

    use super::*;

    proptest! {
        #[test]
        fn what_is_signed_directly_is_a_sign_doc(
            memo in ".{0,300}", chain_id in ".{0,40}", account_number: u64, is_first: bool,
        ) {
            let send = Any { type_url: MsgSend::type_url(), value: Vec::new() };
            let body = TxBody { messages: vec![send], memo, ..TxBody::default() };
            let auth = AuthInfo { fee: Some(Default::default()), ..AuthInfo::default() };
            let raw = TxRaw {
                body_bytes: body.encode_to_vec(),
                auth_info_bytes: auth.encode_to_vec(),
                signatures: Vec::new(),
            };
            let account_number = if is_first { 0 } else { account_number };
            let tx = crate::tx::decode(&raw.encode_to_vec()).unwrap();
            let signer = SignerData { chain_id: &chain_id, account_number, sequence: 7 };
            let TxRaw { body_bytes, auth_info_bytes, .. } = raw;
            let document = SignDoc {
                body_bytes, auth_info_bytes, chain_id: chain_id.clone(), account_number,
            };
            let signed = tx.sign_bytes(SignMode::Direct as i32, &signer).unwrap();
            prop_assert_eq!(signed, document.encode_to_vec());
        }
    }
}
