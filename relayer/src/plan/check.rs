//! Does the runner's answer belong to the order?

use stoa_job::JobOutput;
use stoa_marketplace_types::JobResponse;
use stoa_primitives::ContentHash;
use stoa_receipt::{ReceiptError, verify};

use super::Execution;

/// Why an answer would be refused on the chain or by the buyer.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptFault {
    /// A field of the statement is not the order's.
    #[error("the receipt's {field} is not the order's")]
    Field {
        /// Name of the field.
        field: &'static str,
    },
    /// The output is not the one that the receipt names.
    #[error("the output hashes to {actual}, the receipt names {expected}")]
    Output {
        /// Hash in the receipt.
        expected: ContentHash,
        /// Hash of the bytes.
        actual: ContentHash,
    },
    /// The output is not a job document.
    #[error(transparent)]
    Document(#[from] stoa_job::DocumentError),
    /// The signature is not the service's.
    #[error(transparent)]
    Signature(#[from] ReceiptError),
}

/// Refuses an answer that the marketplace would refuse, before a fee is spent on it.
pub fn check_execution(
    chain_id: &str,
    marketplace: &str,
    job: &JobResponse,
    execution: &Execution,
) -> Result<(), ReceiptFault> {
    let statement = &execution.receipt.statement;
    let fields = [
        ("chain_id", statement.chain_id == chain_id),
        ("marketplace", statement.marketplace == marketplace),
        ("job_id", statement.job_id == job.job_id),
        ("model_root", statement.model_root == job.model),
        ("semantics_version", statement.semantics_version == job.semantics_version),
        ("input_hash", statement.input_hash == job.input_hash),
    ];
    if let Some((field, _)) = fields.iter().find(|(_, is_equal)| !is_equal) {
        return Err(ReceiptFault::Field { field });
    }
    let actual = ContentHash::sha256(&execution.output);
    if actual != statement.output_hash {
        return Err(ReceiptFault::Output { expected: statement.output_hash, actual });
    }
    JobOutput::from_bytes(&execution.output)?;
    Ok(verify(&execution.receipt, &job.receipt_key)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CHAIN_ID, MARKETPLACE, execution, job};

    #[test]
    fn the_answer_to_the_order_is_accepted() {
        let job = job(1, 10, 20);
        check_execution(CHAIN_ID, MARKETPLACE, &job, &execution(&job)).unwrap();
    }

    #[test]
    fn an_answer_to_another_order_chain_or_contract_is_refused() {
        let order = job(1, 10, 20);
        let other = execution(&job(2, 10, 20));
        let refused = check_execution(CHAIN_ID, MARKETPLACE, &order, &other);
        assert!(matches!(refused, Err(ReceiptFault::Field { field: "job_id" })));
        let refused = check_execution("x", MARKETPLACE, &order, &execution(&order));
        assert!(matches!(refused, Err(ReceiptFault::Field { field: "chain_id" })));
        let refused = check_execution(CHAIN_ID, "x", &order, &execution(&order));
        assert!(matches!(refused, Err(ReceiptFault::Field { field: "marketplace" })));
    }

    #[test]
    fn changed_output_and_changed_signature_are_refused() {
        let job = job(1, 10, 20);
        let mut changed = execution(&job);
        changed.output = b"{}".into();
        let refused = check_execution(CHAIN_ID, MARKETPLACE, &job, &changed);
        assert!(matches!(refused, Err(ReceiptFault::Output { .. })));
        let mut changed = execution(&job);
        changed.receipt.signature = vec![1; 64].into();
        let refused = check_execution(CHAIN_ID, MARKETPLACE, &job, &changed);
        assert!(matches!(refused, Err(ReceiptFault::Signature(_))));
    }
}
