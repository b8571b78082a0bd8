//! Everything that can be refused.

use cosmwasm_std::{OverflowError, StdError, Uint128, VerificationError};
use stoa_marketplace_types::{
    MAX_CHALLENGE_WINDOW_BLOCKS, MAX_DEADLINE_BLOCKS, MAX_ENDPOINT_BYTES, MAX_NAME_BYTES,
    MAX_PROTOCOL_FEE_BASIS_POINTS,
};
use stoa_primitives::{ContentHash, Height, JobId, ServiceId};
use stoa_receipt::{PUBLIC_KEY_BYTES, SIGNATURE_BYTES};

/// Why a message was refused.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum ContractError {
    /// Storage, serialisation or a query failed.
    #[error(transparent)]
    Std(#[from] StdError),
    /// A sum would exceed its type, or a difference fall below zero.
    #[error(transparent)]
    Overflow(#[from] OverflowError),

    // funds
    /// Funds came with a message that takes none.
    #[error("this message takes no funds, {coins} coins were attached")]
    NonPayable {
        /// Number of coins.
        coins: usize,
    },
    /// Several coins at once.
    #[error("{coins} coins were attached, expected one")]
    SeveralCoins {
        /// Number of coins.
        coins: usize,
    },
    /// A coin of another denomination.
    #[error("expected {expected}, found {actual}")]
    WrongDenom {
        /// The accepted denomination.
        expected: String,
        /// The attached one.
        actual: String,
    },
    /// Less than the price.
    #[error("the price is {price}, {paid} was attached")]
    Underpaid {
        /// The service's price.
        price: Uint128,
        /// What was attached.
        paid: Uint128,
    },
    /// More than the price.
    #[error("the price is {price}, {paid} was attached; nothing is kept as a tip")]
    Overpaid {
        /// The service's price.
        price: Uint128,
        /// What was attached.
        paid: Uint128,
    },
    /// A bond below the minimum.
    #[error("a bond is at least {minimum}, {actual} was attached")]
    BondTooSmall {
        /// The smallest bond.
        minimum: Uint128,
        /// What was attached.
        actual: Uint128,
    },

    // configuration
    /// The provenance contract counts in another denomination, so no royalty could be paid to it.
    #[error("the provenance contract takes {provenance}, this marketplace would pay {marketplace}")]
    DenomMismatch {
        /// Denomination of the marketplace.
        marketplace: String,
        /// Denomination of the provenance contract.
        provenance: String,
    },
    /// The challenge window is empty or too long.
    #[error("a challenge window has 1 to {MAX_CHALLENGE_WINDOW_BLOCKS} blocks, found {actual}")]
    ChallengeWindow {
        /// Blocks that were asked for.
        actual: u64,
    },
    /// The protocol fee is above the limit.
    #[error(
        "the protocol fee is at most {MAX_PROTOCOL_FEE_BASIS_POINTS} basis points, found {actual}"
    )]
    FeeTooHigh {
        /// Basis points that were asked for.
        actual: u16,
    },
    /// The sender is not the DAO.
    #[error("only the DAO may do this")]
    NotDao {},

    // services
    /// The name is empty or too long.
    #[error("a name has 1 to {MAX_NAME_BYTES} bytes, found {actual}")]
    NameLength {
        /// Its length in bytes.
        actual: usize,
    },
    /// The endpoint is empty or too long.
    #[error("an endpoint has 1 to {MAX_ENDPOINT_BYTES} bytes, found {actual}")]
    EndpointLength {
        /// Its length in bytes.
        actual: usize,
    },
    /// The endpoint has a space, a control character or one beyond ASCII.
    #[error("an endpoint is printable ASCII without spaces")]
    EndpointCharacter {},
    /// A price of zero.
    #[error("a price is above zero")]
    ZeroPrice {},
    /// Not a compressed key.
    #[error(
        "a receipt key is a compressed secp256k1 key of {PUBLIC_KEY_BYTES} bytes, found {actual_bytes}"
    )]
    ReceiptKey {
        /// Length of what was given in bytes.
        actual_bytes: usize,
    },
    /// The provenance contract does not know the model.
    #[error("model {model} is not registered in the provenance contract")]
    UnknownModel {
        /// The model.
        model: ContentHash,
    },
    /// The asset is not a model.
    #[error("{model} is a dataset, not a model")]
    NotAModel {
        /// The asset.
        model: ContentHash,
    },
    /// No service has the number.
    #[error("service {service_id} does not exist")]
    UnknownService {
        /// The number.
        service_id: ServiceId,
    },
    /// The service has ended.
    #[error("service {service_id} is closed")]
    ServiceClosed {
        /// The service.
        service_id: ServiceId,
    },
    /// The sender is not the service's provider.
    #[error("only the provider of service {service_id} may do this")]
    NotProvider {
        /// The service.
        service_id: ServiceId,
    },
    /// An update that changes nothing.
    #[error("neither a price nor an endpoint was given")]
    NothingToUpdate {},
    /// The service still owes answers or settlements.
    #[error("service {service_id} has {open_jobs} open jobs")]
    OpenJobs {
        /// The service.
        service_id: ServiceId,
        /// Jobs that have not ended.
        open_jobs: u64,
    },

    // jobs
    /// The time to deliver is empty or too long.
    #[error("a deadline lies 1 to {MAX_DEADLINE_BLOCKS} blocks ahead, found {actual}")]
    DeadlineBlocks {
        /// Blocks that were asked for.
        actual: u64,
    },
    /// No job has the number.
    #[error("job {job_id} does not exist")]
    UnknownJob {
        /// The number.
        job_id: JobId,
    },
    /// The job was delivered, settled or refunded.
    #[error("job {job_id} is {status}, not ordered")]
    NotOrdered {
        /// The job.
        job_id: JobId,
        /// Where it is.
        status: &'static str,
    },
    /// The job was not delivered, or has ended.
    #[error("job {job_id} is {status}, not delivered")]
    NotDelivered {
        /// The job.
        job_id: JobId,
        /// Where it is.
        status: &'static str,
    },
    /// Too late to deliver.
    #[error("the deadline was height {deadline_height}, this is {height}")]
    DeadlinePassed {
        /// Last height of delivery.
        deadline_height: Height,
        /// Now.
        height: Height,
    },
    /// Too early to refund.
    #[error("delivery is possible up to height {deadline_height}, this is {height}")]
    DeadlineNotPassed {
        /// Last height of delivery.
        deadline_height: Height,
        /// Now.
        height: Height,
    },
    /// Too early to settle.
    #[error("the challenge window ends at height {settleable_height}, this is {height}")]
    ChallengeWindowOpen {
        /// First height of settlement.
        settleable_height: Height,
        /// Now.
        height: Height,
    },

    // receipts
    /// Signed for another chain.
    #[error("the receipt is for chain {actual:?}, this is {expected:?}")]
    WrongChain {
        /// This chain.
        expected: String,
        /// The receipt's.
        actual: String,
    },
    /// Signed for another marketplace.
    #[error("the receipt is for marketplace {actual:?}, this is {expected:?}")]
    WrongMarketplace {
        /// This contract.
        expected: String,
        /// The receipt's.
        actual: String,
    },
    /// Another model answered.
    #[error("the job is for model {expected}, the receipt for {actual}")]
    WrongModel {
        /// The job's.
        expected: ContentHash,
        /// The receipt's.
        actual: ContentHash,
    },
    /// Another version of the semantics was executed.
    #[error("the job is for semantics version {expected}, the receipt for {actual}")]
    WrongSemantics {
        /// The job's.
        expected: u32,
        /// The receipt's.
        actual: u32,
    },
    /// Another input was answered.
    #[error("the job is for input {expected}, the receipt for {actual}")]
    WrongInput {
        /// The job's.
        expected: ContentHash,
        /// The receipt's.
        actual: ContentHash,
    },
    /// Not a compact signature.
    #[error("a signature has {SIGNATURE_BYTES} bytes, found {actual_bytes}")]
    SignatureLength {
        /// Length of what was given in bytes.
        actual_bytes: usize,
    },
    /// The second signature that ECDSA allows for every statement.
    #[error("the signature's s is in the upper half of the group order")]
    HighS {},
    /// The signature or the key is not one.
    #[error("the signature cannot be checked: {0}")]
    Verification(#[from] VerificationError),
    /// Signed with another key, or changed afterwards.
    #[error("the signature does not match the receipt and the service's key")]
    SignatureMismatch {},
}
