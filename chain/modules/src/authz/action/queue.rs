//! The queue of expiries: for each moment and pair, the types of message whose grants end.

use cosmos_sdk_proto::cosmos::authz::v1beta1::GrantQueueItem;
use prost::Message as _;
use stoa_store::Order;

use crate::{
    authz::{AuthzError, Pair, STORE, state_key},
    core::{Context, Gas, ModuleError, Time},
};

/// Gas for each type that is looked at.
const GAS_PER_TYPE: Gas = 20;

pub(super) fn insert(
    ctx: &Context,
    pair: &Pair,
    type_url: &str,
    expiration: Time,
) -> Result<(), ModuleError> {
    let place = state_key::expiry(expiration, pair);
    let mut item = match ctx.get(STORE, &place)? {
        Some(bytes) => decode(&bytes)?,
        None => GrantQueueItem::default(),
    };
    item.msg_type_urls.push(type_url.to_owned());
    ctx.set(STORE, &place, item.encode_to_vec())
}

pub(super) fn remove(
    ctx: &Context,
    pair: &Pair,
    type_url: &str,
    expiration: Time,
) -> Result<(), ModuleError> {
    let place = state_key::expiry(expiration, pair);
    let bytes = ctx.get(STORE, &place)?.ok_or(AuthzError::Corrupt)?;
    let mut types = decode(&bytes)?.msg_type_urls;
    for index in 0..types.len() {
        ctx.gas.charge(GAS_PER_TYPE, "grant queue")?;
        if types.get(index).is_some_and(|found| found == type_url) {
            types.swap_remove(index);
            let item = GrantQueueItem { msg_type_urls: types };
            return ctx.set(STORE, &place, item.encode_to_vec());
        }
    }
    Ok(())
}

/// Removes the grants that expired before this block, those of `limit` places at most, the oldest first.
pub fn remove_expired(ctx: &Context, limit: usize) -> Result<(), ModuleError> {
    let mut rest = state_key::expired(ctx.block.time());
    for _ in 0..limit {
        let Some((place, item)) = ctx.first(STORE, &rest, Order::Ascending)? else { break };
        let pair = state_key::pair_of_expiry(&place).ok_or(AuthzError::Corrupt)?;
        ctx.delete(STORE, &place)?;
        for type_url in decode(&item)?.msg_type_urls {
            ctx.delete(STORE, &state_key::grant(&pair, &type_url))?;
        }
        rest = rest.after(&place, Order::Ascending);
    }
    Ok(())
}

fn decode(bytes: &[u8]) -> Result<GrantQueueItem, AuthzError> {
    GrantQueueItem::decode(bytes).map_err(|_| AuthzError::Corrupt)
}
