//! Who this node is.

use cosmos_sdk_proto::{
    cosmos::base::{
        node::v1beta1::StatusResponse,
        reflection::v2alpha1::{ChainDescriptor, GetChainDescriptorResponse},
        tendermint::v1beta1::{GetNodeInfoResponse, GetSyncingResponse, Module, VersionInfo},
    },
    tendermint::p2p::{DefaultNodeInfo, DefaultNodeInfoOther, ProtocolVersion},
};
use prost::Message as _;
use tendermint_rpc::{Client as _, HttpClient};

use super::failed;
use crate::status::Status;

/// The Cosmos SDK whose interface is served; clients choose their dialect by it.
const SDK_VERSION: &str = "v0.53.6";

pub(super) async fn info(rpc: &HttpClient) -> Result<Vec<u8>, Status> {
    let node = rpc.status().await.map_err(failed)?.node_info;
    let tx_index = if bool::from(node.other.tx_index) { "on" } else { "off" };
    let default_node_info = DefaultNodeInfo {
        protocol_version: Some(ProtocolVersion {
            p2p: node.protocol_version.p2p,
            block: node.protocol_version.block,
            app: node.protocol_version.app,
        }),
        default_node_id: node.id.to_string(),
        listen_addr: node.listen_addr.as_str().to_owned(),
        network: node.network.to_string(),
        version: node.version.to_string(),
        channels: hex::decode(node.channels.to_string()).unwrap_or_default(),
        moniker: node.moniker.to_string(),
        other: Some(DefaultNodeInfoOther {
            tx_index: tx_index.to_owned(),
            rpc_address: node.other.rpc_address,
        }),
    };
    let dependency =
        |path: &str, version: String| Module { path: path.to_owned(), version, sum: String::new() };
    let application_version = VersionInfo {
        name: stoa_app::NAME.to_owned(),
        app_name: "stoad".to_owned(),
        version: stoa_app::VERSION.to_owned(),
        build_deps: vec![
            dependency("github.com/cosmos/cosmos-sdk", SDK_VERSION.to_owned()),
            dependency("github.com/cometbft/cometbft", format!("v{}", node.version)),
        ],
        cosmos_sdk_version: SDK_VERSION.to_owned(),
        ..VersionInfo::default()
    };
    let answer = GetNodeInfoResponse {
        default_node_info: Some(default_node_info),
        application_version: Some(application_version),
    };
    Ok(answer.encode_to_vec())
}

pub(super) async fn syncing(rpc: &HttpClient) -> Result<Vec<u8>, Status> {
    let syncing = rpc.status().await.map_err(failed)?.sync_info.catching_up;
    Ok(GetSyncingResponse { syncing }.encode_to_vec())
}

/// How far this node is: what the header of its last block says.
pub(super) async fn status(rpc: &HttpClient) -> Result<Vec<u8>, Status> {
    let header = rpc.latest_block().await.map_err(failed)?.block.header;
    Ok(StatusResponse {
        // Not told, as by the SDK.
        earliest_store_height: 0,
        height: header.height.value(),
        timestamp: Some(header.time.into()),
        app_hash: header.app_hash.as_bytes().to_vec(),
        validator_hash: header.next_validators_hash.as_bytes().to_vec(),
    }
    .encode_to_vec())
}

/// The chain's id, as reflection tells it.
pub(super) async fn chain(rpc: &HttpClient) -> Result<Vec<u8>, Status> {
    let id = rpc.status().await.map_err(failed)?.node_info.network.to_string();
    Ok(GetChainDescriptorResponse { chain: Some(ChainDescriptor { id }) }.encode_to_vec())
}
