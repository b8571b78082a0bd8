//! `stoad`, the node under test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;
use tempfile::TempDir;

use super::{Genesis, Peer, free_address, process::Process};

/// The program and its homes.
pub struct Stoad {
    program: PathBuf,
    homes: TempDir,
}

impl Stoad {
    /// Uses the binary at `program`.
    pub fn new(program: &Path) -> Result<Self> {
        Ok(Self { program: program.to_owned(), homes: tempfile::tempdir()? })
    }

    /// Starts a chain with `genesis` in a fresh home.
    pub fn start(&self, genesis: &Genesis) -> Result<Peer> {
        let address = free_address()?;
        let home = self.homes.path().join(address.port().to_string());
        fs::create_dir_all(home.join("config"))?;
        let config = format!(
            "minimum_gas_prices = \"\"\nlog = \"warn\"\n[abci]\naddress = \"tcp://{address}\"\n\
             [api]\nenabled = false\n"
        );
        fs::write(home.join("config/app.toml"), config)?;
        let mut command = Command::new(&self.program);
        command.arg("start").arg("--home").arg(&home);
        let process = Process::start(&mut command, &home.join("log"))?;
        Peer::begin(process, address, genesis.for_stoad()?)
    }
}
