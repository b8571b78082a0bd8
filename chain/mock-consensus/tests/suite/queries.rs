//! Questions over ABCI.

use cosmos_sdk_proto::cosmos::bank::v1beta1::{QueryBalanceRequest, QueryBalanceResponse};
use ics23::{
    CommitmentProof, HostFunctionsManager, calculate_existence_root, commitment_proof::Proof,
    iavl_spec, tendermint_spec, verify_membership, verify_non_membership,
};
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

fn prove(chain: &MockChain, path: &str, key: &[u8], height: i64) -> QueryResponse {
    let (path, data) = (path.to_owned(), key.to_vec());
    chain.app().unwrap().query(&QueryRequest { path, data, height, prove: true })
}

/// What a light client does with the header of the next height.
pub fn verifies(answer: &QueryResponse, store: &[u8], app_hash: &[u8]) -> bool {
    let [in_store, of_store] = answer.proof_ops.as_slice() else { return false };
    assert_eq!((in_store.kind, of_store.kind), ("ics23:iavl", "ics23:simple"));
    assert_eq!((&in_store.key, of_store.key.as_slice()), (&answer.key, store));
    let [in_store, of_store] =
        [in_store, of_store].map(|op| CommitmentProof::decode(op.data.as_slice()).unwrap());
    let neighbour = match in_store.proof.as_ref().unwrap() {
        Proof::Exist(exist) => Some(exist),
        Proof::Nonexist(absent) => absent.left.as_ref().or(absent.right.as_ref()),
        Proof::Batch(_) | Proof::Compressed(_) => None,
    };
    let root = calculate_existence_root::<HostFunctionsManager>(neighbour.unwrap()).unwrap();
    let (iavl, simple) = (iavl_spec(), tendermint_spec());
    let (key, value, app_hash) = (&answer.key, &answer.value, app_hash.to_vec());
    let is_in_store = if value.is_empty() {
        verify_non_membership::<HostFunctionsManager>(&in_store, &iavl, &root, key)
    } else {
        verify_membership::<HostFunctionsManager>(&in_store, &iavl, &root, key, value)
    };
    is_in_store
        && verify_membership::<HostFunctionsManager>(&of_store, &simple, &app_hash, store, &root)
}

#[test]
fn stored_bytes_and_absent_keys_are_proven_against_the_app_hash_of_their_height() {
    let (mut chain, buyer, provider) = chain();
    chain.advance_blocks(1).unwrap();
    let before = chain.app_hash().unwrap().unwrap();
    let height = chain.height();
    let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
    chain.deliver(tx.sign(&buyer)).unwrap();
    let after = chain.app_hash().unwrap().unwrap();

    for (store, key) in [("consensus", &b"Consensus"[..]), ("consensus", b"A"), ("bank", b"\xff")] {
        let path = format!("/store/{store}/key");
        let historic = prove(&chain, &path, key, height as i64);
        assert_eq!((historic.code, historic.height), (0, height), "{}", historic.log);
        assert!(verifies(&historic, store.as_bytes(), &before));
        assert!(!verifies(&historic, store.as_bytes(), &after));
        let latest = prove(&chain, &path, key, 0);
        assert_eq!((latest.code, latest.height), (0, height + 1), "{}", latest.log);
        assert!(verifies(&latest, store.as_bytes(), &after));
    }
}

#[test]
fn proofs_that_the_sdk_does_not_serve_are_refused_in_its_words() {
    let (mut chain, ..) = chain();
    chain.advance_blocks(1).unwrap();
    let refused = |path: &str, key: &[u8], height| {
        let answer = prove(&chain, path, key, height);
        assert!(answer.proof_ops.is_empty());
        (answer.codespace, answer.code, answer.log)
    };
    let first = refused("/store/consensus/key", b"Consensus", 1);
    let words =
        "cannot query with proof when height <= 1; please provide a valid height: invalid request";
    assert_eq!(first, ("sdk".to_owned(), 18, words.to_owned()));
    let unknown = refused("/store/nothing/key", b"key", 0);
    let words = "no such store: nothing: unknown request";
    assert_eq!(unknown, ("store".to_owned(), 4, words.to_owned()));
    let empty = refused("/store/consensus/key", b"", 0);
    assert_eq!(
        empty,
        ("store".to_owned(), 3, "query cannot be zero length: tx parse error".to_owned())
    );
}
