//! `cargo xtask schema`: what each contract understands, as JSON Schema in `schema/<contract>/`.

use std::{fs, process::Command};

use anyhow::{Context, Result, bail};

use crate::workspace::{self, CONTRACTS};

/// What to do with the generated files.
#[derive(clap::Args)]
pub struct Arguments {
    /// Compare with the committed files and fail on a difference, instead of writing.
    #[arg(long)]
    check: bool,
}

/// Generates the schema of every contract; writes it or compares it.
pub fn run(arguments: &Arguments) -> Result<()> {
    let root = workspace::root()?;
    let mut outdated = Vec::new();
    for name in CONTRACTS {
        let generated = generate(name)?;
        let directory = root.join("schema").join(name);
        let file = directory.join(format!("{name}.json"));
        if arguments.check {
            if fs::read_to_string(&file).ok().as_deref() != Some(generated.as_str()) {
                outdated.push(format!("schema/{name}/{name}.json"));
            }
        } else {
            fs::create_dir_all(&directory)?;
            fs::write(&file, generated)?;
        }
    }
    if !outdated.is_empty() {
        bail!("run `cargo xtask schema` and commit; these files differ: {}", outdated.join(", "));
    }
    Ok(())
}

/// The contract's own `schema` program prints the document.
fn generate(name: &str) -> Result<String> {
    workspace::output_of(
        Command::new(workspace::cargo())
            .current_dir(workspace::root()?)
            .args(["run", "--quiet", "--package", &format!("stoa-{name}")])
            .args(["--bin", &format!("stoa-{name}-schema")]),
    )
    .with_context(|| format!("schema of {name}"))
}
