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

/// Exactly one coin of `denom`, above zero.
pub fn one_coin(info: &MessageInfo, denom: &str) -> Result<Uint128, ContractError> {
    let [coin] = info.funds.as_slice() else {
        return Err(match info.funds.len() {
            0 => ContractError::NoFunds { denom: denom.to_owned() },
            coins => ContractError::SeveralCoins { coins },
        });
    };
    if coin.denom != denom {
        return Err(ContractError::WrongDenom {
            expected: denom.to_owned(),
            actual: coin.denom.clone(),
        });
    }
    if coin.amount.is_zero() {
        return Err(ContractError::NoFunds { denom: denom.to_owned() });
    }
    Ok(coin.amount)
}

/// The bank module's rule: `[a-zA-Z][a-zA-Z0-9/:._-]{2,127}`.
pub fn check_denom(denom: &str) -> Result<(), ContractError> {
    let is_first_letter = denom.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let is_rest_allowed =
        denom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/:._-".contains(&byte));
    if (3..=128).contains(&denom.len()) && is_first_letter && is_rest_allowed {
        return Ok(());
    }
    Err(ContractError::InvalidDenom { denom: denom.to_owned() })
}
