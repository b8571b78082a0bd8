//! `SIGN_MODE_LEGACY_AMINO_JSON`: the document that Ledger devices, wallets and multisig members sign.
//!
//! Purpose: the bytes of the `StdSignDoc` of a transaction, exactly as the Cosmos SDK's `x/tx` and CosmJS
//! write them: keys sorted, no white space, `<`, `>` and `&` escaped, 64-bit integers as strings.
//! Place: one of the sign modes of [`super::SignMode`]; the shapes of [`super::schema`] say how each
//! message looks.
//! Invariants: two transactions that the chain would execute differently never have one document: what
//! amino JSON cannot show (extensions, fields that this version does not know) is refused, and no document
//! of another kind (ADR-36 has `sign/MsgSignData`, which is no message of the chain) is ever produced.

mod encode;
mod json;
pub mod std_tx;

use std::fmt::Write as _;

use prost::Message as _;

use super::{
    SignerData, Tx, TxError, schema,
    strict::{self, NonCritical},
};

/// Why a transaction has no amino JSON document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AminoError {
    /// Extensions have no place in the document.
    #[error(
        "SIGN_MODE_LEGACY_AMINO_JSON does not support protobuf extension options: invalid request"
    )]
    Extensions,
    /// Unknown fields have no place in the document.
    #[error(transparent)]
    Unknown(#[from] TxError),
    /// A message that must be there is not.
    #[error("{shape} lacks {field}")]
    Missing {
        /// Of which message.
        shape: &'static str,
        /// Which field.
        field: &'static str,
    },
    /// A value that the document cannot show.
    #[error("{field} of {shape} has no amino JSON form")]
    NotRepresentable {
        /// Of which message.
        shape: &'static str,
        /// Which field.
        field: &'static str,
    },
    /// Bytes that are not of their shape.
    #[error("{shape} is malformed")]
    Malformed {
        /// Of which message.
        shape: &'static str,
    },
}

/// The bytes that `signer` signs.
pub(super) fn sign_bytes(tx: &Tx, signer: &SignerData<'_>) -> Result<Vec<u8>, AminoError> {
    strict::check(&tx.body_bytes, &schema::TX_BODY, NonCritical::Refused)?;
    let body = &tx.body;
    if !body.extension_options.is_empty() || !body.non_critical_extension_options.is_empty() {
        return Err(AminoError::Extensions);
    }
    let mut out = String::new();
    let _ = write!(out, r#"{{"account_number":"{}","chain_id":"#, signer.account_number);
    json::text(&mut out, signer.chain_id);
    out.push_str(r#","fee":"#);
    fee(&mut out, tx)?;
    out.push_str(r#","memo":"#);
    json::text(&mut out, &body.memo);
    out.push_str(r#","msgs":["#);
    for (index, message) in body.messages.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        encode::packed(&mut out, &message.type_url, &message.value)?;
    }
    let _ = write!(out, r#"],"sequence":"{}""#, signer.sequence);
    if body.timeout_height > 0 {
        let _ = write!(out, r#","timeout_height":"{}""#, body.timeout_height);
    }
    if let Some(time) = tx.timeout_time() {
        out.push_str(r#","timeout_timestamp":"#);
        json::text(&mut out, &time.to_rfc3339());
    }
    if tx.is_unordered() {
        out.push_str(r#","unordered":true"#);
    }
    out.push('}');
    Ok(out.into_bytes())
}

/// The fee under its old field names.
fn fee(out: &mut String, tx: &Tx) -> Result<(), AminoError> {
    out.push_str(r#"{"amount":["#);
    for (index, coin) in tx.fee.amount.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        encode::message(out, &coin.encode_to_vec(), &schema::COIN)?;
    }
    let _ = write!(out, r#"],"gas":"{}""#, tx.fee.gas_limit);
    for (name, address) in [("granter", &tx.fee.granter), ("payer", &tx.fee.payer)] {
        if !address.is_empty() {
            let _ = write!(out, r#","{name}":"#);
            json::text(out, address);
        }
    }
    out.push('}');
    Ok(())
}

#[cfg(test)]
mod tests;
