//! The first state, in the shape of `x/authz`'s genesis section.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmos_sdk_proto::cosmos::base::v1beta1::Coin as ProtoCoin;
use cosmwasm_std::{Binary, Uint64};
use serde::Deserialize;
use serde_json::Value;
use stoa_proto::cosmwasm::wasm::v1::AccessConfig;

use super::{
    Authorization, AuthzError, CodeGrant, ContractAction, ContractGrant, Filter, Limit, Pair,
    StoredGrant, action::save,
};
use crate::{
    bank::Coins,
    core::{Context, ModuleError, Time},
};

/// The `authz` section of `app_state`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Genesis {
    authorization: Vec<GenesisGrant>,
}

#[derive(Debug, Deserialize)]
struct GenesisGrant {
    granter: String,
    grantee: String,
    authorization: GenesisAuthorization,
    #[serde(default)]
    expiration: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "@type")]
enum GenesisAuthorization {
    #[serde(rename = "/cosmos.authz.v1beta1.GenericAuthorization")]
    Generic { msg: String },
    #[serde(rename = "/cosmos.bank.v1beta1.SendAuthorization")]
    Send {
        spend_limit: Vec<ProtoCoin>,
        #[serde(default)]
        allow_list: Vec<String>,
    },
    #[serde(rename = "/cosmwasm.wasm.v1.ContractExecutionAuthorization")]
    Execution { grants: Vec<GenesisContractGrant> },
    #[serde(rename = "/cosmwasm.wasm.v1.ContractMigrationAuthorization")]
    Migration { grants: Vec<GenesisContractGrant> },
    #[serde(rename = "/cosmwasm.wasm.v1.StoreCodeAuthorization")]
    StoreCode { grants: Vec<GenesisCodeGrant> },
}

#[derive(Debug, Deserialize)]
struct GenesisCodeGrant {
    code_hash: Binary,
    #[serde(default)]
    instantiate_permission: Option<AccessConfig>,
}

impl From<GenesisCodeGrant> for CodeGrant {
    fn from(grant: GenesisCodeGrant) -> Self {
        Self { checksum: grant.code_hash.into(), permission: grant.instantiate_permission }
    }
}

#[derive(Debug, Deserialize)]
struct GenesisContractGrant {
    contract: String,
    limit: GenesisLimit,
    filter: GenesisFilter,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "@type")]
enum GenesisLimit {
    #[serde(rename = "/cosmwasm.wasm.v1.MaxCallsLimit")]
    Calls { remaining: Uint64 },
    #[serde(rename = "/cosmwasm.wasm.v1.MaxFundsLimit")]
    Funds { amounts: Vec<ProtoCoin> },
    #[serde(rename = "/cosmwasm.wasm.v1.CombinedLimit")]
    Combined { calls_remaining: Uint64, amounts: Vec<ProtoCoin> },
}

#[derive(Debug, Deserialize)]
#[serde(tag = "@type")]
enum GenesisFilter {
    #[serde(rename = "/cosmwasm.wasm.v1.AllowAllMessagesFilter")]
    All {},
    #[serde(rename = "/cosmwasm.wasm.v1.AcceptedMessageKeysFilter")]
    Keys { keys: Vec<String> },
    /// Base64 of each message, or the message itself, which then has no spaces.
    #[serde(rename = "/cosmwasm.wasm.v1.AcceptedMessagesFilter")]
    Messages { messages: Vec<Value> },
}

impl GenesisContractGrant {
    fn read(self) -> Result<ContractGrant, ModuleError> {
        let limit = match self.limit {
            GenesisLimit::Calls { remaining } => Limit::Calls { remaining: remaining.u64() },
            GenesisLimit::Funds { amounts } => {
                Limit::Funds { amounts: Coins::from_proto(&amounts)? }
            }
            GenesisLimit::Combined { calls_remaining, amounts } => Limit::Combined {
                remaining: calls_remaining.u64(),
                amounts: Coins::from_proto(&amounts)?,
            },
        };
        let message = |message: Value| match message {
            Value::String(text) => BASE64_STANDARD
                .decode(text)
                .map_err(|error| AuthzError::Genesis { reason: error.to_string() }),
            json => Ok(json.to_string().into_bytes()),
        };
        let filter = match self.filter {
            GenesisFilter::All {} => Filter::All,
            GenesisFilter::Keys { keys } => Filter::Keys(keys),
            GenesisFilter::Messages { messages } => {
                Filter::Messages(messages.into_iter().map(message).collect::<Result<_, _>>()?)
            }
        };
        Ok(ContractGrant { contract: self.contract, limit, filter })
    }
}

impl GenesisAuthorization {
    fn read(self) -> Result<Authorization, ModuleError> {
        let authorization = match self {
            Self::Generic { msg } => Authorization::Generic { type_url: msg },
            Self::Send { spend_limit, allow_list } => {
                Authorization::Send { spend_limit: Coins::from_proto(&spend_limit)?, allow_list }
            }
            Self::StoreCode { grants } => Authorization::StoreCode {
                grants: grants.into_iter().map(CodeGrant::from).collect(),
            },
            Self::Execution { grants } => for_contracts(ContractAction::Execute, grants)?,
            Self::Migration { grants } => for_contracts(ContractAction::Migrate, grants)?,
        };
        authorization.check()?;
        Ok(authorization)
    }
}

fn for_contracts(
    action: ContractAction,
    grants: Vec<GenesisContractGrant>,
) -> Result<Authorization, ModuleError> {
    let grants = grants.into_iter().map(GenesisContractGrant::read).collect::<Result<_, _>>()?;
    Ok(Authorization::Contract { action, grants })
}

/// Writes the grants; those that are over already are left out.
pub fn init_genesis(ctx: &mut Context, genesis: Genesis) -> Result<(), ModuleError> {
    let refuse = |reason: String| AuthzError::Genesis { reason };
    for entry in genesis.authorization {
        let address = |text: &str| text.parse().map_err(|e| refuse(format!("{text}: {e}")));
        let pair = Pair { granter: address(&entry.granter)?, grantee: address(&entry.grantee)? };
        let time = entry.expiration.as_deref().map(Time::parse_from_rfc3339).transpose();
        let expiration = time.map_err(|_| refuse("an expiration is no time".to_owned()))?;
        if expiration.is_some_and(|expiration| expiration < ctx.block.time()) {
            continue;
        }
        let authorization = entry.authorization.read()?;
        save(ctx, &pair, &StoredGrant { authorization, expiration })?;
    }
    Ok(())
}
