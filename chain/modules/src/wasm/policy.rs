//! Who may do what with codes and contracts (wasmd `x/wasm/keeper/authz_policy.go`).

use stoa_proto::cosmwasm::wasm::v1::{AccessConfig, CodeInfo, ContractInfo};

use super::{error::WasmError, params};
use crate::{Context, auth::AccAddress, authority};

/// The rules for one sender of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// Permissions, creators and admins count.
    Plain,
    /// The authority of the chain may do everything.
    Authority,
    /// What the authority's instantiation caused: contracts may be made of any code.
    BelowAuthority,
}

impl Policy {
    /// The rules for `sender` here; free of gas, as on wasmd.
    pub(super) fn of(ctx: &Context, sender: &AccAddress) -> Result<Self, WasmError> {
        Ok(if authority::address(ctx)? == *sender {
            Self::Authority
        } else if ctx.nesting.may_instantiate {
            Self::BelowAuthority
        } else {
            Self::Plain
        })
    }

    /// Whether code with `permission` may be stored, where `upload` says who may store at all and `default`
    /// is the widest permission.
    pub(super) fn may_store(
        self,
        sender: &AccAddress,
        upload: &AccessConfig,
        permission: &AccessConfig,
        default: &AccessConfig,
    ) -> bool {
        self == Self::Authority
            || (params::allows(upload, sender) && params::is_subset(permission, default))
    }

    /// Whether contracts may be made of a code.
    pub(super) fn may_instantiate(self, sender: &AccAddress, code: &CodeInfo) -> bool {
        let is_allowed = || {
            code.instantiate_config.as_ref().is_some_and(|config| params::allows(config, sender))
        };
        self != Self::Plain || is_allowed()
    }

    /// Whether a contract may be migrated, renamed, given to another admin.
    pub(super) fn may_modify(self, sender: &AccAddress, contract: &ContractInfo) -> bool {
        self == Self::Authority
            || (!contract.admin.is_empty() && contract.admin == sender.to_string())
    }

    /// Whether the permission of a code may be set to one that is, or is not, as narrow as the default.
    pub(super) fn may_set_permission(
        self,
        sender: &AccAddress,
        code: &CodeInfo,
        is_narrow: bool,
    ) -> bool {
        self == Self::Authority || (code.creator == sender.to_string() && is_narrow)
    }

    /// Whether what an instantiation under these rules sends may make contracts of any code.
    pub(super) const fn reaches_below_instantiation(self) -> bool {
        matches!(self, Self::Authority | Self::BelowAuthority)
    }

    /// The same for a migration.
    pub(super) const fn reaches_below_migration(self) -> bool {
        matches!(self, Self::BelowAuthority)
    }
}

#[cfg(test)]
mod tests {
    use stoa_proto::cosmwasm::wasm::v1::AccessType;

    use super::*;
    use crate::testing::context;

    fn nobody() -> AccessConfig {
        AccessConfig { permission: AccessType::Nobody as i32, addresses: Vec::new() }
    }

    #[test]
    fn the_authority_may_everything_and_others_what_permissions_say() {
        let ctx = context();
        let (gov, buyer) = (AccAddress::of_module("gov"), AccAddress::of_module("buyer"));
        let code = CodeInfo {
            creator: buyer.to_string(),
            instantiate_config: Some(nobody()),
            ..CodeInfo::default()
        };
        let contract = ContractInfo { admin: String::new(), ..ContractInfo::default() };
        for (sender, expected) in [(&gov, true), (&buyer, false)] {
            let policy = Policy::of(&ctx, sender).unwrap();
            let everybody = params::everybody();
            assert_eq!(policy.may_store(sender, &nobody(), &everybody, &nobody()), expected);
            assert_eq!(policy.may_instantiate(sender, &code), expected);
            assert_eq!(policy.may_modify(sender, &contract), expected);
            assert_eq!(policy.may_set_permission(sender, &code, false), expected);
        }
        assert!(Policy::Plain.may_set_permission(&buyer, &code, true));
        let owned = ContractInfo { admin: buyer.to_string(), ..contract };
        assert!(Policy::Plain.may_modify(&buyer, &owned));
    }

    #[test]
    fn below_the_authority_contracts_can_be_made_and_nothing_else() {
        let mut ctx = context();
        ctx.nesting.may_instantiate = true;
        let buyer = AccAddress::of_module("buyer");
        let policy = Policy::of(&ctx, &buyer).unwrap();
        assert_eq!(policy, Policy::BelowAuthority);
        let code = CodeInfo { instantiate_config: Some(nobody()), ..CodeInfo::default() };
        assert!(policy.may_instantiate(&buyer, &code));
        assert!(!policy.may_modify(&buyer, &ContractInfo::default()));
        assert!(!policy.may_set_permission(&buyer, &code, true));
        assert!(!policy.may_store(&buyer, &nobody(), &nobody(), &nobody()));
        let reach = |policy: Policy| {
            (policy.reaches_below_instantiation(), policy.reaches_below_migration())
        };
        assert_eq!(reach(Policy::Plain), (false, false));
        assert_eq!(reach(Policy::Authority), (true, false));
        assert_eq!(reach(policy), (true, true));
    }
}
