//! A node with nothing but the ABCI socket, in a home of its own.

mod genesis;
mod stoad;
mod wasmd;

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use cosmrs::proto::cosmos::tx::v1beta1::SimulateRequest;
use prost::Message as _;
use stoa_system::process::Process;
use tempfile::TempDir;
use tendermint_proto::{
    google::protobuf::Timestamp,
    v0_38::{
        abci::{CommitInfo, ExecTxResult, RequestFinalizeBlock, RequestInitChain},
        types::{BlockParams, ConsensusParams, EvidenceParams, ValidatorParams},
    },
};

use crate::{
    abci::{Client, Query},
    compare::Admission,
};

pub use genesis::{Genesis, Holder};
pub use stoad::Stoad;
pub use wasmd::Wasmd;

/// Chain id of both.
pub const CHAIN_ID: &str = "oracle-1";
/// Address prefix of both: wasmd is built with it.
pub const PREFIX: &str = "stoa";
/// Where transactions are simulated.
const SIMULATE: &str = "/cosmos.tx.v1beta1.Service/Simulate";
/// Genesis time in seconds since the Unix epoch: 2026-01-01.
const GENESIS_SECONDS: i64 = 1_767_225_600;
/// Seconds between two blocks.
const BLOCK_SECONDS: i64 = 5;
/// Most gas of a block.
pub const BLOCK_MAX_GAS: i64 = 50_000_000;
/// Most bytes of a block.
const BLOCK_MAX_BYTES: i64 = 4 * 1024 * 1024;
/// Length of hashes in block headers.
const HASH_BYTES: usize = 32;
/// Length of the address of a validator.
const VALIDATOR_BYTES: usize = 20;

/// How long a node may take to open its socket.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running node.
pub struct Peer {
    client: Client,
    height: i64,
    /// Stops when dropped, before its home is removed.
    _process: Process,
    _home: TempDir,
}

impl Peer {
    fn begin(
        mut process: Process,
        address: SocketAddr,
        home: TempDir,
        app_state: Vec<u8>,
    ) -> Result<Self> {
        let mut client = connect(&mut process, address)?;
        client.init_chain(init_chain(app_state, BLOCK_MAX_GAS))?;
        Ok(Self { client, height: 0, _process: process, _home: home })
    }

    /// Executes and commits the next block.
    pub fn block(&mut self, txs: &[Vec<u8>]) -> Result<Vec<ExecTxResult>> {
        self.height += 1;
        let results = self.client.block(finalize_block(self.height, txs))?.tx_results;
        ensure!(results.len() == txs.len(), "{} results of {} txs", results.len(), txs.len());
        Ok(results)
    }

    /// Simulates a transaction and asks whether the mempool would take it, in this order: the check counts
    /// its sequence.
    pub fn admit(&mut self, tx: &[u8]) -> Result<Admission> {
        let request = SimulateRequest { tx_bytes: tx.to_vec(), ..SimulateRequest::default() };
        let simulated = self.client.query(SIMULATE, request.encode_to_vec())?;
        Ok(Admission { simulated, checked: self.client.check_tx(tx)? })
    }

    /// Asks about the last height.
    pub fn query(&mut self, path: &str, data: Vec<u8>) -> Result<Query> {
        self.client.query(path, data)
    }
}

/// Connects once the node serves.
pub fn connect(process: &mut Process, address: SocketAddr) -> Result<Client> {
    let mut connected = None;
    process.wait_until("serving", START_TIMEOUT, || {
        connected = Client::connect(address).ok();
        connected.is_some()
    })?;
    connected.context("a node that serves has a connection")
}

/// The first request of a chain whose blocks may use `max_gas`, or any if that is -1.
pub fn init_chain(app_state: Vec<u8>, max_gas: i64) -> RequestInitChain {
    RequestInitChain {
        time: Some(time(0)),
        chain_id: CHAIN_ID.to_owned(),
        consensus_params: Some(consensus_params(max_gas)),
        validators: Vec::new(),
        app_state_bytes: app_state.into(),
        initial_height: 1,
    }
}

/// The block of a height.
pub fn finalize_block(height: i64, txs: &[Vec<u8>]) -> RequestFinalizeBlock {
    RequestFinalizeBlock {
        txs: txs.iter().map(|tx| tx.clone().into()).collect(),
        decided_last_commit: Some(CommitInfo::default()),
        misbehavior: Vec::new(),
        hash: vec![1; HASH_BYTES].into(),
        height,
        time: Some(time(height)),
        next_validators_hash: vec![2; HASH_BYTES].into(),
        proposer_address: vec![3; VALIDATOR_BYTES].into(),
    }
}

const fn time(height: i64) -> Timestamp {
    // Fractions are printed with varying lengths, so there are some.
    Timestamp { seconds: GENESIS_SECONDS + height * BLOCK_SECONDS, nanos: 123_456_789 }
}

fn consensus_params(max_gas: i64) -> ConsensusParams {
    ConsensusParams {
        block: Some(BlockParams { max_bytes: BLOCK_MAX_BYTES, max_gas }),
        evidence: Some(EvidenceParams {
            max_age_num_blocks: 100_000,
            max_age_duration: Some(tendermint_proto::google::protobuf::Duration {
                seconds: 172_800,
                nanos: 0,
            }),
            max_bytes: 1_048_576,
        }),
        validator: Some(ValidatorParams { pub_key_types: vec!["ed25519".to_owned()] }),
        ..ConsensusParams::default()
    }
}

/// A port that is free now.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
