//! Messages that only the authority of the chain may send: `MsgSetSendEnabled`, `MsgUpdateParams`.

use std::collections::BTreeSet;

use cosmos_sdk_proto::{
    Any,
    cosmos::bank::v1beta1::{
        MsgSetSendEnabled, MsgSetSendEnabledResponse, MsgUpdateParams, MsgUpdateParamsResponse,
    },
};

use super::{BankError, STORE, params, parse_address, state_key};
use crate::{
    auth::AccAddress,
    authority,
    bank::check_denom,
    core::{Context, ModuleError, is_of_type},
    router::{MessageResponse, read_message},
};

/// Who claims to be the authority; nothing for other messages.
pub(super) fn signer(message: &Any) -> Option<Result<AccAddress, ModuleError>> {
    let claimed = match message.type_url.as_str() {
        url if is_of_type::<MsgSetSendEnabled>(url) => {
            read_message(message).map(|message: MsgSetSendEnabled| message.authority)
        }
        url if is_of_type::<MsgUpdateParams>(url) => {
            read_message(message).map(|message: MsgUpdateParams| message.authority)
        }
        _ => return None,
    };
    Some(claimed.and_then(|text| Ok(parse_address("authority", &text)?)))
}

/// Executes a message of the authority; nothing for other messages.
pub(super) fn execute(
    ctx: &Context,
    message: &Any,
) -> Option<Result<MessageResponse, ModuleError>> {
    let claimed = signer(message)?;
    Some(claimed.and_then(|claimed| {
        authority::require(ctx, &claimed)?;
        if is_of_type::<MsgSetSendEnabled>(&message.type_url) {
            set_send_enabled(ctx, &read_message(message)?)
        } else {
            update_params(ctx, &read_message(message)?)
        }
    }))
}

/// Sets or forgets whether denominations may be sent, each at most once.
fn set_send_enabled(
    ctx: &Context,
    message: &MsgSetSendEnabled,
) -> Result<MessageResponse, ModuleError> {
    let mut seen = BTreeSet::new();
    for entry in &message.send_enabled {
        if !seen.insert(&entry.denom) {
            let reason = format!("duplicate denom entries found for {:?}", entry.denom);
            return Err(BankError::InvalidRequest { reason }.into());
        }
        check("SendEnabled", &entry.denom)?;
    }
    message.use_default_for.iter().try_for_each(|denom| check("UseDefaultFor", denom))?;
    for entry in &message.send_enabled {
        params::set_enabled(ctx, &entry.denom, entry.enabled)?;
    }
    for denom in &message.use_default_for {
        ctx.delete(STORE, &state_key::send_enabled(denom))?;
    }
    Ok(MessageResponse::new(&MsgSetSendEnabledResponse {}))
}

fn check(field: &str, denom: &str) -> Result<(), BankError> {
    check_denom(denom).map_err(|error| {
        let reason = format!("invalid {field} denom {denom:?}: {error}");
        BankError::InvalidRequest { reason }
    })
}

#[allow(deprecated)] // the list that is refused
fn update_params(ctx: &Context, message: &MsgUpdateParams) -> Result<MessageResponse, ModuleError> {
    let new = message.params.clone().unwrap_or_default();
    if !new.send_enabled.is_empty() {
        return Err(BankError::SendEnabledInParams.into());
    }
    let default_send_enabled = new.default_send_enabled;
    params::save(ctx, params::Params { default_send_enabled })?;
    Ok(MessageResponse::new(&MsgUpdateParamsResponse {}))
}
