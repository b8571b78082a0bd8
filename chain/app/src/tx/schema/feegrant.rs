//! Messages about paying another's fees.

use super::{
    Kind::{Any, Duration, Message, Text, Timestamp},
    Shape, coins, many, one,
};

pub(super) static IN_ANY: &[&Shape] = &[
    &MSG_GRANT_ALLOWANCE,
    &MSG_REVOKE_ALLOWANCE,
    &MSG_PRUNE_ALLOWANCES,
    &BASIC_ALLOWANCE,
    &PERIODIC_ALLOWANCE,
    &ALLOWED_MSG_ALLOWANCE,
];

crate::shapes! {
    /// Pays another's fees from now on.
    pub MSG_GRANT_ALLOWANCE = "cosmos.feegrant.v1beta1.MsgGrantAllowance" as "cosmos-sdk/MsgGrantAllowance": [
        one(1, "granter", Text),
        one(2, "grantee", Text),
        one(3, "allowance", Any),
    ];
    /// Ends that.
    pub MSG_REVOKE_ALLOWANCE = "cosmos.feegrant.v1beta1.MsgRevokeAllowance" as "cosmos-sdk/MsgRevokeAllowance": [
        one(1, "granter", Text),
        one(2, "grantee", Text),
    ];
    /// Removes what has expired.
    pub MSG_PRUNE_ALLOWANCES = "cosmos.feegrant.v1beta1.MsgPruneAllowances": [
        one(1, "pruner", Text),
    ];
    /// A sum, or everything, until a time.
    pub BASIC_ALLOWANCE = "cosmos.feegrant.v1beta1.BasicAllowance" as "cosmos-sdk/BasicAllowance": [
        coins(1, "spend_limit"),
        one(2, "expiration", Timestamp),
    ];
    /// A sum each period.
    pub PERIODIC_ALLOWANCE = "cosmos.feegrant.v1beta1.PeriodicAllowance" as "cosmos-sdk/PeriodicAllowance": [
        one(1, "basic", Message(&BASIC_ALLOWANCE)).kept(),
        one(2, "period", Duration).kept(),
        coins(3, "period_spend_limit"),
        coins(4, "period_can_spend"),
        one(5, "period_reset", Timestamp).kept(),
    ];
    /// For some messages only.
    pub ALLOWED_MSG_ALLOWANCE = "cosmos.feegrant.v1beta1.AllowedMsgAllowance" as "cosmos-sdk/AllowedMsgAllowance": [
        one(1, "allowance", Any),
        many(2, "allowed_messages", Text),
    ];
    /// An allowance and whose it is.
    pub FEE_GRANT = "cosmos.feegrant.v1beta1.Grant": [
        one(1, "granter", Text),
        one(2, "grantee", Text),
        one(3, "allowance", Any),
    ];
}
