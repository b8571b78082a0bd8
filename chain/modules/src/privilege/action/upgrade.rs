//! `MsgScheduleUpgrade` and `MsgCancelScheduledUpgrade`.

use cosmos_sdk_proto::Any;
use stoa_proto::privilege::v1::{
    MsgCancelScheduledUpgrade, MsgCancelScheduledUpgradeResponse, MsgScheduleUpgrade,
    MsgScheduleUpgradeResponse,
};

use super::{parse_address, read_message, within_budget::within_budget};
use crate::{
    core::{Context, ModuleError},
    privilege::Privilege,
    router::MessageResponse,
    upgrade::{self, Plan},
};

pub(super) fn schedule(ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let MsgScheduleUpgrade { sender, name, height, info } = read_message(message)?;
    let sender = parse_address("sender", &sender)?;
    let plan = Plan { name, height, info };
    within_budget(ctx, Privilege::Upgrade, &sender, |ctx, _| upgrade::schedule(ctx, &plan))?;
    Ok(MessageResponse::new(&MsgScheduleUpgradeResponse {}))
}

pub(super) fn cancel(ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let MsgCancelScheduledUpgrade { sender } = read_message(message)?;
    let sender = parse_address("sender", &sender)?;
    within_budget(ctx, Privilege::Upgrade, &sender, |ctx, _| upgrade::cancel(ctx))?;
    Ok(MessageResponse::new(&MsgCancelScheduledUpgradeResponse {}))
}
