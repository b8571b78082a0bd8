//! Whether a receipt answers a job: everything that does not need the host's signature check.

use stoa_receipt::{Receipt, SIGNATURE_BYTES, Statement};

use crate::{ContractError, state::Job};

/// Half of the order of secp256k1 (SEC 2), rounded down: the largest accepted `s`.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// Where the receipt is presented.
pub struct Here<'a> {
    /// This chain's id.
    pub chain_id: &'a str,
    /// This contract's address.
    pub marketplace: &'a str,
}

/// Compares every field of the statement except the output, which is the provider's claim.
pub fn check_statement(
    statement: &Statement,
    job: &Job,
    here: &Here<'_>,
) -> Result<(), ContractError> {
    if statement.chain_id != here.chain_id {
        return Err(ContractError::WrongChain {
            expected: here.chain_id.to_owned(),
            actual: statement.chain_id.clone(),
        });
    }
    if statement.marketplace != here.marketplace {
        return Err(ContractError::WrongMarketplace {
            expected: here.marketplace.to_owned(),
            actual: statement.marketplace.clone(),
        });
    }
    if statement.model_root != job.model {
        return Err(ContractError::WrongModel {
            expected: job.model,
            actual: statement.model_root,
        });
    }
    if statement.semantics_version != job.semantics_version {
        return Err(ContractError::WrongSemantics {
            expected: job.semantics_version,
            actual: statement.semantics_version,
        });
    }
    if statement.input_hash != job.input_hash {
        return Err(ContractError::WrongInput {
            expected: job.input_hash,
            actual: statement.input_hash,
        });
    }
    Ok(())
}

/// The host would also accept `s` in the upper half; clients refuse it, so one receipt has one form.
pub fn check_signature_form(receipt: &Receipt) -> Result<(), ContractError> {
    let actual_bytes = receipt.signature.len();
    if actual_bytes != SIGNATURE_BYTES {
        return Err(ContractError::SignatureLength { actual_bytes });
    }
    let (_, s) = receipt.signature.split_at(SIGNATURE_BYTES / 2);
    if s > HALF_ORDER.as_slice() {
        return Err(ContractError::HighS {});
    }
    Ok(())
}
