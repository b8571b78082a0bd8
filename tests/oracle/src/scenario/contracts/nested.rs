//! Messages inside messages.

use serde_json::{Value, json};

use super::{super::Tx, REPLY_ON, call, execute, pay, send, wish};

/// Messages in messages, replies that send, errors in the middle.
pub(super) fn txs() -> Vec<Tx> {
    let message = |id: u32, msg: Value, reply_on: &str| json!({"id": id, "msg": msg, "reply_on": reply_on, "gas_limit": null});
    let inner = |messages: Value| json!({"send": {"messages": messages, "data": "Qg=="}});
    let fail = execute("@two", json!({"fail": {"text": "deep"}}));
    let set =
        |contract: &str, key: &str| execute(contract, json!({"set": {"key": key, "value": "x"}}));
    let two =
        |reply_on: &str, msg: Value| execute("@two", inner(json!([message(2, msg, reply_on)])));
    let mut txs: Vec<Tx> = REPLY_ON
        .iter()
        .flat_map(|outer| REPLY_ON.map(|within| (*outer, within)))
        .flat_map(|(outer, within)| {
            [("set", set("@three", "n")), ("fail", fail.clone()), ("pay", pay("@bob", "1"))].map(
                |(kind, msg)| {
                    let name = format!("nested {kind}, replies {outer} and {within}");
                    send(
                        &name,
                        json!([
                            message(1, two(within, msg), outer),
                            message(3, set("@three", "m"), "never")
                        ]),
                    )
                },
            )
        })
        .collect();
    for depth in [1, 2, 10] {
        txs.push(call(
            &format!("call itself {depth} deep"),
            json!({"call_self": {"depth": depth}}),
        ));
    }
    let mut replying = message(4, set("@two", "r"), "success");
    // Lowered by hand: a payload is bytes and holds no names.
    replying["payload"] = json!(wish(
        r#"send:[{"id":5,"msg":{"bank":{"send":{"to_address":"x","amount":[]}}},"reply_on":"always","gas_limit":null}]"#
    ));
    txs.push(send("a reply that sends", json!([replying])));
    let first = message(1, set("@two", "first"), "success");
    let last = message(2, fail, "never");
    txs.push(send("the last message fails", json!([first, last])));
    txs
}
