//! Leave to call or migrate contracts (wasmd `x/wasm/types/authz.go`).

use cosmos_sdk_proto::Any;
use prost::{Message as _, Name as _};
use stoa_proto::cosmwasm::wasm::v1::{
    ContractExecutionAuthorization, ContractGrant as ProtoGrant, ContractMigrationAuthorization,
    MsgExecuteContract, MsgMigrateContract,
};

use super::{
    Authorization, AuthzError, Left, decode,
    filter::Filter,
    limit::{Limit, Rest},
    pack, short,
};
use crate::{
    auth::AccAddress,
    bank::Coins,
    core::{Context, ModuleError, is_of_type},
};

/// What may be done with contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContractAction {
    /// Calling them.
    Execute,
    /// Changing their code.
    Migrate,
}

/// For one contract: how often, with how much money, and which messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractGrant {
    /// The contract's address.
    pub contract: String,
    /// What is left.
    pub limit: Limit,
    /// Which messages.
    pub filter: Filter,
}

impl ContractGrant {
    fn from_proto(grant: ProtoGrant) -> Result<Self, AuthzError> {
        let undefined =
            |what: &str| AuthzError::InvalidType { reason: format!("undefined {what}") };
        Ok(Self {
            contract: grant.contract,
            limit: Limit::from_any(&grant.limit.ok_or_else(|| undefined("limit"))?)?,
            filter: Filter::from_any(&grant.filter.ok_or_else(|| undefined("filter"))?)?,
        })
    }

    fn to_proto(&self) -> ProtoGrant {
        ProtoGrant {
            contract: self.contract.clone(),
            limit: Some(self.limit.to_any()),
            filter: Some(self.filter.to_any()),
        }
    }

    fn check(&self) -> Result<(), AuthzError> {
        if self.contract.parse::<AccAddress>().is_err() {
            let reason = format!("contract {} is no address", short(&self.contract));
            return Err(AuthzError::InvalidType { reason });
        }
        self.limit.check()?;
        self.filter.check()
    }
}

/// Whether `any` is of this kind, and then its grants.
pub(super) fn from_any(any: &Any) -> Option<Result<Authorization, AuthzError>> {
    let (action, grants) = match any.type_url.as_str() {
        url if is_of_type::<ContractExecutionAuthorization>(url) => {
            let read = decode(any).map(|found: ContractExecutionAuthorization| found.grants);
            (ContractAction::Execute, read)
        }
        url if is_of_type::<ContractMigrationAuthorization>(url) => {
            let read = decode(any).map(|found: ContractMigrationAuthorization| found.grants);
            (ContractAction::Migrate, read)
        }
        _ => return None,
    };
    Some(grants.and_then(|grants| {
        let grants = grants.into_iter().map(ContractGrant::from_proto);
        Ok(Authorization::Contract { action, grants: grants.collect::<Result<_, _>>()? })
    }))
}

pub(super) fn to_any(action: ContractAction, grants: &[ContractGrant]) -> Any {
    let grants = grants.iter().map(ContractGrant::to_proto).collect();
    match action {
        ContractAction::Execute => pack(&ContractExecutionAuthorization { grants }),
        ContractAction::Migrate => pack(&ContractMigrationAuthorization { grants }),
    }
}

impl ContractAction {
    pub(super) fn type_url(self) -> String {
        match self {
            Self::Execute => MsgExecuteContract::type_url(),
            Self::Migrate => MsgMigrateContract::type_url(),
        }
    }

    /// Contract, payload and funds of a message of [`Self::type_url`].
    fn read(self, message: &Any) -> Result<(String, Vec<u8>, Coins), ModuleError> {
        let mismatch = |_| AuthzError::InvalidType { reason: "type mismatch".to_owned() };
        let bytes = message.value.as_slice();
        Ok(match self {
            Self::Execute => {
                let message = MsgExecuteContract::decode(bytes).map_err(mismatch)?;
                (message.contract, message.msg, Coins::from_proto(&message.funds)?)
            }
            Self::Migrate => {
                let message = MsgMigrateContract::decode(bytes).map_err(mismatch)?;
                (message.contract, message.msg, Coins::default())
            }
        })
    }
}

pub(super) fn check(grants: &[ContractGrant]) -> Result<(), AuthzError> {
    if grants.is_empty() {
        return Err(AuthzError::Empty { what: "grants" });
    }
    grants.iter().try_for_each(ContractGrant::check)
}

/// The first grant for the contract whose limit and filter fit is used.
pub(super) fn accept(
    ctx: &Context,
    action: ContractAction,
    grants: &[ContractGrant],
    message: &Any,
) -> Result<Left, ModuleError> {
    let (contract, payload, funds) = action.read(message)?;
    for (place, grant) in grants.iter().enumerate() {
        if grant.contract != contract {
            continue;
        }
        let Some(rest) = grant.limit.accept(&funds) else { continue };
        if !grant.filter.accepts(ctx, &payload)? {
            continue;
        }
        let mut grants = grants.to_vec();
        match rest {
            Rest::Unchanged => return Ok(Left::Unchanged),
            Rest::Less(limit) => {
                if let Some(grant) = grants.get_mut(place) {
                    grant.limit = limit;
                }
            }
            Rest::Nothing => {
                grants.remove(place);
            }
        }
        if grants.is_empty() {
            return Ok(Left::Nothing);
        }
        return Ok(Left::Less(Authorization::Contract { action, grants }));
    }
    Err(AuthzError::Unauthorized.into())
}
