//! The gas that the messages of a holder may use in one block.

use stoa_proto::privilege::v1::Usage;

use crate::{
    auth::AccAddress,
    core::{Context, ModuleError},
    privilege::{Grant, Privilege, PrivilegeError, view},
};

/// Runs `action` for a holder of `privilege` and counts its gas against the budget of the block.
pub(super) fn within_budget<T>(
    ctx: &mut Context,
    privilege: Privilege,
    contract: &AccAddress,
    action: impl FnOnce(&mut Context, &Grant) -> Result<T, ModuleError>,
) -> Result<T, ModuleError> {
    let mut record = view::require(ctx, privilege, contract)?;
    let grant = Grant::from_proto(record.grant.as_ref())?;
    let (height, before) = (ctx.block.height, ctx.gas.used());
    let done = action(ctx, &grant)?;
    let usage = record.usage.filter(|usage| usage.height == height).unwrap_or_default();
    let used = usage.gas.saturating_add(ctx.gas.used().saturating_sub(before));
    if used > grant.block_gas {
        let (privilege, limit) = (privilege.as_str_name(), grant.block_gas);
        return Err(PrivilegeError::Budget { privilege, used, limit }.into());
    }
    record.usage = Some(Usage { height, gas: used });
    view::save(ctx, privilege, contract, &record)?;
    Ok(done)
}
