//! Blocks.

use bech32::{Bech32, Hrp};
use cosmos_sdk_proto::{
    cosmos::base::tendermint::v1beta1::{
        Block as SdkBlock, GetBlockByHeightRequest, GetBlockByHeightResponse, Header as SdkHeader,
    },
    tendermint::types::{Block, BlockId, Commit, Header, PartSetHeader},
};
use prost::Message as _;
use tendermint::block::Height;
use tendermint_rpc::{Client as _, HttpClient, endpoint::block};

use super::{failed, read};
use crate::status::Status;

/// Prefix of validators' consensus addresses.
const VALIDATOR_PREFIX: Hrp = Hrp::parse_unchecked("stoavalcons");

pub(super) async fn latest(rpc: &HttpClient) -> Result<Vec<u8>, Status> {
    Ok(encode(rpc.latest_block().await.map_err(failed)?))
}

pub(super) async fn at(rpc: &HttpClient, data: &[u8]) -> Result<Vec<u8>, Status> {
    let height = height(read::<GetBlockByHeightRequest>(data)?.height)?;
    Ok(encode(rpc.block(height).await.map_err(failed)?))
}

/// A height from outside; blocks begin at 1.
pub(super) fn height(height: i64) -> Result<Height, Status> {
    let positive = u64::try_from(height).ok().filter(|height| *height > 0);
    positive
        .and_then(|height| Height::try_from(height).ok())
        .ok_or_else(|| Status::unknown(format!("height must be greater than 0, but got {height}")))
}

/// A consensus address as wallets and explorers write it.
pub(super) fn validator_address(bytes: &[u8]) -> String {
    bech32::encode::<Bech32>(VALIDATOR_PREFIX, bytes).unwrap_or_default()
}

/// The answers for the last and for a chosen block have the same form.
fn encode(response: block::Response) -> Vec<u8> {
    let mut block = Block::from(response.block);
    begin(&mut block);
    let sdk_block = SdkBlock {
        header: block.header.clone().map(sdk_header),
        data: block.data.clone(),
        evidence: block.evidence.clone(),
        last_commit: block.last_commit.clone(),
    };
    GetBlockByHeightResponse {
        block_id: Some(response.block_id.into()),
        block: Some(block),
        sdk_block: Some(sdk_block),
    }
    .encode_to_vec()
}

/// The first block has no block before it: its places are there and empty, as Go's types have them.
pub(super) fn begin(block: &mut Block) {
    let nowhere = || BlockId { hash: Vec::new(), part_set_header: Some(PartSetHeader::default()) };
    if let Some(header) = &mut block.header {
        header.last_block_id.get_or_insert_with(nowhere);
    }
    let empty = || Commit { block_id: Some(nowhere()), ..Commit::default() };
    block.last_commit.get_or_insert_with(empty);
}

fn sdk_header(header: Header) -> SdkHeader {
    SdkHeader {
        version: header.version,
        chain_id: header.chain_id,
        height: header.height,
        time: header.time,
        last_block_id: header.last_block_id,
        last_commit_hash: header.last_commit_hash,
        data_hash: header.data_hash,
        validators_hash: header.validators_hash,
        next_validators_hash: header.next_validators_hash,
        consensus_hash: header.consensus_hash,
        app_hash: header.app_hash,
        last_results_hash: header.last_results_hash,
        evidence_hash: header.evidence_hash,
        proposer_address: validator_address(&header.proposer_address),
    }
}
