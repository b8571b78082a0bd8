//! Pairs of measurements: the same block on both chains, in turn.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use serde_json::Value;
use stoa_oracle::peer::{Stoad, Wasmd};
use tendermint_proto::v0_38::abci::{CheckTxType, ExecTxResult};

use crate::{
    accounts::Accounts,
    blocks::Blocks,
    chain::{Chain, Program, joined},
    sample::{Sample, Start, quantile},
    stage::{self, Contracts},
    usage::Memory,
    workload::{Generator, Workload},
};

/// wasmd empties the fee collector at the beginning of every block, and its balance costs by the digit: 3 gas
/// when it is read and 30 when it is written. Nothing else may differ.
const GAS_PER_DIGIT: u64 = 33;
const COLLECTOR_DIGITS: u64 = 15;
/// Accounts that queries under load ask for.
const ASKED_ACCOUNTS: usize = 1_000;

/// What a run measures.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// Loads.
    pub workloads: Vec<Workload>,
    /// Transactions of a block.
    pub txs: Vec<usize>,
    /// Accounts in the state.
    pub accounts: Vec<usize>,
    /// Pairs of blocks of each kind.
    pub repeats: usize,
    /// Of what blocks are made.
    pub seed: u64,
}

/// Programs and folders.
pub struct Setup {
    /// The oracle.
    pub wasmd: Wasmd,
    /// The node under test.
    pub stoad: Stoad,
    /// First state of a chain with one validator.
    pub base: Value,
    /// Compiled contracts.
    pub contracts: PathBuf,
    /// Homes of the chains and signed blocks.
    pub work: PathBuf,
}

/// wasmd's figure and stoad's.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Pair<T> {
    /// Of wasmd.
    pub wasmd: T,
    /// Of stoad.
    pub stoad: T,
}

/// Blocks of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// What they do.
    pub workload: Workload,
    /// Accounts in the state.
    pub accounts: usize,
    /// Transactions of a block.
    pub txs: usize,
    /// Whether the mempool has seen the transactions before, as on a live network; otherwise as in a block
    /// that a node catches up with.
    pub is_checked: bool,
    /// Gas of a block, the same on both.
    pub gas: i64,
    /// The blocks, pair by pair.
    pub blocks: Vec<Pair<Sample>>,
    /// Their admissions before, if `is_checked`.
    pub checks: Vec<Pair<Sample>>,
}

/// Everything measured with one number of accounts.
#[derive(Clone, Debug, Serialize)]
pub struct Size {
    /// Accounts in the state.
    pub accounts: usize,
    /// Resident memory after all blocks.
    pub memory: Pair<Memory>,
    /// Bytes on the disk after all blocks.
    pub disk_bytes: Pair<u64>,
    /// Transactions until then.
    pub txs: usize,
    /// Starts on that state: orderly, and after a power cut.
    pub starts: Vec<Pair<Start>>,
    /// Answers to balance queries while blocks execute.
    pub queries: Pair<Latency>,
    /// What the mempool holds, looked at again after a block.
    pub rechecks: Vec<Pair<Sample>>,
}

/// How long answers took.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Latency {
    /// Number of answers.
    pub count: usize,
    /// Half of them.
    pub median_millis: f64,
    /// All but one of a hundred.
    pub p99_millis: f64,
    /// All.
    pub max_millis: f64,
}

/// All figures of a run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Figures {
    /// By kind of block.
    pub cells: Vec<Cell>,
    /// By size of the state.
    pub sizes: Vec<Size>,
}

/// Runs the plan.
pub fn run(setup: &Setup, plan: &Plan) -> Result<Figures> {
    let mut figures = Figures::default();
    for accounts in &plan.accounts {
        eprintln!("{accounts} accounts: building the state");
        let mut bench = Bench::new(setup, *accounts, plan.seed)?;
        for workload in &plan.workloads {
            for txs in &plan.txs {
                for is_checked in [true, false] {
                    figures.cells.push(bench.cell(*workload, *txs, is_checked, plan.repeats)?);
                }
            }
        }
        figures.sizes.push(bench.finish(plan)?);
    }
    Ok(figures)
}

/// Two chains that have come equally far.
struct Bench<'a> {
    chains: [Chain<'a>; 2],
    accounts: Accounts,
    contracts: Contracts,
    generator: Generator,
    blocks: Blocks,
    /// Transactions executed on each.
    txs: usize,
    /// Pairs measured: whose turn it is to be first.
    turn: usize,
}

impl<'a> Bench<'a> {
    fn new(setup: &'a Setup, total: usize, seed: u64) -> Result<Self> {
        let (genesis, accounts) = stage::genesis(&setup.base, total)?;
        let begin = |program: Program<'a>| {
            let home = setup.work.join("homes").join(program.name());
            Chain::begin(program, &home, &genesis)
        };
        let mut chains =
            [begin(Program::Wasmd(&setup.wasmd))?, begin(Program::Stoad(&setup.stoad))?];
        let builder = stage::Builder::new(&setup.base, &setup.contracts)?;
        let contracts = builder.build(&mut chains, &accounts)?;
        let blocks = Blocks::new(&setup.work.join("blocks"))?;
        let generator = Generator::new(seed);
        Ok(Self { chains, accounts, contracts, generator, blocks, txs: 0, turn: 0 })
    }

    fn next(&mut self, workload: Workload, txs: usize) -> Result<Vec<Vec<u8>>> {
        let unsigned = self.generator.block(workload, txs, &self.accounts, &self.contracts)?;
        self.txs += txs;
        self.blocks.signed(&mut self.accounts, &unsigned)
    }

    fn cell(
        &mut self,
        workload: Workload,
        txs: usize,
        is_checked: bool,
        repeats: usize,
    ) -> Result<Cell> {
        let accounts = self.accounts.total;
        eprintln!("  {workload}, {txs} txs, {}", if is_checked { "checked" } else { "unseen" });
        let (mut blocks, mut checks, mut gas) = (Vec::new(), Vec::new(), 0);
        for _ in 0..repeats {
            let block = self.next(workload, txs)?;
            if is_checked {
                checks.push(self.pair(|chain| chain.check(&block, CheckTxType::New))?);
            }
            let Pair { wasmd, stoad } = self.pair(|chain| chain.block(&block))?;
            gas = same_gas(&wasmd.1, &stoad.1)?;
            blocks.push(Pair { wasmd: wasmd.0, stoad: stoad.0 });
        }
        Ok(Cell { workload, accounts, txs, is_checked, gas, blocks, checks })
    }

    /// Measures both, each first in turn.
    fn pair<T>(&mut self, mut measure: impl FnMut(&mut Chain<'a>) -> Result<T>) -> Result<Pair<T>> {
        self.turn += 1;
        let [wasmd, stoad] = &mut self.chains;
        if self.turn.is_multiple_of(2) {
            let first = measure(wasmd).context("wasmd")?;
            Ok(Pair { wasmd: first, stoad: measure(stoad).context("stoad")? })
        } else {
            let first = measure(stoad).context("stoad")?;
            Ok(Pair { wasmd: measure(wasmd).context("wasmd")?, stoad: first })
        }
    }

    fn finish(mut self, plan: &Plan) -> Result<Size> {
        let workload = plan.workloads.first().copied().unwrap_or(Workload::Bank);
        let txs = plan.txs.iter().copied().max().unwrap_or_default();
        let queries = self.queries(workload, txs, plan.repeats)?;
        let rechecks = self.rechecks(workload, txs, plan.repeats)?;
        let memory = self.pair(|chain| chain.memory())?;
        let disk_bytes = self.pair(|chain| chain.disk_bytes())?;
        let (total, txs) = (self.accounts.total, self.txs);
        let mut starts = Vec::new();
        let [mut wasmd, mut stoad] = self.chains;
        for is_power_cut in [false, true] {
            let (next_wasmd, of_wasmd) = wasmd.restart(is_power_cut)?;
            let (next_stoad, of_stoad) = stoad.restart(is_power_cut)?;
            (wasmd, stoad) = (next_wasmd, next_stoad);
            starts.push(Pair { wasmd: of_wasmd, stoad: of_stoad });
        }
        Ok(Size { accounts: total, memory, disk_bytes, txs, starts, queries, rechecks })
    }

    /// Looks again at a block's worth of transactions that stay in the mempool behind a block of others.
    fn rechecks(
        &mut self,
        workload: Workload,
        txs: usize,
        repeats: usize,
    ) -> Result<Vec<Pair<Sample>>> {
        let mut rechecks = Vec::new();
        for _ in 0..repeats {
            let (block, rest) = (self.next(workload, txs)?, self.next(workload, txs)?);
            for txs in [&block, &rest] {
                self.pair(|chain| chain.check(txs, CheckTxType::New))?;
            }
            self.pair(|chain| chain.execute(&block))?;
            rechecks.push(self.pair(|chain| chain.check(&rest, CheckTxType::Recheck))?);
            self.pair(|chain| chain.execute(&rest))?;
        }
        Ok(rechecks)
    }

    /// Asks for balances on a second connection while blocks execute.
    fn queries(&mut self, workload: Workload, txs: usize, repeats: usize) -> Result<Pair<Latency>> {
        let count = self.accounts.total.min(ASKED_ACCOUNTS);
        let owners = (0..count).map(|index| self.accounts.address(index));
        let owners = owners.collect::<Result<Vec<_>>>()?;
        let mut times = Pair { wasmd: Vec::new(), stoad: Vec::new() };
        for _ in 0..repeats {
            let block = self.next(workload, txs)?;
            let Pair { wasmd, stoad } = self.pair(|chain| asked(chain, &owners, &block))?;
            times.wasmd.extend(wasmd);
            times.stoad.extend(stoad);
        }
        Ok(Pair { wasmd: latency(times.wasmd), stoad: latency(times.stoad) })
    }
}

/// Executes a block while another connection asks.
fn asked(chain: &mut Chain<'_>, owners: &[String], block: &[Vec<u8>]) -> Result<Vec<f64>> {
    let is_done = AtomicBool::new(false);
    let asker = chain.asker();
    thread::scope(|scope| {
        let asking = scope.spawn(|| asker.ask_until(owners, || is_done.load(Ordering::Relaxed)));
        let executed = chain.execute(block);
        is_done.store(true, Ordering::Relaxed);
        let times = joined(asking)?;
        executed?;
        Ok(times)
    })
}

fn latency(mut millis: Vec<f64>) -> Latency {
    millis.sort_by(f64::total_cmp);
    Latency {
        count: millis.len(),
        median_millis: quantile(&millis, 0.5),
        p99_millis: quantile(&millis, 0.99),
        max_millis: quantile(&millis, 1.0),
    }
}

/// Every transaction succeeds on both with the same gas, but for the collector's digits; answers the gas of the block.
fn same_gas(wasmd: &[ExecTxResult], stoad: &[ExecTxResult]) -> Result<i64> {
    for (index, (wasmd, stoad)) in wasmd.iter().zip(stoad).enumerate() {
        ensure!(wasmd.code == 0, "wasmd fails at {index}: {}", wasmd.log);
        ensure!(stoad.code == 0, "stoad fails at {index}: {}", stoad.log);
        let (expected, actual) = (wasmd.gas_used, stoad.gas_used);
        ensure!(
            expected.abs_diff(actual) <= COLLECTOR_DIGITS * GAS_PER_DIGIT,
            "at {index} wasmd uses {expected} gas and stoad {actual}"
        );
    }
    Ok(stoad.iter().map(|result| result.gas_used).sum())
}
