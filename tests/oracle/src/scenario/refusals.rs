//! What is refused before a message runs.

use serde_json::json;

use super::{Action, Flaw, Scenario, Tx};

/// `SIGN_MODE_TEXTUAL`, `SIGN_MODE_EIP_191` and one that does not exist.
const OTHER_MODES: [i32; 4] = [0, 2, 191, 77];

pub(super) fn scenario() -> Scenario {
    let send = |name: &str| Tx::new(name, "alice", Action::send("alice", "bob", "1ustoa"));
    let flawed = |name: &str, flaw: Flaw| send(name).with(flaw);
    let mut txs = vec![
        flawed("no key before the first signature", Flaw::NoKey),
        send("right"),
        // Accepted by one of both: by someone who does nothing else.
        Tx::new("first signature", "erin", Action::send("erin", "erin", "1ustoa")),
        Tx::new("no key after the first signature", "erin", Action::send("erin", "erin", "1ustoa"))
            .with(Flaw::NoKey),
        flawed("wrong signature", Flaw::Signature),
        flawed("high s", Flaw::HighS),
        flawed("another chain", Flaw::ChainId),
        flawed("another account number", Flaw::AccountNumber),
        flawed("sequence ahead", Flaw::Sequence(1)),
        flawed("sequence behind", Flaw::Sequence(-1)),
        flawed("another's key", Flaw::ForeignKey),
        flawed("no signature", Flaw::NoSignature),
        flawed("no signer info", Flaw::NoSignerInfo),
        flawed("one signature too many", Flaw::ExtraSignature),
        flawed("half of the bytes", Flaw::Truncated),
        flawed("unknown critical field", Flaw::UnknownField { number: 50 }),
        flawed("unknown other field", Flaw::UnknownField { number: 1_050 }),
        flawed("no fee message", Flaw::NoFee),
        flawed("extension option", Flaw::Extension),
        send("no gas").gas(0),
        send("more gas than a block").gas(50_000_001),
        send("as much gas as a block").gas(50_000_000),
        send("more gas than an integer holds").gas(u64::MAX),
        send("timed out").timeout(1),
        send("not timed out").timeout(1_000_000),
        send("one signer of two").and(Action::send("bob", "alice", "1ustoa")),
        send("two signers for one").signed_by(&["alice", "bob"]),
        Tx::new("unknown account", "stranger", Action::send("stranger", "bob", "1ustoa")),
        Tx { actions: Vec::new(), ..send("no message") },
        raw("message of an unknown type", "/cosmos.bank.v1beta1.MsgNothing", ""),
        raw("message of an empty type", "", ""),
        raw("message that is no message", "/cosmos.bank.v1beta1.QueryBalanceRequest", ""),
        raw("message without content", "/cosmos.bank.v1beta1.MsgSend", ""),
        raw("message of broken bytes", "/cosmos.bank.v1beta1.MsgSend", "ffff"),
        Tx::new(
            "message with an unknown field",
            "alice",
            Action::Appended {
                action: Box::new(Action::send("alice", "bob", "1ustoa")),
                hex: "200a".to_owned(),
            },
        ),
        Tx::new("call of nothing", "alice", Action::execute("alice", "nobody", json!({}))),
    ];
    txs.extend(
        OTHER_MODES.map(|mode| flawed(&format!("mode of signing {mode}"), Flaw::Mode(mode))),
    );
    let mut scenario = Scenario::singly("refusals", txs);
    scenario.blocks.push(sequences());
    scenario.blocks.push(full_block());
    scenario
}

fn raw(name: &str, type_url: &str, hex: &str) -> Tx {
    let (type_url, hex) = (type_url.to_owned(), hex.to_owned());
    Tx::new(name, "alice", Action::Raw { type_url, hex })
}

/// Several of one signer in one block, with a wrong one between.
fn sequences() -> Vec<Tx> {
    let send = |name: &str| Tx::new(name, "carol", Action::send("carol", "bob", "1ustoa"));
    vec![
        send("first of a block"),
        send("wrong one of a block").with(Flaw::Sequence(5)),
        send("second of a block"),
        send("third of a block, failing").and(Action::send("carol", "bob", "9000000000000ustoa")),
        send("fourth of a block"),
    ]
}

/// More gas than a block has: what is left over at the end is refused.
fn full_block() -> Vec<Tx> {
    let send = |index: u32| {
        let action = Action::send("dave", "bob", "1ustoa");
        Tx::new(format!("full block {index}"), "dave", action).gas(30_000_000)
    };
    (0..4).map(send).collect()
}
