//! Gas estimation.

use cosmos_sdk_proto::cosmos::tx::v1beta1::{SimulateRequest, SimulateResponse, TxRaw};
use prost::Message;
use stoa_mock_consensus::{Actor, Genesis, MockChain, MockError, send};

use crate::{START, chain};

const PATH: &str = "/cosmos.tx.v1beta1.Service/Simulate";

#[allow(deprecated)]
fn request(tx_bytes: Vec<u8>) -> SimulateRequest {
    SimulateRequest { tx: None, tx_bytes }
}

#[test]
fn an_unsigned_transaction_is_estimated_near_what_it_then_uses() {
    let (mut chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let root = chain.app_hash().unwrap();
    let unsigned = request(tx.clone().gas(0).fee(0).unsigned(&buyer));
    let estimate: SimulateResponse = chain.query(PATH, &unsigned).unwrap();
    let gas = estimate.gas_info.unwrap().gas_used;
    chain.advance_blocks(1).unwrap();
    assert_eq!(chain.app_hash().unwrap(), root, "a simulation changed the state");

    let used = chain.deliver(tx.sign(&buyer)).unwrap().gas_used;
    let ratio = u128::from(used) * 100 / u128::from(gas);
    assert!((90..180).contains(&ratio), "estimated {gas}, used {used}");
    assert_eq!(estimate.result.unwrap().msg_responses.len(), 1);
}

#[test]
fn a_failing_transaction_says_why_and_how_much_gas_that_took() {
    let (chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), START * 9));
    let unsigned = request(tx.unsigned(&buyer));
    let refusal = chain.query::<SimulateResponse>(PATH, &unsigned).unwrap_err();
    let MockError::Query(answer) = refusal else { panic!("{refusal}") };
    assert_eq!((answer.codespace.as_str(), answer.code), ("sdk", 6));
    assert!(answer.log.contains("with gas used: '"), "{}", answer.log);
}

#[test]
fn a_wrong_sequence_is_named() {
    let (chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 1));
    let wrong = request(tx.sequence(4).sign(&buyer));
    let refusal = chain.query::<SimulateResponse>(PATH, &wrong).unwrap_err().to_string();
    let expected = "account sequence mismatch, expected 0, got 4: incorrect account sequence";
    assert!(refusal.contains(expected), "{refusal}");
}

#[test]
fn a_simulation_has_a_limit_even_where_blocks_have_none() {
    let buyer = Actor::new("buyer");
    let genesis = Genesis::new().with_balance(&buyer, START).with_max_gas(-1);
    let chain = MockChain::new(&genesis).unwrap();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &buyer.address(), 7));
    let estimate: SimulateResponse =
        chain.query(PATH, &request(tx.gas(0).fee(0).unsigned(&buyer))).unwrap();
    assert_eq!(estimate.gas_info.unwrap().gas_wanted, stoa_app::query::SIMULATION_GAS_LIMIT);
}

/// `SimulateRequest` with its deprecated field, as the bytes that a client of SDK 0.53 puts there.
#[derive(Clone, PartialEq, Message)]
struct Deprecated {
    #[prost(bytes = "vec", tag = "1")]
    tx: Vec<u8>,
}

#[test]
fn a_transaction_in_the_deprecated_field_keeps_all_that_it_says() {
    let (chain, buyer, provider) = chain();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    let plain = TxRaw::decode(tx.gas(0).fee(0).unsigned(&buyer).as_slice()).unwrap();
    let ask = |more: &[u8]| {
        let body_bytes = [plain.body_bytes.as_slice(), more].concat();
        let tx = TxRaw { body_bytes, ..plain.clone() }.encode_to_vec();
        chain.query::<SimulateResponse>(PATH, &Deprecated { tx })
    };
    let simulated = ask(&[]).unwrap().gas_info.unwrap();
    let usual: SimulateResponse = chain.query(PATH, &request(plain.encode_to_vec())).unwrap();
    assert_eq!(simulated, usual.gas_info.unwrap());
    // Unordered; and a last time of one second after 1970.
    for (more, refusal) in [
        (&[0x20, 1][..], "unordered transactions are not enabled"),
        (&[0x2a, 2, 0x08, 1], "tx timeout"),
    ] {
        let refused = ask(more).unwrap_err().to_string();
        assert!(refused.contains(refusal), "{refused}");
    }
}
