//! `MsgSoftwareUpgrade` and `MsgCancelUpgrade`, for the authority; [`schedule`] and [`cancel`] are what they
//! and contracts with the privilege do.

use cosmos_sdk_proto::{
    Any,
    cosmos::upgrade::v1beta1::{
        MsgCancelUpgrade, MsgCancelUpgradeResponse, MsgSoftwareUpgrade, MsgSoftwareUpgradeResponse,
    },
};
use prost::Message;

use super::{Plan, STORE, UpgradeError, state_key, view};
use crate::{
    auth::{AccAddress, parse_address},
    authority,
    core::{Context, ModuleError, is_of_type},
    router::{MessageResponse, read_message},
};

/// Most bytes of a name.
const MAX_NAME_BYTES: usize = 140;
/// Most bytes of what operators are told.
const MAX_INFO_BYTES: usize = 10_000;

/// The messages of this module; nothing for others.
pub fn execute_message(
    ctx: &mut Context,
    message: &Any,
) -> Option<Result<MessageResponse, ModuleError>> {
    match message.type_url.as_str() {
        url if is_of_type::<MsgSoftwareUpgrade>(url) => Some(software_upgrade(ctx, message)),
        url if is_of_type::<MsgCancelUpgrade>(url) => Some(cancel_upgrade(ctx, message)),
        _ => None,
    }
}

/// Who must sign a message of this module; nothing for others.
pub fn signers(message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
    let claimed = match message.type_url.as_str() {
        url if is_of_type::<MsgSoftwareUpgrade>(url) => {
            read_message(message).map(|message: MsgSoftwareUpgrade| message.authority)
        }
        url if is_of_type::<MsgCancelUpgrade>(url) => {
            read_message(message).map(|message: MsgCancelUpgrade| message.authority)
        }
        _ => return None,
    };
    Some(claimed.and_then(|text| Ok(vec![parse_address("authority", &text)?])))
}

#[allow(deprecated)] // the fields that are refused
fn software_upgrade(ctx: &Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let message: MsgSoftwareUpgrade = read_message(message)?;
    require_authority(ctx, &message.authority)?;
    let plan = message.plan.unwrap_or_default();
    // The SDK's zero time is the year 1; clients that leave the field out mean the same.
    let is_zero = |time: &cosmos_sdk_proto::Timestamp| time.seconds == -62_135_596_800;
    if plan.time.as_ref().is_some_and(|time| !is_zero(time)) {
        return Err(UpgradeError::TimeBased.into());
    }
    if plan.upgraded_client_state.is_some() {
        return Err(UpgradeError::ClientState.into());
    }
    let height = u64::try_from(plan.height).unwrap_or(0);
    schedule(ctx, &Plan { name: plan.name, height, info: plan.info })?;
    Ok(MessageResponse::new(&MsgSoftwareUpgradeResponse {}))
}

fn cancel_upgrade(ctx: &Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let message: MsgCancelUpgrade = read_message(message)?;
    require_authority(ctx, &message.authority)?;
    cancel(ctx)?;
    Ok(MessageResponse::new(&MsgCancelUpgradeResponse {}))
}

/// Schedules `plan` in place of any other.
pub fn schedule(ctx: &Context, plan: &Plan) -> Result<(), ModuleError> {
    if plan.name.is_empty() {
        return Err(UpgradeError::NoName.into());
    }
    for (field, actual, limit) in
        [("name", plan.name.len(), MAX_NAME_BYTES), ("info", plan.info.len(), MAX_INFO_BYTES)]
    {
        if actual > limit {
            return Err(UpgradeError::TooLong { field, actual, limit }.into());
        }
    }
    if plan.height == 0 {
        return Err(UpgradeError::NoHeight.into());
    }
    if plan.height < ctx.block.height {
        return Err(UpgradeError::Past.into());
    }
    if view::done_height(ctx, &plan.name)?.is_some() {
        return Err(UpgradeError::Done { name: plan.name.clone() }.into());
    }
    ctx.set(STORE, state_key::PLAN, plan.to_proto().encode_to_vec())
}

/// Drops the plan, if there is one.
pub fn cancel(ctx: &Context) -> Result<(), ModuleError> {
    ctx.delete(STORE, state_key::PLAN)
}

fn require_authority(ctx: &Context, claimed: &str) -> Result<(), ModuleError> {
    let (expected, actual) = (authority::address(ctx)?, parse_address("authority", claimed)?);
    if expected == actual {
        return Ok(());
    }
    Err(UpgradeError::Signer { expected, actual }.into())
}
