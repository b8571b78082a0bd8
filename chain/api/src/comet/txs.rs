//! Transactions in blocks.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmos_sdk_proto::{
    Any,
    cosmos::{
        base::{abci::v1beta1::TxResponse, query::v1beta1::PageResponse},
        tx::v1beta1::{
            GetTxRequest, GetTxResponse, GetTxsEventRequest, GetTxsEventResponse, OrderBy, Tx,
        },
    },
};
use prost::{Message as _, Name as _};
use stoa_app::extension::is_extended_commit;
use tendermint::Hash;
use tendermint_rpc::{Client as _, HttpClient, Order, endpoint::tx, query::Query};

use super::{failed, read};
use crate::{limits::MAX_SEARCH_PAGE, status::Status};

/// Entries of a search that asks for no number.
const DEFAULT_SEARCH_PAGE: u8 = 100;

pub(super) async fn one(rpc: &HttpClient, data: &[u8]) -> Result<Vec<u8>, Status> {
    let text = read::<GetTxRequest>(data)?.hash;
    let hash: Hash = text
        .to_uppercase()
        .parse()
        .ok()
        .filter(|hash| *hash != Hash::None)
        .ok_or_else(|| Status::invalid("the hash must have 64 hexadecimal digits"))?;
    let found = match rpc.tx(hash, false).await {
        Err(error) if error.to_string().contains("not found") => {
            return Err(Status::not_found(format!("tx not found: {text}")));
        }
        found => found.map_err(failed)?,
    };
    if is_extended_commit(&found.tx) {
        return Err(Status::not_found(format!("tx not found: {text}")));
    }
    let (tx, response) = convert(rpc, found).await?;
    Ok(GetTxResponse { tx: Some(tx), tx_response: Some(response) }.encode_to_vec())
}

#[allow(deprecated, reason = "clients still send conditions as events")]
pub(super) async fn search(rpc: &HttpClient, data: &[u8]) -> Result<Vec<u8>, Status> {
    let request: GetTxsEventRequest = read(data)?;
    let text = if request.query.is_empty() { request.events.join(" AND ") } else { request.query };
    if text.is_empty() {
        return Err(Status::invalid("query cannot be empty"));
    }
    let query: Query = text.parse().map_err(|_| Status::invalid("the query is not understood"))?;
    let order = match OrderBy::try_from(request.order_by) {
        Ok(OrderBy::Desc) => Order::Descending,
        _ => Order::Ascending,
    };
    let page = u32::try_from(request.page.max(1)).map_err(|_| Status::invalid("no such page"))?;
    let limit = match u8::try_from(request.limit) {
        Ok(0) => DEFAULT_SEARCH_PAGE,
        Ok(limit) => limit.min(MAX_SEARCH_PAGE),
        Err(_) => MAX_SEARCH_PAGE,
    };
    let found = rpc.tx_search(query, false, page, limit, order).await.map_err(failed)?;
    let total = u64::from(found.total_count);
    let mut answer = GetTxsEventResponse {
        pagination: Some(PageResponse { next_key: Vec::new(), total }),
        total,
        ..GetTxsEventResponse::default()
    };
    // The votes at the beginning of a block are no transaction, though CometBFT indexes them as one.
    let is_tx = |found: &tx::Response| !is_extended_commit(&found.tx);
    for found in found.txs.into_iter().filter(is_tx) {
        let (tx, response) = convert(rpc, found).await?;
        answer.txs.push(tx);
        answer.tx_responses.push(response);
    }
    Ok(answer.encode_to_vec())
}

/// The RPC library keeps the base64 text of the JSON answer instead of the bytes that it stands for.
fn result_data(text: &[u8]) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap_or_else(|_| text.to_vec())
}

async fn convert(rpc: &HttpClient, found: tx::Response) -> Result<(Tx, TxResponse), Status> {
    let unreadable = |_| Status::internal("a transaction of a block is unreadable");
    let tx = Tx::decode(found.tx.as_slice()).map_err(unreadable)?;
    let block = rpc.header(found.height).await.map_err(failed)?;
    // Of the same time, wallets expect whole seconds.
    let time = block.header.time.unix_timestamp();
    let timestamp = tendermint::Time::from_unix_timestamp(time, 0)
        .map(|time| time.to_rfc3339())
        .unwrap_or_default();
    let result = found.tx_result;
    let response = TxResponse {
        height: i64::try_from(found.height.value()).unwrap_or(i64::MAX),
        txhash: found.hash.to_string(),
        codespace: result.codespace,
        code: result.code.value(),
        data: hex::encode_upper(result_data(&result.data)),
        raw_log: result.log,
        info: result.info,
        gas_wanted: result.gas_wanted,
        gas_used: result.gas_used,
        tx: Some(Any { type_url: Tx::type_url(), value: found.tx }),
        timestamp,
        events: result.events.into_iter().map(Into::into).collect(),
        ..TxResponse::default()
    };
    Ok((tx, response))
}
