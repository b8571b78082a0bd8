//! Questions over ABCI.

use cosmos_sdk_proto::cosmos::bank::v1beta1::{QueryBalanceRequest, QueryBalanceResponse};
use prost::Message as _;
use stoa_app::{QueryRequest, QueryResponse};
use stoa_mock_consensus::{Actor, DENOM, MockChain, send};

use crate::{START, chain};

const BALANCE: &str = "/cosmos.bank.v1beta1.Query/Balance";

fn ask(chain: &MockChain, path: &str, data: Vec<u8>, height: i64) -> QueryResponse {
    let path = path.to_owned();
    chain.app().unwrap().query(&QueryRequest { path, data, height, prove: false })
}

fn balance(actor: &Actor) -> QueryBalanceRequest {
    QueryBalanceRequest { address: actor.address().to_string(), denom: DENOM.to_owned() }
}

#[test]
fn every_height_answers_as_it_was_and_says_which_it_is() {
    let (mut chain, buyer, provider) = chain();
    let before = chain.height();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    chain.deliver(tx.sign(&buyer)).unwrap();
    chain.advance_blocks(3).unwrap();
    let at = |height: i64| -> u128 {
        let answer: QueryBalanceResponse =
            chain.query_at(height, BALANCE, &balance(&provider)).unwrap();
        answer.balance.unwrap().amount.parse().unwrap()
    };
    assert_eq!((at(before as i64), at(before as i64 + 1), at(0)), (START, START + 7, START + 7));
    let answer = ask(&chain, BALANCE, balance(&provider).encode_to_vec(), 0);
    assert_eq!(answer.height, chain.height());
}

#[test]
fn heights_that_do_not_exist_are_refused() {
    let (chain, ..) = chain();
    let at = |height| {
        let answer = ask(&chain, BALANCE, vec![], height);
        (answer.codespace, answer.code)
    };
    assert_eq!(at(-1), ("sdk".to_owned(), 18));
    assert_eq!(at(i64::MIN), ("sdk".to_owned(), 18));
    assert_eq!(at(99), ("sdk".to_owned(), 26));
    assert_eq!(at(i64::MAX), ("sdk".to_owned(), 26));
}

#[test]
fn an_unknown_account_is_not_found_in_the_words_that_clients_look_for() {
    let (chain, ..) = chain();
    let request = cosmos_sdk_proto::cosmos::auth::v1beta1::QueryAccountRequest {
        address: Actor::new("stranger").address().to_string(),
    };
    let path = "/cosmos.auth.v1beta1.Query/Account";
    let answer = ask(&chain, path, request.encode_to_vec(), 0);
    assert_eq!((answer.codespace.as_str(), answer.code), ("sdk", 22));
    assert!(answer.log.contains("rpc error: code = NotFound"), "{}", answer.log);
    assert_eq!(answer.height, chain.height());
}

#[test]
fn unknown_paths_and_garbage_are_answered() {
    let (chain, ..) = chain();
    for path in ["", "/", "//", "/no.such.Service/Method", "/app/nothing", "/store", "/store/x/key"]
    {
        assert_ne!(ask(&chain, path, vec![], 0).code, 0, "{path}");
    }
    for path in [BALANCE, "/cosmos.tx.v1beta1.Service/Simulate", "/app/simulate"] {
        assert_ne!(ask(&chain, path, vec![0xff; 33], 0).code, 0, "{path}");
    }
}

#[test]
fn stored_bytes_and_the_version_can_be_read() {
    let (chain, ..) = chain();
    let answer = ask(&chain, "/store/consensus/key", b"Consensus".to_vec(), 0);
    assert_eq!((answer.code, answer.value.is_empty()), (0, false));
    assert_eq!(answer.key, b"Consensus");
    let answer = ask(&chain, "/app/version", vec![], 0);
    assert_eq!(answer.value, stoa_app::VERSION.as_bytes());
}
