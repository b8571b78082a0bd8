//! Sending transactions.

use cosmos_sdk_proto::cosmos::{
    base::abci::v1beta1::TxResponse,
    tx::v1beta1::{BroadcastMode, BroadcastTxRequest, BroadcastTxResponse},
};
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use stoa_modules::core::codespace;
use tendermint_rpc::{Client as _, HttpClient};

use super::{failed, read};
use crate::status::Status;

/// What CometBFT says when it refuses a transaction unseen, and the SDK's code for it.
const REFUSALS: &[(&str, u32)] =
    &[("tx already exists in cache", 19), ("mempool is full", 20), ("Tx too large", 21)];

pub(super) async fn run(rpc: &HttpClient, data: &[u8]) -> Result<Vec<u8>, Status> {
    let request: BroadcastTxRequest = read(data)?;
    if request.tx_bytes.is_empty() {
        return Err(Status::invalid("invalid empty tx"));
    }
    let txhash = hex::encode_upper(Sha256::digest(&request.tx_bytes));
    let response = match BroadcastMode::try_from(request.mode) {
        Ok(BroadcastMode::Sync) => {
            rpc.broadcast_tx_sync(request.tx_bytes).await.map(|answer| TxResponse {
                code: answer.code.value(),
                codespace: answer.codespace,
                data: hex::encode_upper(&answer.data),
                raw_log: answer.log,
                ..TxResponse::default()
            })
        }
        Ok(BroadcastMode::Async) => {
            rpc.broadcast_tx_async(request.tx_bytes).await.map(|_| TxResponse::default())
        }
        _ => {
            let reason = "unsupported return type unspecified; supported types: sync, async";
            return Err(Status::unknown(reason));
        }
    };
    let response = match response {
        Ok(response) => response,
        Err(error) => {
            let text = error.to_string();
            let known = REFUSALS.iter().find(|(part, _)| text.contains(part));
            let Some((_, code)) = known else { return Err(failed(error)) };
            let codespace = codespace::SDK.to_owned();
            TxResponse { code: *code, codespace, ..TxResponse::default() }
        }
    };
    let tx_response = Some(TxResponse { txhash, ..response });
    Ok(BroadcastTxResponse { tx_response }.encode_to_vec())
}
