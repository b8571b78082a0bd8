//! `stoa model`: model folders on this machine; no chain is asked.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;
use stoa_engine::{Engine, EngineError, ModelInfo, QualityReport};

use crate::{
    error::CliError,
    output::{Block, Output},
};

#[derive(Subcommand, Debug)]
pub(crate) enum ModelCommand {
    /// What registers a model, and what its integers cost on a text
    Inspect {
        /// Folder of the model
        model_dir: PathBuf,
        /// Text to measure the error of every layer and the loss of perplexity with, beside the weights in f32
        #[arg(long, value_name = "FILE")]
        text: Option<PathBuf>,
    },
}

/// For programs.
#[derive(Serialize)]
struct Inspection {
    model: ModelInfo,
    quality: Option<QualityReport>,
}

pub(crate) fn run(command: ModelCommand) -> Result<Output, CliError> {
    match command {
        ModelCommand::Inspect { model_dir, text } => inspect(&model_dir, text),
    }
}

fn inspect(model_dir: &Path, text: Option<PathBuf>) -> Result<Output, CliError> {
    let refused = |error: EngineError| CliError::Engine(Box::new(error));
    let model = Engine::inspect(model_dir).map_err(refused)?;
    let mut blocks = vec![facts(&model)];
    let mut quality = None;
    if let Some(path) = text {
        let text = std::fs::read_to_string(&path)
            .map_err(|source| CliError::File { path: path.clone(), source })?;
        let report = Engine::quality(model_dir, &text).map_err(refused)?;
        blocks.extend(errors(&report));
        quality = Some(report);
    }
    Output::new(&Inspection { model, quality }, blocks)
}

fn facts(model: &ModelInfo) -> Block {
    Block::Pairs(vec![
        ("name", model.name.clone()),
        ("architecture", model.architecture.clone()),
        ("model root", model.model_root.to_string()),
        ("semantics version", model.semantics_version.to_string()),
        ("parameters", model.parameter_count.to_string()),
        ("context", format!("{} tokens", model.context_tokens)),
        ("vocabulary", format!("{} ids", model.vocab_size)),
    ])
}

fn errors(report: &QualityReport) -> [Block; 2] {
    let rows = report.layers.iter().map(|layer| {
        vec![
            layer.name.clone(),
            format!("{:.3} %", layer.relative_error * 100.0),
            format!("{:.4}", layer.largest_error),
            format!("{:.3}", layer.largest_value),
            layer.saturated.to_string(),
        ]
    });
    let headers = vec!["After", "Relative error", "Largest error", "Largest value", "Saturated"];
    let loss = format!("{:+.3} %", report.perplexity_loss_percent);
    [
        Block::Table { headers, rows: rows.collect() },
        Block::Pairs(vec![
            ("positions", report.positions.to_string()),
            ("cross-entropy in f32", format!("{:.4} nats", report.float_nats)),
            ("cross-entropy in exact mode", format!("{:.4} nats", report.exact_nats)),
            ("perplexity", loss),
        ]),
    ]
}
