//! Transactions in blocks.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmos_sdk_proto::{
    Any,
    cosmos::{
        base::abci::v1beta1::TxResponse,
        tx::v1beta1::{GetTxRequest, GetTxsEventRequest, OrderBy, Tx},
    },
};
use prost::{Message, Name as _};
use stoa_app::extension::is_extended_commit;
use tendermint::{Hash, block::Height};
use tendermint_rpc::{
    Client as _, HttpClient, Order,
    endpoint::{tx, tx_search},
};

use super::{failed, read};
use crate::{limits::MAX_SEARCH_PAGE, status::Status};

/// Entries of a search that asks for no number.
const DEFAULT_SEARCH_PAGE: u8 = 100;

/// `GetTxResponse` with the transaction as the bytes that it travels as: a `Tx` and a `TxRaw` are the same.
#[derive(Clone, PartialEq, Message)]
struct Found {
    #[prost(bytes = "vec", tag = "1")]
    tx: Vec<u8>,
    #[prost(message, optional, tag = "2")]
    tx_response: Option<TxResponse>,
}

/// `GetTxsEventResponse`, likewise.
#[derive(Clone, PartialEq, Message)]
struct FoundMany {
    #[prost(bytes = "vec", repeated, tag = "1")]
    txs: Vec<Vec<u8>>,
    #[prost(message, repeated, tag = "2")]
    tx_responses: Vec<TxResponse>,
    #[prost(uint64, tag = "4")]
    total: u64,
}

pub(super) async fn one(rpc: &HttpClient, data: &[u8]) -> Result<Vec<u8>, Status> {
    let text = read::<GetTxRequest>(data)?.hash;
    if text.is_empty() {
        return Err(Status::invalid("tx hash cannot be empty"));
    }
    let missing = || Status::not_found(format!("tx not found: {text}"));
    let bytes = hex::decode(&text).map_err(|error| Status::unknown(hex_error(error, &text)))?;
    // A hash of another length belongs to no transaction.
    let hash = <[u8; 32]>::try_from(bytes).map(Hash::Sha256).map_err(|_| missing())?;
    let found = match rpc.tx(hash, false).await {
        Err(error) if error.to_string().contains("not found") => return Err(missing()),
        found => found.map_err(failed)?,
    };
    if is_extended_commit(&found.tx) {
        return Err(missing());
    }
    let (tx, response) = Times::new(rpc).convert(found).await?;
    Ok(Found { tx, tx_response: Some(response) }.encode_to_vec())
}

/// In the words of Go.
fn hex_error(error: hex::FromHexError, text: &str) -> String {
    match error {
        hex::FromHexError::InvalidHexCharacter { .. } => {
            let foreign = text.chars().find(|character| !character.is_ascii_hexdigit());
            let (character, number) = foreign.map_or((' ', 0), |c| (c, u32::from(c)));
            format!("encoding/hex: invalid byte: U+{number:04X} '{character}'")
        }
        _ => "encoding/hex: odd length hex string".to_owned(),
    }
}

#[allow(deprecated, reason = "clients still send conditions as events")]
pub(super) async fn search(rpc: &HttpClient, data: &[u8]) -> Result<Vec<u8>, Status> {
    let request: GetTxsEventRequest = read(data)?;
    let query = if request.query.is_empty() { request.events.join(" AND ") } else { request.query };
    if query.is_empty() {
        return Err(Status::internal("query cannot be empty"));
    }
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
    // As it is: CometBFT understands more than the library's own type of queries.
    let asked = tx_search::Request::new(query, false, page, limit, order);
    let failed_search = |error| {
        let status = failed(error);
        match status.code {
            tonic::Code::Unknown => {
                Status::internal(format!("failed to search for txs: {}", status.message))
            }
            _ => status,
        }
    };
    let found = rpc.perform(asked).await.map_err(failed_search)?;
    let mut answer = FoundMany { total: u64::from(found.total_count), ..FoundMany::default() };
    let mut times = Times::new(rpc);
    // The votes at the beginning of a block are no transaction, though CometBFT indexes them as one.
    for found in found.txs.into_iter().filter(|found| !is_extended_commit(&found.tx)) {
        let (tx, response) = times.convert(found).await?;
        answer.txs.push(tx);
        answer.tx_responses.push(response);
    }
    Ok(answer.encode_to_vec())
}

/// The RPC library keeps the base64 text of the JSON answer instead of the bytes that it stands for.
fn result_data(text: &[u8]) -> Vec<u8> {
    BASE64_STANDARD.decode(text).unwrap_or_else(|_| text.to_vec())
}

/// Times of blocks, each asked for once.
struct Times<'a> {
    rpc: &'a HttpClient,
    known: BTreeMap<Height, String>,
}

impl<'a> Times<'a> {
    const fn new(rpc: &'a HttpClient) -> Self {
        Self { rpc, known: BTreeMap::new() }
    }

    async fn of(&mut self, height: Height) -> Result<String, Status> {
        if let Some(time) = self.known.get(&height) {
            return Ok(time.clone());
        }
        let header = self.rpc.header(height).await.map_err(failed)?.header;
        // Wallets expect whole seconds.
        let time = tendermint::Time::from_unix_timestamp(header.time.unix_timestamp(), 0)
            .map(|time| time.to_rfc3339())
            .unwrap_or_default();
        self.known.insert(height, time.clone());
        Ok(time)
    }

    async fn convert(&mut self, found: tx::Response) -> Result<(Vec<u8>, TxResponse), Status> {
        let timestamp = self.of(found.height).await?;
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
            tx: Some(Any { type_url: Tx::type_url(), value: found.tx.clone() }),
            timestamp,
            events: result.events.into_iter().map(Into::into).collect(),
            ..TxResponse::default()
        };
        Ok((found.tx, response))
    }
}
