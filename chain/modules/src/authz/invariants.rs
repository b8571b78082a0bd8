//! What must hold of grants.

use cosmos_sdk_proto::cosmos::authz::v1beta1::GrantQueueItem;
use prost::Message as _;
use stoa_store::KeyRange;

use super::{AuthzError, STORE, StoredGrant, state_key};
use crate::{
    core::{Context, ModuleError},
    invariants::{Broken, Invariant, Run},
};

/// What must hold of grants.
pub const INVARIANTS: &[Invariant] = &[Invariant { name: "authz/queue", check: check_queue }];

/// Every grant that ends stands in the queue of expiries, so that it leaves the state.
fn check_queue(ctx: &Context, run: &mut Run) -> Result<Option<Broken>, ModuleError> {
    run.each(ctx, (STORE, KeyRange::prefix(state_key::GRANTS)), |(key, value)| {
        let Some(expiration) = StoredGrant::from_stored(&value)?.expiration else {
            return Ok(None);
        };
        let suffix = key.get(state_key::GRANTS.len()..).unwrap_or_default();
        let pair = state_key::pair(suffix).ok_or(AuthzError::Corrupt)?;
        let type_url = key.get(state_key::of_pair(&pair).len()..).unwrap_or_default();
        let place = ctx.get(STORE, &state_key::expiry(expiration, &pair))?;
        let item = GrantQueueItem::decode(place.unwrap_or_default().as_slice());
        let item = item.map_err(|_| AuthzError::Corrupt)?;
        let is_queued = item.msg_type_urls.iter().any(|queued| queued.as_bytes() == type_url);
        let text = || format!("a grant of {} to {} never ends", pair.granter, pair.grantee);
        Ok((!is_queued).then(|| Broken(text())))
    })
}
