//! `cargo xtask test`: every check there is, in the order in which a mistake is cheapest to see.
//!
//! Each step is a command that a person could type. The run stops at the first step that fails, and ends
//! with how many tests ran and the name of each one that was skipped.
//!
//! Random tests begin with fixed seeds here, so that a run says something about the change and not about luck;
//! `cargo test` by itself draws new ones each time. Seeds that are set already are kept.

mod tally;

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use self::tally::Tally;

/// One command of the suite.
struct Step {
    name: &'static str,
    program: &'static str,
    arguments: &'static [&'static str],
}

const STEPS: &[Step] = &[
    Step { name: "format", program: "cargo", arguments: &["fmt", "--all", "--check"] },
    Step { name: "contracts", program: "cargo", arguments: &["xtask", "build-contracts"] },
    Step { name: "binaries", program: "cargo", arguments: &["build", "--workspace", "--bins"] },
    Step { name: "schemas", program: "cargo", arguments: &["xtask", "schema", "--check"] },
    Step { name: "vectors", program: "cargo", arguments: &["xtask", "vectors", "--check"] },
    Step { name: "protobuf", program: "cargo", arguments: &["xtask", "proto", "--check"] },
    Step {
        name: "clippy",
        program: "cargo",
        arguments: &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
    },
    // One test program after the other: the system tests start real networks and two cores are few.
    Step { name: "tests", program: "cargo", arguments: &["test", "--workspace", "--no-fail-fast"] },
    Step { name: "demo", program: "scripts/demo", arguments: &["--once"] },
];

/// What random tests begin with, unless the environment says otherwise: those of proptest, and our own.
const SEEDS: [(&str, &str); 2] = [("PROPTEST_RNG_SEED", "1"), ("STOA_SEED", "1")];

/// Runs all steps in `root`.
pub fn run(root: &Path) -> Result<()> {
    for (name, default) in SEEDS {
        let seed = env::var(name).unwrap_or_else(|_| default.to_owned());
        println!("random tests begin with {name}={seed}");
    }
    let mut tally = Tally::default();
    let mut times = Vec::new();
    for step in STEPS {
        println!("== {} ==", step.name);
        let started = Instant::now();
        let is_success = step.run(root, &mut tally)?;
        times.push((step.name, started.elapsed().as_secs()));
        if !is_success {
            print!("{tally}");
            bail!("step `{}` failed: `{} {}`", step.name, step.program, step.arguments.join(" "));
        }
    }
    println!("== summary ==");
    for (name, seconds) in times {
        println!("{name:<12}{seconds:>6} s");
    }
    print!("{tally}");
    Ok(())
}

impl Step {
    /// Runs the step, passing its output on and reading test results from it.
    fn run(&self, root: &Path, tally: &mut Tally) -> Result<bool> {
        let mut child = Command::new(self.program)
            .args(self.arguments)
            .current_dir(root)
            .envs(SEEDS.into_iter().filter(|(name, _)| env::var_os(name).is_none()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting `{}`", self.program))?;
        let output = child.stdout.take().context("the step has no output")?;
        for line in BufReader::new(output).lines() {
            let line = line?;
            tally.read(&line);
            println!("{line}");
        }
        Ok(child.wait()?.success())
    }
}
