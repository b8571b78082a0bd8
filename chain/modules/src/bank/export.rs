//! The state as a genesis section.

use serde_json::{Value, json};
use stoa_store::{KeyRange, Order};

use super::{
    BankError, Coin, Coins, STORE, metadata, params, state_key,
    view::{stored_coin, stored_flag},
};
use crate::{
    auth::AccAddress,
    core::{Context, ModuleError},
};

impl Coins {
    /// The form in a genesis file.
    pub(crate) fn to_json(&self) -> Value {
        self.iter().map(coin).collect()
    }
}

fn coin(coin: &Coin) -> Value {
    json!({ "denom": coin.denom(), "amount": coin.amount().to_string() })
}

/// The `bank` section of `app_state`: parameters, balances in order of addresses, supply, descriptions.
pub fn export_genesis(ctx: &Context) -> Result<Value, ModuleError> {
    let mut supply = Vec::new();
    each(ctx, state_key::SUPPLIES, |denom, stored| {
        supply.push(coin(&stored_coin(Some(denom), stored)?));
        Ok(())
    })?;
    let mut denom_metadata = Vec::new();
    each(ctx, state_key::METADATA, |_, stored| {
        denom_metadata.push(metadata::to_json(&metadata::from_stored(stored)?));
        Ok(())
    })?;
    let mut send_enabled = Vec::new();
    each(ctx, state_key::SEND_ENABLEDS, |denom, stored| {
        let denom = String::from_utf8_lossy(denom);
        send_enabled.push(json!({ "denom": denom, "enabled": stored_flag(stored)? }));
        Ok(())
    })?;
    let default_send_enabled = params::load(ctx)?.default_send_enabled;
    Ok(json!({
        "params": { "send_enabled": [], "default_send_enabled": default_send_enabled },
        "balances": balances(ctx)?,
        "supply": supply,
        "denom_metadata": denom_metadata,
        "send_enabled": send_enabled,
    }))
}

fn balances(ctx: &Context) -> Result<Vec<Value>, ModuleError> {
    let mut owners: Vec<(AccAddress, Vec<Value>)> = Vec::new();
    each(ctx, state_key::ALL_BALANCES, |key, stored| {
        let corrupt = || BankError::Corrupt { what: "balance" };
        let (owner, denom) = state_key::split_balance(key).ok_or_else(corrupt)?;
        let held = coin(&stored_coin(Some(denom), stored)?);
        match owners.last_mut().filter(|(last, _)| *last == owner) {
            Some((_, coins)) => coins.push(held),
            None => owners.push((owner, vec![held])),
        }
        Ok(())
    })?;
    let entry = |(owner, coins): (AccAddress, Vec<Value>)| json!({ "address": owner.to_string(), "coins": coins });
    Ok(owners.into_iter().map(entry).collect())
}

/// Shows all entries under `prefix`, with keys without it.
fn each(
    ctx: &Context,
    prefix: &[u8],
    mut show: impl FnMut(&[u8], &[u8]) -> Result<(), BankError>,
) -> Result<(), ModuleError> {
    let mut walk = ctx.walk(STORE, KeyRange::prefix(prefix), Order::Ascending)?;
    while let Some((key, value)) = ctx.step(&mut walk)? {
        show(key.get(prefix.len()..).unwrap_or_default(), &value)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bank, testing::context};

    #[test]
    fn a_section_comes_back_as_it_was_however_many_denominations_there_are() {
        let many: Vec<Value> = (0..100)
            .map(|number| json!({ "denom": format!("denom{number:03}"), "amount": "7" }))
            .collect();
        let alice = AccAddress::new([1; 20]).unwrap().to_string();
        let bob = AccAddress::new([2; 32]).unwrap().to_string();
        let section = json!({
            "params": { "send_enabled": [], "default_send_enabled": false },
            "balances": [
                { "address": alice, "coins": many },
                { "address": bob, "coins": [{ "denom": "ustoa", "amount": "340282366920938463463374607431768211455" }] },
            ],
            "supply": many.iter().cloned().chain([
                json!({ "denom": "ustoa", "amount": "340282366920938463463374607431768211455" }),
            ]).collect::<Vec<_>>(),
            "denom_metadata": [{
                "description": "d", "base": "ustoa", "display": "stoa", "name": "Stoa", "symbol": "STOA",
                "denom_units": [{ "denom": "ustoa", "exponent": 0, "aliases": ["microstoa"] },
                                { "denom": "stoa", "exponent": 6, "aliases": [] }],
                "uri": "u", "uri_hash": "h",
            }],
            "send_enabled": [{ "denom": "denom001", "enabled": true }, { "denom": "ustoa", "enabled": false }],
        });
        let ctx = context();
        bank::init_genesis(&ctx, serde_json::from_value(section.clone()).unwrap()).unwrap();
        assert_eq!(export_genesis(&ctx).unwrap(), section);
    }
}
