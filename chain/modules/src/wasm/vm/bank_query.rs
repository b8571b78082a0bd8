//! Queries about money, made by contracts.

use cosmwasm_std::{
    AllBalanceResponse, BalanceResponse, BankQuery, Coin as StdCoin, SupplyResponse,
};

use super::querier::{QueryFailure, asked_address, json, unsupported};
use crate::{
    Context,
    bank::{self, Coin},
};

/// Answers one query.
pub(super) fn answer(ctx: &Context, query: &BankQuery) -> Result<Vec<u8>, QueryFailure> {
    #[allow(deprecated)] // contracts still send it; gas bounds the answer
    match query {
        BankQuery::Balance { address, denom } => {
            let coin = bank::balance(ctx, &asked_address(address)?, denom)?;
            json(&BalanceResponse::new(std_coin(&coin)))
        }
        BankQuery::AllBalances { address } => {
            let coins = bank::all_balances(ctx, &asked_address(address)?)?;
            json(&AllBalanceResponse::new(coins.iter().map(std_coin).collect()))
        }
        BankQuery::Supply { denom } => {
            json(&SupplyResponse::new(std_coin(&bank::supply(ctx, denom)?)))
        }
        _ => Err(unsupported("unknown BankQuery variant")),
    }
}

/// A coin as contracts see it.
pub(in crate::wasm) fn std_coin(coin: &Coin) -> StdCoin {
    StdCoin::new(coin.amount(), coin.denom())
}
