//! Requests that no client sends, and answers that no module gives.

use proptest::{prelude::*, test_runner::Config};
use stoa_fuzz::{byte_edits, edit_bytes, edit_fields, edit_json, field_edits, json_edits};
use tokio::runtime::Runtime;

use super::*;
use crate::routes::Route;

/// Requests of every kind of parameter.
const URIS: &[&str] = &[
    "/cosmos/bank/v1beta1/balances/stoa1abc?pagination.key=AQI%3D&pagination.limit=5&pagination.reverse=true",
    "/cosmos/bank/v1beta1/balances/stoa1abc/by_denom?denom=ustoa",
    "/cosmos/bank/v1beta1/send_enabled?denoms=a&denoms=b",
    "/cosmos/authz/v1beta1/grants?granter=a&grantee=b&msg_type_url=%2Fcosmos.bank.v1beta1.MsgSend",
    "/cosmos/tx/v1beta1/txs?events=tx.height%3D5&events=message.sender%3D'a'&order_by=ORDER_BY_DESC&page=2",
    "/cosmos/tx/v1beta1/txs/ABCDEF",
    "/cosmwasm/wasm/v1/code/18446744073709551615/contracts?pagination.offset=1&pagination.count_total=true",
    "/cosmwasm/wasm/v1/contract/stoa1abc/smart/eyJnZXQiOnt9fQ==",
    "/cosmwasm/wasm/v1/contract/stoa1abc/raw/-_8",
    "/stoa/beacon/v1/beacons/5",
    "/cosmos/base/node/v1beta1/config",
];

fn config() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    Config { cases: asked.unwrap_or(256), ..Config::default() }
}

fn ask(request: Request) -> StatusCode {
    let runtime = Runtime::new().unwrap();
    let (status, json, _) = runtime.block_on(call(request));
    assert!(status == StatusCode::OK || json["code"].is_number(), "{status}: {json}");
    status
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn changed_uris_and_heights_have_an_answer(
        uri: prop::sample::Index, edits in byte_edits(), height in proptest::option::of("[ -~]{0,25}"),
    ) {
        let changed = edit_bytes(uri.get(URIS).as_bytes(), &edits);
        // What is no URI does not reach the node.
        let Ok(mut request) = Request::builder().uri(changed.as_slice()).body(Body::empty()) else {
            return Ok(());
        };
        if let Some(height) = height.and_then(|text| HeaderValue::from_str(&text).ok()) {
            request.headers_mut().insert(HEIGHT, height);
        }
        ask(request);
    }

    #[test]
    fn changed_bodies_have_an_answer(edits in json_edits(), bytes in byte_edits(), on_bytes: bool) {
        let good = serde_json::json!({"tx_bytes": "CgASAA==", "mode": "BROADCAST_MODE_SYNC",
            "tx": {"body": {"messages": [{"@type": "/x"}], "memo": "", "timeout_height": "0"}}});
        let mut body = edit_json(&good, &edits).to_string().into_bytes();
        if on_bytes {
            body = edit_bytes(&body, &bytes);
        }
        for path in ["/cosmos/tx/v1beta1/simulate", "/cosmos/tx/v1beta1/txs"] {
            let request = Request::builder().method("POST").uri(path).body(Body::from(body.clone()));
            ask(request.unwrap());
        }
    }

    /// Parts of answers are what contracts and senders have stored: no bytes can stop the interface.
    #[test]
    fn any_bytes_are_shown_or_refused_in_every_shape(
        content in proptest::collection::vec(any::<u8>(), 0..200), edits in field_edits(),
    ) {
        let mut nested = Vec::new();
        for number in 1..8 {
            prost::encoding::bytes::encode(number, &content, &mut nested);
            prost::encoding::uint64::encode(number, &u64::MAX, &mut nested);
        }
        for bytes in [content, edit_fields(&nested, &edits)] {
            for Route { response, .. } in routes::all() {
                let _ = json::render(&bytes, response);
            }
        }
    }
}
