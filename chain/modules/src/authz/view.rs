//! Reads.

use cosmos_sdk_proto::cosmos::authz::v1beta1::Grant;
use prost::Message as _;

use super::{Authorization, AuthzError, STORE, state_key, state_key::Pair};
use crate::core::{Context, ModuleError, Time};

/// An authorization and how long it lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredGrant {
    /// What is allowed.
    pub authorization: Authorization,
    /// Until when; for ever without.
    pub expiration: Option<Time>,
}

impl StoredGrant {
    pub(super) fn to_proto(&self) -> Grant {
        let authorization = Some(self.authorization.to_any());
        Grant { authorization, expiration: self.expiration.map(Into::into) }
    }

    pub(super) fn from_stored(bytes: &[u8]) -> Result<Self, AuthzError> {
        let corrupt = || AuthzError::Corrupt;
        let Grant { authorization, expiration } = Grant::decode(bytes).map_err(|_| corrupt())?;
        let any = authorization.ok_or_else(corrupt)?;
        Ok(Self {
            authorization: Authorization::from_any(&any).map_err(|_| corrupt())?,
            expiration: expiration.map(Time::try_from).transpose().map_err(|_| corrupt())?,
        })
    }
}

/// What the granter of `pair` allows its grantee for messages of one type; it may be over.
pub fn grant(
    ctx: &Context,
    pair: &Pair,
    type_url: &str,
) -> Result<Option<StoredGrant>, ModuleError> {
    let stored = ctx.get(STORE, &state_key::grant(pair, type_url))?;
    Ok(stored.map(|bytes| StoredGrant::from_stored(&bytes)).transpose()?)
}
