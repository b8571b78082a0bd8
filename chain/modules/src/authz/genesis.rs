//! The first state, in the shape of `x/authz`'s genesis section.

use cosmos_sdk_proto::cosmos::base::v1beta1::Coin as ProtoCoin;
use serde::Deserialize;

use super::{Authorization, AuthzError, Pair, StoredGrant, action::save};
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
}

impl GenesisAuthorization {
    fn read(self) -> Result<Authorization, ModuleError> {
        let authorization = match self {
            Self::Generic { msg } => Authorization::Generic { type_url: msg },
            Self::Send { spend_limit, allow_list } => {
                Authorization::Send { spend_limit: Coins::from_proto(&spend_limit)?, allow_list }
            }
        };
        authorization.check()?;
        Ok(authorization)
    }
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
