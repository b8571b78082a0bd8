//! Messages about acting for another.

use super::{
    Kind::{Any, Message, Text, Timestamp},
    Shape, many, one,
};

pub(super) static IN_ANY: &[&Shape] = &[&MSG_GRANT, &MSG_EXEC, &MSG_REVOKE, &GENERIC_AUTHORIZATION];

crate::shapes! {
    /// Lets another act.
    pub MSG_GRANT = "cosmos.authz.v1beta1.MsgGrant" as "cosmos-sdk/MsgGrant": [
        one(1, "granter", Text),
        one(2, "grantee", Text),
        one(3, "grant", Message(&GRANT)).kept(),
    ];
    /// Acts for others.
    pub MSG_EXEC = "cosmos.authz.v1beta1.MsgExec" as "cosmos-sdk/MsgExec": [
        one(1, "grantee", Text),
        many(2, "msgs", Any),
    ];
    /// Ends that.
    pub MSG_REVOKE = "cosmos.authz.v1beta1.MsgRevoke" as "cosmos-sdk/MsgRevoke": [
        one(1, "granter", Text),
        one(2, "grantee", Text),
        one(3, "msg_type_url", Text),
    ];
    /// What is allowed, until when.
    pub GRANT = "cosmos.authz.v1beta1.Grant": [
        one(1, "authorization", Any),
        one(2, "expiration", Timestamp),
    ];
    /// The same with both names.
    pub GRANT_AUTHORIZATION = "cosmos.authz.v1beta1.GrantAuthorization": [
        one(1, "granter", Text),
        one(2, "grantee", Text),
        one(3, "authorization", Any),
        one(4, "expiration", Timestamp),
    ];
    /// Any message of one type.
    pub GENERIC_AUTHORIZATION = "cosmos.authz.v1beta1.GenericAuthorization" as "cosmos-sdk/GenericAuthorization": [
        one(1, "msg", Text),
    ];
}
