//! What must hold of accounts.

use super::{account::MODULES, view};
use crate::{
    core::{Context, ModuleError},
    invariants::{Broken, Invariant, Run},
};

/// What must hold of accounts.
pub const INVARIANTS: &[Invariant] =
    &[Invariant { name: "auth/module-accounts", check: check_module_accounts }];

/// Nobody holds a key to an account of the chain itself.
fn check_module_accounts(ctx: &Context, run: &mut Run) -> Result<Option<Broken>, ModuleError> {
    for module in MODULES {
        run.count(1);
        let account = view::account(ctx, &module.address())?;
        if account.is_some_and(|account| account.key.is_some() || account.sequence > 0) {
            return Ok(Some(Broken(format!("somebody signs for {}", module.name()))));
        }
    }
    Ok(None)
}
