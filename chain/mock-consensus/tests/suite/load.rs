//! Questions at full speed while blocks are executed and committed: no answer mixes two blocks.

use std::{
    collections::BTreeMap,
    sync::{
        RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use cosmos_sdk_proto::{
    cosmos::{
        bank::v1beta1::{QueryDenomOwnersRequest, QueryDenomOwnersResponse},
        base::{abci::v1beta1::TxMsgData, query::v1beta1::PageRequest},
        tx::v1beta1::SimulateRequest,
    },
    cosmwasm::wasm::v1::{
        MsgInstantiateContractResponse, QuerySmartContractStateRequest,
        QuerySmartContractStateResponse,
    },
};
use prost::Message as _;
use stoa_app::{App, AppConfig, Block, QueryRequest, QueryResponse, TxResult, ante::AnteParams};
use stoa_mock_consensus::{
    Actor, CONTRACT_FEE, CONTRACT_GAS, DENOM, Genesis, TxBuilder, execute, instantiate, probe_wasm,
    send, store_code,
};
use stoa_store::Root;

use crate::{START, queries::verifies};

const OWNERS: usize = 25;
const BLOCKS: u64 = 60;
const READERS: u64 = 6;
const KEEP_RECENT: u64 = 10;

/// An application that several threads use, and the roots that its blocks led to.
struct Shared {
    app: App,
    actors: Vec<Actor>,
    contract: String,
    roots: RwLock<BTreeMap<u64, Root>>,
    time_nanos: u64,
    is_over: AtomicBool,
    answered: AtomicU64,
}

impl Shared {
    fn block(&self, height: u64, txs: Vec<Vec<u8>>) -> Vec<TxResult> {
        let time_nanos = self.time_nanos + height * 5_000_000_000;
        let block = Block { height, time_nanos, txs, ..Block::default() };
        let result = self.app.finalize_block(&block).unwrap();
        assert!(result.tx_results.iter().all(|tx| tx.is_ok()), "{:?}", result.tx_results);
        self.roots.write().unwrap().insert(height, result.app_hash);
        self.app.commit().unwrap();
        result.tx_results
    }

    /// Blocks that move money around, and write one number under two keys of a contract.
    fn write(&self, first: u64) {
        for height in first..first + BLOCKS {
            let sequence = height - first;
            let mut txs: Vec<Vec<u8>> = (1..OWNERS)
                .map(|from| {
                    let to = &self.actors[(from * 7 + height as usize) % OWNERS];
                    let tx = TxBuilder::new(from as u64, sequence);
                    let from = &self.actors[from];
                    tx.message(send(from, &to.address(), u128::from(height) + 1)).sign(from)
                })
                .collect();
            let set = |key: &str| {
                let message = format!(r#"{{"set":{{"key":"{key}","value":"{height}"}}}}"#);
                execute(&self.actors[0], &self.contract, &message)
            };
            let tx = TxBuilder::new(0, 2 + sequence).message(set("one")).message(set("two"));
            txs.push(tx.gas(1_000_000).fee(25_000).sign(&self.actors[0]));
            self.block(height, txs);
        }
        self.is_over.store(true, Ordering::SeqCst);
    }

    fn ask(&self, path: &str, data: Vec<u8>, height: i64, prove: bool) -> Option<QueryResponse> {
        let answer = self.app.query(&QueryRequest { path: path.to_owned(), data, height, prove });
        self.answered.fetch_add(1, Ordering::Relaxed);
        // A height may be forgotten between two looks at it; the queue of questions may be full.
        let is_gone = answer.codespace == "sdk" && answer.code == 38
            || answer.code == 7
            || answer.log.contains("ResourceExhausted");
        assert!(answer.code == 0 || is_gone, "{path}: {answer:?}");
        (answer.code == 0).then_some(answer)
    }

    fn read(&self, reader: u64) {
        let mut turn = reader;
        while !self.is_over.load(Ordering::SeqCst) {
            turn += 1;
            let latest = self.app.info().unwrap().height as i64;
            let height =
                if turn.is_multiple_of(2) { 0 } else { (latest - (turn % 7) as i64).max(2) };
            match turn % 4 {
                0 | 1 => self.supply_is_whole(height),
                2 => self.both_keys_are_equal(height),
                _ => self.the_proof_is_of_its_height(height),
            }
            if reader == 0 && turn.is_multiple_of(50) {
                self.simulate();
            }
        }
    }

    fn supply_is_whole(&self, height: i64) {
        let page = PageRequest { limit: 100, ..PageRequest::default() };
        let request = QueryDenomOwnersRequest { denom: DENOM.to_owned(), pagination: Some(page) };
        let path = "/cosmos.bank.v1beta1.Query/DenomOwners";
        let Some(answer) = self.ask(path, request.encode_to_vec(), height, false) else { return };
        let owners = QueryDenomOwnersResponse::decode(answer.value.as_slice()).unwrap();
        let amount = |text: String| text.parse::<u128>().unwrap();
        let owned =
            owners.denom_owners.into_iter().map(|owner| amount(owner.balance.unwrap().amount));
        assert_eq!(owned.sum::<u128>(), START * OWNERS as u128, "at {}", answer.height);
    }

    fn both_keys_are_equal(&self, height: i64) {
        let request = QuerySmartContractStateRequest {
            address: self.contract.clone(),
            query_data: br#"{"scan":{"start":"one","end":"twp","descending":false}}"#.to_vec(),
        };
        let path = "/cosmwasm.wasm.v1.Query/SmartContractState";
        let Some(answer) = self.ask(path, request.encode_to_vec(), height, false) else { return };
        let data = QuerySmartContractStateResponse::decode(answer.value.as_slice()).unwrap().data;
        let found: Vec<(String, String)> = serde_json::from_slice(&data).unwrap();
        assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].1), "{found:?}");
        // What is told is the state of the height that the answer names.
        let told = found.first().map_or(answer.height, |(_, value)| value.parse().unwrap());
        assert_eq!(told, answer.height);
        assert!(found.len() == 2 || found.is_empty(), "{found:?}");
    }

    fn the_proof_is_of_its_height(&self, height: i64) {
        let path = "/store/bank/key";
        let Some(answer) = self.ask(path, b"nothing".to_vec(), height, true) else { return };
        let root = self.roots.read().unwrap().get(&answer.height).copied();
        if let Some(root) = root {
            assert!(verifies(&answer, b"bank", &root), "proof of {}", answer.height);
        }
    }

    fn simulate(&self) {
        let message = execute(&self.actors[0], &self.contract, r#"{"loop":{}}"#);
        let tx_bytes =
            TxBuilder::new(0, 2).message(message).gas(10_000_000).unsigned(&self.actors[0]);
        let request = SimulateRequest { tx_bytes, ..SimulateRequest::default() };
        let path = "/cosmos.tx.v1beta1.Service/Simulate".to_owned();
        let request = QueryRequest { path, data: request.encode_to_vec(), ..Default::default() };
        let answer = self.app.query(&request);
        assert_ne!(answer.code, 0, "a loop ends well");
        self.answered.fetch_add(1, Ordering::Relaxed);
    }
}

/// A chain of many owners and one contract; the next height.
fn shared(folder: &std::path::Path) -> (Shared, u64) {
    let actors: Vec<Actor> =
        (0..OWNERS).map(|number| Actor::new(&format!("owner {number}"))).collect();
    let genesis =
        actors.iter().fold(Genesis::new(), |genesis, actor| genesis.with_balance(actor, START));
    let genesis = genesis.init_chain();
    let config = AppConfig {
        pruning: stoa_app::Pruning { keep_recent: KEEP_RECENT, interval: 1 },
        min_retain_blocks: 0,
        snapshots: stoa_app::snapshot::Schedule::NEVER,
        ante: AnteParams::default(),
        beacon: None,
        upgrades: stoa_app::known_upgrades(),
        cores: None,
    };
    let app = App::open(folder, config).unwrap();
    let time_nanos = genesis.time_nanos;
    app.init_chain(genesis).unwrap();
    let mut shared = Shared {
        app,
        actors,
        contract: String::new(),
        roots: RwLock::default(),
        time_nanos,
        is_over: AtomicBool::new(false),
        answered: AtomicU64::new(0),
    };
    let owner = shared.actors[0].clone();
    let big = |sequence: u64, message| {
        let tx = TxBuilder::new(0, sequence).message(message).gas(CONTRACT_GAS).fee(CONTRACT_FEE);
        vec![tx.sign(&owner)]
    };
    shared.block(1, big(0, store_code(&owner, probe_wasm().unwrap())));
    let made = shared.block(2, big(1, instantiate(&owner, 1))).remove(0);
    let answers = TxMsgData::decode(made.data.as_slice()).unwrap().msg_responses;
    let made = MsgInstantiateContractResponse::decode(answers[0].value.as_slice()).unwrap();
    shared.contract = made.address;
    (shared, 3)
}

#[test]
fn no_answer_mixes_two_blocks_whatever_is_asked_while_they_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let (shared, first) = shared(folder.path());
    let started = std::time::Instant::now();
    thread::scope(|scope| {
        for reader in 0..READERS {
            let shared = &shared;
            scope.spawn(move || shared.read(reader));
        }
        shared.write(first);
    });
    let (answered, took) = (shared.answered.into_inner(), started.elapsed());
    println!("{answered} answers while {BLOCKS} blocks were made, in {took:?}");
    assert!(answered > BLOCKS, "the readers were held up: {answered} answers");
}
