//! `cargo xtask vectors`: the known answers of the exact-inference semantics.
//!
//! Writes them, or compares: the committed files, what this machine makes, and what the same program makes as Wasm
//! under Node, where `usize` has 32 bits.

use std::{fs, path::Path, process::Command};

use anyhow::{Result, ensure};

use crate::{build_contracts, workspace};

/// Package of the program, and its folder.
const PACKAGE: &str = "stoa-vectors";
const FOLDER: &str = "tests/vectors";
/// Folder of the frozen files in it.
const FILES: &str = "exact-v1";

/// Writes the files, or checks them on both word sizes.
pub fn run(root: &Path, check: bool) -> Result<()> {
    let folder = root.join(FOLDER);
    let files = stoa_vectors::files();
    if !check {
        fs::create_dir_all(folder.join(FILES))?;
        for file in &files {
            fs::write(folder.join(FILES).join(file.name()), file.text())?;
        }
        println!("{} files written to {FOLDER}/{FILES}", files.len());
        return Ok(());
    }
    let mut expected = String::new();
    for file in &files {
        let known = fs::read_to_string(folder.join(FILES).join(file.name()))?;
        ensure!(known == file.text(), "{}: this machine makes other bits", file.name());
        expected.push_str(&format!("{}\n{known}", file.name()));
    }
    let module = build_contracts::module(PACKAGE)?;
    let run = folder.join("run.mjs");
    let made = workspace::output_of(Command::new("node").arg(run).arg(module))?;
    let differs = expected.lines().zip(made.lines()).position(|(known, made)| known != made);
    if let Some(line) = differs {
        let file = expected.lines().take(line + 1).filter(|line| line.ends_with(".json")).last();
        anyhow::bail!("{}: Wasm makes other bits (line {line} of all)", file.unwrap_or(FILES));
    }
    ensure!(made == expected, "Wasm makes {} bytes, not {}", made.len(), expected.len());
    println!("{} files, the same natively and as Wasm", files.len());
    Ok(())
}
