//! Messages about powers of contracts. Those that only contracts send can be read like any other.

use super::{
    Kind::{Bytes, Enum, Message, Text, U64},
    Shape, many, one,
};

pub(super) static IN_ANY: &[&Shape] = &[
    &MSG_GRANT_PRIVILEGE,
    &MSG_REVOKE_PRIVILEGE,
    &MSG_SET_AUTHORITY,
    &MSG_MINT,
    &MSG_BURN,
    &MSG_SET_PARAMS,
    &MSG_UPDATE_VALIDATORS,
    &MSG_SCHEDULE_UPGRADE,
    &MSG_CANCEL_SCHEDULED_UPGRADE,
];

/// Names of the powers.
pub const PRIVILEGES: &[(i32, &str)] = &[
    (0, "PRIVILEGE_UNSPECIFIED"),
    (1, "PRIVILEGE_BEGIN_BLOCK"),
    (2, "PRIVILEGE_END_BLOCK"),
    (3, "PRIVILEGE_MINT"),
    (4, "PRIVILEGE_PARAMS"),
    (5, "PRIVILEGE_VALIDATORS"),
    (6, "PRIVILEGE_UPGRADE"),
    (7, "PRIVILEGE_FEE_FREE"),
];

crate::shapes! {
    /// Grants a power.
    pub MSG_GRANT_PRIVILEGE = "stoa.privilege.v1.MsgGrantPrivilege": [
        one(1, "authority", Text),
        one(2, "grant", Message(&PRIVILEGE_GRANT)),
    ];
    /// A power and its bounds.
    pub PRIVILEGE_GRANT = "stoa.privilege.v1.Grant": [
        one(1, "contract", Text),
        one(2, "privilege", Enum(PRIVILEGES)),
        one(3, "block_gas", U64),
        many(4, "denoms", Text),
        many(5, "messages", Text),
    ];
    /// Takes a power.
    pub MSG_REVOKE_PRIVILEGE = "stoa.privilege.v1.MsgRevokePrivilege": [
        one(1, "authority", Text),
        one(2, "contract", Text),
        one(3, "privilege", Enum(PRIVILEGES)),
    ];
    /// Hands the authority over.
    pub MSG_SET_AUTHORITY = "stoa.privilege.v1.MsgSetAuthority": [
        one(1, "authority", Text),
        one(2, "new_authority", Text),
    ];
    /// Makes money.
    pub MSG_MINT = "stoa.privilege.v1.MsgMint": [
        one(1, "sender", Text),
        many(2, "amount", Message(&AMOUNT)),
        one(3, "recipient", Text),
    ];
    /// Destroys money.
    pub MSG_BURN = "stoa.privilege.v1.MsgBurn": [
        one(1, "sender", Text),
        many(2, "amount", Message(&AMOUNT)),
    ];
    /// Money of one denomination.
    pub AMOUNT = "stoa.privilege.v1.Amount": [one(1, "denom", Text), one(2, "amount", Text)];
    /// Sets parameters.
    pub MSG_SET_PARAMS = "stoa.privilege.v1.MsgSetParams": [
        one(1, "sender", Text),
        one(2, "type_url", Text),
        one(3, "value", Bytes),
    ];
    /// Changes validators.
    pub MSG_UPDATE_VALIDATORS = "stoa.privilege.v1.MsgUpdateValidators": [
        one(1, "sender", Text),
        many(2, "changes", Message(&VALIDATOR_CHANGE)),
    ];
    /// What a validator becomes.
    pub VALIDATOR_CHANGE = "stoa.privilege.v1.ValidatorChange": [
        one(1, "pub_key", Bytes),
        one(2, "power", U64),
        one(3, "operator", Text),
    ];
    /// Schedules an upgrade.
    pub MSG_SCHEDULE_UPGRADE = "stoa.privilege.v1.MsgScheduleUpgrade": [
        one(1, "sender", Text),
        one(2, "name", Text),
        one(3, "height", U64),
        one(4, "info", Text),
    ];
    /// Cancels the upgrade.
    pub MSG_CANCEL_SCHEDULED_UPGRADE = "stoa.privilege.v1.MsgCancelScheduledUpgrade": [
        one(1, "sender", Text),
    ];
}
