//! The other side: llama.cpp's CPU path in a process of its own.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result};

use crate::Arguments;

/// A running driver; it waits, without work, while it is not asked.
pub struct Llama {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Llama {
    /// Starts the driver, which loads the model.
    pub fn start(
        driver: &Path,
        model: &Path,
        threads: usize,
        context: u32,
        sequences: u32,
    ) -> Result<Self> {
        let mut child = Command::new(driver)
            .arg(model)
            .args([threads.to_string(), context.to_string(), sequences.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {}", driver.display()))?;
        let input = child.stdin.take().context("the driver has an input")?;
        let output = BufReader::new(child.stdout.take().context("the driver has an output")?);
        Ok(Self { child, input, output })
    }

    /// Prompt and decoding rates.
    pub fn sample(&mut self, batch: u32, arguments: &Arguments) -> Result<[f64; 2]> {
        let prefill = self.ask("prefill", batch, arguments.prompt)?;
        let decode = self.ask("decode", batch, arguments.steps)?;
        Ok([
            f64::from(batch * arguments.prompt) / prefill,
            f64::from(batch * arguments.steps) / decode,
        ])
    }

    fn ask(&mut self, work: &str, batch: u32, tokens: u32) -> Result<f64> {
        writeln!(self.input, "{work} {batch} {tokens}")?;
        self.input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        line.trim().parse().with_context(|| format!("the driver answered {line:?} to {work}"))
    }
}

impl Drop for Llama {
    fn drop(&mut self) {
        // Ends with its input; a driver that hangs must not outlive the benchmark.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
