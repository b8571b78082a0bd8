//! `gpu-runner doctor`: what this machine offers, whether the model is computed exactly on it, and what is missing.

mod adapters;
mod bandwidth;
mod model;

use std::{
    io::{Write, stdout},
    path::Path,
    process::ExitCode,
};

use serde::Serialize;

use super::{CommandError, ServeArguments};
use crate::{Backend, Config};
use adapters::AdapterFinding;
use bandwidth::Bandwidth;
use model::ModelFinding;

/// Everything that was found; `--json` prints it as it is.
#[derive(Debug, Serialize)]
struct Report {
    /// Back end that the settings name.
    backend: Backend,
    adapters: Vec<AdapterFinding>,
    bandwidth: Vec<Bandwidth>,
    model: ModelFinding,
    /// What stands in the way of exact service with these settings.
    missing: Vec<String>,
    /// What is worth knowing and stops nothing.
    notes: Vec<String>,
    /// Whether `serve` with these settings answers exactly.
    exact_service_is_possible: bool,
}

/// Examines the machine and prints what was found; fails when exact service is not possible.
pub fn execute(arguments: &ServeArguments, json: bool) -> Result<ExitCode, CommandError> {
    let config = Config::load(arguments.config.as_deref(), &arguments.overrides)?;
    let report = examine(&config);
    let mut out = stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        write(&mut out, &report)?;
    }
    Ok(match report.exact_service_is_possible {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn examine(config: &Config) -> Report {
    let adapters = adapters::find();
    let model = model::examine(&config.model_dir, config.backend);
    let mut missing = model.failures();
    let mut notes = Vec::new();
    match (config.backend, adapters.is_empty()) {
        (Backend::Gpu, true) => {
            missing.push(
                "no Vulkan, Metal or DX12 adapter: install its driver, or set backend = \"cpu\""
                    .to_owned(),
            );
        }
        (Backend::Cpu, true) => notes.push("no graphics adapter; the CPU needs none".to_owned()),
        _ if adapters.iter().all(|adapter| adapter.is_software) => {
            notes.push("every adapter is a processor in disguise: exact, and slow".to_owned());
        }
        _ => {}
    }
    for (name, file) in needed_files(config) {
        if !file.is_file() {
            missing.push(format!("{name}: {} is not there", file.display()));
        }
    }
    if config.relayer_token_file.is_none() {
        notes.push(
            "relayer_token_file is not set: whoever reaches the port hands in jobs".to_owned(),
        );
    }
    if config.serve_unpaid && config.keys_file.is_none() && !config.listen.ip().is_loopback() {
        notes.push(
            "serve_unpaid is on without keys_file: whoever reaches the port computes for nothing"
                .to_owned(),
        );
    }
    if model.has_chat_template == Some(false) && config.chat_template_file.is_none() {
        notes.push("the model has no chat template: /v1/chat/completions is refused".to_owned());
    }
    let exact_service_is_possible = missing.is_empty();
    let bandwidth = bandwidth::measure(!adapters.is_empty());
    let backend = config.backend;
    Report { backend, adapters, bandwidth, model, missing, notes, exact_service_is_possible }
}

/// Files that `serve` would refuse to start without.
fn needed_files(config: &Config) -> Vec<(&'static str, &Path)> {
    let optional = [
        ("relayer_token_file", &config.relayer_token_file),
        ("operator_token_file", &config.operator_token_file),
        ("keys_file", &config.keys_file),
        ("wallets_file", &config.wallets_file),
        ("chat_template_file", &config.chat_template_file),
        ("tls_certificate_file", &config.tls_certificate_file),
        ("tls_key_file", &config.tls_key_file),
    ];
    let set = optional.into_iter().filter_map(|(name, file)| Some((name, file.as_deref()?)));
    std::iter::once(("key_file", config.key_file.as_path())).chain(set).collect()
}

fn write(out: &mut impl Write, report: &Report) -> std::io::Result<()> {
    writeln!(out, "Adapters")?;
    if report.adapters.is_empty() {
        writeln!(out, "  none")?;
    }
    for adapter in &report.adapters {
        adapters::write(out, adapter)?;
    }
    writeln!(out, "\nBandwidth (measured now)")?;
    for found in &report.bandwidth {
        match &found.result {
            Ok(gigabytes) => {
                writeln!(out, "  {:<8}{gigabytes:.1} GB/s {}", found.memory, found.how)?
            }
            Err(reason) => writeln!(out, "  {:<8}{reason}", found.memory)?,
        }
    }
    writeln!(out, "\nModel")?;
    model::write(out, &report.model)?;
    for (title, lines) in [("Missing", &report.missing), ("Notes", &report.notes)] {
        if !lines.is_empty() {
            writeln!(out, "\n{title}")?;
            lines.iter().try_for_each(|line| writeln!(out, "  - {line}"))?;
        }
    }
    let verdict = if report.exact_service_is_possible { "possible" } else { "NOT possible" };
    writeln!(out, "\nExact service with these settings is {verdict}.")
}
