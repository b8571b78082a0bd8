//! `stoa-oracle`: compares stoad with wasmd and fails on a difference that is not allowed.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::Parser;
use stoa_oracle::{
    compare::Outcome,
    random, report,
    run::Stage,
    scenario::{self, Scenario, Tx},
};

/// Trials of shortening one failing sequence: each starts two chains.
const MAX_SHRINK_ATTEMPTS: usize = 40;

/// Feeds the same transactions to wasmd and stoad and compares what they answer.
#[derive(Parser)]
struct Cli {
    /// The oracle.
    #[arg(long)]
    wasmd: PathBuf,
    /// The node under test.
    #[arg(long)]
    stoad: PathBuf,
    /// Folder of contracts: probe.gz, cw20_base.wasm, ….
    #[arg(long)]
    contracts: PathBuf,
    /// Folder for the report.
    #[arg(long)]
    output: PathBuf,
    /// Only scenarios whose name contains this.
    #[arg(long)]
    scenario: Option<String>,
    /// Seed of the first random sequence.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of random sequences.
    #[arg(long, default_value_t = 4)]
    cases: u64,
    /// Runs the sequence of a file that an earlier run wrote, and nothing else.
    #[arg(long)]
    replay: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    fs::create_dir_all(&cli.output)?;
    let stage = Stage::new(&cli.wasmd, &cli.stoad, &cli.contracts)?;
    let outcome = match &cli.replay {
        Some(file) => replay(&stage, file)?,
        None => everything(&cli, &stage)?,
    };
    let text = report::text(&outcome);
    fs::write(cli.output.join("report.txt"), &text)?;
    fs::write(cli.output.join("report.json"), serde_json::to_vec_pretty(&outcome)?)?;
    println!("{text}");
    let is_equal = outcome.failures().next().is_none();
    Ok(if is_equal { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn everything(cli: &Cli, stage: &Stage) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let is_chosen = |name: &str| cli.scenario.as_ref().is_none_or(|wanted| name.contains(wanted));
    for scenario in scenario::all().into_iter().filter(|scenario| is_chosen(&scenario.name)) {
        eprintln!("{}: {} blocks", scenario.name, scenario.blocks.len());
        outcome.extend(stage.run(&scenario)?);
    }
    if is_chosen("random") {
        for seed in cli.seed..cli.seed.saturating_add(cli.cases) {
            outcome.extend(one_random(cli, stage, seed)?);
        }
    }
    Ok(outcome)
}

/// Runs the sequence of a seed; one that fails is shortened and written to a file.
fn one_random(cli: &Cli, stage: &Stage, seed: u64) -> Result<Outcome> {
    let name = format!("random {seed}");
    eprintln!("{name}");
    let sequence = random::sequence(seed);
    let outcome = stage.run(&staged(&name, &sequence))?;
    if outcome.failures().next().is_some() {
        let fails =
            |blocks: &[Vec<Tx>]| Ok(stage.run(&staged(&name, blocks))?.failures().next().is_some());
        let shortest = random::shrink(sequence, MAX_SHRINK_ATTEMPTS, fails)?;
        let file = cli.output.join(format!("random-{seed}.json"));
        fs::write(&file, serde_json::to_vec_pretty(&shortest)?)?;
        eprintln!("replay with: cargo xtask oracle --replay {}", file.display());
    }
    Ok(outcome)
}

fn replay(stage: &Stage, file: &PathBuf) -> Result<Outcome> {
    let text = fs::read(file).with_context(|| file.display().to_string())?;
    let blocks: Vec<Vec<Tx>> = serde_json::from_slice(&text)?;
    stage.run(&staged("replay", &blocks))
}

/// A sequence behind the blocks that it stands on.
fn staged(name: &str, blocks: &[Vec<Tx>]) -> Scenario {
    let blocks = scenario::stage().into_iter().chain(blocks.to_vec()).collect();
    Scenario { name: name.to_owned(), blocks }
}
