//! Measures the engine: roofs of the machine, kernels against them, whole models, llama.cpp beside them.
//!
//! Purpose: every figure of `docs/benchmarks.md` about the engine. Place: above the engine; nothing depends on it.
//! Invariants: random weights, rotated beyond the caches; roofs and kernels are measured in the same run; two
//! sides that are compared run in turn, in pairs.

mod gguf;
mod gpu;
mod kernels;
mod llama;
mod machine;
mod models;
mod random;
mod report;
mod roofs;
mod timing;

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use clap::Parser;
use serde::Serialize;

/// Measures the engine.
#[derive(Parser)]
#[command(name = "cargo xtask bench engine", about)]
struct Arguments {
    /// Shapes of models.
    #[arg(long, value_delimiter = ',', default_value = "0.5b,1.2b")]
    models: Vec<models::Model>,
    /// Sequences that decode together, each at most 32.
    #[arg(long, value_delimiter = ',', default_value = "1,8,32", value_parser = clap::value_parser!(u32).range(1..=32))]
    batches: Vec<u32>,
    /// Tokens of a prompt.
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..=512))]
    prompt: u32,
    /// Decoding steps of one sample.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=128))]
    steps: u32,
    /// Samples of everything, at least.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    repeats: u32,
    /// Threads; all cores by default.
    #[arg(long)]
    threads: Option<usize>,
    /// The driver of llama.cpp; without it there is no comparison.
    #[arg(long)]
    llama: Option<PathBuf>,
    /// Leaves the graphics adapter out.
    #[arg(long)]
    no_gpu: bool,
    /// Where `engine.md` and `engine.json` go.
    #[arg(long, default_value = "target/bench")]
    output: PathBuf,
}

/// Everything that was measured.
#[derive(Serialize)]
struct Results {
    machine: machine::Machine,
    roofs: roofs::Roofs,
    kernels: Vec<kernels::Row>,
    models: Vec<models::Row>,
    gpu: Option<gpu::Row>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = arguments.threads.unwrap_or(cores).max(1);
    let pool = Arc::new(rayon::ThreadPoolBuilder::new().num_threads(threads).build()?);
    let machine = machine::Machine::here(threads);
    eprintln!("roofs");
    let roofs = roofs::measure(&pool, arguments.repeats);
    eprintln!("kernels");
    let kernels = kernels::measure(&pool, &roofs, arguments.repeats);
    let mut rows = Vec::new();
    for model in &arguments.models {
        eprintln!("model {}", model.name());
        rows.extend(models::measure(*model, &arguments, &pool)?);
    }
    let gpu = match arguments.no_gpu {
        true => None,
        false => Some(gpu::measure(arguments.repeats)?),
    };
    let results = Results { machine: machine.finished(), roofs, kernels, models: rows, gpu };
    let text = report::markdown(&results);
    fs::create_dir_all(&arguments.output)?;
    let json = serde_json::to_string_pretty(&results)?;
    fs::write(arguments.output.join("engine.json"), json).context("engine.json")?;
    fs::write(arguments.output.join("engine.md"), &text).context("engine.md")?;
    print!("{text}");
    Ok(())
}
