//! What wallets and explorers read to get to know a chain: the documents of the chain registry
//! (`chain.json`, `assetlist.json` of github.com/cosmos/chain-registry) and Keplr's `ChainInfo`.
//!
//! All of it comes from the genesis file, the node's prices and the addresses it is reached at.

use serde_json::{Map, Number, Value, json};
use stoa_app::ante::{GasPrice, MinGasPrices};

/// Coin type of HD paths (SLIP-44), as Cosmos wallets use it.
const COIN_TYPE: u32 = 118;
/// Prefix of account addresses.
const PREFIX: &str = "stoa";
/// Name of the chain for people.
const PRETTY_NAME: &str = "Stoa";
/// What Keplr finds out by asking the REST interface, in its words.
const FEATURES: [&str; 3] =
    ["cosmwasm", "wasmd_0.24+", "query:/cosmos/bank/v1beta1/spendable_balances"];
/// What wallets offer for a transaction that need not hurry, that is usual, and that is urgent:
/// percentages of the least price.
const GAS_PRICE_STEPS: [(&str, u128); 3] = [("low", 100), ("average", 120), ("high", 200)];

/// Why a chain cannot be described.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The genesis file lacks something.
    #[error("the genesis file has no {part}")]
    Missing {
        /// What was looked for.
        part: &'static str,
    },
    /// Fees are taken in a denomination that the genesis file does not describe.
    #[error("the genesis file has no metadata of {denom}, in which fees are paid")]
    UnknownFee {
        /// The denomination.
        denom: String,
    },
}

/// How serious the chain is (`network_type` of the registry).
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum NetworkType {
    /// Real money.
    Mainnet,
    /// For trying things out, with others.
    Testnet,
    /// On one's own machine.
    Devnet,
}

/// Where the chain is reached.
#[derive(Clone, Debug, clap::Args)]
pub struct Endpoints {
    /// CometBFT's RPC.
    #[arg(long, default_value = "http://127.0.0.1:26657")]
    pub rpc: String,
    /// REST (LCD).
    #[arg(long, default_value = "http://127.0.0.1:1317")]
    pub rest: String,
    /// gRPC.
    #[arg(long, default_value = "127.0.0.1:9090")]
    pub grpc: String,
}

/// The three documents.
#[derive(Clone, Debug)]
pub struct Documents {
    /// `chain.json`.
    pub chain: Value,
    /// `assetlist.json`.
    pub asset_list: Value,
    /// What `window.keplr.experimentalSuggestChain` takes.
    pub keplr: Value,
}

/// Describes the chain of a genesis file.
pub fn describe(
    genesis: &Map<String, Value>,
    prices: &MinGasPrices,
    endpoints: &Endpoints,
    network_type: NetworkType,
) -> Result<Documents, RegistryError> {
    let missing = |part| RegistryError::Missing { part };
    let chain_id = genesis.get("chain_id").and_then(Value::as_str).ok_or(missing("chain_id"))?;
    let metadata = genesis
        .get("app_state")
        .and_then(|state| state.pointer("/bank/denom_metadata")?.as_array())
        .ok_or(missing("app_state.bank.denom_metadata"))?;
    let assets: Vec<Asset<'_>> = metadata
        .iter()
        .map(|entry| Asset::read(entry).ok_or(missing("denom_metadata")))
        .collect::<Result<_, _>>()?;
    let fees = fees(&assets, prices)?;
    Ok(Documents {
        chain: chain(chain_id, &fees, endpoints, network_type),
        asset_list: json!({
            "$schema": "../assetlist.schema.json",
            "chain_name": chain_name(chain_id),
            "assets": assets.iter().map(Asset::registered).collect::<Vec<_>>(),
        }),
        keplr: keplr(chain_id, &assets, &fees, endpoints),
    })
}

/// A denomination, as its metadata in the bank describes it.
struct Asset<'a> {
    metadata: &'a Value,
    base: &'a str,
    symbol: &'a str,
    decimals: u64,
}

/// A denomination that fees are paid in, with its least price.
struct Fee<'a> {
    asset: &'a Asset<'a>,
    price: &'a GasPrice,
}

impl<'a> Asset<'a> {
    fn read(metadata: &'a Value) -> Option<Self> {
        let text = |name| metadata.get(name).and_then(Value::as_str);
        let display = text("display")?;
        let units = metadata.get("denom_units")?.as_array()?;
        let unit =
            units.iter().find(|unit| unit.get("denom").and_then(Value::as_str) == Some(display))?;
        let decimals = unit.get("exponent")?.as_u64()?;
        Some(Self { metadata, base: text("base")?, symbol: text("symbol")?, decimals })
    }

    /// The asset in the registry's form: the bank's, without what is empty.
    fn registered(&self) -> Value {
        let mut asset = Map::new();
        for name in ["description", "denom_units", "base", "name", "display", "symbol"] {
            asset.insert(name.to_owned(), self.metadata.get(name).cloned().unwrap_or_default());
        }
        asset.insert("type_asset".to_owned(), json!("sdk.coin"));
        Value::Object(asset)
    }

    /// The asset in Keplr's form.
    fn currency(&self) -> Map<String, Value> {
        let mut currency = Map::new();
        currency.insert("coinDenom".to_owned(), json!(self.symbol));
        currency.insert("coinMinimalDenom".to_owned(), json!(self.base));
        currency.insert("coinDecimals".to_owned(), json!(self.decimals));
        currency
    }
}

fn fees<'a>(
    assets: &'a [Asset<'a>],
    prices: &'a MinGasPrices,
) -> Result<Vec<Fee<'a>>, RegistryError> {
    let fee = |price: &'a GasPrice| {
        let asset = assets.iter().find(|asset| asset.base == price.denom());
        let unknown = || RegistryError::UnknownFee { denom: price.denom().to_owned() };
        Ok(Fee { asset: asset.ok_or_else(unknown)?, price })
    };
    prices.iter().map(fee).collect()
}

impl Fee<'_> {
    /// Low, average and high price, named by `name`.
    fn steps(&self, name: impl Fn(&str) -> String) -> Map<String, Value> {
        let step = |(step, percent)| (name(step), decimal(&self.price.times_percent(percent)));
        GAS_PRICE_STEPS.into_iter().map(step).collect()
    }
}

/// A decimal text as a JSON number.
fn decimal(text: &str) -> Value {
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

fn chain(
    chain_id: &str,
    fees: &[Fee<'_>],
    endpoints: &Endpoints,
    network_type: NetworkType,
) -> Value {
    let network_type = match network_type {
        NetworkType::Mainnet => "mainnet",
        NetworkType::Testnet => "testnet",
        NetworkType::Devnet => "devnet",
    };
    let fee_token = |fee: &Fee<'_>| {
        let mut token = fee.steps(|step| format!("{step}_gas_price"));
        token.insert("denom".to_owned(), json!(fee.asset.base));
        token.insert("fixed_min_gas_price".to_owned(), decimal(&fee.price.times_percent(100)));
        token
    };
    let at = |address: &str| json!([{"address": address}]);
    json!({
        "$schema": "../chain.schema.json",
        "chain_name": chain_name(chain_id),
        "chain_type": "cosmos",
        "chain_id": chain_id,
        "pretty_name": PRETTY_NAME,
        "status": "live",
        "network_type": network_type,
        "bech32_prefix": PREFIX,
        "daemon_name": "stoad",
        "key_algos": ["secp256k1"],
        "slip44": COIN_TYPE,
        "fees": {"fee_tokens": fees.iter().map(fee_token).collect::<Vec<_>>()},
        "codebase": {
            "recommended_version": stoa_app::VERSION,
            "language": {"type": "rust"},
            "consensus": {"type": "cometbft", "version": "v0.38.21"},
            "cosmwasm": {"enabled": true, "version": "v2.3.5"},
        },
        "apis": {
            "rpc": at(&endpoints.rpc),
            "rest": at(&endpoints.rest),
            "grpc": at(&endpoints.grpc),
        },
    })
}

fn keplr(chain_id: &str, assets: &[Asset<'_>], fees: &[Fee<'_>], endpoints: &Endpoints) -> Value {
    let prefixed = |suffix: &str| format!("{PREFIX}{suffix}");
    let fee_currency = |fee: &Fee<'_>| {
        let mut currency = fee.asset.currency();
        currency.insert("gasPriceStep".to_owned(), fee.steps(str::to_owned).into());
        currency
    };
    json!({
        "chainId": chain_id,
        "chainName": PRETTY_NAME,
        "rpc": endpoints.rpc,
        "rest": endpoints.rest,
        "bip44": {"coinType": COIN_TYPE},
        "bech32Config": {
            "bech32PrefixAccAddr": PREFIX,
            "bech32PrefixAccPub": prefixed("pub"),
            "bech32PrefixValAddr": prefixed("valoper"),
            "bech32PrefixValPub": prefixed("valoperpub"),
            "bech32PrefixConsAddr": prefixed("valcons"),
            "bech32PrefixConsPub": prefixed("valconspub"),
        },
        "currencies": assets.iter().map(Asset::currency).collect::<Vec<_>>(),
        "feeCurrencies": fees.iter().map(fee_currency).collect::<Vec<_>>(),
        "features": FEATURES,
    })
}

/// The registry's name of a chain: its id without the number of its fork, letters and digits only.
fn chain_name(chain_id: &str) -> String {
    let without_fork = match chain_id.rsplit_once('-') {
        Some((name, fork)) if fork.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => chain_id,
    };
    let kept = without_fork.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|character| character.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genesis;

    fn endpoints() -> Endpoints {
        let (rpc, rest, grpc) =
            ("http://a:1".to_owned(), "http://a:2".to_owned(), "a:3".to_owned());
        Endpoints { rpc, rest, grpc }
    }

    fn described(prices: &str) -> Result<Documents, RegistryError> {
        let genesis = json!({"chain_id": "stoa-local-1", "app_state": genesis::app_state()});
        let prices = prices.parse().unwrap();
        describe(genesis.as_object().unwrap(), &prices, &endpoints(), NetworkType::Devnet)
    }

    #[test]
    fn the_documents_agree_on_the_token_and_its_prices() {
        let Documents { chain, asset_list, keplr } = described("0.025ustoa").unwrap();
        assert_eq!(chain["chain_name"], "stoalocal");
        assert_eq!(asset_list["chain_name"], "stoalocal");
        assert_eq!(
            chain["fees"]["fee_tokens"][0].to_string(),
            r#"{"average_gas_price":0.03,"denom":"ustoa","fixed_min_gas_price":0.025,"high_gas_price":0.05,"low_gas_price":0.025}"#
        );
        assert_eq!(asset_list["assets"][0]["base"], "ustoa");
        let currency = &keplr["feeCurrencies"][0];
        assert_eq!(
            currency.to_string(),
            r#"{"coinDecimals":6,"coinDenom":"STOA","coinMinimalDenom":"ustoa","gasPriceStep":{"average":0.03,"high":0.05,"low":0.025}}"#
        );
    }

    #[test]
    fn fees_in_a_token_without_metadata_are_an_error_that_names_it() {
        let error = described("0.1uatom").unwrap_err().to_string();
        assert_eq!(error, "the genesis file has no metadata of uatom, in which fees are paid");
    }

    #[test]
    fn names_are_letters_and_digits() {
        assert_eq!(chain_name("stoa-1"), "stoa");
        assert_eq!(chain_name("Stoa-Test-a"), "stoatesta");
    }
}
