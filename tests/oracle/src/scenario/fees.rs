//! Fees. All in one block: wasmd moves what was collected to its distribution module at the beginning of
//! the next one, and the digits of the collector's balance cost gas.

use super::{Action, Flaw, Scenario, Tx};

pub(super) fn scenario() -> Scenario {
    let send =
        |name: &str, signer: &str| Tx::new(name, signer, Action::send(signer, "bob", "1ustoa"));
    let block = vec![
        send("fee", "alice").fee("5000ustoa"),
        send("fee again", "alice").fee("123456ustoa"),
        send("fee of two denominations", "alice").fee("7uother,9ustoa"),
        send("fee and failing message", "carol").fee("5000ustoa").and(Action::send(
            "carol",
            "bob",
            "9999999999999ustoa",
        )),
        send("fee higher than the balance", "dave").fee("2000000000000ustoa").with_free_sequence(),
        send("fee of an unknown denomination", "dave").fee("1unknown").with_free_sequence(),
        send("fee unsorted", "dave").fee("9ustoa,7uother").with_free_sequence(),
        send("fee twice the same", "dave").fee("9ustoa,7ustoa").with_free_sequence(),
        send("fee zero", "dave").fee("0ustoa"),
        send("fee negative", "erin").fee("-5ustoa").with_free_sequence(),
        send("fee without amount", "erin").fee("ustoa").with_free_sequence(),
        send("fee of a malformed denomination", "erin").fee("5a").with_free_sequence(),
        send("fee granter without a grant", "erin").fee("5ustoa").with(Flaw::Granter),
        send("fee that leaves nothing", "frank").fee("999999999999ustoa").with_free_sequence(),
        send("fee of everything", "grace").fee("1000000000000ustoa").with_free_sequence(),
        send("gas too low for the fee", "heidi").fee("5ustoa").gas(20_000).with_free_sequence(),
        send("gas too low for the message", "heidi").fee("5ustoa").gas(70_000),
    ];
    Scenario { name: "fees".to_owned(), blocks: vec![block] }
}
