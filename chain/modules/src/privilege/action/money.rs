//! `MsgMint` and `MsgBurn`.

use cosmos_sdk_proto::{Any, cosmos::base::v1beta1::Coin as ProtoCoin};
use stoa_proto::privilege::v1::{Amount, MsgBurn, MsgBurnResponse, MsgMint, MsgMintResponse};

use super::{parse_address, read_message, within_budget::within_budget};
use crate::{
    bank::{self, BankError, Coins},
    core::{Context, ModuleError},
    privilege::{Grant, Privilege, PrivilegeError},
    router::MessageResponse,
};

pub(super) fn mint(ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let message: MsgMint = read_message(message)?;
    let sender = parse_address("sender", &message.sender)?;
    let recipient = parse_address("recipient", &message.recipient)?;
    let amount = coins(message.amount)?;
    within_budget(ctx, Privilege::Mint, &sender, |ctx, grant| {
        check_denoms(grant, &amount)?;
        bank::mint(ctx, &sender, &recipient, &amount)
    })?;
    Ok(MessageResponse::new(&MsgMintResponse {}))
}

pub(super) fn burn(ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    let message: MsgBurn = read_message(message)?;
    let sender = parse_address("sender", &message.sender)?;
    let amount = coins(message.amount)?;
    within_budget(ctx, Privilege::Mint, &sender, |ctx, grant| {
        check_denoms(grant, &amount)?;
        bank::burn(ctx, &sender, &amount)
    })?;
    Ok(MessageResponse::new(&MsgBurnResponse {}))
}

fn coins(amount: Vec<Amount>) -> Result<Coins, BankError> {
    let coin = |Amount { denom, amount }| ProtoCoin { denom, amount };
    let coins = Coins::from_proto(&amount.into_iter().map(coin).collect::<Vec<_>>())?;
    if coins.is_empty() {
        return Err(BankError::InvalidCoins { coins: String::new() });
    }
    Ok(coins)
}

fn check_denoms(grant: &Grant, amount: &Coins) -> Result<(), PrivilegeError> {
    for coin in amount {
        if !grant.denoms.iter().any(|denom| denom == coin.denom()) {
            return Err(PrivilegeError::Denom { denom: coin.denom().to_owned() });
        }
    }
    Ok(())
}
