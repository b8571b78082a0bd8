//! `stoa model pack`: a package out of a folder or a GGUF file.

use std::{ops::ControlFlow, path::Path};

use serde::Serialize;
use stoa_engine::package::{PackOptions, PackReport, pack};

use super::refused;
use crate::{
    context::Context,
    error::CliError,
    output::{Block, Output},
};

/// For programs.
#[derive(Serialize)]
struct Packed {
    model_root: String,
    license: String,
    sections: usize,
    size_bytes: u64,
    resumed_parts: usize,
    peak_buffered_bytes: usize,
}

pub(super) fn run(
    context: &Context,
    model: &Path,
    output: &Path,
    license: Option<String>,
) -> Result<Output, CliError> {
    let progress = context.progress("reading the header");
    let report = pack(model, output, &PackOptions { license }, &mut |step| {
        progress.bytes(step.done_bytes, step.total_bytes, &step.step);
        ControlFlow::Continue(())
    });
    let PackReport { manifest, resumed_parts, peak_buffered_bytes } = report.map_err(refused)?;
    drop(progress);
    let packed = Packed {
        model_root: manifest.model_root.to_string(),
        license: manifest.license,
        sections: manifest.sections.len(),
        size_bytes: manifest.sections.iter().map(|section| section.size_bytes).sum(),
        resumed_parts,
        peak_buffered_bytes,
    };
    let mut facts = vec![
        ("package", output.display().to_string()),
        ("model root", packed.model_root.clone()),
        ("licence", packed.license.clone()),
        ("bytes", packed.size_bytes.to_string()),
    ];
    if resumed_parts > 0 {
        facts.push(("done before", format!("{resumed_parts} parts")));
    }
    Output::new(&packed, vec![Block::Pairs(facts)])
}
