//! What is stored. Keys equal the names of the constants.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Binary, Empty, StdResult, Storage, Uint128};
use cw_storage_plus::{Item, Map};
use stoa_marketplace_types::JobStatus;
use stoa_primitives::{BasisPoints, ContentHash, Height, JobId, ServiceId};

use crate::ContractError;

/// The rules; only the protocol fee ever changes.
#[cw_serde]
pub struct Config {
    /// Authority and treasury.
    pub dao: Addr,
    /// Registry of models, receiver of royalties.
    pub provenance: Addr,
    /// The denomination of prices and bonds.
    pub denom: String,
    /// The protocol fee of new orders.
    pub protocol_fee: BasisPoints,
    /// Blocks between delivery and the first moment of settlement.
    pub challenge_window_blocks: u64,
    /// Smallest bond of a service.
    pub minimum_bond: Uint128,
}

/// What a provider offers.
#[cw_serde]
pub struct Service {
    /// Human-readable name.
    pub name: String,
    /// Who delivers and earns.
    pub provider: Addr,
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
    /// The model's royalty when the service was registered.
    pub royalty: BasisPoints,
    /// Jobs that have not ended.
    pub open_jobs: u64,
    /// False after closing.
    pub is_active: bool,
}

/// What a buyer ordered. All terms are copies: nothing that happens to the service changes them.
#[cw_serde]
pub struct Job {
    /// The service.
    pub service_id: ServiceId,
    /// Who paid, and gets refunds.
    pub buyer: Addr,
    /// Who delivers and earns.
    pub provider: Addr,
    /// The model's content hash.
    pub model: ContentHash,
    /// Version of the exact-inference semantics.
    pub semantics_version: u32,
    /// Key that signs the receipt.
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
    /// Last height of delivery.
    pub deadline_height: Height,
    /// Where it is on its way.
    pub status: JobStatus,
}

/// What the contract owes; its balance in the configured denomination equals the sum.
#[cw_serde]
#[derive(Default)]
pub struct Obligations {
    /// Prices of jobs that have not ended.
    pub escrowed: Uint128,
    /// Bonds of services that are not closed.
    pub bonded: Uint128,
}

/// The rules.
pub const CONFIG: Item<Config> = Item::new("CONFIG");
/// Number of the last service; counted from 1.
pub const LAST_SERVICE_ID: Item<ServiceId> = Item::new("LAST_SERVICE_ID");
/// Number of the last job; counted from 1.
pub const LAST_JOB_ID: Item<JobId> = Item::new("LAST_JOB_ID");
/// Services by number.
pub const SERVICES: Map<ServiceId, Service> = Map::new("SERVICES");
/// Jobs by number.
pub const JOBS: Map<JobId, Job> = Map::new("JOBS");
/// Jobs that have not ended, by (provider, number).
pub const OPEN_JOBS: Map<(&Addr, JobId), Empty> = Map::new("OPEN_JOBS");
/// What the contract owes.
pub const OBLIGATIONS: Item<Obligations> = Item::new("OBLIGATIONS");

/// The service, or [`ContractError::UnknownService`].
pub fn load_service(
    storage: &dyn Storage,
    service_id: ServiceId,
) -> Result<Service, ContractError> {
    let service = SERVICES.may_load(storage, service_id)?;
    service.ok_or(ContractError::UnknownService { service_id })
}

/// The job, or [`ContractError::UnknownJob`].
pub fn load_job(storage: &dyn Storage, job_id: JobId) -> Result<Job, ContractError> {
    JOBS.may_load(storage, job_id)?.ok_or(ContractError::UnknownJob { job_id })
}

/// Stores the job's end: it leaves the index, its service and the escrow.
pub fn end_job(storage: &mut dyn Storage, job_id: JobId, job: &Job) -> Result<(), ContractError> {
    JOBS.save(storage, job_id, job)?;
    OPEN_JOBS.remove(storage, (&job.provider, job_id));
    let mut service = load_service(storage, job.service_id)?;
    service.open_jobs = service.open_jobs.saturating_sub(1);
    SERVICES.save(storage, job.service_id, &service)?;
    let mut obligations = OBLIGATIONS.load(storage)?;
    obligations.escrowed = obligations.escrowed.checked_sub(job.price)?;
    OBLIGATIONS.save(storage, &obligations)?;
    Ok(())
}

/// The number after the last one, stored as the last one.
pub fn next_id(storage: &mut dyn Storage, last: &Item<u64>) -> StdResult<u64> {
    let id = last.may_load(storage)?.unwrap_or_default() + 1;
    last.save(storage, &id)?;
    Ok(id)
}

/// The status in one word, for messages.
pub fn name_of(status: &JobStatus) -> &'static str {
    match status {
        JobStatus::Ordered {} => "ordered",
        JobStatus::Delivered { .. } => "delivered",
        JobStatus::Settled { .. } => "settled",
        JobStatus::Refunded {} => "refunded",
    }
}
