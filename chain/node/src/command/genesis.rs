//! `stoad genesis`: changes to the genesis file before the chain starts.

use std::path::PathBuf;

use stoa_modules::{auth::AccAddress, bank::Coins};

use crate::genesis::{GenesisAccount, GenesisFile};

/// Subcommands of `stoad genesis`.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Genesis {
    /// Give an account its first balance.
    AddAccount {
        /// CometBFT's folder, in which config/genesis.json lies.
        #[arg(long)]
        comet_home: PathBuf,
        /// Address, e.g. stoa1….
        address: AccAddress,
        /// Balance, e.g. 1000ustoa.
        coins: Coins,
    },
}

/// Changes the genesis file.
pub fn run(command: Genesis) -> anyhow::Result<()> {
    let Genesis::AddAccount { comet_home, address, coins } = command;
    let mut file = GenesisFile::read(&comet_home)?;
    file.add(&GenesisAccount { address, coins })?;
    Ok(file.write()?)
}
