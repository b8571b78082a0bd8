//! One account, one mempool, no blocks: just enough of a node.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use cosmos_sdk_proto::{
    Any,
    cosmos::{
        auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse},
        base::abci::v1beta1::GasInfo,
        tx::v1beta1::{AuthInfo, SignDoc, SimulateRequest, SimulateResponse, TxRaw},
    },
};
use k256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
use prost::{Message as _, Name as _};
use serde_json::{Value, json};
use stoa_client::{Network, TxPolicy};
use stoa_proto::cosmwasm::wasm::v1::{
    QuerySmartContractStateRequest, QuerySmartContractStateResponse,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

pub const CHAIN_ID: &str = "stoa-local-1";
pub const ACCOUNT_NUMBER: u64 = 7;
pub const SIMULATED_GAS: u64 = 100_000;
/// What every executed transaction returns.
pub const RESULT_DATA: &[u8] = b"any bytes: \0\xff";

/// What the node knows and what it was told to do.
#[derive(Default)]
pub struct State {
    /// The account's next sequence number.
    pub sequence: u64,
    /// Stale answers that the account query gives first.
    pub stale_sequences: VecDeque<u64>,
    /// The account is unknown.
    pub is_account_missing: bool,
    /// Polls for a transaction before it is found.
    pub polls_before_inclusion: u32,
    /// Code, codespace and log with which execution ends.
    pub execution: (u32, &'static str, &'static str),
    /// Log with which simulation fails.
    pub simulation_failure: Option<&'static str>,
    /// Accepted transactions.
    pub accepted: Vec<TxRaw>,
}

#[derive(Clone)]
pub struct FakeNode {
    pub state: Arc<Mutex<State>>,
    pub network: Network,
}

impl FakeNode {
    pub async fn start(state: State) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let rpc = format!("http://{}", listener.local_addr().unwrap());
        let node = Self {
            state: Arc::new(Mutex::new(state)),
            network: Network { rpc, chain_id: CHAIN_ID.to_owned(), ..Network::local() },
        };
        let serving = node.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        node
    }

    pub fn policy() -> TxPolicy {
        TxPolicy {
            inclusion_timeout: std::time::Duration::from_millis(400),
            inclusion_poll: std::time::Duration::from_millis(10),
            sequence_retry_delay: std::time::Duration::from_millis(10),
            ..TxPolicy::default()
        }
    }

    /// HTTP/1.1 with keep-alive, one request after the other.
    async fn serve(self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                    return;
                }
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.unwrap();
            let answer = self.answer(&serde_json::from_slice(&body).unwrap()).to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            );
            stream.write_all(format!("{head}{answer}").as_bytes()).await.unwrap();
        }
    }

    fn answer(&self, request: &Value) -> Value {
        let params = &request["params"];
        let result = match request["method"].as_str().unwrap() {
            "abci_query" => Ok(self.abci_query(params)),
            "broadcast_tx_sync" => self.broadcast(params).ok_or("tx already exists in cache"),
            "tx" => self.tx().ok_or("tx not found"),
            other => panic!("unexpected method {other}"),
        };
        match result {
            Ok(result) => json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }),
            Err(reason) => json!({
                "jsonrpc": "2.0",
                "id": request["id"],
                "error": { "code": -32603, "message": "Internal error", "data": reason },
            }),
        }
    }

    fn abci_query(&self, params: &Value) -> Value {
        let data = hex::decode(params["data"].as_str().unwrap()).unwrap();
        let outcome = match params["path"].as_str().unwrap() {
            "/cosmos.auth.v1beta1.Query/Account" => self.account(&data),
            "/cosmos.tx.v1beta1.Service/Simulate" => self.simulate(&data),
            "/cosmwasm.wasm.v1.Query/SmartContractState" => {
                let request = QuerySmartContractStateRequest::decode(data.as_slice()).unwrap();
                Ok(QuerySmartContractStateResponse { data: request.query_data }.encode_to_vec())
            }
            other => panic!("unexpected query {other}"),
        };
        let (code, codespace, log, value) = match outcome {
            Ok(value) => (0, "", "", value),
            Err((code, log)) => (code, "sdk", log, Vec::new()),
        };
        json!({ "response": {
            "code": code, "codespace": codespace, "log": log, "info": "", "index": "0",
            "key": null, "value": BASE64.encode(value), "proofOps": null, "height": "5",
        }})
    }

    fn account(&self, data: &[u8]) -> Result<Vec<u8>, (u32, &'static str)> {
        let mut state = self.state.lock().unwrap();
        if state.is_account_missing {
            return Err((22, "account not found: key not found"));
        }
        let sequence = state.stale_sequences.pop_front().unwrap_or(state.sequence);
        let account = BaseAccount {
            address: QueryAccountRequest::decode(data).unwrap().address,
            pub_key: None,
            account_number: ACCOUNT_NUMBER,
            sequence,
        };
        let any = Any { type_url: BaseAccount::type_url(), value: account.encode_to_vec() };
        Ok(QueryAccountResponse { account: Some(any) }.encode_to_vec())
    }

    fn simulate(&self, data: &[u8]) -> Result<Vec<u8>, (u32, &'static str)> {
        let request = SimulateRequest::decode(data).unwrap();
        let raw = TxRaw::decode(request.tx_bytes.as_slice()).unwrap();
        assert_eq!(raw.signatures, vec![Vec::<u8>::new()], "simulation takes an empty signature");
        if let Some(log) = self.state.lock().unwrap().simulation_failure {
            return Err((5, log));
        }
        let gas_info = Some(GasInfo { gas_wanted: 0, gas_used: SIMULATED_GAS });
        Ok(SimulateResponse { gas_info, result: None }.encode_to_vec())
    }

    /// Nothing when the same bytes are known.
    fn broadcast(&self, params: &Value) -> Option<Value> {
        let bytes = BASE64.decode(params["tx"].as_str().unwrap()).unwrap();
        let raw = TxRaw::decode(bytes.as_slice()).unwrap();
        let auth = AuthInfo::decode(raw.auth_info_bytes.as_slice()).unwrap();
        let signer = &auth.signer_infos[0];
        let mut state = self.state.lock().unwrap();
        if state.accepted.contains(&raw) {
            return None;
        }
        let is_next = signer.sequence == state.sequence;
        if is_next {
            verify(&raw, &signer.public_key.as_ref().unwrap().value);
            state.sequence += 1;
            state.accepted.push(raw);
        }
        let (code, codespace, log) =
            if is_next { (0, "", "") } else { (32, "sdk", "account sequence mismatch") };
        Some(json!({
            "code": code, "codespace": codespace, "log": log, "data": "",
            "hash": "00".repeat(32),
        }))
    }

    fn tx(&self) -> Option<Value> {
        let mut state = self.state.lock().unwrap();
        if state.polls_before_inclusion > 0 {
            state.polls_before_inclusion -= 1;
            return None;
        }
        let (code, codespace, log) = state.execution;
        let event = json!({ "type": "wasm", "attributes": [
            { "key": "action", "value": "order", "index": true },
            { "key": "job_id", "value": "3", "index": true },
        ]});
        Some(json!({
            "hash": "00".repeat(32), "height": "5", "index": 0, "tx": "",
            "tx_result": {
                "code": code, "codespace": codespace, "log": log, "info": "", "data": BASE64.encode(RESULT_DATA),
                "gas_wanted": "150000", "gas_used": "100000", "events": [event],
            },
        }))
    }
}

/// The signature covers the sign document of this chain and account.
fn verify(raw: &TxRaw, public_key: &[u8]) {
    let document = SignDoc {
        body_bytes: raw.body_bytes.clone(),
        auth_info_bytes: raw.auth_info_bytes.clone(),
        chain_id: CHAIN_ID.to_owned(),
        account_number: ACCOUNT_NUMBER,
    };
    // A `PubKey` message: tag, length, 33 bytes.
    let key = VerifyingKey::from_sec1_bytes(&public_key[2..]).unwrap();
    let signature = Signature::from_slice(&raw.signatures[0]).unwrap();
    key.verify(&document.encode_to_vec(), &signature).unwrap();
}
