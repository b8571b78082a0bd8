//! What a grant allows. Pure but for its gas.

mod code;
mod contract;
mod filter;
mod limit;

use std::collections::BTreeSet;

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        authz::v1beta1::GenericAuthorization,
        bank::v1beta1::{MsgSend, SendAuthorization},
    },
};
use prost::{Message, Name};
use stoa_proto::cosmwasm::wasm::v1::{MsgStoreCode, StoreCodeAuthorization};

pub use code::CodeGrant;
pub use contract::{ContractAction, ContractGrant};
pub use filter::Filter;
pub use limit::Limit;

use super::AuthzError;
use crate::{
    bank::Coins,
    core::{Context, Gas, ModuleError, is_of_type},
};

/// Gas for each allowed recipient that is looked at.
const GAS_PER_RECIPIENT: Gas = 10;

/// What somebody may do for somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// Any message of one type.
    Generic {
        /// Its type URL.
        type_url: String,
    },
    /// Sending up to a sum.
    Send {
        /// What is left of it.
        spend_limit: Coins,
        /// To whom; empty for everybody.
        allow_list: Vec<String>,
    },
    /// Calling or migrating some contracts.
    Contract {
        /// Which of the two.
        action: ContractAction,
        /// Which contracts, and within which limits.
        grants: Vec<ContractGrant>,
    },
    /// Storing code.
    StoreCode {
        /// Which code.
        grants: Vec<CodeGrant>,
    },
}

/// What is left of a grant after a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// As much as before.
    Unchanged,
    /// Less.
    Less(Authorization),
    /// Nothing: the grant goes.
    Nothing,
}

impl Authorization {
    /// Reads an authorization of any kind; [`Self::check`] says whether it makes sense.
    pub fn from_any(any: &Any) -> Result<Self, AuthzError> {
        match any.type_url.as_str() {
            url if is_of_type::<GenericAuthorization>(url) => {
                let generic: GenericAuthorization = decode(any)?;
                Ok(Self::Generic { type_url: generic.msg })
            }
            url if is_of_type::<SendAuthorization>(url) => {
                let send: SendAuthorization = decode(any)?;
                let spend_limit = Coins::from_proto(&send.spend_limit).map_err(|_| {
                    let reason = "spend limit must be positive".to_owned();
                    AuthzError::InvalidCoins { reason }
                })?;
                Ok(Self::Send { spend_limit, allow_list: send.allow_list })
            }
            url if is_of_type::<StoreCodeAuthorization>(url) => {
                let store: StoreCodeAuthorization = decode(any)?;
                let grants = store.grants.into_iter().map(CodeGrant::from).collect();
                Ok(Self::StoreCode { grants })
            }
            other => contract::from_any(any).unwrap_or_else(|| {
                let reason = format!("{} is no authorization", short(other));
                Err(AuthzError::InvalidType { reason })
            }),
        }
    }

    /// The wire form.
    pub fn to_any(&self) -> Any {
        match self {
            Self::Generic { type_url } => pack(&GenericAuthorization { msg: type_url.clone() }),
            Self::Send { spend_limit, allow_list } => pack(&SendAuthorization {
                spend_limit: spend_limit.to_proto(),
                allow_list: allow_list.clone(),
            }),
            Self::Contract { action, grants } => contract::to_any(*action, grants),
            Self::StoreCode { grants } => code::to_any(grants),
        }
    }

    /// The type of message that it is for.
    pub fn type_url(&self) -> String {
        match self {
            Self::Generic { type_url } => type_url.clone(),
            Self::Send { .. } => MsgSend::type_url(),
            Self::Contract { action, .. } => action.type_url(),
            Self::StoreCode { .. } => MsgStoreCode::type_url(),
        }
    }

    /// Refuses what makes no sense in any block.
    pub fn check(&self) -> Result<(), AuthzError> {
        match self {
            Self::Contract { grants, .. } => contract::check(grants),
            Self::StoreCode { grants } => code::check(grants),
            Self::Generic { type_url } if type_url.is_empty() => Err(AuthzError::NoMessageType),
            Self::Generic { .. } => Ok(()),
            Self::Send { spend_limit, .. } if spend_limit.is_empty() => {
                let reason = "spend limit cannot be nil".to_owned();
                Err(AuthzError::InvalidCoins { reason })
            }
            Self::Send { allow_list, .. } => {
                let mut seen = BTreeSet::new();
                match allow_list.iter().all(|recipient| seen.insert(recipient)) {
                    true => Ok(()),
                    false => Err(AuthzError::DuplicateRecipient),
                }
            }
        }
    }

    /// Takes `message`, which is of [`Self::type_url`], off what is allowed.
    pub(super) fn accept(&self, ctx: &Context, message: &Any) -> Result<Left, ModuleError> {
        match self {
            Self::Generic { .. } => Ok(Left::Unchanged),
            Self::Send { spend_limit, allow_list } => {
                accept_send(ctx, spend_limit, allow_list, message)
            }
            Self::Contract { action, grants } => contract::accept(ctx, *action, grants, message),
            Self::StoreCode { grants } => code::accept(ctx, grants, message),
        }
    }
}

fn accept_send(
    ctx: &Context,
    spend_limit: &Coins,
    allow_list: &[String],
    message: &Any,
) -> Result<Left, ModuleError> {
    let mismatch = |_| AuthzError::InvalidType { reason: "type mismatch".to_owned() };
    let send = MsgSend::decode(message.value.as_slice()).map_err(mismatch)?;
    let amount = Coins::from_proto(&send.amount)?;
    let left = spend_limit.checked_sub(&amount).ok_or(AuthzError::SpendLimit)?;
    check_recipient(ctx, allow_list, &send.to_address)?;
    if left.is_empty() {
        return Ok(Left::Nothing);
    }
    let allow_list = allow_list.to_vec();
    Ok(Left::Less(Authorization::Send { spend_limit: left, allow_list }))
}

fn check_recipient(
    ctx: &Context,
    allow_list: &[String],
    recipient: &str,
) -> Result<(), ModuleError> {
    for allowed in allow_list {
        ctx.gas.charge(GAS_PER_RECIPIENT, "send authorization")?;
        if allowed == recipient {
            return Ok(());
        }
    }
    if allow_list.is_empty() {
        return Ok(());
    }
    Err(AuthzError::Recipient { recipient: short(recipient) }.into())
}

/// A text of a message as it may stand in an error.
fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

fn decode<M: Message + Default>(any: &Any) -> Result<M, AuthzError> {
    let unreadable =
        |_| AuthzError::InvalidType { reason: "authorization is not readable".to_owned() };
    M::decode(any.value.as_slice()).map_err(unreadable)
}

fn pack<M: Name>(authorization: &M) -> Any {
    Any { type_url: M::type_url(), value: authorization.encode_to_vec() }
}

#[cfg(test)]
mod tests;
