//! Clients ask over every interface at once, as fast as they can, while blocks are made: consensus goes on,
//! and no answer mixes two blocks.
//!
//! `STOA_BLOCKS=2000` makes it as many blocks long.

use std::{
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};

use cosmos_sdk_proto::cosmos::{
    bank::v1beta1::{QueryDenomOwnersRequest, QueryDenomOwnersResponse, query_client::QueryClient},
    base::query::v1beta1::PageRequest,
};
use prost::Message as _;
use stoa_mock_consensus::{Actor, DENOM, Genesis, MockChain, TxBuilder, send};
use tempfile::TempDir;
use tendermint_proto::v0_38::abci::RequestQuery;

use crate::{abci::Connection, choice::number, devnet::free_port, http};

const START: u128 = 1_000_000_000_000;
const OWNERS: usize = 20;
/// Blocks unless `STOA_BLOCKS` asks for more.
const BLOCKS: u64 = 60;
/// Answers that each interface must have given; blocks go on until then.
const ANSWERS: u64 = 20;
/// How long that may take, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(300);
const CLIENTS_OF_EACH_KIND: usize = 2;

/// A node without CometBFT: the test is its consensus.
struct Node {
    home: TempDir,
    process: Child,
    grpc_port: u16,
    lcd_port: u16,
}

impl Node {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("config")).unwrap();
        std::fs::write(home.path().join("config/app.toml"), stoad::config::EXAMPLE).unwrap();
        let (grpc_port, lcd_port) = (free_port(), free_port());
        let process = Command::new(env!("CARGO_BIN_EXE_stoad"))
            .args(["start", "--home"])
            .arg(home.path())
            .env("STOAD_ABCI__ADDRESS", format!("unix://{}/abci.sock", home.path().display()))
            .env("STOAD_API__GRPC_ADDRESS", format!("127.0.0.1:{grpc_port}"))
            .env("STOAD_API__LCD_ADDRESS", format!("127.0.0.1:{lcd_port}"))
            .env("STOAD_LOG", "warn")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { home, process, grpc_port, lcd_port }
    }

    fn connect(&self) -> Connection {
        let started = Instant::now();
        loop {
            match Connection::open(&self.home.path().join("abci.sock")) {
                Ok(connection) => return connection,
                Err(error) => assert!(started.elapsed() < PATIENCE, "{error}"),
            }
            sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Ends the clients, also when the test fails: otherwise it would wait for them for ever.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn request() -> QueryDenomOwnersRequest {
    let pagination = Some(PageRequest { limit: 100, ..PageRequest::default() });
    QueryDenomOwnersRequest { denom: DENOM.to_owned(), pagination }
}

fn check(amounts: impl Iterator<Item = String>, interface: &str) {
    let total: u128 = amounts.map(|amount| amount.parse::<u128>().unwrap()).sum();
    assert_eq!(total, START * OWNERS as u128, "half a block over {interface}");
}

fn check_proto(answer: QueryDenomOwnersResponse, interface: &str) {
    check(answer.denom_owners.into_iter().map(|owner| owner.balance.unwrap().amount), interface);
}

fn ask_abci(connection: &mut Connection) {
    let request = RequestQuery {
        path: "/cosmos.bank.v1beta1.Query/DenomOwners".to_owned(),
        data: request().encode_to_vec().into(),
        ..RequestQuery::default()
    };
    let answer = connection.query(request).unwrap();
    assert_eq!(answer.code, 0, "{}", answer.log);
    check_proto(QueryDenomOwnersResponse::decode(answer.value).unwrap(), "ABCI");
}

fn ask_lcd(port: u16) {
    let path = "/cosmos/bank/v1beta1/denom_owners/ustoa?pagination.limit=100";
    let json = http::get(port, path).expect("an answer over REST");
    let owners = json["denom_owners"].as_array().unwrap_or_else(|| panic!("{json}"));
    let amount =
        |owner: &serde_json::Value| owner["balance"]["amount"].as_str().unwrap().to_owned();
    check(owners.iter().map(amount), "REST");
}

fn ask_grpc(port: u16, is_over: &AtomicBool, answered: &AtomicU64) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut client = loop {
            match QueryClient::connect(format!("http://127.0.0.1:{port}")).await {
                Ok(client) => break client,
                // It listens a moment after the ABCI socket does.
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
        while !is_over.load(Ordering::SeqCst) {
            let answer = client.denom_owners(request()).await.unwrap();
            check_proto(answer.into_inner(), "gRPC");
            answered.fetch_add(1, Ordering::Relaxed);
        }
    });
}

#[test]
fn clients_at_full_speed_see_whole_blocks_and_hold_up_none() {
    let actors: Vec<Actor> =
        (0..OWNERS).map(|number| Actor::new(&format!("owner {number}"))).collect();
    let genesis =
        actors.iter().fold(Genesis::new(), |genesis, actor| genesis.with_balance(actor, START));
    let mut reference = MockChain::new(&genesis).unwrap();
    let node = Node::start();
    let mut consensus = node.connect();
    consensus.init_chain(reference.genesis()).unwrap();
    let decide = |consensus: &mut Connection, reference: &MockChain| {
        let (block, root) = reference.blocks().last().unwrap();
        let answer = consensus.finalize(block).unwrap();
        assert_eq!(answer.app_hash, root.unwrap().to_vec());
        consensus.commit().unwrap();
    };
    decide(&mut consensus, &reference);

    let is_over = Arc::new(AtomicBool::new(false));
    let answered = [(); 3].map(|()| AtomicU64::new(0));
    let (mut blocks, started) = (0, Instant::now());
    thread::scope(|scope| {
        for _ in 0..CLIENTS_OF_EACH_KIND {
            let (is_over, answered, node) = (&is_over, &answered, &node);
            scope.spawn(move || {
                let mut connection = node.connect();
                while !is_over.load(Ordering::SeqCst) {
                    ask_abci(&mut connection);
                    answered[0].fetch_add(1, Ordering::Relaxed);
                }
            });
            scope.spawn(move || ask_grpc(node.grpc_port, is_over, &answered[1]));
            scope.spawn(move || {
                while http::get(node.lcd_port, "/").is_none() {
                    sleep(Duration::from_millis(5));
                }
                while !is_over.load(Ordering::SeqCst) {
                    ask_lcd(node.lcd_port);
                    answered[2].fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let _over = Over(&is_over);
        let wanted = number("STOA_BLOCKS").unwrap_or(BLOCKS);
        let has_asked = || answered.iter().all(|count| count.load(Ordering::Relaxed) >= ANSWERS);
        while blocks < wanted || !has_asked() {
            assert!(blocks < wanted || started.elapsed() < PATIENCE, "{answered:?}");
            let sequence = blocks;
            let tx = |(number, from): (usize, &Actor)| {
                let to = &actors[(number * 3 + sequence as usize) % OWNERS];
                let tx = TxBuilder::new(number as u64, sequence);
                tx.message(send(from, &to.address(), u128::from(sequence) + 1)).sign(from)
            };
            let txs = actors.iter().enumerate().map(tx).collect();
            reference.deliver_block(txs).unwrap();
            decide(&mut consensus, &reference);
            blocks += 1;
        }
    });
    let answered = answered.map(AtomicU64::into_inner);
    println!(
        "{answered:?} answers over ABCI, gRPC, REST beside {blocks} blocks in {:?}",
        started.elapsed()
    );
}
