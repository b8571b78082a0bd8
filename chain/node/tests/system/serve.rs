//! What CometBFT's RPC answers when stoad is behind it.

use serde_json::Value;
use stoa_mock_consensus::Actor;

use crate::{devnet::Devnet, http};

/// Answer of `abci_query`.
#[derive(Debug)]
pub struct Answer {
    pub code: u64,
    pub log: String,
    pub height: i64,
    pub value: Vec<u8>,
}

/// Asks over RPC, as CosmJS does.
pub fn query(node: &Devnet, path: &str, data: &[u8], height: i64) -> Option<Answer> {
    let digits: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
    let url = format!("/abci_query?path=%22{path}%22&data=0x{digits}&height={height}");
    let answer = http::get(node.rpc_port, &url)?;
    let response = answer.pointer("/result/response")?;
    let text = |name| response.get(name).and_then(Value::as_str).unwrap_or_default();
    Some(Answer {
        code: response.get("code")?.as_u64()?,
        log: text("log").to_owned(),
        height: text("height").parse().unwrap_or_default(),
        value: base64(text("value")),
    })
}

fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.bytes().filter_map(|byte| ALPHABET.iter().position(|a| *a == byte));
    let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::new());
    for digit in digits {
        bits = bits << 6 | digit as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

#[test]
fn a_transfer_is_decided_and_hostile_requests_do_not_stop_the_node() {
    let (buyer, provider) = (Actor::new("buyer"), Actor::new("provider"));
    let mut node = Devnet::new(&[(&buyer, 1_000_000_000), (&provider, 5)]);
    node.start();
    node.wait_for_height(2);
    assert_eq!(node.transfer(&buyer, &provider, 0, 0), Some(0), "{}", node.logs());
    assert_eq!(node.transfer(&buyer, &provider, 0, 9), Some(32));

    // A checked ABCI type would fail the whole connection here, and CometBFT would stop.
    let hostile = query(&node, "/cosmos.bank.v1beta1.Query/Balance", &[], -1).unwrap();
    assert_eq!(hostile.code, 18, "{}", hostile.log);
    for (path, data) in [("", &[][..]), ("/store/bank/key", &[0xff; 9]), ("%ff", &[])] {
        // Refused by stoad, or by CometBFT before it; what counts is the next block.
        let _ = query(&node, path, data, 0);
    }
    let version = query(&node, "/app/version", &[], 0).unwrap();
    assert_eq!((version.code, version.value), (0, stoa_app::VERSION.as_bytes().to_vec()));
    assert!(version.height > 0);

    let height = node.height().unwrap();
    node.wait_for_height(height + 3);
    assert_eq!(node.transfer(&buyer, &provider, 0, 1), Some(0), "{}", node.logs());
    node.kill_comet();
    assert!(node.terminate_stoad(), "SIGTERM must end stoad well; {}", node.logs());
}
