//! `stoad export`: the state of a stopped node as a genesis file.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use stoa_app::{App, AppConfig, ante::AnteParams, snapshot::Schedule};
use stoa_modules::router::Continuation;

use crate::{
    config::{Config, Home, Overrides},
    exported_genesis,
};

/// Flags of `stoad export`.
#[derive(Clone, Debug, clap::Args)]
pub struct Export {
    /// Folder of the node, which must not run.
    #[arg(long)]
    pub home: PathBuf,
    /// Height whose state is exported; by default the last one.
    #[arg(long)]
    pub height: Option<u64>,
    /// Let the new chain begin at height 1; what is counted in heights is left out.
    #[arg(long)]
    pub for_zero_height: bool,
    /// Id of the new chain. With the old one, validators that still hold what they signed there are in
    /// danger of signing a height twice.
    #[arg(long)]
    pub chain_id: Option<String>,
    /// File that gets the genesis; by default it is printed.
    #[arg(long)]
    pub output_document: Option<PathBuf>,
}

/// Writes the genesis file.
pub fn run(flags: &Export) -> anyhow::Result<()> {
    let home = Home(flags.home.clone());
    let config = Config::load(&home.config_file(), &Overrides::default())?;
    let app_config = AppConfig {
        pruning: config.store.pruning()?,
        min_retain_blocks: config.min_retain_blocks,
        snapshots: Schedule::NEVER,
        ante: AnteParams { min_gas_prices: config.minimum_gas_prices.parse()? },
        beacon: None,
        upgrades: stoa_app::known_upgrades(),
        cores: None,
    };
    anyhow::ensure!(home.data().exists(), "{} does not exist", home.data().display());
    let app =
        App::open(&home.data(), app_config).context("opening the state; does the node run?")?;
    let continuation = match flags.for_zero_height {
        true => Continuation::ZeroHeight,
        false => Continuation::NextHeight,
    };
    let mut exported = app.export(flags.height, continuation)?;
    if let Some(chain_id) = &flags.chain_id {
        exported.chain_id.clone_from(chain_id);
    }
    let mut text = serde_json::to_vec_pretty(&exported_genesis::document(&exported)?)?;
    text.push(b'\n');
    match &flags.output_document {
        Some(path) => fs::write(path, text).with_context(|| path.display().to_string()),
        None => Ok(io::stdout().write_all(&text)?),
    }
}
