//! Messages and records about validators that fail.

use super::{
    Kind::{Dec, Duration, I64, Message, Text, Timestamp},
    Shape, one,
};

pub(super) static IN_ANY: &[&Shape] = &[&MSG_UNJAIL, &MSG_UPDATE_SLASHING_PARAMS, &EQUIVOCATION];

crate::shapes! {
    /// Asks for the release of the sender's validator.
    pub MSG_UNJAIL = "cosmos.slashing.v1beta1.MsgUnjail" as "cosmos-sdk/MsgUnjail": [
        one(1, "validator_addr", Text).amino("address").kept(),
    ];
    /// Changes the parameters.
    pub MSG_UPDATE_SLASHING_PARAMS = "cosmos.slashing.v1beta1.MsgUpdateParams"
        as "cosmos-sdk/x/slashing/MsgUpdateParams": [
        one(1, "authority", Text),
        one(2, "params", Message(&SLASHING_PARAMS)).kept(),
    ];
    /// The parameters.
    pub SLASHING_PARAMS = "cosmos.slashing.v1beta1.Params" as "cosmos-sdk/x/slashing/Params": [
        one(1, "signed_blocks_window", I64),
        one(2, "min_signed_per_window", Dec).kept(),
        one(3, "downtime_jail_duration", Duration).kept(),
        one(4, "slash_fraction_double_sign", Dec).kept(),
        one(5, "slash_fraction_downtime", Dec).kept(),
    ];
    /// Proof that a validator signed twice.
    pub EQUIVOCATION = "cosmos.evidence.v1beta1.Equivocation" as "cosmos-sdk/Equivocation": [
        one(1, "height", I64),
        one(2, "time", Timestamp).kept(),
        one(3, "power", I64),
        one(4, "consensus_address", Text),
    ];
}
