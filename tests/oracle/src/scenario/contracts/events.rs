//! Events, data and plain storage.

use serde_json::{Value, json};

use super::{super::Tx, call};

pub(super) fn txs() -> Vec<Tx> {
    let event = |name: &str, attributes: Value, events: Value| {
        call(name, json!({"events": {"attributes": attributes, "events": events}}))
    };
    vec![
        event("no event", json!([]), json!([])),
        event("attributes", json!([["k", "v"], ["k", "w"], ["a", ""]]), json!([])),
        event("events", json!([]), json!([["done", [["k", "v"]]], ["other", []]])),
        event("both", json!([["z", "1"], ["a", "2"]]), json!([["done", [["z", "1"], ["a", "2"]]]])),
        event("padded", json!([[" k ", " v "]]), json!([[" done ", [[" k", "v "]]]])),
        event("marks", json!([["<k>", "&v\"\\"]]), json!([["<done>", [["é", "\u{2028}\n"]]]])),
        event("empty key", json!([["", "v"]]), json!([])),
        event("blank key", json!([["  ", "v"]]), json!([])),
        event("reserved key", json!([["_k", "v"]]), json!([])),
        event("short type", json!([]), json!([["ab", []]])),
        event("short type when trimmed", json!([]), json!([[" ab ", []]])),
        event("message type", json!([]), json!([["message", [["sender", "x"]]]])),
        call("100 free bytes", json!({"attributes": {"count": 1, "bytes": 99}})),
        call("101 bytes", json!({"attributes": {"count": 1, "bytes": 100}})),
        call("many attributes", json!({"attributes": {"count": 200, "bytes": 50}})),
        call("data", json!({"send": {"messages": [], "data": "AQID"}})),
        call("empty data", json!({"send": {"messages": [], "data": ""}})),
        call("write", json!({"set": {"key": "new", "value": "entry"}})),
        call("overwrite", json!({"set": {"key": "new", "value": "longer entry"}})),
        call("remove", json!({"remove": {"key": "new"}})),
        call("remove what is not there", json!({"remove": {"key": "new"}})),
        call("write an empty value", json!({"set": {"key": "empty", "value": ""}})),
        call("fill", json!({"fill": {"count": 40, "bytes": 300}})),
    ]
}
