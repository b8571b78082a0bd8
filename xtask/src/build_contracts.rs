//! `cargo xtask build-contracts`: contracts to Wasm, always at `target/contracts/` of the workspace.

mod toolchain;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::workspace::{self, CONTRACTS};
use toolchain::Toolchain;

/// Profile in the root `Cargo.toml`.
const PROFILE: &str = "contracts";
const TARGET: &str = "wasm32-unknown-unknown";
/// The chain's limit on uploaded Wasm in bytes (x/wasm's default).
const MAX_WASM_BYTES: usize = 800 * 1024;
/// Part of the identity of an optimised file: other flags, other bytes.
const WASM_OPT_FLAGS: [&str; 4] = ["-Os", "--strip-debug", "--strip-producers", "--mvp-features"];

/// Builds, optimises and lists all contracts.
pub fn run() -> Result<()> {
    let toolchain = Toolchain::find()?;
    let output = workspace::root()?.join("target/contracts");
    fs::create_dir_all(&output)?;
    let checksums_path = output.join("checksums.json");
    let previous = read_json(&checksums_path);
    let made_by = json!({
        "rustc": toolchain.rustc_version,
        "wasm_opt": toolchain.wasm_opt_version,
        "wasm_opt_flags": WASM_OPT_FLAGS,
    });

    let mut contracts = BTreeMap::new();
    for name in CONTRACTS {
        let unoptimised = compile(name, &toolchain)?;
        let optimised = output.join(format!("{name}.wasm"));
        let unoptimised_sha256 = sha256_of(&unoptimised)?;
        let known = &previous["contracts"][name];
        let is_current = previous["toolchain"] == made_by
            && known["unoptimised_sha256"] == unoptimised_sha256
            && sha256_of(&optimised).is_ok_and(|sha256| known["sha256"] == sha256);
        if !is_current {
            optimise(&unoptimised, &optimised)?;
        }
        let size_bytes = fs::metadata(&optimised)?.len();
        ensure!(
            size_bytes <= MAX_WASM_BYTES as u64,
            "{name}.wasm has {size_bytes} bytes, the chain accepts {MAX_WASM_BYTES}"
        );
        let sha256 = sha256_of(&optimised)?;
        println!("{name}.wasm  {size_bytes} bytes  sha256 {sha256}");
        contracts.insert(
            name,
            json!({
                "sha256": sha256,
                "size_bytes": size_bytes,
                "unoptimised_sha256": unoptimised_sha256,
            }),
        );
    }
    let checksums = json!({ "toolchain": made_by, "contracts": contracts });
    fs::write(&checksums_path, format!("{checksums:#}\n"))?;
    Ok(())
}

/// Builds published contracts, the dependencies of the package in `folder`, into `output` where they are
/// not there yet. Its release profile is the one that counts.
pub fn foreign(folder: &Path, packages: &[&str], output: &Path) -> Result<()> {
    let file = |package: &str| output.join(format!("{}.wasm", package.replace('-', "_")));
    if packages.iter().all(|package| file(package).is_file()) {
        return Ok(());
    }
    let toolchain = Toolchain::find()?;
    for package in packages {
        optimise(&compile_in(folder, package, "release", &toolchain)?, &file(package))?;
    }
    Ok(())
}

/// Compiles a package of the workspace as a module, with the contracts' profile: no imports, MVP instructions.
pub fn module(package: &str) -> Result<PathBuf> {
    compile_in(&workspace::root()?, package, PROFILE, &Toolchain::find()?)
}

fn compile(name: &str, toolchain: &Toolchain) -> Result<PathBuf> {
    compile_in(&workspace::root()?, &format!("stoa-{name}"), PROFILE, toolchain)
}

/// Runs cargo, which skips what is unchanged; returns the file it made.
fn compile_in(
    folder: &Path,
    package: &str,
    profile: &str,
    toolchain: &Toolchain,
) -> Result<PathBuf> {
    let target_dir = workspace::target_dir()?.join("wasm-build");
    workspace::run(
        Command::new(workspace::cargo())
            .current_dir(folder)
            .args(["rustc", "--quiet", "--lib", "--crate-type", "cdylib", "--locked"])
            .args(["--package", package])
            .args(["--profile", profile, "--target", TARGET, "-Zbuild-std=std,panic_abort"])
            .env("RUSTC", &toolchain.rustc)
            .env("RUSTC_BOOTSTRAP", "1") // for -Zbuild-std
            .env("CARGO_TARGET_DIR", &target_dir)
            .env("CARGO_ENCODED_RUSTFLAGS", rustc_flags(toolchain)?.join("\u{1f}"))
            .env_remove("RUSTFLAGS"),
    )
    .with_context(|| format!("contract {package} did not compile"))?;
    Ok(target_dir.join(TARGET).join(profile).join(format!("{}.wasm", package.replace('-', "_"))))
}

fn rustc_flags(toolchain: &Toolchain) -> Result<Vec<String>> {
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = env::home_dir().map(|home| home.join(".cargo"));
    let cargo_home = cargo_home.or(home).context("neither CARGO_HOME nor HOME is set")?;
    Ok(vec![
        // `mvp` keeps bulk-memory, reference-types and sign-extension instructions out.
        "-Ctarget-cpu=mvp".to_owned(),
        format!("-Clinker={}", toolchain.linker.display()),
        // The VM's host functions are undefined symbols; Rust 1.96 no longer allows them by default.
        "-Clink-arg=--import-undefined".to_owned(),
        // Paths in panic messages must not depend on the machine.
        remap(&workspace::root()?, "stoa"),
        remap(&cargo_home, "cargo"),
        remap(&toolchain.sysroot, "rust"),
    ])
}

/// Writes beside the target and renames, so that a reader never sees half a file.
fn optimise(unoptimised: &Path, optimised: &Path) -> Result<()> {
    let unfinished = optimised.with_extension("wasm.unfinished");
    workspace::run(
        Command::new("wasm-opt").args(WASM_OPT_FLAGS).arg(unoptimised).arg("-o").arg(&unfinished),
    )?;
    fs::rename(&unfinished, optimised)
        .with_context(|| format!("could not write {}", optimised.display()))
}

fn sha256_of(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
    Ok(hex::encode(Sha256::digest(bytes)))
}

/// An absent or broken list means that everything is rebuilt.
fn read_json(file: &Path) -> Value {
    fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null)
}
