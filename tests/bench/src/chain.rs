//! One chain under measurement.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use cosmrs::proto::cosmos::bank::v1beta1::QueryBalanceRequest;
use prost::Message as _;
use stoa_oracle::{
    abci::{Client, Timed},
    peer::{self, Genesis, Stoad, Wasmd},
};
use stoa_system::process::Process;
use tendermint_proto::v0_38::abci::{CheckTxType, ExecTxResult};

use crate::{
    accounts::DENOM,
    sample::{Sample, Start},
    usage,
};

/// Blocks of a benchmark have no limit of gas: how much fits is not what is measured.
const NO_GAS_LIMIT: i64 = -1;
/// `CheckTx` requests on their way at a time, as CometBFT sends them without waiting.
const CHECK_WINDOW: usize = 100;
/// How long a start may take: a large state is read.
const START_TIMEOUT: Duration = Duration::from_secs(300);
/// Pause between two attempts to connect.
const CONNECT_PAUSE: Duration = Duration::from_millis(2);

/// A program that can be started on a home.
pub enum Program<'a> {
    /// The oracle.
    Wasmd(&'a Wasmd),
    /// The node under test.
    Stoad(&'a Stoad),
}

impl Program<'_> {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Wasmd(_) => "wasmd",
            Self::Stoad(_) => "stoad",
        }
    }

    /// Starts the process on what lies in `home`.
    pub fn launch(&self, home: &Path) -> Result<(Process, SocketAddr)> {
        match self {
            Self::Wasmd(program) => program.launch(home),
            Self::Stoad(program) => program.launch(home),
        }
    }

    /// A first state in its form.
    pub fn genesis(&self, genesis: &Genesis) -> Result<Vec<u8>> {
        match self {
            Self::Wasmd(_) => genesis.for_wasmd(),
            Self::Stoad(_) => genesis.for_stoad(),
        }
    }
}

/// A running node in a home of its own.
pub struct Chain<'a> {
    program: Program<'a>,
    home: PathBuf,
    process: Process,
    address: SocketAddr,
    client: Client,
    height: i64,
}

impl<'a> Chain<'a> {
    /// Starts a new chain in `home`, which is emptied.
    pub fn begin(program: Program<'a>, home: &Path, genesis: &Genesis) -> Result<Self> {
        if home.exists() {
            fs::remove_dir_all(home)?;
        }
        fs::create_dir_all(home)?;
        let (process, address) = program.launch(home)?;
        let app_state = program.genesis(genesis)?;
        let mut chain = Self::connected(program, home, process, address)?;
        chain.client.init_chain(peer::init_chain(app_state, NO_GAS_LIMIT))?;
        Ok(chain)
    }

    fn connected(
        program: Program<'a>,
        home: &Path,
        mut process: Process,
        address: SocketAddr,
    ) -> Result<Self> {
        let mut client = connect(&mut process, address)?;
        let height = client.info()?.last_block_height;
        Ok(Self { program, home: home.to_owned(), process, address, client, height })
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.program.name()
    }

    /// Last height committed.
    pub const fn height(&self) -> i64 {
        self.height
    }

    /// Executes and commits a block; times, processor time and results.
    pub fn block(&mut self, txs: &[Vec<u8>]) -> Result<(Sample, Vec<ExecTxResult>)> {
        let before = usage::cpu_millis(self.process.id())?;
        let request = peer::finalize_block(self.height + 1, txs);
        let Timed { answer, elapsed: finalize } = self.client.finalize_block(request)?;
        let commit = self.client.commit()?;
        self.height += 1;
        usage::settle(self.process.id())?;
        let cpu_millis = usage::cpu_millis(self.process.id())? - before;
        let results = answer.tx_results;
        ensure!(results.len() == txs.len(), "{} results of {} txs", results.len(), txs.len());
        Ok((Sample::of_block(txs.len(), finalize, commit, cpu_millis), results))
    }

    /// Offers transactions to the mempool, or again after a block; all must be admitted.
    pub fn check(&mut self, txs: &[Vec<u8>], kind: CheckTxType) -> Result<Sample> {
        let before = usage::cpu_millis(self.process.id())?;
        let Timed { answer, elapsed } = self.client.check_txs(txs, kind, CHECK_WINDOW)?;
        let cpu_millis = usage::cpu_millis(self.process.id())? - before;
        let refused = answer.iter().find(|result| result.code != 0);
        ensure!(refused.is_none(), "{} refuses: {refused:?}", self.name());
        Ok(Sample::of_check(txs.len(), elapsed, cpu_millis))
    }

    /// Executes and commits a block of which nothing is measured.
    pub fn execute(&mut self, txs: &[Vec<u8>]) -> Result<()> {
        self.client.block(peer::finalize_block(self.height + 1, txs))?;
        self.height += 1;
        Ok(())
    }

    /// Someone else who asks this chain.
    pub const fn asker(&self) -> Asker {
        Asker { name: self.program.name(), address: self.address }
    }

    /// Resident memory.
    pub fn memory(&self) -> Result<usage::Memory> {
        usage::memory(self.process.id())
    }

    /// Bytes of state on the disk.
    pub fn disk_bytes(&self) -> Result<u64> {
        usage::disk_bytes(&self.home.join("data"))
    }

    /// Stops the process, orderly or as a power cut would, and starts it again: until it has answered where
    /// it stands.
    pub fn restart(self, is_power_cut: bool) -> Result<(Self, Start)> {
        let Self { program, home, mut process, height, client, .. } = self;
        drop(client);
        if is_power_cut {
            process.kill_hard()?
        } else {
            process.stop()?
        }
        let started = Instant::now();
        let (process, address) = program.launch(&home)?;
        let chain = Self::connected(program, &home, process, address)?;
        let elapsed = started.elapsed();
        ensure!(chain.height == height, "{} forgot a height", chain.name());
        Ok((chain, Start { elapsed_millis: elapsed.as_secs_f64() * 1_000.0, is_power_cut }))
    }
}

fn connect(process: &mut Process, address: SocketAddr) -> Result<Client> {
    let started = Instant::now();
    loop {
        match Client::connect(address) {
            Ok(client) => return Ok(client),
            Err(error) if started.elapsed() > START_TIMEOUT => return Err(error),
            Err(_) => process.check_running()?,
        }
        thread::sleep(CONNECT_PAUSE);
    }
}

/// A client beside consensus.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    name: &'static str,
    address: SocketAddr,
}

impl Asker {
    /// Waits until a process serves.
    pub fn wait(process: &mut Process, address: SocketAddr) -> Result<()> {
        connect(process, address).map(drop)
    }

    /// Asks for balances until `stop`; how many milliseconds each answer took.
    pub fn ask_until(&self, owners: &[String], stop: impl Fn() -> bool) -> Result<Vec<f64>> {
        let mut client = Client::connect(self.address)?;
        let mut times = Vec::new();
        for owner in owners.iter().cycle() {
            if stop() {
                break;
            }
            let request = QueryBalanceRequest { address: owner.clone(), denom: DENOM.to_owned() };
            let started = Instant::now();
            let path = "/cosmos.bank.v1beta1.Query/Balance";
            let answer = client.query(path, request.encode_to_vec())?;
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
            ensure!(answer.code == 0, "{}: {}", self.name, answer.log);
            thread::sleep(CONNECT_PAUSE);
        }
        Ok(times)
    }
}

/// Panics of a measuring thread as an error.
pub fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().ok().context("a measuring thread panicked")?
}
