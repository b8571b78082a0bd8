//! Which denominations may be sent.

use cosmos_sdk_proto::cosmos::bank::v1beta1::Params as ProtoParams;
use prost::Message as _;

use super::{BankError, Coins, STORE, state_key, view::stored_flag};
use crate::core::{Context, ModuleError};

/// Parameters of `x/bank`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Params {
    /// Whether a denomination may be sent that nothing is set for.
    pub(super) default_send_enabled: bool,
}

impl Params {
    /// The wire form.
    #[allow(deprecated)] // the list is empty since it has records of its own
    pub(super) const fn to_proto(self) -> ProtoParams {
        let default_send_enabled = self.default_send_enabled;
        ProtoParams { send_enabled: Vec::new(), default_send_enabled }
    }
}

/// The parameters; before genesis wrote any, everything may be sent.
pub(super) fn load(ctx: &Context) -> Result<Params, ModuleError> {
    let Some(bytes) = ctx.get(STORE, state_key::PARAMS)? else {
        return Ok(Params { default_send_enabled: true });
    };
    let corrupt = |_| BankError::Corrupt { what: "bank params" };
    let proto = ProtoParams::decode(bytes.as_slice()).map_err(corrupt)?;
    Ok(Params { default_send_enabled: proto.default_send_enabled })
}

pub(super) fn save(ctx: &Context, params: Params) -> Result<(), ModuleError> {
    ctx.set(STORE, state_key::PARAMS, params.to_proto().encode_to_vec())
}

/// Sets whether a denomination may be sent (a protobuf `BoolValue`, as the SDK stores it).
pub(super) fn set_enabled(ctx: &Context, denom: &str, enabled: bool) -> Result<(), ModuleError> {
    ctx.set(STORE, &state_key::send_enabled(denom), enabled.encode_to_vec())
}

/// Refuses coins of which one may not be sent.
pub(super) fn check_enabled(ctx: &Context, coins: &Coins) -> Result<(), ModuleError> {
    if coins.is_empty() {
        return Ok(());
    }
    let params = load(ctx)?;
    for coin in coins {
        let key = state_key::send_enabled(coin.denom());
        let is_enabled = if ctx.has(STORE, &key)? {
            let value = ctx.get(STORE, &key)?.unwrap_or_default();
            stored_flag(&value)?
        } else {
            params.default_send_enabled
        };
        if !is_enabled {
            return Err(BankError::SendDisabled { denom: coin.denom().to_owned() }.into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::context;

    #[test]
    fn what_is_set_for_a_denomination_wins_over_the_default() {
        let ctx = context();
        let check = |text: &str| check_enabled(&ctx, &text.parse().unwrap());
        assert!(check("1ustoa").is_ok());
        save(&ctx, Params { default_send_enabled: false }).unwrap();
        set_enabled(&ctx, "ustoa", true).unwrap();
        assert!(check("1ustoa").is_ok());
        let error = check("1uother,1ustoa").unwrap_err();
        assert_eq!((error.codespace(), error.code()), ("bank", 5));
        set_enabled(&ctx, "ustoa", false).unwrap();
        assert!(check("1ustoa").is_err() && check("").is_ok());
    }
}
