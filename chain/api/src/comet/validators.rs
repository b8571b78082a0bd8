//! Validator sets.

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        base::{
            query::v1beta1::{PageRequest, PageResponse},
            tendermint::v1beta1::{
                GetLatestValidatorSetRequest, GetLatestValidatorSetResponse,
                GetValidatorSetByHeightRequest, Validator,
            },
        },
        crypto::{ed25519, secp256k1},
    },
};
use prost::{Message as _, Name};
use tendermint::{PublicKey, block::Height, validator};
use tendermint_rpc::{Client as _, HttpClient, Paging};

use super::{blocks, failed, read};
use crate::{limits::MAX_SEARCH_PAGE, status::Status};

pub(super) async fn latest(rpc: &HttpClient, data: &[u8]) -> Result<Vec<u8>, Status> {
    let request: GetLatestValidatorSetRequest = read(data)?;
    let height = rpc.status().await.map_err(failed)?.sync_info.latest_block_height;
    encode(rpc, height, request.pagination.unwrap_or_default()).await
}

pub(super) async fn at(rpc: &HttpClient, data: &[u8]) -> Result<Vec<u8>, Status> {
    let request: GetValidatorSetByHeightRequest = read(data)?;
    let height = blocks::height(request.height)?;
    encode(rpc, height, request.pagination.unwrap_or_default()).await
}

/// One page is one request to CometBFT, which has at most a hundred validators on a page.
async fn encode(rpc: &HttpClient, height: Height, page: PageRequest) -> Result<Vec<u8>, Status> {
    let found = rpc.validators(height, paging(&page)).await.map_err(failed)?;
    let total = u64::try_from(found.total).unwrap_or_default();
    Ok(GetLatestValidatorSetResponse {
        block_height: i64::try_from(found.block_height.value()).unwrap_or(i64::MAX),
        validators: found.validators.iter().map(validator).collect(),
        pagination: Some(PageResponse { next_key: Vec::new(), total }),
    }
    .encode_to_vec())
}

/// The SDK counts from zero by offset, CometBFT from one by page.
fn paging(page: &PageRequest) -> Paging {
    let limit = if page.limit == 0 { u64::from(MAX_SEARCH_PAGE) } else { page.limit };
    let page_number = usize::try_from(page.offset / limit).unwrap_or(usize::MAX).saturating_add(1);
    let per_page = u8::try_from(limit).unwrap_or(MAX_SEARCH_PAGE).min(MAX_SEARCH_PAGE);
    Paging::Specific { page_number: page_number.into(), per_page: per_page.into() }
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
