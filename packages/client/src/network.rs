//! The network file: where a chain is and which contracts are Stoa's.

use std::{fmt, path::Path, str::FromStr};

use cosmwasm_std::{Decimal, Uint128};
use serde::{Deserialize, Serialize};
use stoa_primitives::BASE_DENOM;

use crate::{error::ClientError, keys::write_new_or_replace};

/// Chain id of a chain on one's own machine.
const LOCAL_CHAIN_ID: &str = "stoa-local-1";
/// CometBFT's default RPC address.
const LOCAL_RPC: &str = "http://127.0.0.1:26657";
/// Smallest price per unit of gas that validators accept by default, in base units.
const DEFAULT_GAS_PRICE: Decimal = Decimal::permille(25);

/// A price per unit of gas, written like `0.025ustoa`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GasPrice {
    /// Price in units of `denom`.
    pub amount: Decimal,
    /// Denomination of fees.
    pub denom: String,
}

/// One chain and Stoa's contracts on it; saved as JSON or TOML by the file's extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Chain id that every signature binds.
    pub chain_id: String,
    /// CometBFT RPC address, `http://host:26657`.
    pub rpc: String,
    /// Cosmos gRPC address, for other clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grpc: Option<String>,
    /// Cosmos REST (LCD) address, for other clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lcd: Option<String>,
    /// What a unit of gas is paid.
    #[serde(default)]
    pub gas_price: GasPrice,
    /// Address of the marketplace contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// Address of the provenance contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<String>,
    /// Address of the DAO contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dao: Option<String>,
    /// Where inputs and outputs lie: `file:///folder` or `s3://bucket/prefix?endpoint=…&region=…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_store: Option<String>,
}

impl Network {
    /// A chain on this machine without contracts.
    pub fn local() -> Self {
        Self {
            chain_id: LOCAL_CHAIN_ID.to_owned(),
            rpc: LOCAL_RPC.to_owned(),
            grpc: None,
            lcd: None,
            gas_price: GasPrice::default(),
            marketplace: None,
            provenance: None,
            dao: None,
            content_store: None,
        }
    }

    /// Reads a network file; `.toml` is TOML, everything else JSON.
    pub fn load(path: &Path) -> Result<Self, ClientError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ClientError::File { path: path.to_owned(), source })?;
        let parsed = if is_toml(path) {
            toml::from_str(&text).map_err(|error| error.to_string())
        } else {
            serde_json::from_str(&text).map_err(|error| error.to_string())
        };
        parsed.map_err(|reason| ClientError::NetworkFile { path: path.to_owned(), reason })
    }

    /// Writes the file in one step: a reader sees the old file or the new one, never a part.
    pub fn save(&self, path: &Path) -> Result<(), ClientError> {
        let encoded = if is_toml(path) {
            toml::to_string_pretty(self).map_err(|error| error.to_string())
        } else {
            serde_json::to_string_pretty(self).map_err(|error| error.to_string())
        };
        let text =
            encoded.map_err(|reason| ClientError::NetworkFile { path: path.to_owned(), reason })?;
        write_new_or_replace(path, text.as_bytes(), 0o644)
    }
}

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

impl GasPrice {
    /// `ceil(gas × price)`, saturating.
    pub fn fee(&self, gas: u64) -> Uint128 {
        Uint128::from(gas).checked_mul_ceil(self.amount).unwrap_or(Uint128::MAX)
    }
}

impl Default for GasPrice {
    fn default() -> Self {
        Self { amount: DEFAULT_GAS_PRICE, denom: BASE_DENOM.to_owned() }
    }
}

impl FromStr for GasPrice {
    type Err = ClientError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ClientError::GasPrice { text: text.to_owned() };
        let split = text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(refused)?;
        let (number, denom) = text.split_at(split);
        let amount = number.parse().map_err(|_| refused())?;
        Ok(Self { amount, denom: denom.to_owned() })
    }
}

impl fmt::Display for GasPrice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.amount, self.denom)
    }
}

impl TryFrom<String> for GasPrice {
    type Error = ClientError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<GasPrice> for String {
    fn from(price: GasPrice) -> Self {
        price.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_rounded_up() {
        let price: GasPrice = "0.025ustoa".parse().unwrap();
        assert_eq!(price, GasPrice::default());
        assert_eq!(price.fee(100_000).u128(), 2_500);
        assert_eq!(price.fee(100_001).u128(), 2_501);
    }

    #[test]
    fn a_price_without_number_or_denomination_is_refused() {
        for text in ["", "ustoa", "0.025", "-1ustoa", "0..1ustoa"] {
            assert!(text.parse::<GasPrice>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_network_file_round_trips_as_json_and_as_toml() {
        let folder = tempfile::tempdir().unwrap();
        let network = Network {
            marketplace: Some("stoa1market".to_owned()),
            content_store: Some("file:///tmp/content".to_owned()),
            ..Network::local()
        };
        for name in ["network.json", "network.toml"] {
            let path = folder.path().join(name);
            network.save(&path).unwrap();
            assert_eq!(Network::load(&path).unwrap(), network);
        }
    }
}
