//! `stoad chain-registry`: documents for wallets and explorers.

use std::{fs, path::PathBuf};

use anyhow::Context as _;

use crate::{
    config::{Config, Home, Overrides},
    genesis::GenesisFile,
    registry::{Documents, Endpoints, NetworkType, describe},
};

/// Flags of `stoad chain-registry`.
#[derive(Clone, Debug, clap::Args)]
pub struct Registry {
    /// Folder of the node.
    #[arg(long)]
    home: PathBuf,
    /// CometBFT's folder, in which config/genesis.json lies; by default the node's own.
    #[arg(long)]
    comet_home: Option<PathBuf>,
    /// Folder that gets chain.json, assetlist.json and keplr.json.
    #[arg(long)]
    out: PathBuf,
    /// How serious the chain is.
    #[arg(long, value_enum, default_value = "devnet")]
    network_type: NetworkType,
    #[command(flatten)]
    endpoints: Endpoints,
}

/// Writes the three files.
pub fn run(flags: &Registry) -> anyhow::Result<()> {
    let home = Home(flags.home.clone());
    let config = Config::load(&home.config_file(), &Overrides::default())?;
    let genesis = GenesisFile::read(flags.comet_home.as_ref().unwrap_or(&flags.home))?;
    let prices = config.minimum_gas_prices.parse()?;
    let Documents { chain, asset_list, keplr } =
        describe(genesis.root(), &prices, &flags.endpoints, flags.network_type)?;
    fs::create_dir_all(&flags.out).with_context(|| flags.out.display().to_string())?;
    for (name, document) in
        [("chain.json", chain), ("assetlist.json", asset_list), ("keplr.json", keplr)]
    {
        let path = flags.out.join(name);
        let text = serde_json::to_string_pretty(&document)? + "\n";
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
