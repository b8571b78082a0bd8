//! What the journal remembers about a job.

use serde::{Deserialize, Serialize};
use stoa_marketplace_types::JobResponse;
use stoa_primitives::{ContentHash, Height};
use stoa_receipt::Receipt;

/// One line of the journal.
///
/// The order's height and input are kept beside the outcome, so that an entry cannot be taken for
/// another order of the same number (a development chain that was reset).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Height of the order.
    pub ordered_height: Height,
    /// Input of the order.
    pub input_hash: ContentHash,
    /// How far the job came.
    pub outcome: Outcome,
}

/// How far a job came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The runner answered; the answer waits to be delivered.
    Executed(Box<Execution>),
    /// Nothing more will be done; the buyer is refunded after the deadline.
    Skipped(SkipReason),
}

/// The runner's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Execution {
    /// What the chain gets.
    pub receipt: Receipt,
    /// What the buyer gets: the output document, at most 1 MiB, base64 in the journal.
    pub output: cosmwasm_std::Binary,
}

/// Why a job is left to be refunded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// The content store never had the input.
    InputMissing,
    /// The content store holds other bytes, or more than allowed, under the input's hash.
    InputCorrupt,
    /// The input is not a job document.
    InputInvalid,
    /// The runner will not execute this job.
    RunnerRefused,
    /// The runner failed as often as the configuration allows.
    RunnerFailed,
    /// What the runner answered does not belong to this order or is not signed by its key.
    ReceiptInvalid,
    /// No block is left to deliver in.
    Expired,
}

impl Entry {
    /// The entry for `job`.
    pub fn new(job: &JobResponse, outcome: Outcome) -> Self {
        Self { ordered_height: job.ordered_height, input_hash: job.input_hash, outcome }
    }

    /// Whether this entry speaks of `job`.
    pub fn is_about(&self, job: &JobResponse) -> bool {
        self.ordered_height == job.ordered_height && self.input_hash == job.input_hash
    }
}
