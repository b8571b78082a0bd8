//! The public development accounts of `scripts/localnet-accounts.json`.

use anyhow::{Context, Result};
use serde::Deserialize;

/// The file as it was at build time; its mnemonics are public.
const ACCOUNTS_JSON: &str = include_str!("../../../scripts/localnet-accounts.json");

/// One funded development account.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    /// Short name, also the key's name in the CLI's keyring.
    pub name: String,
    /// What the account does in the demo.
    pub role: String,
    /// Bech32 address.
    pub address: String,
    /// BIP-39 mnemonic; PUBLIC.
    pub mnemonic: String,
    /// Coins at genesis, e.g. `1000ustoa`.
    pub balance: String,
}

#[derive(Deserialize)]
struct File {
    accounts: Vec<Account>,
}

/// All development accounts.
pub fn all() -> Result<Vec<Account>> {
    let file: File =
        serde_json::from_str(ACCOUNTS_JSON).context("scripts/localnet-accounts.json")?;
    Ok(file.accounts)
}

/// The development account called `name`.
pub fn named(name: &str) -> Result<Account> {
    all()?
        .into_iter()
        .find(|account| account.name == name)
        .with_context(|| format!("scripts/localnet-accounts.json has no account `{name}`"))
}
