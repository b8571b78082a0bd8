//! Sending transactions: the usual way, and every way it can fail.

use cosmos_sdk_proto::cosmos::tx::v1beta1::AuthInfo;
use prost::Message as _;
use serde_json::json;
use stoa_client::{Client, ClientError, Key, TxOutcome, coins};

use crate::fake_node::{FakeNode, RESULT_DATA, SIMULATED_GAS, State};

const CONTRACT: &str = "stoa1contract";

async fn execute(node: &FakeNode) -> Result<TxOutcome, ClientError> {
    let key = Key::from_secret(&[7; 32]).unwrap();
    let client = Client::offline(&node.network, Some(key), FakeNode::policy()).unwrap();
    client.execute(CONTRACT, &json!({ "order": {} }), &coins(5, "ustoa")).await
}

#[tokio::test]
async fn a_transaction_is_simulated_signed_sent_and_awaited() {
    let node =
        FakeNode::start(State { sequence: 4, polls_before_inclusion: 3, ..State::default() }).await;
    let outcome = execute(&node).await.unwrap();
    assert_eq!(outcome.height, 5);
    assert_eq!(outcome.attribute("wasm", "job_id"), Some("3"));
    assert_eq!(outcome.data, RESULT_DATA);
    let state = node.state.lock().unwrap();
    let auth = AuthInfo::decode(state.accepted[0].auth_info_bytes.as_slice()).unwrap();
    let fee = auth.fee.unwrap();
    assert_eq!(fee.gas_limit, SIMULATED_GAS * 3 / 2);
    assert_eq!((fee.amount[0].amount.as_str(), fee.amount[0].denom.as_str()), ("3750", "ustoa"));
}

#[tokio::test]
async fn a_sequence_mismatch_is_signed_anew_a_bounded_number_of_times() {
    let stale = |times: usize| State {
        sequence: 4,
        stale_sequences: vec![3; times].into(),
        ..State::default()
    };
    let node = FakeNode::start(stale(2)).await;
    execute(&node).await.unwrap();
    assert_eq!(node.state.lock().unwrap().accepted.len(), 1);

    let node = FakeNode::start(stale(100)).await;
    let refused = execute(&node).await.unwrap_err();
    assert!(
        matches!(&refused, ClientError::Refused(refusal) if refusal.is_sequence_conflict()),
        "{refused}"
    );
    assert!(refused.is_transient());
}

#[tokio::test]
async fn what_fails_in_simulation_is_never_sent() {
    let state = State { simulation_failure: Some("the price is 5ustoa"), ..State::default() };
    let node = FakeNode::start(state).await;
    let refused = execute(&node).await.unwrap_err();
    assert!(matches!(refused, ClientError::Simulation(_)), "{refused}");
    assert!(node.state.lock().unwrap().accepted.is_empty());
}

#[tokio::test]
async fn what_fails_in_a_block_names_code_and_codespace() {
    let state = State { execution: (5, "wasm", "the deadline passed"), ..State::default() };
    let node = FakeNode::start(state).await;
    let ClientError::Failed { height, refusal, .. } = execute(&node).await.unwrap_err() else {
        panic!("not a failed execution");
    };
    assert_eq!((height, refusal.code, refusal.codespace.as_str()), (5, 5, "wasm"));
}

#[tokio::test]
async fn a_transaction_that_no_block_takes_is_reported_as_undecided() {
    let state = State { polls_before_inclusion: u32::MAX, ..State::default() };
    let node = FakeNode::start(state).await;
    let undecided = execute(&node).await.unwrap_err();
    assert!(matches!(undecided, ClientError::NotIncluded { .. }), "{undecided}");
    assert!(undecided.is_transient());
}

#[tokio::test]
async fn an_unknown_account_and_a_missing_key_are_said_plainly() {
    let node = FakeNode::start(State { is_account_missing: true, ..State::default() }).await;
    assert!(matches!(execute(&node).await, Err(ClientError::AccountMissing { .. })));
    let reader = Client::offline(&node.network, None, FakeNode::policy()).unwrap();
    let refused = reader.send("stoa1x", &coins(1, "ustoa")).await;
    assert!(matches!(refused, Err(ClientError::ReadOnly)));
}

#[tokio::test]
async fn two_clones_that_send_at_once_do_not_race_for_a_sequence() {
    let node = FakeNode::start(State::default()).await;
    let key = Key::from_secret(&[7; 32]).unwrap();
    let client = Client::offline(&node.network, Some(key), FakeNode::policy()).unwrap();
    let (one, two) = (coins(1, "ustoa"), coins(2, "ustoa"));
    let (first, second) = tokio::join!(client.send("stoa1a", &one), client.send("stoa1b", &two));
    first.unwrap();
    second.unwrap();
    assert_eq!(node.state.lock().unwrap().accepted.len(), 2);
}

#[tokio::test]
async fn the_same_message_from_another_process_is_not_taken_for_this_one() {
    // Both read sequence 0 and sign the same bytes; the node knows them the second time.
    let node = FakeNode::start(State { stale_sequences: [0, 0].into(), ..State::default() }).await;
    execute(&node).await.unwrap();
    execute(&node).await.unwrap();
    assert_eq!(node.state.lock().unwrap().accepted.len(), 2);
}

#[tokio::test]
async fn a_contract_is_asked_in_json() {
    let node = FakeNode::start(State::default()).await;
    let client = Client::offline(&node.network, None, FakeNode::policy()).unwrap();
    let echo: serde_json::Value = client.smart_query(CONTRACT, &json!({ "q": 1 })).await.unwrap();
    assert_eq!(echo, json!({ "q": 1 }));
}
