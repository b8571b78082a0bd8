//! Events, with the SDK's names and attribute order.

use crate::{auth::AccAddress, core::Event};

fn of_pair(kind: &str, granter: &AccAddress, grantee: &AccAddress) -> Event {
    Event::new(kind).with("granter", granter.to_string()).with("grantee", grantee.to_string())
}

pub(super) fn set(granter: &AccAddress, grantee: &AccAddress) -> Event {
    of_pair("set_feegrant", granter, grantee)
}

pub(super) fn revoked(granter: &AccAddress, grantee: &AccAddress) -> Event {
    of_pair("revoke_feegrant", granter, grantee)
}

pub(super) fn used(granter: &AccAddress, grantee: &AccAddress) -> Event {
    of_pair("use_feegrant", granter, grantee)
}

pub(super) fn updated(granter: &AccAddress, grantee: &AccAddress) -> Event {
    of_pair("update_feegrant", granter, grantee)
}

pub(super) fn pruned(pruner: &str) -> Event {
    Event::new("prune_feegrant").with("pruner", pruner)
}
