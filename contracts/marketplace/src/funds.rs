//! What may be attached to a message.

use cosmwasm_std::{MessageInfo, Uint128};

use crate::ContractError;

/// Refuses any coin.
pub fn none(info: &MessageInfo) -> Result<(), ContractError> {
    if info.funds.is_empty() {
        return Ok(());
    }
    Err(ContractError::NonPayable { coins: info.funds.len() })
}

/// The amount of at most one coin of `denom`; zero where nothing is attached.
pub fn amount_of(info: &MessageInfo, denom: &str) -> Result<Uint128, ContractError> {
    match info.funds.as_slice() {
        [] => Ok(Uint128::zero()),
        [coin] if coin.denom == denom => Ok(coin.amount),
        [coin] => Err(ContractError::WrongDenom {
            expected: denom.to_owned(),
            actual: coin.denom.clone(),
        }),
        coins => Err(ContractError::SeveralCoins { coins: coins.len() }),
    }
}
