//! Messages of the marketplace contract.
//!
//! A job walks `Ordered → Delivered → Settled`, or `Ordered → Refunded` when its deadline passes. The
//! escrowed price of a job is divided once, at settlement:
//! `fee = floor(price × protocol fee)`, `royalty = floor((price − fee) × model royalty)`, and the
//! provider gets the rest, so no unit is lost or made. Both proportions are fixed when the order is made.

#![deny(clippy::float_arithmetic)]

mod responses;

use cosmwasm_schema::{QueryResponses, cw_serde};
use cosmwasm_std::{Binary, Uint128};
use stoa_primitives::{BasisPoints, ContentHash, JobId, ServiceId};
use stoa_receipt::Receipt;

pub use responses::{
    ConfigResponse, JobResponse, JobStatus, JobsResponse, ObligationsResponse, ServiceResponse,
    ServicesResponse,
};

/// Longest name of a service in bytes.
pub const MAX_NAME_BYTES: usize = 128;
/// Longest endpoint of a service in bytes.
pub const MAX_ENDPOINT_BYTES: usize = 256;
/// Longest time to deliver, in blocks.
pub const MAX_DEADLINE_BLOCKS: u64 = 100_000;
/// Longest challenge window, in blocks.
pub const MAX_CHALLENGE_WINDOW_BLOCKS: u64 = 1_000_000;
/// Highest protocol fee that even the DAO can set, in basis points (20 %).
pub const MAX_PROTOCOL_FEE_BASIS_POINTS: u16 = 2_000;
/// Largest page of a list query.
pub const MAX_PAGE: u32 = 100;

/// Sets up the marketplace.
#[cw_serde]
pub struct InstantiateMsg {
    /// The DAO contract: alone may change the protocol fee, and receives it (the treasury).
    pub dao: String,
    /// The provenance contract that holds models and receives royalties.
    pub provenance: String,
    /// The one denomination of prices and bonds.
    pub denom: String,
    /// The protocol fee at the start.
    pub protocol_fee: BasisPoints,
    /// Blocks between delivery and the first moment of settlement, 1 to [`MAX_CHALLENGE_WINDOW_BLOCKS`].
    pub challenge_window_blocks: u64,
    /// Smallest bond of a service.
    pub minimum_bond: Uint128,
}

/// What can be done.
#[cw_serde]
pub enum ExecuteMsg {
    /// Offers a model as a service; the attached funds are the bond, the sender is the provider.
    RegisterService {
        /// Human-readable name, 1 to [`MAX_NAME_BYTES`] bytes.
        name: String,
        /// The model's content hash in the provenance registry (its model root).
        model: ContentHash,
        /// Version of the exact-inference semantics that the runner executes.
        semantics_version: u32,
        /// Price of one job.
        price: Uint128,
        /// gRPC endpoint of the runner, e.g. `http://127.0.0.1:8001`.
        endpoint: String,
        /// Compressed secp256k1 key (33 bytes) that signs this service's receipts.
        receipt_key: Binary,
    },
    /// Changes what a service asks; only its provider. Open orders keep their terms.
    UpdateService {
        /// The service.
        service_id: ServiceId,
        /// New price of one job.
        price: Option<Uint128>,
        /// New endpoint.
        endpoint: Option<String>,
    },
    /// Ends a service and returns its bond; only its provider, and only when none of its jobs is open.
    CloseService {
        /// The service.
        service_id: ServiceId,
    },
    /// Orders one job; the attached funds must equal the price.
    Order {
        /// The service.
        service_id: ServiceId,
        /// SHA-256 of the input document.
        input_hash: ContentHash,
        /// Blocks from now within which the provider must deliver, 1 to [`MAX_DEADLINE_BLOCKS`].
        deadline_blocks: u64,
    },
    /// Records the answer to a job; only the service's provider, up to and including the deadline.
    Deliver {
        /// The receipt; names the job, the hashes and the model, signed with the service's key.
        receipt: Receipt,
    },
    /// Divides the price after the challenge window; anyone.
    Settle {
        /// The job.
        job_id: JobId,
    },
    /// Returns the price of a job whose deadline passed without delivery; anyone.
    Refund {
        /// The job.
        job_id: JobId,
    },
    /// Changes the protocol fee of later orders; only the DAO.
    SetProtocolFee {
        /// The new fee, at most [`MAX_PROTOCOL_FEE_BASIS_POINTS`].
        protocol_fee: BasisPoints,
    },
}

/// What can be asked.
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// The contract's configuration.
    #[returns(ConfigResponse)]
    Config {},
    /// One service.
    #[returns(ServiceResponse)]
    Service {
        /// Its number.
        service_id: ServiceId,
    },
    /// All services by number.
    #[returns(ServicesResponse)]
    Services {
        /// Exclusive start.
        start_after: Option<ServiceId>,
        /// Page size, at most [`MAX_PAGE`].
        limit: Option<u32>,
    },
    /// One job.
    #[returns(JobResponse)]
    Job {
        /// Its number.
        job_id: JobId,
    },
    /// All jobs by number.
    #[returns(JobsResponse)]
    Jobs {
        /// Exclusive start.
        start_after: Option<JobId>,
        /// Page size, at most [`MAX_PAGE`].
        limit: Option<u32>,
    },
    /// Jobs of one provider that are ordered or delivered (not yet ended), by number.
    #[returns(JobsResponse)]
    OpenJobs {
        /// Bech32 address of the provider.
        provider: String,
        /// Exclusive start.
        start_after: Option<JobId>,
        /// Page size, at most [`MAX_PAGE`].
        limit: Option<u32>,
    },
    /// What the contract owes: its balance must always equal the sum.
    #[returns(ObligationsResponse)]
    Obligations {},
}
