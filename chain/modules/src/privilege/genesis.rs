//! The first grants.

use cosmwasm_std::Uint64;
use serde::{Deserialize, Serialize};
use stoa_proto::privilege::v1 as wire;

use super::{Grant, Host, Privilege, PrivilegeError, action, view};
use crate::core::{Context, ModuleError};

/// The `privilege` section of `app_state`, in the order in which contracts are called.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Genesis {
    privileges: Vec<GenesisGrant>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GenesisGrant {
    contract: String,
    /// E.g. `PRIVILEGE_MINT`.
    privilege: String,
    block_gas: Uint64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    denoms: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    messages: Vec<String>,
    #[serde(default)]
    is_suspended: bool,
}

/// Writes the grants. The contracts must be there.
pub fn init_genesis(
    ctx: &mut Context,
    host: &dyn Host,
    genesis: Genesis,
) -> Result<(), ModuleError> {
    for entry in genesis.privileges {
        let refuse = PrivilegeError::Grant { reason: "it names no privilege" };
        let privilege = Privilege::from_str_name(&entry.privilege).ok_or(refuse)?;
        let grant = wire::Grant {
            contract: entry.contract,
            privilege: privilege.into(),
            block_gas: entry.block_gas.u64(),
            denoms: entry.denoms,
            messages: entry.messages,
        };
        let grant = Grant::from_proto(Some(&grant))?;
        if !host.is_contract(ctx, &grant.contract)? {
            return Err(PrivilegeError::NotAContract { address: grant.contract }.into());
        }
        action::grant(ctx, &grant, entry.is_suspended)?;
    }
    Ok(())
}

/// The section that [`init_genesis`] reads; failures are not part of it.
pub fn export_genesis(ctx: &Context) -> Result<Genesis, ModuleError> {
    let mut genesis = Genesis::default();
    for record in view::records(ctx)? {
        let grant = Grant::from_proto(record.grant.as_ref())?;
        genesis.privileges.push(GenesisGrant {
            contract: grant.contract.to_string(),
            privilege: grant.privilege.as_str_name().to_owned(),
            block_gas: grant.block_gas.into(),
            denoms: grant.denoms,
            messages: grant.messages,
            is_suspended: record.is_suspended,
        });
    }
    Ok(genesis)
}
