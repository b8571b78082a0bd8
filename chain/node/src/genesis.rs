//! CometBFT's genesis file, with the state of the application inside.

use std::{
    fs, io,
    path::{Path, PathBuf},
    str::FromStr,
};

use serde_json::{Map, Value, json};
use stoa_modules::{
    auth::{AccAddress, AddressError},
    bank::{BankError, Coins},
};

/// Base denomination: a millionth of a STOA.
const DENOM: &str = "ustoa";
/// Most bytes of a block.
const BLOCK_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Most gas of a block: several uploads of a contract of 800 KiB, or about five hundred transfers. Gas is priced
/// for the slowest thing that it buys, pure computation of contracts; `docs/threats.md` says what a block of
/// nothing else takes.
const BLOCK_MAX_GAS: u64 = 50_000_000;

/// First height whose votes carry contributions to the random beacon.
const VOTE_EXTENSIONS_FROM: u64 = 1;

/// Why a genesis file cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum GenesisError {
    /// CometBFT has not made its files yet.
    #[error(
        "{path} does not exist; make validator keys first: cometbft init --home {comet_home}",
        path = path.display(), comet_home = comet_home.display()
    )]
    NoCometHome {
        /// The genesis file.
        path: PathBuf,
        /// CometBFT's home.
        comet_home: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Not a genesis file.
    #[error("{path} is no genesis file: {source}", path = path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A part has another form than this version writes.
    #[error("the genesis file has no usable {part}; run stoad init first")]
    Part {
        /// Which part.
        part: &'static str,
    },
    /// The account has a balance already.
    #[error("{address} is in the genesis file already")]
    Duplicate {
        /// The account.
        address: AccAddress,
    },
    /// Amounts that cannot be added up.
    #[error("balances: {0}")]
    Amount(#[from] BankError),
}

/// An account with its first balance.
#[derive(Clone, Debug)]
pub struct GenesisAccount {
    /// Address.
    pub address: AccAddress,
    /// What it owns.
    pub coins: Coins,
}

/// Why a text is no `address=amount`.
#[derive(Debug, thiserror::Error)]
pub enum ParseAccountError {
    /// No `=` inside.
    #[error("expected stoa1…=1000ustoa")]
    Form,
    /// Not an address of this chain.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Not an amount.
    #[error(transparent)]
    Coins(#[from] BankError),
}

impl FromStr for GenesisAccount {
    type Err = ParseAccountError;

    fn from_str(text: &str) -> Result<Self, ParseAccountError> {
        let (address, coins) = text.split_once('=').ok_or(ParseAccountError::Form)?;
        Ok(Self { address: address.parse()?, coins: coins.parse()? })
    }
}

/// `<comet home>/config/genesis.json`.
pub struct GenesisFile {
    path: PathBuf,
    root: Map<String, Value>,
}

impl GenesisFile {
    /// Reads the file that `cometbft init` or `stoad init` wrote.
    pub fn read(comet_home: &Path) -> Result<Self, GenesisError> {
        let path = comet_home.join("config").join("genesis.json");
        if !path.exists() {
            return Err(GenesisError::NoCometHome { path, comet_home: comet_home.to_owned() });
        }
        let text =
            fs::read(&path).map_err(|source| GenesisError::File { path: path.clone(), source })?;
        let root = serde_json::from_slice(&text)
            .map_err(|source| GenesisError::Json { path: path.clone(), source })?;
        Ok(Self { path, root })
    }

    /// The whole document.
    pub fn root(&self) -> &Map<String, Value> {
        &self.root
    }

    /// Writes the file back, whole or not at all.
    pub fn write(&self) -> Result<(), GenesisError> {
        let failed = |source| GenesisError::File { path: self.path.clone(), source };
        let mut text = serde_json::to_vec_pretty(&self.root)
            .map_err(|source| GenesisError::Json { path: self.path.clone(), source })?;
        text.push(b'\n');
        let new = self.path.with_extension("json.new");
        fs::write(&new, text).map_err(failed)?;
        fs::rename(&new, &self.path).map_err(failed)
    }

    /// Makes it the genesis of `chain_id`, without accounts; validators and time stay.
    pub fn begin(&mut self, chain_id: &str) -> Result<(), GenesisError> {
        self.root.insert("chain_id".to_owned(), json!(chain_id));
        self.root.insert("initial_height".to_owned(), json!("1"));
        let params = self.root.get_mut("consensus_params").and_then(Value::as_object_mut);
        let params = params.ok_or(GenesisError::Part { part: "consensus_params" })?;
        let block = json!({
            "max_bytes": BLOCK_MAX_BYTES.to_string(),
            "max_gas": BLOCK_MAX_GAS.to_string(),
        });
        params.insert("block".to_owned(), block);
        let abci = json!({"vote_extensions_enable_height": VOTE_EXTENSIONS_FROM.to_string()});
        params.insert("abci".to_owned(), abci);
        self.root.insert("app_state".to_owned(), app_state());
        Ok(())
    }

    /// Gives an account its first balance; the supply follows.
    pub fn add(&mut self, account: &GenesisAccount) -> Result<(), GenesisError> {
        let GenesisAccount { address, coins } = account;
        let text = address.to_string();
        let balances = self.list("bank", "balances", "app_state.bank.balances")?;
        if balances.iter().any(|balance| balance.get("address") == Some(&json!(text))) {
            return Err(GenesisError::Duplicate { address: address.clone() });
        }
        balances.push(json!({"address": text, "coins": coins_json(coins)}));
        let supply = self.list("bank", "supply", "app_state.bank.supply")?;
        let mut total = Coins::default();
        for coin in supply.iter() {
            let part = |name| coin.get(name).and_then(Value::as_str).unwrap_or_default();
            let coin = format!("{}{}", part("amount"), part("denom"));
            total = total.checked_add(&coin.parse()?)?;
        }
        for coin in coins {
            total = total.checked_add(coin)?;
        }
        *supply = coins_json(&total);
        let accounts = self.list("auth", "accounts", "app_state.auth.accounts")?;
        let number = accounts.len().to_string();
        accounts.push(json!({
            "@type": "/cosmos.auth.v1beta1.BaseAccount",
            "address": text,
            "pub_key": null,
            "account_number": number,
            "sequence": "0",
        }));
        Ok(())
    }

    fn list(
        &mut self,
        module: &str,
        name: &str,
        part: &'static str,
    ) -> Result<&mut Vec<Value>, GenesisError> {
        let section = self.root.get_mut("app_state").and_then(|state| state.get_mut(module));
        let list = section.and_then(|section| section.get_mut(name));
        list.and_then(Value::as_array_mut).ok_or(GenesisError::Part { part })
    }
}

fn coins_json(coins: &Coins) -> Vec<Value> {
    let coin = |coin: &stoa_modules::bank::Coin| json!({"denom": coin.denom(), "amount": coin.amount().to_string()});
    coins.iter().map(coin).collect()
}

/// The state of a chain that nobody has used yet, in the shape of the Cosmos SDK and wasmd. Without
/// parameters the contract module takes its defaults: anybody may upload and instantiate.
pub fn app_state() -> Value {
    json!({
        "auth": {
            "params": {
                "max_memo_characters": "256",
                "tx_sig_limit": "7",
                "tx_size_cost_per_byte": "10",
                "sig_verify_cost_ed25519": "590",
                "sig_verify_cost_secp256k1": "1000",
            },
            "accounts": [],
        },
        "bank": {
            "params": {"send_enabled": [], "default_send_enabled": true},
            "balances": [],
            "supply": [],
            "denom_metadata": [{
                "description": "The token of Stoa: fees, payments and bonds.",
                "denom_units": [
                    {"denom": DENOM, "exponent": 0, "aliases": ["microstoa"]},
                    {"denom": "stoa", "exponent": 6, "aliases": ["STOA"]},
                ],
                "base": DENOM,
                "display": "stoa",
                "name": "Stoa",
                "symbol": "STOA",
                "uri": "",
                "uri_hash": "",
            }],
            "send_enabled": [],
        },
        "beacon": {
            "params": {"window_blocks": "8", "kept_values": "65536"},
        },
        "wasm": {
            "codes": [],
            "contracts": [],
            "sequences": [],
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "stoa19ysd98py4533gghnua2gtyvv3lt6kswr40ga43";
    const BOB: &str = "stoa1rna690lzluhx26mxajy4q04xh32mhsqj5x9az8";

    fn comet_home() -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("config")).unwrap();
        let text = r#"{"genesis_time":"2026-01-01T00:00:00Z","chain_id":"x","initial_height":"0",
            "consensus_params":{"block":{"max_bytes":"1","max_gas":"-1"},"version":{"app":"0"}},"validators":[{"power":"10"}]}"#;
        fs::write(home.path().join("config/genesis.json"), text).unwrap();
        home
    }

    fn account(text: &str) -> GenesisAccount {
        text.parse().unwrap()
    }

    #[test]
    fn accounts_add_up_to_the_supply_and_comets_parts_stay() {
        let home = comet_home();
        let mut file = GenesisFile::read(home.path()).unwrap();
        file.begin("stoa-test-1").unwrap();
        file.add(&account(&format!("{ALICE}=70ustoa"))).unwrap();
        file.add(&account(&format!("{BOB}=30ustoa"))).unwrap();
        file.write().unwrap();

        let root = GenesisFile::read(home.path()).unwrap().root;
        let bank = &root["app_state"]["bank"];
        assert_eq!(bank["supply"], json!([{"denom": "ustoa", "amount": "100"}]));
        assert_eq!(bank["balances"][1]["address"], json!(BOB));
        assert_eq!(root["app_state"]["auth"]["accounts"][1]["account_number"], json!("1"));
        assert_eq!(root["validators"][0]["power"], json!("10"));
        assert_eq!(root["consensus_params"]["block"]["max_gas"], json!("50000000"));
        let from = &root["consensus_params"]["abci"]["vote_extensions_enable_height"];
        assert_eq!(from, &json!("1"));
        assert_eq!(root["chain_id"], json!("stoa-test-1"));
    }

    #[test]
    fn an_account_cannot_be_added_twice_nor_before_init() {
        let home = comet_home();
        let mut file = GenesisFile::read(home.path()).unwrap();
        let alice = account(&format!("{ALICE}=1ustoa"));
        assert!(matches!(file.add(&alice), Err(GenesisError::Part { .. })));
        file.begin("stoa-test-1").unwrap();
        file.add(&alice).unwrap();
        assert!(matches!(file.add(&alice), Err(GenesisError::Duplicate { .. })));
    }

    #[test]
    fn without_cometbfts_files_the_command_that_makes_them_is_named() {
        let home = tempfile::tempdir().unwrap();
        let error = GenesisFile::read(home.path()).err().unwrap().to_string();
        assert!(error.contains("cometbft init --home"), "{error}");
    }

    #[test]
    fn accounts_of_other_chains_are_refused() {
        assert!("cosmos1xyz=1ustoa".parse::<GenesisAccount>().is_err());
        assert!(ALICE.parse::<GenesisAccount>().is_err());
        assert!(format!("{ALICE}=1").parse::<GenesisAccount>().is_err());
    }
}
