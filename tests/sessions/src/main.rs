//! `stoa-sessions`: sends every session to wasmd and to stoad and fails on a difference that is not allowed.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use stoa_sessions::{
    call::Asker,
    compare::{self, Finding, Rulebook},
    node::{Node, Stoad, Wasmd},
    report::Report,
    script, session,
};

/// Compares what wallets and explorers see of wasmd and of stoad.
#[derive(Parser)]
struct Cli {
    /// The oracle.
    #[arg(long)]
    wasmd: PathBuf,
    /// Folder for the report.
    #[arg(long)]
    output: PathBuf,
    /// Only sessions whose name contains this.
    #[arg(long)]
    session: Option<String>,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    let (wasmd, stoad) =
        tokio::try_join!(async { Wasmd::start(&cli.wasmd).await.context("wasmd") }, async {
            Stoad::start().await.context("stoad")
        },)?;
    let (expected, actual) = (Asker::new(&wasmd.node).await?, Asker::new(&stoad.node).await?);
    let rules = Rulebook::new(session::rules()?);
    let mut report = Report::default();
    let is_chosen = |name: &str| cli.session.as_ref().is_none_or(|wanted| name.contains(wanted));
    for session in session::all()?.iter().filter(|session| is_chosen(&session.name)) {
        for call in &session.calls {
            let named = || call.name();
            let answer = expected.ask(call).await.with_context(named)?;
            let found = actual.ask(call).await.with_context(named)?;
            let mut findings = compare::check(call, &found, &stoad.node);
            findings.extend(compare::compare(call, &answer, &found, &rules));
            report.add(&session.name, call.name(), findings);
        }
    }
    if is_chosen("script") {
        play(&wasmd.node, &stoad.node, &mut report).await?;
    }
    if is_chosen("reflection") {
        let findings = compare::descriptors(expected.descriptors(), actual.descriptors());
        report.add("reflection", "every message and service".to_owned(), findings);
    }
    if cli.session.is_none() {
        report.add("rules", "all".to_owned(), unused(&rules));
    }
    fs::create_dir_all(&cli.output)?;
    fs::write(cli.output.join("sessions.json"), serde_json::to_vec_pretty(&report)?)?;
    print!("{}", report.text());
    Ok(if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn unused(rules: &Rulebook) -> Vec<Finding> {
    let finding = |rule: &session::Rule| Finding {
        at: rule.at.clone(),
        expected: "a difference".to_owned(),
        actual: "none: the rule can go".to_owned(),
    };
    rules.unused().map(finding).collect()
}

/// Plays the script on both nodes at once and compares it step by step.
async fn play(wasmd: &Node, stoad: &Node, report: &mut Report) -> Result<()> {
    script::install()?;
    let on = |node: &Node| {
        let node = node.clone();
        tokio::task::spawn_blocking(move || script::play(&node))
    };
    let (expected, actual) = tokio::try_join!(on(wasmd), on(stoad))?;
    let (expected, actual) = (expected?, actual?);
    let names = |steps: &[script::Step]| -> Vec<String> {
        steps.iter().map(|step| step.name.clone()).collect()
    };
    ensure!(names(&expected) == names(&actual), "the script went another way on the other chain");
    let rules = Rulebook::new(session::script_rules()?);
    for (wasmd, stoad) in expected.iter().zip(&actual) {
        report.add("script", stoad.name.clone(), script::compare(wasmd, stoad, &rules));
    }
    report.add("script", "rules".to_owned(), unused(&rules));
    Ok(())
}
