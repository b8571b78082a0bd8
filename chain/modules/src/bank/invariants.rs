//! What must hold of money.

use std::collections::BTreeMap;

use stoa_store::KeyRange;

use super::{BankError, STORE, state_key, view};
use crate::{
    core::{Context, ModuleError},
    invariants::{Broken, Invariant, Run},
};

/// What must hold of money.
pub const INVARIANTS: &[Invariant] = &[Invariant { name: "bank/supply", check: check_supply }];

/// The supply of every denomination is the sum of its balances.
fn check_supply(ctx: &Context, run: &mut Run) -> Result<Option<Broken>, ModuleError> {
    let mut sums: BTreeMap<String, u128> = BTreeMap::new();
    let mut overflown = None;
    let balances = KeyRange::prefix(state_key::BALANCES);
    let found = run.each(ctx, (STORE, balances), |(key, value)| {
        let corrupt = || BankError::Corrupt { what: "balance" };
        let rest = key.get(state_key::BALANCES.len()..).ok_or_else(corrupt)?;
        let (length, rest) = rest.split_first().ok_or_else(corrupt)?;
        let coin = view::stored_coin(rest.get(usize::from(*length)..), &value)?;
        if coin.amount() == 0 {
            return Ok(Some(Broken(format!("a balance of nothing, in {}", coin.denom()))));
        }
        let sum = sums.entry(coin.denom().to_owned()).or_default();
        match sum.checked_add(coin.amount()) {
            Some(more) => *sum = more,
            None => overflown = Some(coin.denom().to_owned()),
        }
        Ok(None)
    })?;
    if found.is_some() || run.is_cut() {
        return Ok(found);
    }
    if let Some(denom) = overflown {
        return Ok(Some(Broken(format!("the balances in {denom} are more than can be counted"))));
    }
    let supplies = KeyRange::prefix(state_key::SUPPLIES);
    let found = run.each(ctx, (STORE, supplies), |(key, value)| {
        let supply = view::stored_coin(key.get(state_key::SUPPLIES.len()..), &value)?;
        let sum = sums.remove(supply.denom()).unwrap_or(0);
        let text = || format!("the supply is {supply}, the balances sum up to {sum}");
        Ok((sum != supply.amount()).then(|| Broken(text())))
    })?;
    if found.is_some() || run.is_cut() {
        return Ok(found);
    }
    let left = sums.into_iter().next();
    Ok(left.map(|(denom, sum)| Broken(format!("balances of {sum}{denom} without a supply"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        auth::AccAddress,
        bank::{self, Coins},
        invariants::{Outcome, run},
        testing::context,
    };

    fn outcome(ctx: &Context) -> Outcome {
        run(ctx, INVARIANTS, 1_000).unwrap()
    }

    #[test]
    fn minting_and_burning_keep_the_supply_and_everything_else_is_noticed() {
        let mut ctx = context();
        let (minter, owner) = (AccAddress::of_module("dao"), AccAddress::new([7; 20]).unwrap());
        let coins = |text: &str| text.parse::<Coins>().unwrap();
        bank::mint(&mut ctx, &minter, &owner, &coins("100ustoa,5utest")).unwrap();
        bank::burn(&mut ctx, &owner, &coins("40ustoa")).unwrap();
        assert_eq!(bank::supply(&ctx, "ustoa").unwrap().amount(), 60);
        assert_eq!(bank::balance(&ctx, &owner, "ustoa").unwrap().amount(), 60);
        assert_eq!(outcome(&ctx), Outcome::Held);

        let held = b"60".to_vec();
        let balance = state_key::balance(&owner, "ustoa");
        for (key, value, is_held) in [
            (balance.clone(), b"61".to_vec(), false),
            (balance, held, true),
            (state_key::supply("utest"), b"4".to_vec(), false),
            (state_key::supply("utest"), b"5".to_vec(), true),
            (state_key::balance(&minter, "other"), b"1".to_vec(), false),
        ] {
            ctx.overlay.set(STORE, &key, value).unwrap();
            assert_eq!(outcome(&ctx) == Outcome::Held, is_held, "{:?}", outcome(&ctx));
        }
    }

    #[test]
    fn nothing_is_minted_for_the_accounts_of_the_chain_or_beyond_what_can_be_counted() {
        let mut ctx = context();
        let (minter, owner) = (AccAddress::of_module("dao"), AccAddress::new([7; 20]).unwrap());
        let most: Coins = format!("{}ustoa", u128::MAX).parse().unwrap();
        let blocked = auth_module();
        assert_eq!(bank::mint(&mut ctx, &minter, &blocked, &most).unwrap_err().code(), 4);
        bank::mint(&mut ctx, &minter, &owner, &most).unwrap();
        let one = "1ustoa".parse().unwrap();
        assert!(bank::mint(&mut ctx, &minter, &minter, &one).is_err());
    }

    fn auth_module() -> AccAddress {
        crate::auth::FEE_COLLECTOR.address()
    }
}
