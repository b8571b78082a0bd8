//! Messages about upgrades.

use super::{
    Kind::{Any, I64, Message, Text, Timestamp},
    Shape, one,
};

pub(super) static IN_ANY: &[&Shape] = &[&MSG_SOFTWARE_UPGRADE, &MSG_CANCEL_UPGRADE];

crate::shapes! {
    /// Schedules an upgrade.
    pub MSG_SOFTWARE_UPGRADE = "cosmos.upgrade.v1beta1.MsgSoftwareUpgrade"
        as "cosmos-sdk/MsgSoftwareUpgrade": [
        one(1, "authority", Text),
        one(2, "plan", Message(&UPGRADE_PLAN)).kept(),
    ];
    /// Cancels the upgrade.
    pub MSG_CANCEL_UPGRADE = "cosmos.upgrade.v1beta1.MsgCancelUpgrade"
        as "cosmos-sdk/MsgCancelUpgrade": [one(1, "authority", Text)];
    /// Which, and when.
    pub UPGRADE_PLAN = "cosmos.upgrade.v1beta1.Plan" as "cosmos-sdk/Plan": [
        one(1, "name", Text),
        one(2, "time", Timestamp).kept(),
        one(3, "height", I64),
        one(4, "info", Text),
        one(5, "upgraded_client_state", Any),
    ];
}
