//! Against what wasmd makes of the same transactions (`tests/cosmjs/src/std-tx-golden.mjs`).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use proptest::prelude::*;
use serde::Deserialize;

use super::{concrete::prefix, *};

#[derive(Deserialize)]
struct Golden {
    name: String,
    json: String,
    binary: String,
    shown: String,
}

fn golden() -> Vec<Golden> {
    serde_json::from_str(include_str!("../../../../testdata/std-tx-wasmd.json")).unwrap()
}

#[test]
fn prefixes_are_those_that_wallets_know() {
    for (name, expected) in [
        ("cosmos-sdk/StdTx", [0x28, 0x28, 0x16, 0xa9]),
        ("tendermint/PubKeySecp256k1", [0xeb, 0x5a, 0xe9, 0x87]),
        ("tendermint/PubKeyEd25519", [0x16, 0x24, 0xde, 0x64]),
        ("tendermint/PubKeyMultisigThreshold", [0x22, 0xc1, 0xf7, 0xe2]),
    ] {
        assert_eq!(prefix(name), expected, "{name}");
    }
}

#[test]
fn transactions_are_translated_as_wasmd_does() {
    let golden = golden();
    assert!(golden.len() > 30);
    for Golden { name, json, binary, shown } in golden {
        let bytes = to_binary(&json).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(BASE64_STANDARD.encode(&bytes), binary, "{name}");
        assert_eq!(to_json(&bytes).unwrap(), shown, "{name}");
    }
}

#[test]
fn what_is_no_such_transaction_is_refused() {
    for (json, refusal) in [
        (r#"{"type":"cosmos-sdk/Nothing","value":{}}"#, "found a cosmos-sdk/Nothing"),
        (r#"{"type":"cosmos-sdk/StdTx","value":{"msg":[{"type":"x/Y","value":{}}]}}"#, "name x/Y"),
        (r#"{"type":"cosmos-sdk/StdTx","value":{"timeout_height":7}}"#, "timeout_height"),
        ("{}", "type"),
        ("x", "expected"),
    ] {
        let error = to_binary(json).unwrap_err().to_string();
        assert!(error.contains(refusal), "{error}");
    }
    let of_another = to_json(&[0; 6]).unwrap_err().to_string();
    assert!(of_another.contains("282816A9") && of_another.ends_with("00000000..."), "{of_another}");
    assert!(to_json(&[0x28, 0x28, 0x16, 0xa9, 0x0a]).is_err());
}

#[test]
fn depth_is_bounded_in_both_directions() {
    let (mut json, mut bytes) =
        (r#"{"type":"cosmos-sdk/MsgExec","value":{}}"#.to_owned(), Vec::new());
    let inner = prefix("cosmos-sdk/MsgExec");
    for _ in 0..2 * MAX_DEPTH {
        json = format!(r#"{{"type":"cosmos-sdk/MsgExec","value":{{"msgs":[{json}]}}}}"#);
        let message = [inner.as_slice(), &bytes].concat();
        bytes.clear();
        prost::encoding::bytes::encode(2, &message, &mut bytes);
    }
    let json = format!(r#"{{"type":"cosmos-sdk/StdTx","value":{{"msg":[{json}]}}}}"#);
    assert_eq!(to_binary(&json), Err(StdTxError::TooDeep));
    let mut tx = prefix("cosmos-sdk/StdTx").to_vec();
    prost::encoding::bytes::encode(1, &[inner.as_slice(), &bytes].concat(), &mut tx);
    assert_eq!(to_json(&tx), Err(StdTxError::TooDeep));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(rest: Vec<u8>) {
        let _ = to_json(&[[0x28, 0x28, 0x16, 0xa9].as_slice(), &rest].concat());
    }

    #[test]
    fn changed_bytes_and_texts_never_panic(case: prop::sample::Index, place: prop::sample::Index, value: u8) {
        let golden = golden();
        let chosen = &golden[case.index(golden.len())];
        let mut bytes = BASE64_STANDARD.decode(&chosen.binary).unwrap();
        let place_of = place.index(bytes.len());
        bytes[place_of] = value;
        let _ = to_json(&bytes);
        let mut text = chosen.json.clone().into_bytes();
        let place_of = place.index(text.len());
        text[place_of] = value;
        let _ = String::from_utf8(text).map(|text| to_binary(&text));
    }
}
