//! Accounts some of whose money is locked, and the messages that make them.

use super::{
    BASE_ACCOUNT,
    Kind::{Bool, I64, Message, Text},
    Shape, coins, many, one,
};

pub(super) static IN_ANY: &[&Shape] = &[
    &MSG_CREATE_VESTING_ACCOUNT,
    &MSG_CREATE_PERMANENT_LOCKED_ACCOUNT,
    &MSG_CREATE_PERIODIC_VESTING_ACCOUNT,
    &CONTINUOUS_VESTING_ACCOUNT,
    &DELAYED_VESTING_ACCOUNT,
    &PERIODIC_VESTING_ACCOUNT,
    &PERMANENT_LOCKED_ACCOUNT,
];

crate::shapes! {
    /// Gives money that vests.
    pub MSG_CREATE_VESTING_ACCOUNT = "cosmos.vesting.v1beta1.MsgCreateVestingAccount"
        as "cosmos-sdk/MsgCreateVestingAccount": [
        one(1, "from_address", Text),
        one(2, "to_address", Text),
        coins(3, "amount"),
        one(4, "end_time", I64),
        one(5, "delayed", Bool),
    ];
    /// Gives money that never vests.
    pub MSG_CREATE_PERMANENT_LOCKED_ACCOUNT = "cosmos.vesting.v1beta1.MsgCreatePermanentLockedAccount"
        as "cosmos-sdk/MsgCreatePermLockedAccount": [
        one(1, "from_address", Text),
        one(2, "to_address", Text),
        coins(3, "amount"),
    ];
    /// Gives money that vests in steps.
    pub MSG_CREATE_PERIODIC_VESTING_ACCOUNT = "cosmos.vesting.v1beta1.MsgCreatePeriodicVestingAccount"
        as "cosmos-sdk/MsgCreatePeriodVestAccount": [
        one(1, "from_address", Text),
        one(2, "to_address", Text),
        one(3, "start_time", I64),
        many(4, "vesting_periods", Message(&PERIOD)).kept(),
    ];
    /// A step.
    pub PERIOD = "cosmos.vesting.v1beta1.Period": [one(1, "length", I64), coins(2, "amount")];
    /// What all vesting accounts have.
    pub BASE_VESTING_ACCOUNT = "cosmos.vesting.v1beta1.BaseVestingAccount"
        as "cosmos-sdk/BaseVestingAccount": [
        one(1, "base_account", Message(&BASE_ACCOUNT)),
        coins(2, "original_vesting"),
        coins(3, "delegated_free"),
        coins(4, "delegated_vesting"),
        one(5, "end_time", I64),
    ];
    /// Money that vests evenly.
    pub CONTINUOUS_VESTING_ACCOUNT = "cosmos.vesting.v1beta1.ContinuousVestingAccount"
        as "cosmos-sdk/ContinuousVestingAccount": [
        one(1, "base_vesting_account", Message(&BASE_VESTING_ACCOUNT)),
        one(2, "start_time", I64),
    ];
    /// Money that vests at the end.
    pub DELAYED_VESTING_ACCOUNT = "cosmos.vesting.v1beta1.DelayedVestingAccount"
        as "cosmos-sdk/DelayedVestingAccount": [
        one(1, "base_vesting_account", Message(&BASE_VESTING_ACCOUNT)),
    ];
    /// Money that vests in steps.
    pub PERIODIC_VESTING_ACCOUNT = "cosmos.vesting.v1beta1.PeriodicVestingAccount"
        as "cosmos-sdk/PeriodicVestingAccount": [
        one(1, "base_vesting_account", Message(&BASE_VESTING_ACCOUNT)),
        one(2, "start_time", I64),
        many(3, "vesting_periods", Message(&PERIOD)).kept(),
    ];
    /// Money that never vests.
    pub PERMANENT_LOCKED_ACCOUNT = "cosmos.vesting.v1beta1.PermanentLockedAccount"
        as "cosmos-sdk/PermanentLockedAccount": [
        one(1, "base_vesting_account", Message(&BASE_VESTING_ACCOUNT)),
    ];
}
