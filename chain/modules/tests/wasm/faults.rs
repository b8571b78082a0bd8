//! What a contract can do to the node: nothing.

use serde_json::{Value, json};
use stoa_modules::{
    Gas,
    wasm::{Limits, MAX_CALL_DEPTH, Wasm},
};
use stoa_proto::cosmwasm::wasm::v1::MsgExecuteContractResponse;

use crate::{chain::*, messages::*};

/// Delivers `message` with so much gas; the state must stay as it was and the chain must go on.
#[track_caller]
fn refused(gas: Gas, message: &Value) -> Outcome {
    let (mut chain, probe) = Chain::with_probe();
    let before = chain.state();
    let outcome = chain.deliver(gas, &execute(&probe, message));
    assert!(outcome.result.is_err(), "{message}: {:?}", outcome.events);
    assert_eq!(chain.state(), before, "{message} left something");
    assert!(outcome.events.is_empty(), "{message} left events");
    chain.must(&probe, &json!({"set": {"key": "alive", "value": "yes"}}));
    let again = Chain::with_probe().0.deliver(gas, &execute(&probe, message));
    assert_eq!(again.gas_used, outcome.gas_used, "{message} used other gas the second time");
    assert_eq!(again.refusal(), outcome.refusal());
    outcome
}

#[test]
fn an_endless_loop_ends_with_the_gas() {
    for gas in [100_000, 1_000_000] {
        let outcome = refused(gas, &json!({"loop": {}}));
        assert_eq!(outcome.refusal(), ("sdk", 11));
        assert_eq!(outcome.gas_used, gas, "exactly all of it");
    }
}

#[test]
fn too_little_gas_to_load_the_contract_is_out_of_gas() {
    let outcome = refused(30_000, &json!({"set": {"key": "a", "value": "b"}}));
    assert_eq!(outcome.refusal(), ("sdk", 11));
    let text = outcome.result.unwrap_err().to_string();
    assert!(text.contains("Loading CosmWasm module: execute"), "{text}");
}

#[test]
fn a_panic_is_an_error() {
    let outcome = refused(GAS, &json!({"panic": {"text": "so be it"}}));
    assert_eq!(outcome.refusal(), ("wasm", 29));
    let text = outcome.result.unwrap_err().to_string();
    assert!(text.contains("so be it"), "{text}");
}

#[test]
fn endless_recursion_ends_with_the_stack() {
    let outcome = refused(GAS, &json!({"recurse": {}}));
    assert_eq!(outcome.refusal(), ("wasm", 29));
}

#[test]
fn memory_ends_at_its_limit() {
    assert_eq!(refused(GAS, &json!({"grow": {"bytes": 40 * 1024 * 1024}})).refusal(), ("wasm", 29));
    let (mut chain, probe) = Chain::with_probe();
    chain.must(&probe, &json!({"grow": {"bytes": 16 * 1024 * 1024}}));
}

#[test]
fn writing_is_paid_by_the_byte() {
    let outcome = refused(1_000_000, &json!({"fill": {"count": 1000, "bytes": 1000}}));
    assert_eq!(outcome.refusal(), ("sdk", 11));
    let (mut chain, probe) = Chain::with_probe();
    let one = chain.must(&probe, &json!({"fill": {"count": 1, "bytes": 1000}})).gas_used;
    let two = chain.must(&probe, &json!({"fill": {"count": 2, "bytes": 1000}})).gas_used;
    // 2000 + 30 for each byte of prefix, key and value, and a little execution.
    let least = 2_000 + 30 * (33 + 10 + 1000);
    assert!((least..least + 1_000).contains(&(two - one)), "{}", two - one);
}

#[test]
fn values_and_keys_have_limits() {
    assert_eq!(
        refused(GAS, &json!({"fill": {"count": 1, "bytes": 128 * 1024 + 1}})).refusal(),
        ("wasm", 29)
    );
    let key = "k".repeat(64 * 1024 + 1);
    assert_eq!(refused(GAS, &json!({"set": {"key": key, "value": ""}})).refusal(), ("wasm", 29));
}

#[test]
fn huge_responses_are_paid_by_the_byte() {
    let outcome = refused(1_000_000, &json!({"attributes": {"count": 1000, "bytes": 1000}}));
    assert!(matches!(outcome.refusal(), ("sdk", 11) | ("wasm", 29)), "{:?}", outcome.result);
    let (mut chain, probe) = Chain::with_probe();
    let few = chain.must(&probe, &json!({"attributes": {"count": 10, "bytes": 1000}})).gas_used;
    let more = chain.must(&probe, &json!({"attributes": {"count": 20, "bytes": 1000}})).gas_used;
    // Each: 10, 1001 bytes of event, and at least as many bytes of JSON.
    assert!(more - few > 10 * (10 + 1001 + 1001), "{}", more - few);
}

#[test]
fn events_that_lie_are_refused() {
    for (attributes, events) in [
        (json!([["_contract_address", "stoa1other"]]), json!([])),
        (json!([[" ", "v"]]), json!([])),
        (json!([]), json!([["x", []]])),
        (json!([]), json!([["transfer", [["_x", "y"]]]])),
    ] {
        let message = json!({"events": {"attributes": attributes, "events": events}});
        assert_eq!(refused(GAS, &message).refusal(), ("wasm", 21));
    }
    let (mut chain, probe) = Chain::with_probe();
    let outcome = chain.must(
        &probe,
        &json!({"events": {"attributes": [], "events": [["transfer", [["amount", "5ustoa"]]]]}}),
    );
    assert_eq!(outcome.kinds(), ["execute", "wasm-transfer"]);
}

#[test]
fn calls_nest_to_the_bound_and_no_deeper() {
    let (mut chain, probe) = Chain::with_probe();
    let depth = MAX_CALL_DEPTH - 1;
    let outcome = chain.must(&probe, &json!({"call_self": {"depth": depth}}));
    assert_eq!(outcome.values("wasm", "depth").len(), usize::try_from(MAX_CALL_DEPTH).unwrap());
    let deeper = refused(GAS, &json!({"call_self": {"depth": MAX_CALL_DEPTH}}));
    assert_eq!(deeper.refusal(), ("wasm", 30));
}

#[test]
fn the_deepest_calls_fit_the_stack_of_a_small_thread() {
    // Half of what tokio and the test harness give a thread.
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    let deep = small.spawn(calls_nest_to_the_bound_and_no_deeper).unwrap();
    deep.join().unwrap();
}

#[test]
fn any_does_not_lead_around_the_bound_or_the_signer() {
    let (mut chain, probe) = Chain::with_probe();
    let wrapped = |message: &cosmos_sdk_proto::Any| json!({"any": {"type_url": message.type_url, "value": base64(&message.value)}});
    let own = execute(&probe, &json!({"set": {"key": "k", "value": "v"}}));
    let foreign = wrapped(&any(&own));
    let refused = chain.call(&probe, &send(&[submessage(0, &foreign, "never", None)]));
    assert_eq!(refused.refusal(), ("sdk", 4));
    let mut own = own;
    own.sender = probe.to_string();
    let allowed = wrapped(&any(&own));
    chain.must(&probe, &send(&[submessage(0, &allowed, "never", None)]));
    assert_eq!(chain.value(&probe, "k").as_deref(), Some("v"));
    let unknown = json!({"any": {"type_url": "/no.such.Message", "value": ""}});
    let refused = chain.call(&probe, &send(&[submessage(0, &unknown, "never", None)]));
    assert_eq!(refused.refusal(), ("wasm", 10));
}

#[test]
fn iterators_of_one_call_are_bounded() {
    let (mut chain, probe) = Chain::with_probe();
    chain.must(&probe, &json!({"iterators": {"count": 1000}}));
    let outcome =
        chain.deliver(500_000_000, &execute(&probe, &json!({"iterators": {"count": 32_769}})));
    assert_eq!(outcome.refusal().0, "wasm", "{:?}", outcome.result);
}

#[test]
fn results_do_not_depend_on_what_is_compiled() {
    let (mut chain, probe) = Chain::with_probe();
    let message = json!({"set": {"key": "k", "value": "v"}});
    let warm = chain.must(&probe, &message);
    chain.wasm.forget_compiled_code();
    let cold = chain.must(&probe, &message);
    assert_eq!(warm.gas_used, cold.gas_used);
    assert_eq!(warm.events, cold.events);
    assert_eq!(
        warm.response::<MsgExecuteContractResponse>(),
        cold.response::<MsgExecuteContractResponse>()
    );
}

#[test]
fn a_node_with_no_room_for_compiled_code_gets_the_same_results() {
    let (mut chain, probe) = Chain::with_probe();
    let second = chain.store(&with_section(probe_wasm(), "cw_migrate_version", "1"));
    let other = chain.instantiate(second);
    let message = send(&[submessage(
        1,
        &call_message(&other, &json!({"set": {"key": "k", "value": "v"}})),
        "always",
        None,
    )]);
    let roomy = chain.must(&probe, &message);
    chain.wasm = Wasm::new(Limits { code_cache_bytes: 1, ..Limits::default() });
    let cramped = chain.must(&probe, &message);
    assert_eq!((roomy.gas_used, roomy.events), (cramped.gas_used, cramped.events));
}
