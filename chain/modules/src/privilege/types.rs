//! A grant, checked.

use std::collections::BTreeSet;

use stoa_proto::privilege::v1 as wire;

use super::{Privilege, PrivilegeError};
use crate::{
    auth::{AccAddress, AuthError},
    bank::check_denom,
    core::{Gas, ModuleError},
};

/// Most gas of one grant in one block.
pub const MAX_BLOCK_GAS: Gas = 50_000_000;
/// Most denominations of one grant.
const MAX_DENOMS: usize = 16;
/// Most messages of one grant, and bytes of their names.
const MAX_MESSAGES: usize = 32;
pub(super) const MAX_MESSAGE_BYTES: usize = 64;

/// A power and its bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who holds it.
    pub contract: AccAddress,
    /// The power.
    pub privilege: Privilege,
    /// Most gas of its use in one block.
    pub block_gas: Gas,
    /// What may be minted and burnt.
    pub denoms: Vec<String>,
    /// Which execute messages need no fee.
    pub messages: Vec<String>,
}

impl Grant {
    /// Checks a grant by itself; whether its holder is a contract is for the caller.
    pub fn from_proto(wire: Option<&wire::Grant>) -> Result<Self, ModuleError> {
        let refuse = |reason| PrivilegeError::Grant { reason };
        let wire = wire.ok_or(refuse("it is missing"))?;
        let contract = wire.contract.parse();
        let contract =
            contract.map_err(|source| AuthError::InvalidAddress { field: "contract", source })?;
        let privilege = Privilege::try_from(wire.privilege).unwrap_or_default();
        if privilege == Privilege::Unspecified {
            return Err(refuse("it names no privilege").into());
        }
        if !(1..=MAX_BLOCK_GAS).contains(&wire.block_gas) {
            return Err(refuse("block_gas is not within 1 and 50,000,000").into());
        }
        let counts = |list: &[String], is_wanted: bool, most: usize| {
            let is_distinct = list.iter().collect::<BTreeSet<_>>().len() == list.len();
            is_distinct
                && if is_wanted { (1..=most).contains(&list.len()) } else { list.is_empty() }
        };
        if !counts(&wire.denoms, privilege == Privilege::Mint, MAX_DENOMS) {
            return Err(refuse("denoms: 1 to 16 different ones for mint, none otherwise").into());
        }
        wire.denoms.iter().try_for_each(|denom| check_denom(denom))?;
        if !counts(&wire.messages, privilege == Privilege::FeeFree, MAX_MESSAGES) {
            let reason = "messages: 1 to 32 different ones for fee-free calls, none otherwise";
            return Err(refuse(reason).into());
        }
        if wire.messages.iter().any(|name| name.is_empty() || name.len() > MAX_MESSAGE_BYTES) {
            return Err(refuse("messages have 1 to 64 bytes").into());
        }
        let (block_gas, denoms, messages) =
            (wire.block_gas, wire.denoms.clone(), wire.messages.clone());
        Ok(Self { contract, privilege, block_gas, denoms, messages })
    }

    pub(super) fn to_proto(&self) -> wire::Grant {
        wire::Grant {
            contract: self.contract.to_string(),
            privilege: self.privilege.into(),
            block_gas: self.block_gas,
            denoms: self.denoms.clone(),
            messages: self.messages.clone(),
        }
    }

    /// Whether the chain itself calls the holder.
    pub(super) const fn is_called(&self) -> bool {
        is_called(self.privilege)
    }
}

/// Whether the chain itself calls holders of `privilege`.
pub(super) const fn is_called(privilege: Privilege) -> bool {
    matches!(privilege, Privilege::BeginBlock | Privilege::EndBlock)
}
