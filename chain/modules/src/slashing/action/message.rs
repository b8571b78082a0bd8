//! `MsgUnjail` and `MsgUpdateParams`.

use cosmos_sdk_proto::{
    Any, Timestamp,
    cosmos::slashing::v1beta1::{
        MsgUnjail, MsgUnjailResponse, MsgUpdateParams, MsgUpdateParamsResponse,
    },
};
use prost::Message;

use crate::{
    auth::{AccAddress, parse_address},
    authority,
    core::{Context, ModuleError, is_of_type},
    router::{MessageResponse, read_message},
    slashing::{Params, STORE, SlashingError, state_key, view},
    validators,
};

/// The messages of this module; nothing for others.
pub fn execute_message(
    ctx: &mut Context,
    message: &Any,
) -> Option<Result<MessageResponse, ModuleError>> {
    match message.type_url.as_str() {
        url if is_of_type::<MsgUnjail>(url) => Some(unjail(ctx, message)),
        url if is_of_type::<MsgUpdateParams>(url) => Some(update_params(ctx, message)),
        _ => None,
    }
}

/// Who must sign a message of this module; nothing for others.
pub fn signers(message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
    let signer = match message.type_url.as_str() {
        url if is_of_type::<MsgUnjail>(url) => operator(message),
        url if is_of_type::<MsgUpdateParams>(url) => {
            read_message(message).and_then(|message: MsgUpdateParams| {
                Ok(parse_address("authority", &message.authority)?)
            })
        }
        _ => return None,
    };
    Some(signer.map(|signer| vec![signer]))
}

fn operator(message: &Any) -> Result<AccAddress, ModuleError> {
    let message: MsgUnjail = read_message(message)?;
    Ok(validators::operator(&message.validator_addr)?)
}

/// Releases the validator of the operator that signs.
fn unjail(ctx: &Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let operator = operator(message)?;
    let record = validators::of_operator(ctx, &operator)?.ok_or(SlashingError::NoValidator)?;
    if !record.is_jailed {
        return Err(SlashingError::NotJailed.into());
    }
    let address = record.address();
    if let Some(info) = view::signing_info(ctx, &address)? {
        let Timestamp { seconds, nanos } = info.jailed_until.unwrap_or_default();
        let until = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
        if info.tombstoned || i128::from(ctx.block.time_nanos) < until {
            return Err(SlashingError::Jailed.into());
        }
    }
    validators::release(ctx, &address)?;
    Ok(MessageResponse::new(&MsgUnjailResponse {}))
}

fn update_params(ctx: &Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let message: MsgUpdateParams = read_message(message)?;
    authority::require(ctx, &parse_address("authority", &message.authority)?)?;
    let params = Params::from_proto(&message.params.unwrap_or_default())?;
    ctx.set(STORE, state_key::PARAMS, params.to_proto().encode_to_vec())?;
    Ok(MessageResponse::new(&MsgUpdateParamsResponse {}))
}
