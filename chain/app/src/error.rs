//! What stops the node, and what a transaction or query is refused with.

use stoa_modules::ModuleError;
use stoa_store::StoreError;

/// A failure after which this node cannot agree with the others any more: it must halt.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The disk or what is on it.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// The folder of snapshots.
    #[error("snapshots: {0}")]
    Snapshots(#[from] std::io::Error),
    /// The modules could not be opened.
    #[error("modules: {0}")]
    Modules(#[source] ModuleError),
    /// The genesis file is not JSON.
    #[error("genesis app_state is no JSON: {0}")]
    GenesisJson(#[from] serde_json::Error),
    /// The genesis file is refused by a module.
    #[error("genesis app_state: {0}")]
    Genesis(#[source] ModuleError),
    /// The state cannot be written as a genesis.
    #[error("export: {0}")]
    Export(#[source] ModuleError),
    /// A module failed before or behind the transactions of a block.
    #[error("begin or end of block: {0}")]
    AroundBlock(#[source] ModuleError),
    /// The block must be executed by a newer binary.
    #[error("UPGRADE \"{name}\" NEEDED at height: {height}: {info}")]
    UpgradeNeeded {
        /// Name of the upgrade.
        name: String,
        /// Its height.
        height: u64,
        /// What its plan tells operators.
        info: String,
    },
    /// The block must be executed by an older binary.
    #[error(
        "BINARY UPDATED BEFORE TRIGGER! UPGRADE \"{name}\" - in binary but not executed on chain. \
         Downgrade your binary"
    )]
    BinaryTooNew {
        /// Name of the upgrade.
        name: String,
    },
    /// An upgrade was applied that this binary does not know.
    #[error("wrong app version, upgrade handler is missing for {name} upgrade plan")]
    BinaryTooOld {
        /// Name of the upgrade.
        name: String,
    },
    /// The note for whoever exchanges binaries could not be written.
    #[error("unable to write upgrade info to filesystem: {0}")]
    UpgradeInfo(#[source] std::io::Error),
    /// An upgrade failed.
    #[error("upgrade: {0}")]
    Upgrade(#[source] ModuleError),
    /// The state contradicts itself: all nodes find the same and halt.
    #[error("invariant {name} is broken: {detail}")]
    Invariant {
        /// Which.
        name: &'static str,
        /// What contradicts it.
        detail: String,
    },
    /// Consensus finalizes another block than the one that follows.
    #[error("block {actual} to finalize, block {expected} follows")]
    UnexpectedHeight {
        /// The height that follows the last commit.
        expected: u64,
        /// The height offered.
        actual: u64,
    },
    /// `Commit` without a finalized block.
    #[error("nothing is finalized that could be committed")]
    NothingFinalized,
    /// A block before the genesis.
    #[error("a block came before InitChain")]
    NoGenesis,
    /// A height or time that this application cannot represent.
    #[error("{field} of {value} is out of range")]
    OutOfRange {
        /// Which field.
        field: &'static str,
        /// Its value.
        value: i64,
    },
    /// The note beside a commit is not what this version writes.
    #[error("corrupt note of height {height}")]
    CorruptNote {
        /// Height of the commit.
        height: u64,
    },
    /// Consensus parameters in the state cannot be read.
    #[error("corrupt consensus parameters: {0}")]
    CorruptParams(#[from] prost::DecodeError),
    /// The beacon's state cannot be read: this node would send or accept other votes than its peers.
    #[error("beacon: {0}")]
    Beacon(#[source] ModuleError),
    /// An account cannot be read: this node would build or accept other blocks than its peers.
    #[error("proposal: {0}")]
    Proposal(#[source] ModuleError),
    /// Another thread panicked in the middle of a step of consensus.
    #[error("a step of consensus panicked before")]
    Poisoned,
    /// A request that consensus never sends.
    #[error("unexpected request {kind}")]
    UnexpectedRequest {
        /// Which request.
        kind: &'static str,
    },
}

/// Codes of the Cosmos SDK (`types/errors/errors.go`) that the application itself answers.
pub mod sdk_code {
    /// The bytes are no transaction.
    pub const TX_DECODE: u32 = 2;
    /// No such route or path.
    pub const UNKNOWN_REQUEST: u32 = 6;
    /// Not an address.
    pub const INVALID_ADDRESS: u32 = 7;
    /// Out of gas.
    pub const OUT_OF_GAS: u32 = 11;
    /// Malformed request.
    pub const INVALID_REQUEST: u32 = 18;
    /// The mempool takes no more.
    pub const MEMPOOL_IS_FULL: u32 = 20;
    /// More bytes than a transaction may have.
    pub const TX_TOO_LARGE: u32 = 21;
    /// A height that does not exist yet.
    pub const INVALID_HEIGHT: u32 = 26;
    /// A sequence that is not the signer's next.
    pub const WRONG_SEQUENCE: u32 = 32;
    /// The state of a height is gone.
    pub const NOT_FOUND: u32 = 38;
    /// More gas than a block has, or none.
    pub const INVALID_GAS_LIMIT: u32 = 41;
}

/// Codespace of errors without an ABCI code of their own.
pub const UNDEFINED_CODESPACE: &str = stoa_modules::core::codespace::UNDEFINED;
/// Code of a caught panic in [`UNDEFINED_CODESPACE`].
pub const PANIC_CODE: u32 = 111_222;
/// Code of a failure that is the node's own, in [`UNDEFINED_CODESPACE`].
pub const INTERNAL_CODE: u32 = 1;

/// Why a transaction or query failed, as clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// ABCI codespace.
    pub codespace: &'static str,
    /// Code, not zero.
    pub code: u32,
    /// For people; also for clients that look for the SDK's wording.
    pub log: String,
}

impl Refusal {
    /// An error in codespace `sdk`.
    pub fn sdk(code: u32, log: impl Into<String>) -> Self {
        Self { codespace: stoa_modules::core::codespace::SDK, code, log: log.into() }
    }

    /// Whether the bytes were no transaction.
    pub fn is_unreadable(&self) -> bool {
        self.codespace == stoa_modules::core::codespace::SDK && self.code == sdk_code::TX_DECODE
    }

    /// A caught panic.
    pub fn panic(message: &str) -> Self {
        let log = format!("recovered: {message}: panic");
        Self { codespace: UNDEFINED_CODESPACE, code: PANIC_CODE, log }
    }

    /// The node's own failure where it must not halt: queries and admission to the mempool.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a request failed for a reason of this node");
        let log = "internal error of this node; see its log".to_owned();
        Self { codespace: UNDEFINED_CODESPACE, code: INTERNAL_CODE, log }
    }
}

impl From<&ModuleError> for Refusal {
    fn from(error: &ModuleError) -> Self {
        Self { codespace: error.codespace(), code: error.code(), log: error.to_string() }
    }
}

impl From<Refusal> for ModuleError {
    fn from(refusal: Refusal) -> Self {
        let Refusal { codespace, code, log } = refusal;
        Self::Refused { codespace, code, message: log }
    }
}
