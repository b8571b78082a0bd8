//! `stoad init`: configuration and genesis.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, ensure};

use crate::{
    beacon_seed,
    config::{EXAMPLE, Home},
    genesis::{GenesisAccount, GenesisFile},
};

/// Flags of `stoad init`.
#[derive(Clone, Debug, clap::Args)]
pub struct Init {
    /// Folder of the node.
    #[arg(long)]
    pub home: PathBuf,
    /// Folder that `cometbft init` has filled; by default the node's own.
    #[arg(long)]
    pub comet_home: Option<PathBuf>,
    /// Id of the new chain, e.g. stoa-local-1.
    #[arg(long)]
    pub chain_id: String,
    /// Name of the node, for its peers.
    #[arg(long)]
    pub moniker: Option<String>,
    /// An account with its first balance, e.g. stoa1…=1000000ustoa; may be repeated.
    #[arg(long = "account")]
    pub accounts: Vec<GenesisAccount>,
}

/// Longest chain id that consensus accepts, in bytes.
const MAX_CHAIN_ID_BYTES: usize = 50;

/// Writes `config/app.toml` and the validator's `config/beacon_seed.json` where there are none, and the
/// application's part of the genesis file.
pub fn run(init: &Init) -> anyhow::Result<()> {
    let home = Home(init.home.clone());
    ensure!(
        (1..=MAX_CHAIN_ID_BYTES).contains(&init.chain_id.len()),
        "a chain id has 1 to {MAX_CHAIN_ID_BYTES} bytes"
    );
    ensure!(
        !home.data().exists(),
        "{} exists: this node has a chain already; choose another home",
        home.data().display()
    );
    let comet_home = init.comet_home.as_ref().unwrap_or(&init.home);
    let mut genesis = GenesisFile::read(comet_home)?;
    genesis.begin(&init.chain_id)?;
    for account in &init.accounts {
        genesis.add(account)?;
    }
    genesis.write()?;
    if let Some(moniker) = &init.moniker {
        set_moniker(&comet_home.join("config").join("config.toml"), moniker)?;
    }
    write_config(&home)?;
    if !beacon_seed::init(&home.beacon_seed(), comet_home)? {
        eprintln!("no validator key in {}: no seed for the random beacon", comet_home.display());
    }
    Ok(())
}

fn write_config(home: &Home) -> anyhow::Result<()> {
    let file = home.config_file();
    if file.exists() {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::write(&file, EXAMPLE).with_context(|| file.display().to_string())
}

/// CometBFT's own configuration keeps the name; its comments stay as they are.
fn set_moniker(file: &std::path::Path, moniker: &str) -> anyhow::Result<()> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let quoted = toml::Value::String(moniker.to_owned());
    let line = |line: &str| {
        if line.starts_with("moniker =") {
            format!("moniker = {quoted}\n")
        } else {
            format!("{line}\n")
        }
    };
    let text: String = text.lines().map(line).collect();
    fs::write(file, text).with_context(|| file.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn init_writes_both_files_and_refuses_a_home_with_a_chain() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        fs::create_dir(&config).unwrap();
        fs::write(config.join("genesis.json"), r#"{"consensus_params":{"block":{}}}"#).unwrap();
        fs::write(config.join("config.toml"), "# kept\nmoniker = \"old\"\n").unwrap();
        let init = Init {
            home: folder.path().to_owned(),
            comet_home: None,
            chain_id: "stoa-test-1".to_owned(),
            moniker: Some("a \"name\"".to_owned()),
            accounts: Vec::new(),
        };
        run(&init).unwrap();
        assert_eq!(fs::read_to_string(config.join("app.toml")).unwrap(), EXAMPLE);
        let comet: toml::Table =
            fs::read_to_string(config.join("config.toml")).unwrap().parse().unwrap();
        assert_eq!(comet["moniker"].as_str(), Some("a \"name\""));

        fs::create_dir(folder.path().join("data")).unwrap();
        assert!(run(&init).unwrap_err().to_string().contains("has a chain already"));
    }
}
