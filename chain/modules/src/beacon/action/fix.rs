//! A value becomes final.

use prost::Message as _;
use sha2::{Digest as _, Sha256};
use stoa_proto::beacon::v1::Beacon;

use crate::{
    beacon::{STORE, state_key, view},
    core::{Context, Event, ModuleError},
    validators,
};

/// Domain of values.
const VALUE: &[u8] = b"stoa/beacon/value/1";

/// Fixes the value of the index whose window ends with this block, if validators with more than a third
/// of the power contributed: one of them is honest then, and nobody else knew its link. Contributions
/// are hashed one after the other, because with a sum a validator could cancel another's.
pub fn fix(ctx: &mut Context) -> Result<(), ModuleError> {
    let params = view::params(ctx)?;
    let Some(index) = ctx.block.height.checked_sub(params.window_blocks) else { return Ok(()) };
    if let Some(outdated) = index.checked_sub(params.kept_values) {
        ctx.delete(STORE, &state_key::value(outdated))?;
    }
    let chain_id = ctx.block.chain_id.as_bytes();
    let mut hash = Sha256::new_with_prefix(VALUE);
    hash.update(u64::try_from(chain_id.len()).unwrap_or(u64::MAX).to_be_bytes());
    hash.update(chain_id);
    hash.update(index.to_be_bytes());
    let (mut power, mut total_power) = (0u64, 0u64);
    // Who voted at that height, in order of addresses: a change of the set since then cannot take a
    // contribution out of a value that everybody has seen coming.
    for validator in validators::at(ctx, index)? {
        let address = validator.address();
        total_power = total_power.saturating_add(validator.power);
        let Some(link) = view::record(ctx, &address)?.link(index) else { continue };
        power = power.saturating_add(validator.power);
        hash.update(address.as_bytes());
        hash.update(link);
    }
    if u128::from(power) * 3 <= u128::from(total_power) {
        return Ok(());
    }
    let value = hash.finalize().to_vec();
    ctx.emit(
        Event::new("beacon").with("index", index.to_string()).with("value", hex::encode(&value)),
    );
    let beacon = Beacon { index, value, power, total_power };
    ctx.set(STORE, &state_key::value(index), beacon.encode_to_vec())
}
