//! What denominations are called.

use cosmos_sdk_proto::cosmos::bank::v1beta1::{DenomUnit, Metadata};
use prost::Message as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{BankError, STORE, check_denom, state_key};
use crate::core::{Context, ModuleError};

/// Metadata in the genesis file, field by field as in `cosmos.bank.v1beta1.Metadata`.
#[derive(Debug, Deserialize)]
pub(super) struct GenesisMetadata {
    #[serde(default)]
    description: String,
    denom_units: Vec<GenesisUnit>,
    base: String,
    display: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    symbol: String,
    #[serde(default)]
    uri: String,
    #[serde(default)]
    uri_hash: String,
}

#[derive(Debug, Deserialize)]
struct GenesisUnit {
    denom: String,
    #[serde(default)]
    exponent: u32,
    #[serde(default)]
    aliases: Vec<String>,
}

impl GenesisMetadata {
    /// Refuses metadata whose base or display unit is not among its units.
    pub(super) fn check(self) -> Result<Metadata, BankError> {
        check_denom(&self.base)?;
        let has = |denom: &str| self.denom_units.iter().any(|unit| unit.denom == denom);
        if !has(&self.base) || !has(&self.display) {
            let reason = format!("units of {} lack the base or display unit", self.base);
            return Err(BankError::Genesis { reason });
        }
        let unit = |unit: GenesisUnit| DenomUnit {
            denom: unit.denom,
            exponent: unit.exponent,
            aliases: unit.aliases,
        };
        Ok(Metadata {
            description: self.description,
            denom_units: self.denom_units.into_iter().map(unit).collect(),
            base: self.base,
            display: self.display,
            name: self.name,
            symbol: self.symbol,
            uri: self.uri,
            uri_hash: self.uri_hash,
        })
    }
}

/// The form in a genesis file.
pub(super) fn to_json(metadata: &Metadata) -> Value {
    let unit = |unit: &DenomUnit| json!({ "denom": unit.denom, "exponent": unit.exponent, "aliases": unit.aliases });
    json!({
        "description": metadata.description,
        "denom_units": metadata.denom_units.iter().map(unit).collect::<Vec<_>>(),
        "base": metadata.base,
        "display": metadata.display,
        "name": metadata.name,
        "symbol": metadata.symbol,
        "uri": metadata.uri,
        "uri_hash": metadata.uri_hash,
    })
}

pub(super) fn save(ctx: &Context, metadata: &Metadata) -> Result<(), ModuleError> {
    ctx.set(STORE, &state_key::metadata(&metadata.base), metadata.encode_to_vec())
}

pub(super) fn load(ctx: &Context, denom: &str) -> Result<Option<Metadata>, ModuleError> {
    let stored = ctx.get(STORE, &state_key::metadata(denom))?;
    Ok(stored.map(|bytes| from_stored(&bytes)).transpose()?)
}

pub(super) fn from_stored(bytes: &[u8]) -> Result<Metadata, BankError> {
    Metadata::decode(bytes).map_err(|_| BankError::Corrupt { what: "metadata" })
}
