//! `MsgUpdateValidators`.

use cosmos_sdk_proto::Any;
use stoa_proto::privilege::v1::{
    MsgUpdateValidators, MsgUpdateValidatorsResponse, ValidatorChange,
};

use super::{parse_address, read_message, within_budget::within_budget};
use crate::{
    authority,
    core::{Context, ModuleError},
    privilege::{Privilege, PrivilegeError},
    router::MessageResponse,
    slashing,
    validators::{self, Change, ConsensusAddress},
};

/// Most changes of one message.
const MAX_CHANGES: usize = 64;

pub(super) fn execute(ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let message: MsgUpdateValidators = read_message(message)?;
    let sender = parse_address("sender", &message.sender)?;
    if !(1..=MAX_CHANGES).contains(&message.changes.len()) {
        return Err(PrivilegeError::Changes { reason: "1 to 64 of them" }.into());
    }
    let changes = message.changes.into_iter().map(change).collect::<Result<Vec<_>, _>>()?;
    if authority::address(ctx)? == sender {
        update(ctx, &changes)?;
    } else {
        within_budget(ctx, Privilege::Validators, &sender, |ctx, _| update(ctx, &changes))?;
    }
    Ok(MessageResponse::new(&MsgUpdateValidatorsResponse {}))
}

fn change(wire: ValidatorChange) -> Result<Change, ModuleError> {
    let key = wire.pub_key.as_slice().try_into();
    let key = key.map_err(|_| PrivilegeError::Changes { reason: "keys have 32 bytes" })?;
    let operator = match wire.operator.as_str() {
        "" => None,
        text => Some(parse_address("operator", text)?),
    };
    Ok(Change { key, power: wire.power, operator })
}

fn update(ctx: &mut Context, changes: &[Change]) -> Result<(), ModuleError> {
    for change in changes {
        let validator = ConsensusAddress::of_key(&change.key);
        if change.power > 0 && slashing::is_tombstoned(ctx, &validator)? {
            let validator = validator.to_bech32();
            return Err(PrivilegeError::Tombstoned { validator }.into());
        }
    }
    validators::update(ctx, changes)
}
