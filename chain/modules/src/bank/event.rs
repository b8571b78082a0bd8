//! Events of moving money, with the SDK's names and attribute order.

use super::Coins;
use crate::{auth::AccAddress, core::Event};

pub(super) fn coin_spent(spender: &AccAddress, amount: &Coins) -> Event {
    Event::new("coin_spent").with("spender", spender).with("amount", amount.to_string())
}

pub(super) fn coin_received(receiver: &AccAddress, amount: &Coins) -> Event {
    Event::new("coin_received").with("receiver", receiver).with("amount", amount.to_string())
}

pub(super) fn transfer(from: &AccAddress, to: &AccAddress, amount: &Coins) -> Event {
    Event::new("transfer")
        .with("recipient", to)
        .with("sender", from)
        .with("amount", amount.to_string())
}

pub(super) fn message(sender: &AccAddress) -> Event {
    Event::new("message").with("sender", sender)
}

pub(super) fn coinbase(minter: &AccAddress, amount: &Coins) -> Event {
    Event::new("coinbase").with("minter", minter).with("amount", amount.to_string())
}

pub(super) fn burn(burner: &AccAddress, amount: &Coins) -> Event {
    Event::new("burn").with("burner", burner).with("amount", amount.to_string())
}
