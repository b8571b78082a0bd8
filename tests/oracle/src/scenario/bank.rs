//! Sends.

use super::{Action, Scenario, Tx};

pub(super) fn scenario() -> Scenario {
    let send = |name: &str, to: &str, coins: &str| {
        Tx::new(name, "alice", Action::send("alice", to, coins))
    };
    let mut txs = vec![
        send("send", "bob", "1ustoa"),
        send("send with a key that is known", "bob", "1000000ustoa"),
        send("send two denominations", "bob", "2uother,3ustoa"),
        send("send to an unknown receiver", "newcomer", "17ustoa"),
        send("send to the same receiver", "newcomer", "17ustoa"),
        send("send to oneself", "alice", "5ustoa"),
        send("send nothing", "bob", ""),
        send("send zero", "bob", "0ustoa"),
        send("send a negative amount", "bob", "-1ustoa"),
        send("send unsorted coins", "bob", "3ustoa,2uother"),
        send("send a denomination twice", "bob", "1ustoa,2ustoa"),
        send("send a malformed denomination", "bob", "1a"),
        send("send an amount that is no number", "bob", "ustoa"),
        send("send more than there is", "bob", "1000000000001ustoa"),
        send("send more than 2^256", "bob", &format!("1{}ustoa", "0".repeat(78))),
        send("send an unknown denomination", "bob", "1unknown"),
        send("send to a broken address", "!stoa1qqqqqq", "1ustoa"),
        send("send to an empty address", "!", "1ustoa"),
        send(
            "send to a foreign address",
            "!cosmos17xpfvakm2amg962yls6f84z3kell8c5lserqta",
            "1ustoa",
        ),
        send("send to the fee collector", "fee_collector", "1ustoa"),
        Tx::new("send of another's", "alice", Action::send("bob", "alice", "1ustoa")),
        Tx::new("send from a broken address", "alice", Action::send("!stoa1q", "bob", "1ustoa")),
        send("memo", "bob", "1ustoa").memo("hello"),
        send("memo of 256 bytes", "bob", "1ustoa").memo("m".repeat(256)),
        send("memo of 257 bytes", "bob", "1ustoa").memo("m".repeat(257)),
        send("two messages", "bob", "1ustoa").and(Action::send("alice", "carol", "2ustoa")),
        send("the second message fails", "bob", "1ustoa").and(Action::send(
            "alice",
            "carol",
            "9000000000000ustoa",
        )),
        send("two signers", "bob", "1ustoa")
            .and(Action::send("bob", "carol", "2ustoa"))
            .signed_by(&["alice", "bob"]),
        Tx::new("send all of a denomination", "bob", Action::send("bob", "carol", "500007uother")),
        Tx::new("send back", "carol", Action::send("carol", "bob", "500007uother")),
    ];
    txs.extend(gas_limits());
    txs.extend(amounts());
    Scenario::singly("bank", txs)
}

/// Out of gas at every step of a send.
fn gas_limits() -> impl Iterator<Item = Tx> {
    (0..90_000u64).step_by(1_009).map(|gas| {
        let action = Action::send("dave", "erin", "1ustoa");
        Tx::new(format!("send with {gas} gas"), "dave", action).gas(gas)
    })
}

/// Amounts that wasmd reads and stoad does not. Each has its own signer: what they change differs.
fn amounts() -> impl Iterator<Item = Tx> {
    let others = [("bob", "+7"), ("carol", "0x1f"), ("grace", "1_000")];
    let large = [("frank", "680564733841876926926749214863536422912")];
    let notation = others.map(|case| ("amount in another notation", case));
    let above = large.map(|case| ("amount above 2^128", case));
    notation.into_iter().chain(above).map(|(name, (signer, amount))| {
        let action = Action::send(signer, signer, &format!("{amount}ustoa"));
        Tx::new(format!("{name}: {amount}"), signer, action)
    })
}
