//! Messages that only the authority of the chain may send: `MsgSetSendEnabled`, `MsgUpdateParams`.

use cosmos_sdk_proto::{
    Any,
    cosmos::bank::v1beta1::{MsgSetSendEnabled, MsgUpdateParams},
};
use prost::{Message, Name as _};

use super::{BankError, parse};
use crate::{
    auth::AccAddress,
    core::ModuleError,
    router::{MessageResponse, RouteError},
};

/// The module account that decides on Cosmos SDK chains. No key belongs to it.
const AUTHORITY: &str = "gov";

/// Who claims to be the authority; nothing for other messages.
pub(super) fn signer(message: &Any) -> Option<Result<String, RouteError>> {
    let authority = match message.type_url.as_str() {
        url if url == MsgSetSendEnabled::type_url() => {
            read(message).map(|message: MsgSetSendEnabled| message.authority)
        }
        url if url == MsgUpdateParams::type_url() => {
            read(message).map(|message: MsgUpdateParams| message.authority)
        }
        _ => return None,
    };
    Some(authority)
}

/// Refuses everybody: nobody can sign for the authority yet.
pub(super) fn execute(claimed: Result<String, RouteError>) -> Result<MessageResponse, ModuleError> {
    let actual = parse("authority", &claimed?)?;
    let expected = AccAddress::of_module(AUTHORITY);
    Err(BankError::NotAuthority { expected, actual }.into())
}

fn read<M: Message + Default>(message: &Any) -> Result<M, RouteError> {
    let malformed = |_| RouteError::Malformed { type_url: "a message of cosmos.bank.v1beta1" };
    M::decode(message.value.as_slice()).map_err(malformed)
}
