//! Validator sets.

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        base::{
            query::v1beta1::PageResponse,
            tendermint::v1beta1::{
                GetLatestValidatorSetResponse, GetValidatorSetByHeightRequest, Validator,
            },
        },
        crypto::{ed25519, secp256k1},
    },
};
use prost::{Message as _, Name};
use tendermint::{PublicKey, block::Height, validator};
use tendermint_rpc::{Client as _, HttpClient, Paging};

use super::{blocks, failed, read};
use crate::status::Status;

pub(super) async fn latest(rpc: &HttpClient, _: &[u8]) -> Result<Vec<u8>, Status> {
    let height = rpc.status().await.map_err(failed)?.sync_info.latest_block_height;
    encode(rpc, height).await
}

pub(super) async fn at(rpc: &HttpClient, data: &[u8]) -> Result<Vec<u8>, Status> {
    let height = blocks::height(read::<GetValidatorSetByHeightRequest>(data)?.height)?;
    encode(rpc, height).await
}

/// The whole set, whatever page was asked for: CometBFT bounds it.
async fn encode(rpc: &HttpClient, height: Height) -> Result<Vec<u8>, Status> {
    let found = rpc.validators(height, Paging::All).await.map_err(failed)?;
    let total = u64::try_from(found.validators.len()).unwrap_or(u64::MAX);
    Ok(GetLatestValidatorSetResponse {
        block_height: i64::try_from(found.block_height.value()).unwrap_or(i64::MAX),
        validators: found.validators.iter().map(validator).collect(),
        pagination: Some(PageResponse { next_key: Vec::new(), total }),
    }
    .encode_to_vec())
}

fn validator(info: &validator::Info) -> Validator {
    Validator {
        address: blocks::validator_address(info.address.as_bytes()),
        pub_key: Some(key(&info.pub_key)),
        voting_power: i64::try_from(info.power.value()).unwrap_or(i64::MAX),
        proposer_priority: info.proposer_priority.value(),
    }
}

fn key(key: &PublicKey) -> Any {
    let bytes = key.to_bytes();
    match key {
        PublicKey::Ed25519(_) => to_any(&ed25519::PubKey { key: bytes }),
        _ => to_any(&secp256k1::PubKey { key: bytes }),
    }
}

fn to_any<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}
