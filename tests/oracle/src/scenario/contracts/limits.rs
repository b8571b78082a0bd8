//! Limits: gas, memory, sizes.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{
    super::{Action, Tx},
    PROBE, call, execute, pay,
};

pub(super) fn txs() -> Vec<Tx> {
    let limited = |name: &str, msg: Value, gas: u64| call(name, msg).gas(gas);
    vec![
        limited("loop", json!({"loop": {}}), 1_000_000),
        limited("loop in a query", json!({"ask": {"query": {"loop": {}}}}), 1_000_000),
        limited(
            "loop in a query of a query",
            json!({"ask": {"query": {"chain": {"request": {"wasm":
            {"smart": {"contract_addr": "@two", "msg": {"@binary": {"loop": {}}}}}}}}}}),
            1_000_000,
        ),
        limited("stack", json!({"recurse": {}}), 5_000_000),
        limited("memory", json!({"grow": {"bytes": 20_000_000}}), 20_000_000),
        limited("too much memory", json!({"grow": {"bytes": 40_000_000}}), 20_000_000),
        limited(
            "huge attributes",
            json!({"attributes": {"count": 100, "bytes": 2_000}}),
            20_000_000,
        ),
        limited("huge value", json!({"fill": {"count": 1, "bytes": 131_072}}), 20_000_000),
        limited("too huge value", json!({"fill": {"count": 1, "bytes": 131_073}}), 20_000_000),
        limited("many iterators", json!({"iterators": {"count": 200}}), 20_000_000),
        limited(
            "huge payload",
            json!({"send": {"messages": [{"id": 1, "reply_on": "never", "gas_limit": null,
            "payload": BASE64_STANDARD.encode(vec![1; 131_073]), "msg": pay("@bob", "1")}], "data": null}}),
            20_000_000,
        ),
        limited(
            "loop in a submessage",
            json!({"send": {"messages": [{"id": 1, "reply_on": "error",
            "gas_limit": 200_000, "msg": execute("@two", json!({"loop": {}}))}], "data": null}}),
            1_000_000,
        ),
    ]
}

/// Out of gas at every step of a call with storage, queries, submessages and replies.
pub(super) fn gas() -> impl Iterator<Item = Tx> {
    let submessage = json!({"send": {"messages": [{"id": 1, "reply_on": "always", "gas_limit": null,
        "msg": execute("@two", json!({"set": {"key": "gas", "value": "limit"}}))}], "data": "AQ=="}});
    let scan =
        json!({"ask": {"query": {"scan": {"start": null, "end": null, "descending": false}}}});
    let smart = json!({"ask": {"query": {"chain": {"request": {"wasm": {"smart":
        {"contract_addr": "@two", "msg": {"@binary": {"get": {"key": "entry1"}}}}}}}}}});
    let cases =
        [("submessage", submessage, 4_001), ("scan", scan, 2_503), ("smart query", smart, 2_503)];
    cases.into_iter().flat_map(|(name, msg, step)| {
        (60_000..260_000u64)
            .step_by(step)
            .map(move |gas| call(&format!("{name} with {gas} gas"), msg.clone()).gas(gas))
    })
}

/// More gas than a block has, and what comes behind.
pub(super) fn heavy_block() -> Vec<Tx> {
    let burn = |index: u32| {
        let name = format!("heavy block {index}");
        Tx::new(name, "bob", Action::execute("bob", "one", json!({"loop": {}}))).gas(24_000_000)
    };
    let send = |index: u32| {
        Tx::new(
            format!("behind the heavy {index}"),
            "carol",
            Action::send("carol", "bob", "1ustoa"),
        )
        .gas(3_000_000)
    };
    let make = Tx::new(
        "instantiate in the middle of a block",
        "alice",
        Action::instantiate("alice", PROBE, "middle", json!({})),
    );
    vec![burn(1), make, send(1), burn(2), burn(3), send(2), send(3)]
}
