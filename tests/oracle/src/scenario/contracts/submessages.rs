//! Submessages and their replies.

use serde_json::json;

use super::{super::Tx, REPLY_ON, execute, pay, send, wish};

/// Every kind of outcome with every kind of reply.
pub(super) fn txs() -> Vec<Tx> {
    let set = execute("@two", json!({"set": {"key": "by", "value": "one"}}));
    let attributes = json!({"events": {"attributes": [["z", "<1>"], ["a", "&2"]],
        "events": [["done", [["z", "1"], ["a", "2"]]]]}});
    let kinds = [
        ("send", pay("@bob", "1")),
        ("send too much", pay("@bob", "999999999")),
        ("execute", set),
        ("execute with events", execute("@two", attributes)),
        ("execute with data", execute("@two", json!({"send": {"messages": [], "data": "AQID"}}))),
        ("execute and fail", execute("@two", json!({"fail": {"text": "<no> & never"}}))),
        ("execute and panic", execute("@two", json!({"panic": {"text": "oh"}}))),
        ("execute nobody", execute("@nobody", json!({}))),
        ("execute itself", execute("@one", json!({"set": {"key": "by", "value": "itself"}}))),
    ];
    let replies = [
        ("", ""),
        ("and data", "data:abc"),
        ("and failure", "fail:<no>"),
        ("and panic", "panic:oh"),
    ];
    let mut txs = Vec::new();
    for (kind, msg) in &kinds {
        for reply_on in REPLY_ON {
            for (reply, payload) in replies {
                let mut message =
                    json!({"id": 7, "msg": msg, "reply_on": reply_on, "gas_limit": null});
                if !payload.is_empty() {
                    message["payload"] = json!(wish(payload));
                }
                let name = format!("submessage {kind}, reply {reply_on} {reply}");
                txs.push(send(name.trim_end(), json!([message])));
            }
        }
    }
    for limit in [0, 1, 1_000, 30_000, 62_000, 70_000, 100_000, 1_000_000] {
        for reply_on in REPLY_ON {
            for (kind, msg) in [&kinds[0], &kinds[2], &kinds[5], &kinds[7]] {
                let message =
                    json!({"id": 8, "msg": msg, "reply_on": reply_on, "gas_limit": limit});
                let name = format!("submessage {kind} with {limit} gas, reply {reply_on}");
                txs.push(send(&name, json!([message])));
            }
        }
    }
    txs
}
