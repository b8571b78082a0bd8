//! Messages that move money.

use super::{
    Kind::{Bool, Message, Text},
    Shape, coins, many, one,
};

pub(super) static IN_ANY: &[&Shape] = &[
    &MSG_SEND,
    &MSG_MULTI_SEND,
    &MSG_SET_SEND_ENABLED,
    &MSG_UPDATE_BANK_PARAMS,
    &SEND_AUTHORIZATION,
];

crate::shapes! {
    /// Sends money.
    pub MSG_SEND = "cosmos.bank.v1beta1.MsgSend" as "cosmos-sdk/MsgSend": [
        one(1, "from_address", Text),
        one(2, "to_address", Text),
        coins(3, "amount"),
    ];
    /// Sends money to several.
    pub MSG_MULTI_SEND = "cosmos.bank.v1beta1.MsgMultiSend" as "cosmos-sdk/MsgMultiSend": [
        many(1, "inputs", Message(&INPUT)).kept(),
        many(2, "outputs", Message(&OUTPUT)).kept(),
    ];
    /// Who pays of a [`MSG_MULTI_SEND`].
    pub INPUT = "cosmos.bank.v1beta1.Input": [one(1, "address", Text), coins(2, "coins")];
    /// Who receives of a [`MSG_MULTI_SEND`].
    pub OUTPUT = "cosmos.bank.v1beta1.Output": [one(1, "address", Text), coins(2, "coins")];
    /// Allows or forbids sending denominations.
    pub MSG_SET_SEND_ENABLED = "cosmos.bank.v1beta1.MsgSetSendEnabled" as "cosmos-sdk/MsgSetSendEnabled": [
        one(1, "authority", Text),
        many(2, "send_enabled", Message(&SEND_ENABLED)),
        many(3, "use_default_for", Text),
    ];
    /// Whether a denomination may be sent.
    pub SEND_ENABLED = "cosmos.bank.v1beta1.SendEnabled": [
        one(1, "denom", Text),
        one(2, "enabled", Bool),
    ];
    /// Changes the parameters.
    pub MSG_UPDATE_BANK_PARAMS = "cosmos.bank.v1beta1.MsgUpdateParams" as "cosmos-sdk/x/bank/MsgUpdateParams": [
        one(1, "authority", Text),
        one(2, "params", Message(&BANK_PARAMS)).kept(),
    ];
    /// The parameters.
    pub BANK_PARAMS = "cosmos.bank.v1beta1.Params" as "cosmos-sdk/x/bank/Params": [
        many(1, "send_enabled", Message(&SEND_ENABLED)),
        one(2, "default_send_enabled", Bool),
    ];
    /// Leave to send another's money.
    pub SEND_AUTHORIZATION = "cosmos.bank.v1beta1.SendAuthorization" as "cosmos-sdk/SendAuthorization": [
        coins(1, "spend_limit"),
        many(2, "allow_list", Text),
    ];
}
