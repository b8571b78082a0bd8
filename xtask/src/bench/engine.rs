//! `cargo xtask bench engine`: the engine against the machine's roofs, and against llama.cpp when asked.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::workspace;

/// The workspace that pins llama.cpp, in the root.
const LLAMA: &str = "gpu-runner/bench/llama";
/// The package that carries its source.
const LLAMA_PACKAGE: &str = "llama-cpp-sys-2";

/// Passed on to `stoa-engine-bench`; `cargo xtask bench engine -- --help` says what there is.
#[derive(clap::Args)]
pub struct Arguments {
    /// Compiles llama.cpp and runs it in turn with the engine; needs CMake and a C++ compiler.
    #[arg(long)]
    llama: bool,
    /// `--models`, `--batches`, `--prompt`, `--steps`, `--repeats`, `--threads`, `--no-gpu`, after `--`.
    #[arg(last = true)]
    passed_on: Vec<String>,
}

/// Builds in the release profile and measures.
pub fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let target = workspace::target_dir()?;
    let output = target.join("bench");
    let build = ["build", "--quiet", "--release", "--package", "stoa-engine-bench"];
    workspace::run(Command::new(workspace::cargo()).current_dir(root).args(build))?;
    let mut bench = Command::new(target.join("release/stoa-engine-bench"));
    bench.current_dir(root).arg("--output").arg(&output);
    if arguments.llama {
        bench.arg("--llama").arg(llama(root, &output.join("llama"))?);
    }
    workspace::run(bench.args(&arguments.passed_on))
}

/// The driver, built against the pinned source.
fn llama(root: &Path, build: &Path) -> Result<PathBuf> {
    let folder = root.join(LLAMA);
    let source = llama_source(&folder)?;
    let cmake = |arguments: &mut Command| workspace::run(arguments);
    cmake(
        Command::new("cmake")
            .arg("-S")
            .arg(&folder)
            .arg("-B")
            .arg(build)
            .arg("-DCMAKE_BUILD_TYPE=Release")
            .arg(format!("-DLLAMA_SOURCE={}", source.display())),
    )?;
    cmake(Command::new("cmake").arg("--build").arg(build).arg("--parallel"))?;
    Ok(build.join("llama-driver"))
}

/// Fetches the package and says where its copy of llama.cpp lies.
fn llama_source(folder: &Path) -> Result<PathBuf> {
    let manifest = folder.join("Cargo.toml");
    let text = workspace::output_of(
        Command::new(workspace::cargo())
            .args(["metadata", "--locked", "--format-version", "1", "--manifest-path"])
            .arg(&manifest),
    )?;
    let metadata: serde_json::Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("metadata names packages")?;
    let package = packages.iter().find(|package| package["name"] == LLAMA_PACKAGE);
    let path = package.and_then(|package| package["manifest_path"].as_str());
    let folder = path.and_then(|path| Path::new(path).parent());
    Ok(folder.with_context(|| format!("{LLAMA_PACKAGE} has no folder"))?.join("llama.cpp"))
}
