//! `stoa-bench`: runs wasmd and stoad side by side and prints ratios.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};
use clap::Parser;
use serde_json::{Value, json};
use stoa_bench::{
    end_to_end,
    measure::{self, Plan, Setup},
    report,
    workload::Workload,
};
use stoa_oracle::peer::{Stoad, Wasmd};

/// Runs wasmd and stoad side by side on the same blocks and measures both.
#[derive(Parser)]
struct Cli {
    /// The oracle.
    #[arg(long)]
    wasmd: PathBuf,
    /// The node under test.
    #[arg(long)]
    stoad: PathBuf,
    /// Folder of contracts: cw20_base.wasm, provenance.wasm, marketplace.wasm.
    #[arg(long)]
    contracts: PathBuf,
    /// Folder for homes, signed blocks and the report.
    #[arg(long)]
    output: PathBuf,
    /// Loads.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "bank,cw20")]
    workloads: Vec<Workload>,
    /// Transactions of a block.
    #[arg(long, value_delimiter = ',', default_value = "1000")]
    txs: Vec<usize>,
    /// Accounts in the state.
    #[arg(long, value_delimiter = ',', default_value = "10000")]
    accounts: Vec<usize>,
    /// Pairs of blocks of each kind.
    #[arg(long, default_value_t = 5)]
    repeats: usize,
    /// Of what blocks are made.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Every load, 1,000 and 10,000 transactions, 10^3 to 10^6 accounts, CometBFT: hours.
    #[arg(long)]
    full: bool,
    /// Measure through CometBFT, too.
    #[arg(long)]
    comet: bool,
}

fn main() -> Result<()> {
    let mut cli = Cli::parse();
    if cli.full {
        cli.workloads =
            vec![Workload::Bank, Workload::Cw20, Workload::Marketplace, Workload::Mixed];
        cli.txs = vec![1_000, 10_000];
        cli.accounts = vec![1_000, 10_000, 100_000, 1_000_000];
        cli.comet = true;
    }
    fs::create_dir_all(&cli.output)?;
    let wasmd = Wasmd::new(&cli.wasmd)?;
    let base = wasmd.base_genesis()?;
    let stoad = Stoad::new(&cli.stoad);
    let (contracts, work) = (cli.contracts.clone(), cli.output.clone());
    let setup = Setup { wasmd, stoad, base, contracts, work };
    let plan = Plan {
        workloads: cli.workloads.clone(),
        txs: cli.txs.clone(),
        accounts: cli.accounts.clone(),
        repeats: cli.repeats,
        seed: cli.seed,
    };
    let figures = measure::run(&setup, &plan)?;
    let committed = if cli.comet { vec![end_to_end::run(&setup, &plan)?] } else { Vec::new() };
    let machine = machine()?;
    let text = format!("{}\n\n{}\n", describe(&machine), report::text(&figures, &committed));
    let json = json!({
        "machine": machine, "plan": plan, "figures": figures, "through_cometbft": committed,
    });
    fs::write(cli.output.join("report.json"), serde_json::to_vec_pretty(&json)?)?;
    fs::write(cli.output.join("report.md"), &text)?;
    println!("{text}");
    Ok(())
}

/// Processor, cores, memory, kernel and date.
fn machine() -> Result<Value> {
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let memory = fs::read_to_string("/proc/meminfo")?;
    let memory_kib = memory.lines().next().and_then(|line| line.split_whitespace().nth(1));
    let output = |program: &str, argument: &str| -> Result<String> {
        let output = Command::new(program).arg(argument).output().context(program.to_owned())?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    Ok(json!({
        "processor": model.map(|(_, name)| name),
        "cores": std::thread::available_parallelism()?.get(),
        "memory_kib": memory_kib,
        "kernel": output("uname", "-sr")?,
        "date": output("date", "--utc")?,
        "load_average": fs::read_to_string("/proc/loadavg")?.trim(),
    }))
}

fn describe(machine: &Value) -> String {
    let text = |name: &str| machine.get(name).map(|value| value.to_string().replace('"', ""));
    let [processor, cores, kernel, date, load] =
        ["processor", "cores", "kernel", "date", "load_average"]
            .map(|name| text(name).unwrap_or_default());
    format!("{processor}, {cores} cores, {kernel}, {date}, load average {load}")
}
