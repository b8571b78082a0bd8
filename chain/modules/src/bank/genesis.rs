//! The first state, in the shape of `x/bank`'s genesis section.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{
    BankError, Coin, Coins, action, check_denom, coin::parse_amount, metadata, params,
    params::Params, state_key,
};
use crate::{
    auth::{self, AccAddress},
    core::{Context, ModuleError},
};

/// The `bank` section of `app_state`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Genesis {
    params: GenesisParams,
    send_enabled: Vec<GenesisSendEnabled>,
    balances: Vec<GenesisBalance>,
    supply: Vec<GenesisCoin>,
    denom_metadata: Vec<metadata::GenesisMetadata>,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct GenesisParams {
    default_send_enabled: bool,
}

impl Default for GenesisParams {
    fn default() -> Self {
        Self { default_send_enabled: true }
    }
}

#[derive(Debug, Deserialize)]
struct GenesisSendEnabled {
    denom: String,
    #[serde(default)]
    enabled: bool,
}

#[derive(Debug, Deserialize)]
struct GenesisBalance {
    address: String,
    coins: Vec<GenesisCoin>,
}

#[derive(Debug, Deserialize)]
struct GenesisCoin {
    denom: String,
    amount: String,
}

fn coins(list: Vec<GenesisCoin>) -> Result<Coins, BankError> {
    let coin = |coin: GenesisCoin| Coin::new(coin.denom, parse_amount(&coin.amount)?);
    Coins::any_number(list.into_iter().map(coin).collect::<Result<_, _>>()?)
}

/// Writes balances, supply and descriptions. A supply that is given must be the sum of the balances. An
/// owner without an account gets one: money that nobody can sign for would be lost.
pub fn init_genesis(ctx: &Context, genesis: Genesis) -> Result<(), ModuleError> {
    let refuse = |reason: String| BankError::Genesis { reason };
    let default_send_enabled = genesis.params.default_send_enabled;
    params::save(ctx, Params { default_send_enabled })?;
    for entry in genesis.send_enabled {
        check_denom(&entry.denom)?;
        params::set_enabled(ctx, &entry.denom, entry.enabled)?;
    }
    let (mut total, mut owners) = (Coins::default(), BTreeSet::new());
    for balance in genesis.balances {
        let owner: AccAddress =
            balance.address.parse().map_err(|e| refuse(format!("{}: {e}", balance.address)))?;
        if !owners.insert(owner.clone()) {
            return Err(refuse(format!("duplicate balance for address {owner}")).into());
        }
        for coin in &coins(balance.coins)? {
            let change = action::Change { from: 0, to: coin.amount() };
            action::set_balance(ctx, &owner, coin.denom(), change)?;
            total = total.checked_add(coin)?;
        }
        if !auth::has_account(ctx, &owner)? {
            auth::create_account(ctx, &owner)?;
        }
    }
    let claimed = coins(genesis.supply)?;
    if !claimed.is_empty() && claimed != total {
        let reason = format!("genesis supply is incorrect, expected {claimed}, got {total}");
        return Err(refuse(reason).into());
    }
    for coin in &total {
        action::set_amount(ctx, &state_key::supply(coin.denom()), coin.amount())?;
    }
    for description in genesis.denom_metadata {
        metadata::save(ctx, &description.check()?)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bank, testing::context};

    const ALICE: &str = "stoa19ysd98py4533gghnua2gtyvv3lt6kswr40ga43";

    fn run(value: serde_json::Value) -> Result<Context, ModuleError> {
        let ctx = context();
        init_genesis(&ctx, serde_json::from_value(value).unwrap()).map(|()| ctx)
    }

    fn balance(amount: &str) -> serde_json::Value {
        serde_json::json!({"address": ALICE, "coins": [{"denom": "ustoa", "amount": amount}]})
    }

    #[test]
    fn balances_make_accounts_and_the_supply() {
        let ctx = run(serde_json::json!({
            "params": {"send_enabled": [], "default_send_enabled": true},
            "balances": [balance("1000")],
            "supply": [{"denom": "ustoa", "amount": "1000"}],
            "denom_metadata": [{
                "description": "The token of Stoa.", "base": "ustoa", "display": "stoa",
                "name": "Stoa", "symbol": "STOA",
                "denom_units": [{"denom": "ustoa", "exponent": 0, "aliases": ["microstoa"]},
                                {"denom": "stoa", "exponent": 6}]}],
            "send_enabled": []
        }))
        .unwrap();
        let alice = ALICE.parse().unwrap();
        assert_eq!(bank::all_balances(&ctx, &alice).unwrap().to_string(), "1000ustoa");
        assert_eq!(bank::supply(&ctx, "ustoa").unwrap().amount(), 1000);
        assert!(auth::has_account(&ctx, &alice).unwrap());
        assert_eq!(metadata::load(&ctx, "ustoa").unwrap().unwrap().symbol, "STOA");
    }

    #[test]
    fn a_wrong_supply_doubled_owners_and_broken_coins_are_refused() {
        let refused = [
            serde_json::json!({"balances": [balance("5")], "supply": [{"denom": "ustoa", "amount": "6"}]}),
            serde_json::json!({"balances": [balance("5"), balance("5")]}),
            serde_json::json!({"balances": [balance("0")]}),
            serde_json::json!({"balances": [balance("-5")]}),
            serde_json::json!({"balances": [{"address": "stoa1x", "coins": []}]}),
            serde_json::json!({"denom_metadata": [{"base": "ustoa", "display": "stoa", "denom_units": []}]}),
        ];
        for value in refused {
            assert!(run(value.clone()).is_err(), "{value}");
        }
    }
}
