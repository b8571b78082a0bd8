//! `cargo xtask test`: every check there is, in the order in which a mistake is cheapest to see.
//!
//! Each step is a command that a person could type. The run stops at the first step that fails, and ends
//! with how many tests ran and the name of each one that was skipped.

mod tally;

use std::{
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

/// Runs all steps in `root`.
pub fn run(root: &Path) -> Result<()> {
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
