//! `stoa model inspect`: identity and size of a model, and what its integers cost; no adapter is needed.

use std::path::{Path, PathBuf};

use serde::Serialize;
use stoa_engine::{
    Engine, Model, ModelInfo, QualityReport,
    package::{Package, PackageManifest},
};

use super::refused;
use crate::{
    error::CliError,
    output::{Block, Output},
};

/// For programs.
#[derive(Serialize)]
struct Inspection {
    model: ModelInfo,
    package: Option<PackageManifest>,
    quality: Option<QualityReport>,
}

pub(super) fn run(folder: &Path, text: Option<PathBuf>) -> Result<Output, CliError> {
    let model = Model::inspect(folder).map_err(refused)?;
    let mut blocks = vec![facts(&model)];
    let package = Package::at(folder).map_err(refused)?.map(|package| package.manifest().clone());
    blocks.extend(package.as_ref().map(contents));
    let mut quality = None;
    if let Some(path) = text {
        let text = std::fs::read_to_string(&path)
            .map_err(|source| CliError::File { path: path.clone(), source })?;
        let report = Engine::quality(folder, &text).map_err(refused)?;
        blocks.extend(errors(&report));
        quality = Some(report);
    }
    Output::new(&Inspection { model, package, quality }, blocks)
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

fn contents(manifest: &PackageManifest) -> Block {
    let bytes: u64 = manifest.sections.iter().map(|section| section.size_bytes).sum();
    let sources =
        manifest.sources.iter().map(|source| format!("{} {}", source.sha256, source.name));
    Block::Pairs(vec![
        ("licence", manifest.license.clone()),
        ("tensors", manifest.tensors.len().to_string()),
        ("bytes", bytes.to_string()),
        ("made of", sources.collect::<Vec<_>>().join(", ")),
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
