//! `stoad`, the node under test.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;
use stoa_system::process::Process;

use super::{Genesis, Peer, free_address};

/// The program.
pub struct Stoad {
    program: PathBuf,
}

impl Stoad {
    /// Uses the binary at `program`.
    pub fn new(program: &Path) -> Self {
        Self { program: program.to_owned() }
    }

    /// Starts a chain with `genesis` in a fresh home.
    pub fn start(&self, genesis: &Genesis) -> Result<Peer> {
        let folder = tempfile::tempdir()?;
        let (process, address) = self.launch(folder.path())?;
        Peer::begin(process, address, folder, genesis.for_stoad()?)
    }

    /// Starts the process on what lies in `home`.
    pub fn launch(&self, home: &Path) -> Result<(Process, SocketAddr)> {
        let address = free_address()?;
        fs::create_dir_all(home.join("config"))?;
        let config = format!(
            "minimum_gas_prices = \"\"\nlog = \"warn\"\n[abci]\naddress = \"tcp://{address}\"\n\
             [api]\nenabled = false\n"
        );
        fs::write(home.join("config/app.toml"), config)?;
        let mut command = Command::new(&self.program);
        command.arg("start").arg("--home").arg(home);
        Ok((Process::start("stoad", &mut command, home)?, address))
    }
}
