//! Answers to queries.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Binary, Uint128};
use stoa_primitives::{BasisPoints, ContentHash, Height, JobId, ServiceId};
use stoa_receipt::Receipt;

/// Configuration.
#[cw_serde]
pub struct ConfigResponse {
    /// The DAO contract, which is also the treasury.
    pub dao: String,
    /// The provenance contract.
    pub provenance: String,
    /// The denomination of prices and bonds.
    pub denom: String,
    /// The protocol fee of new orders.
    pub protocol_fee: BasisPoints,
    /// Blocks between delivery and the first moment of settlement.
    pub challenge_window_blocks: u64,
    /// Smallest bond of a service.
    pub minimum_bond: Uint128,
}

/// One service.
#[cw_serde]
pub struct ServiceResponse {
    /// Its number.
    pub service_id: ServiceId,
    /// Human-readable name.
    pub name: String,
    /// Bech32 address of the provider.
    pub provider: String,
    /// The model's content hash.
    pub model: ContentHash,
    /// Version of the exact-inference semantics.
    pub semantics_version: u32,
    /// Price of one job.
    pub price: Uint128,
    /// gRPC endpoint of the runner.
    pub endpoint: String,
    /// Key that signs receipts.
    pub receipt_key: Binary,
    /// Bond held; zero after closing.
    pub bond: Uint128,
    /// Part of each job's price (after the fee) that goes to the model's lineage.
    pub royalty: BasisPoints,
    /// Jobs ordered or delivered and not yet ended.
    pub open_jobs: u64,
    /// False after closing.
    pub is_active: bool,
}

/// A page of services.
#[cw_serde]
pub struct ServicesResponse {
    /// The services.
    pub services: Vec<ServiceResponse>,
}

/// Where a job is on its way.
#[cw_serde]
pub enum JobStatus {
    /// Paid for, waiting for delivery.
    Ordered {},
    /// Answered, within or past its challenge window.
    Delivered {
        /// Height of the delivery.
        delivered_height: Height,
        /// First height at which `Settle` is accepted.
        settleable_height: Height,
        /// What the provider signed.
        receipt: Receipt,
    },
    /// Paid out.
    Settled {
        /// To the treasury.
        fee: Uint128,
        /// To the model's lineage.
        royalty: Uint128,
        /// To the provider.
        provider_income: Uint128,
        /// What the provider signed.
        receipt: Receipt,
    },
    /// Returned to the buyer.
    Refunded {},
}

/// One job.
#[cw_serde]
pub struct JobResponse {
    /// Its number.
    pub job_id: JobId,
    /// The service.
    pub service_id: ServiceId,
    /// Bech32 address of the buyer.
    pub buyer: String,
    /// Bech32 address of the provider.
    pub provider: String,
    /// The model's content hash.
    pub model: ContentHash,
    /// Version of the exact-inference semantics.
    pub semantics_version: u32,
    /// Key that signs the job's receipt.
    pub receipt_key: Binary,
    /// SHA-256 of the input document.
    pub input_hash: ContentHash,
    /// Escrowed price.
    pub price: Uint128,
    /// Protocol fee of this order.
    pub protocol_fee: BasisPoints,
    /// Lineage's part of this order after the fee.
    pub royalty: BasisPoints,
    /// Height of the order.
    pub ordered_height: Height,
    /// Last height at which delivery is accepted.
    pub deadline_height: Height,
    /// Where it is on its way.
    pub status: JobStatus,
}

/// A page of jobs.
#[cw_serde]
pub struct JobsResponse {
    /// The jobs.
    pub jobs: Vec<JobResponse>,
}

/// What the contract owes, by reason.
#[cw_serde]
pub struct ObligationsResponse {
    /// Prices of jobs that are not ended.
    pub escrowed: Uint128,
    /// Bonds of services that are not closed.
    pub bonded: Uint128,
}
