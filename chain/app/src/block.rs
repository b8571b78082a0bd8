//! Blocks and results as the application sees them.

use stoa_modules::{
    BlockInfo, Context, Event, ExecMode, Gas, GasMeter,
    core::{BlockGas, Nesting},
    slashing::{Misbehaviour, Vote},
    validators::Validator,
};
use stoa_store::{Overlay, Root};
use tendermint_proto::v0_38::types::ConsensusParams;

use crate::error::{AppError, Refusal};

/// Longest transaction in bytes: the contract limit of 800 KiB with room for signatures and messages
/// beside it. Equal to the default of CometBFT's mempool.
pub const MAX_TX_BYTES: usize = 1024 * 1024;

/// A decided block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Height.
    pub height: u64,
    /// Time of consensus in nanoseconds since the Unix epoch.
    pub time_nanos: u64,
    /// Transactions in order.
    pub txs: Vec<Vec<u8>>,
    /// Who voted on the block before, and who did not.
    pub votes: Vec<Vote>,
    /// What validators are proven to have done.
    pub misbehaviours: Vec<Misbehaviour>,
}

/// Outcome of a transaction, admitted or executed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TxResult {
    /// Zero for success.
    pub code: u32,
    /// Where `code` has its meaning; empty for success.
    pub codespace: String,
    /// Why it failed; empty for success.
    pub log: String,
    /// Protobuf `TxMsgData`: one answer a message; empty on failure.
    pub data: Vec<u8>,
    /// Gas limit of the transaction.
    pub gas_wanted: Gas,
    /// Gas consumed; may pass `gas_wanted` by the one charge that was refused.
    pub gas_used: Gas,
    /// Events of the ante checks and, on success, of the messages.
    pub events: Vec<Event>,
}

impl TxResult {
    /// Whether it succeeded.
    pub const fn is_ok(&self) -> bool {
        self.code == 0
    }

    pub(crate) fn refused(refusal: Refusal, gas_wanted: Gas, gas_used: Gas) -> Self {
        let Refusal { codespace, code, log } = refusal;
        let codespace = codespace.to_owned();
        Self { code, codespace, log, gas_wanted, gas_used, ..Self::default() }
    }
}

/// Outcome of a block that is not committed yet.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockResult {
    /// Events of the block itself; those of its beginning and end say so in the attribute `mode`.
    pub events: Vec<Event>,
    /// One result a transaction, in order.
    pub tx_results: Vec<TxResult>,
    /// Changed validators, with power zero for who leaves the set; they count two blocks later.
    pub validator_updates: Vec<Validator>,
    /// Parameters of consensus from the next block on, if they changed.
    pub consensus_params: Option<ConsensusParams>,
    /// Root of the state after the block.
    pub app_hash: Root,
}

/// What is remembered of a height beside its state: queries need the block they stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) time_nanos: u64,
    pub(crate) chain_id: String,
}

impl Note {
    pub(crate) fn encode(&self) -> Vec<u8> {
        [&self.time_nanos.to_be_bytes()[..], self.chain_id.as_bytes()].concat()
    }

    pub(crate) fn decode(height: u64, bytes: &[u8]) -> Result<Self, AppError> {
        let corrupt = || AppError::CorruptNote { height };
        let (time, chain_id) = bytes.split_first_chunk().ok_or_else(corrupt)?;
        let chain_id = String::from_utf8(chain_id.to_vec()).map_err(|_| corrupt())?;
        Ok(Self { time_nanos: u64::from_be_bytes(*time), chain_id })
    }

    pub(crate) fn block(self, height: u64) -> BlockInfo {
        BlockInfo { height, time_nanos: self.time_nanos, chain_id: self.chain_id }
    }
}

/// A context without a transaction; the one place where contexts are made.
pub(crate) fn context(
    block: BlockInfo,
    mode: ExecMode,
    gas: GasMeter,
    overlay: Overlay,
) -> Context {
    Context {
        block,
        mode,
        tx_index: None,
        block_gas: BlockGas::default(),
        loaded_code: None,
        nesting: Nesting::default(),
        gas,
        overlay,
        events: Vec::new(),
    }
}
