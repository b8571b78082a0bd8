//! Transactions committed through CometBFT: one validator, the same configuration for both chains.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use serde_json::{Value, json};
use stoa_oracle::peer::{CHAIN_ID, Genesis};
use stoa_system::{
    comet::{self, BlockTime},
    ports::Ports,
    process::Process,
};
use tendermint_rpc::{Client as _, HttpClient};

use crate::{
    blocks::Blocks,
    chain::{Asker, Program},
    measure::{Pair, Plan, Setup},
    stage::{self, Contracts},
    workload::{Generator, Workload},
};

/// Transactions of one run; each account signs once, so that their order does not matter.
const TXS: usize = 10_000;
/// Broadcasts on their way at a time.
const SENDERS: usize = 16;
/// Longest wait for the last transaction, and for the first block.
const TIMEOUT: Duration = Duration::from_secs(300);
/// Pause between two looks at the chain.
const PAUSE: Duration = Duration::from_millis(50);
/// Room in the mempool, in transactions.
const MEMPOOL: i64 = 100_000;
/// Longest block in bytes.
const BLOCK_BYTES: u64 = 4 * 1024 * 1024;

/// Committed transactions a second.
#[derive(Clone, Debug, Serialize)]
pub struct EndToEnd {
    /// The load.
    pub workload: Workload,
    /// Transactions of a run.
    pub txs: usize,
    /// Transactions a second, run by run.
    pub rates: Vec<Pair<f64>>,
}

/// Sends through CometBFT, both chains in turn.
pub fn run(setup: &Setup, plan: &Plan) -> Result<EndToEnd> {
    let mut rates = Vec::new();
    for repeat in 0..plan.repeats {
        eprintln!("through CometBFT, pair {}", repeat + 1);
        let wasmd = || one(setup, Program::Wasmd(&setup.wasmd), plan.seed);
        let stoad = || one(setup, Program::Stoad(&setup.stoad), plan.seed);
        rates.push(if repeat.is_multiple_of(2) {
            let first = wasmd()?;
            Pair { wasmd: first, stoad: stoad()? }
        } else {
            let first = stoad()?;
            Pair { wasmd: wasmd()?, stoad: first }
        });
    }
    Ok(EndToEnd { workload: Workload::Bank, txs: TXS, rates })
}

/// Committed transactions a second of one fresh chain.
fn one(setup: &Setup, program: Program<'_>, seed: u64) -> Result<f64> {
    let (genesis, mut accounts) = stage::genesis(&setup.base, TXS)?;
    let blocks = Blocks::new(&setup.work.join("blocks"))?;
    let nowhere = Contracts::default();
    let txs = Generator::new(seed).block(Workload::Bank, TXS, &accounts, &nowhere)?;
    let txs = blocks.signed(&mut accounts, &txs)?;
    let name = program.name();
    let home = setup.work.join("homes").join(format!("{name}-comet"));
    let network = Network::start(program, &home, &genesis)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(network.commit(&txs)).with_context(|| name)
}

/// A chain of one validator.
struct Network {
    rpc: HttpClient,
    /// Consensus stops before its application.
    _comet: Process,
    _app: Process,
}

impl Network {
    fn start(program: Program<'_>, home: &Path, genesis: &Genesis) -> Result<Self> {
        if home.exists() {
            fs::remove_dir_all(home)?;
        }
        let (comet, app) = (home.join("comet"), home.join("app"));
        fs::create_dir_all(&app)?;
        comet::init(&comet)?;
        let file = comet.join("config/genesis.json");
        let mut document: Value = serde_json::from_slice(&fs::read(&file)?)?;
        if let Program::Wasmd(wasmd) = &program {
            // Its application state names the validator, so its key is the node's.
            let key = "config/priv_validator_key.json";
            fs::copy(wasmd.base_home().join(key), comet.join(key))?;
            document["validators"] = json!([]);
        }
        document["chain_id"] = json!(CHAIN_ID);
        document["consensus_params"]["block"] =
            json!({"max_bytes": BLOCK_BYTES.to_string(), "max_gas": "-1"});
        document["app_state"] = serde_json::from_slice(&program.genesis(genesis)?)?;
        fs::write(&file, serde_json::to_vec(&document)?)?;
        let (mut process, address) = program.launch(&app)?;
        Asker::wait(&mut process, address)?;
        let ports = Ports { abci: address.port(), ..Ports::free()? };
        comet::configure(&comet, &ports, BlockTime::FAST, &[])?;
        widen_mempool(&comet)?;
        let consensus = comet::start("cometbft", &comet, home)?;
        let rpc = HttpClient::new(Ports::http(ports.rpc).as_str())?;
        Ok(Self { rpc, _comet: consensus, _app: process })
    }

    async fn commit(&self, txs: &[Vec<u8>]) -> Result<f64> {
        self.until(|height, _| height > 1).await.context("no block")?;
        let started = Instant::now();
        let mut sending = tokio::task::JoinSet::new();
        let part = txs.len().div_ceil(SENDERS);
        for part in txs.chunks(part) {
            let (rpc, part) = (self.rpc.clone(), part.to_vec());
            sending.spawn(async move {
                for tx in part {
                    let answer = rpc.broadcast_tx_sync(tx).await?;
                    ensure!(answer.code.is_ok(), "a transaction is refused: {}", answer.log);
                }
                Ok(())
            });
        }
        while let Some(sent) = sending.join_next().await {
            sent??;
        }
        let count = txs.len();
        self.until(|_, committed| committed >= count).await.context("not all are committed")?;
        Ok(count as f64 / started.elapsed().as_secs_f64())
    }

    /// Waits for a height and a number of transactions committed.
    async fn until(&self, is_reached: impl Fn(u64, usize) -> bool) -> Result<()> {
        let started = Instant::now();
        let (mut seen, mut committed) = (0u32, 0usize);
        loop {
            // Consensus may not listen yet.
            let latest = self.rpc.latest_block().await;
            let latest = latest.map_or(0, |block| block.block.header.height.value());
            while u64::from(seen) < latest {
                seen += 1;
                committed += self.rpc.block(seen).await?.block.data.len();
            }
            if is_reached(latest, committed) {
                return Ok(());
            }
            ensure!(started.elapsed() < TIMEOUT, "height {latest}, {committed} transactions");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The default of 5,000 transactions would be what is measured.
fn widen_mempool(comet: &Path) -> Result<()> {
    let file = comet.join("config/config.toml");
    let mut config: toml::Table = fs::read_to_string(&file)?.parse()?;
    let mempool = config.get_mut("mempool").and_then(toml::Value::as_table_mut);
    let mempool = mempool.context("no mempool section")?;
    mempool.insert("size".to_owned(), toml::Value::Integer(MEMPOOL));
    mempool.insert("cache_size".to_owned(), toml::Value::Integer(MEMPOOL));
    Ok(fs::write(&file, toml::to_string(&config)?)?)
}
