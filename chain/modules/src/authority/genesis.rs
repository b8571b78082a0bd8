//! The first authority.

use serde::{Deserialize, Serialize};

use super::{STORE, state_key, view};
use crate::{
    auth::{AccAddress, AuthError},
    core::{Context, ModuleError},
};

/// The `authority` section of `app_state`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Genesis {
    /// Who governs; the module account `gov`, for which nobody can sign, if absent.
    address: Option<String>,
}

/// Writes who governs.
pub fn init_genesis(ctx: &Context, genesis: Genesis) -> Result<(), ModuleError> {
    let Some(text) = genesis.address else { return Ok(()) };
    let address: AccAddress =
        text.parse().map_err(|source| AuthError::InvalidAddress { field: "authority", source })?;
    ctx.set(STORE, state_key::ADDRESS, address.as_bytes().to_vec())
}

/// The section that [`init_genesis`] reads.
pub fn export_genesis(ctx: &Context) -> Result<Genesis, ModuleError> {
    Ok(Genesis { address: Some(view::address(ctx)?.to_string()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        authority::{address, require},
        testing::context,
    };

    #[test]
    fn genesis_names_who_governs_and_nobody_else_does() {
        let ctx = context();
        let (gov, dao) = (AccAddress::of_module("gov"), AccAddress::of_module("dao"));
        init_genesis(&ctx, Genesis::default()).unwrap();
        assert_eq!(address(&ctx).unwrap(), gov);
        let genesis = serde_json::json!({ "address": dao.to_string() });
        init_genesis(&ctx, serde_json::from_value(genesis).unwrap()).unwrap();
        require(&ctx, &dao).unwrap();
        let error = require(&ctx, &gov).unwrap_err();
        assert_eq!((error.codespace(), error.code()), ("gov", 13));
        let exported = serde_json::to_value(export_genesis(&ctx).unwrap()).unwrap();
        assert_eq!(exported, serde_json::json!({ "address": dao.to_string() }));
    }

    #[test]
    fn a_broken_address_is_refused() {
        let genesis = Genesis { address: Some("stoa1nobody".to_owned()) };
        assert!(init_genesis(&context(), genesis).is_err());
    }
}
