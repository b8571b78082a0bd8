//! The state as a genesis section.

use serde_json::{Value, json};

use super::{STORE, state_key, view};
use crate::core::{Context, ModuleError};

/// The `authority` section of `app_state`; empty for the default.
pub fn export_genesis(ctx: &Context) -> Result<Value, ModuleError> {
    match ctx.has(STORE, state_key::ADDRESS)? {
        true => Ok(json!({ "address": view::address(ctx)?.to_string() })),
        false => Ok(json!({})),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth::AccAddress, authority, testing::context};

    #[test]
    fn an_authority_comes_back_and_the_default_stays_the_default() {
        for section in [json!({}), json!({ "address": AccAddress::of_module("dao").to_string() })] {
            let ctx = context();
            authority::init_genesis(&ctx, serde_json::from_value(section.clone()).unwrap()).unwrap();
            assert_eq!(export_genesis(&ctx).unwrap(), section);
        }
    }
}
