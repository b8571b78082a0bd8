//! Submessages and their replies.

use cosmos_sdk_proto::{Any, cosmos::authz::v1beta1::MsgExec};
use serde_json::{Value, json};
use stoa_modules::auth::AccAddress;
use stoa_proto::cosmwasm::wasm::v1::{
    MsgExecuteContract, MsgExecuteContractResponse, MsgInstantiateContractResponse,
};

use crate::{chain::*, messages::*};

/// Two contracts: the caller and the called.
fn pair() -> (Chain, AccAddress, AccAddress) {
    let (mut chain, caller) = Chain::with_probe();
    let called = chain.instantiate(1);
    (chain, caller, called)
}

fn set() -> Value {
    json!({"set": {"key": "k", "value": "v"}})
}

fn fail() -> Value {
    json!({"fail": {"text": "no"}})
}

fn reply(chain: &Chain, caller: &AccAddress, id: u64) -> Option<Value> {
    let stored = chain.value(caller, &format!("reply/{id}"));
    stored.map(|text| serde_json::from_str(&text).unwrap())
}

#[test]
fn replies_come_when_they_were_asked_for() {
    for (reply_on, succeeds, replies) in [
        ("never", true, false),
        ("success", true, true),
        ("error", true, false),
        ("always", true, true),
        ("error", false, true),
        ("always", false, true),
    ] {
        let (mut chain, caller, called) = pair();
        let message = call_message(&called, &if succeeds { set() } else { fail() });
        chain.must(&caller, &send(&[submessage(4, &message, reply_on, None)]));
        let heard = reply(&chain, &caller, 4);
        assert_eq!(heard.is_some(), replies, "{reply_on} {succeeds}");
        assert_eq!(chain.value(&called, "k").is_some(), succeeds);
        if let Some(heard) = heard {
            assert_eq!(heard.get("ok").is_some(), succeeds, "{heard}");
        }
    }
}

#[test]
fn failures_that_nobody_hears_fail_the_caller() {
    for reply_on in ["never", "success"] {
        let (mut chain, caller, called) = pair();
        let before = chain.state();
        let messages = [
            submessage(1, &call_message(&called, &set()), "never", None),
            submessage(2, &call_message(&called, &fail()), reply_on, None),
        ];
        let outcome = chain.call(&caller, &send(&messages));
        assert_eq!(outcome.refusal(), ("wasm", 5));
        assert_eq!(chain.state(), before);
    }
}

#[test]
fn the_caller_reads_the_calleds_own_words_but_of_others_only_the_code() {
    let (mut chain, caller, called) = pair();
    let bank = json!({"bank": {"send": {
        "to_address": called.to_string(),
        "amount": [{"denom": "ustoa", "amount": "5"}],
    }}});
    let messages = [
        submessage(1, &call_message(&called, &fail()), "error", None),
        submessage(2, &call_message(&called, &json!({"panic": {"text": "p"}})), "error", None),
        submessage(3, &call_message(&attacker(), &set()), "error", None),
        submessage(4, &bank, "error", None),
        submessage(5, &json!({"custom": {}}), "error", None),
    ];
    chain.must(&caller, &send(&messages));
    let heard = |id| reply(&chain, &caller, id).unwrap()["error"].as_str().unwrap().to_owned();
    assert_eq!(heard(1), "Generic error: no: execute wasm contract failed");
    assert_eq!(heard(2), "codespace: wasm, code: 29");
    assert_eq!(heard(3), "codespace: wasm, code: 22");
    assert_eq!(heard(4), "codespace: sdk, code: 5");
    assert_eq!(heard(5), "codespace: wasm, code: 20");
}

#[test]
fn a_failed_submessage_leaves_only_its_gas() {
    let (mut chain, caller, called) = pair();
    let inner = submessage(7, &call_message(&caller, &fail()), "never", None);
    let message = call_message(
        &called,
        &send(&[submessage(6, &call_message(&called, &set()), "never", None), inner]),
    );
    let outcome = chain.must(&caller, &send(&[submessage(1, &message, "error", None)]));
    assert_eq!(chain.value(&called, "k"), None);
    assert_eq!(chain.value(&called, "last_sender"), None);
    assert_eq!(outcome.kinds(), ["execute", "reply", "wasm"]);
}

#[test]
fn a_limited_submessage_takes_its_limit_and_the_caller_goes_on() {
    let (mut chain, caller, called) = pair();
    let endless = call_message(&called, &json!({"loop": {}}));
    let limit = 200_000;
    let with = chain.must(&caller, &send(&[submessage(1, &endless, "error", Some(limit))]));
    let heard = reply(&chain, &caller, 1).unwrap();
    assert_eq!(heard["error"], "codespace: sdk, code: 11");
    let double = chain.must(&caller, &send(&[submessage(1, &endless, "error", Some(2 * limit))]));
    let difference = double.gas_used - with.gas_used;
    assert!((limit..limit + 500).contains(&difference), "{difference}");
    let unheard = chain.call(&caller, &send(&[submessage(1, &endless, "never", Some(limit))]));
    assert_eq!(unheard.refusal(), ("sdk", 11));
    assert!(unheard.gas_used < GAS / 2, "the error is the submessage's, not the transaction's");
}

#[test]
fn without_a_limit_nobody_hears_that_the_gas_is_gone() {
    let (mut chain, caller, called) = pair();
    let endless = call_message(&called, &json!({"loop": {}}));
    let message = send(&[submessage(1, &endless, "always", None)]);
    let outcome = chain.deliver(2_000_000, &execute(&caller, &message));
    assert_eq!((outcome.refusal(), outcome.gas_used), (("sdk", 11), 2_000_000));
    let above = send(&[submessage(1, &endless, "always", Some(3_000_000))]);
    let outcome = chain.deliver(2_000_000, &execute(&caller, &above));
    assert_eq!(outcome.refusal(), ("sdk", 11));
}

#[test]
fn the_data_of_the_last_reply_that_sets_some_wins() {
    let (mut chain, caller, called) = pair();
    let with_payload = |id: u64, payload: &str| {
        let mut message = submessage(id, &call_message(&called, &set()), "always", None);
        message["payload"] = json!(base64(payload.as_bytes()));
        message
    };
    let own = json!({"send": {
        "messages": [with_payload(1, "data:first"), with_payload(2, "data:second"), with_payload(3, "")],
        "data": base64(b"own"),
    }});
    let answer: MsgExecuteContractResponse = chain.must(&caller, &own).response();
    assert_eq!(answer.data, b"second");
    let silent = json!({"send": {"messages": [with_payload(1, "")], "data": base64(b"own")}});
    let answer: MsgExecuteContractResponse = chain.must(&caller, &silent).response();
    assert_eq!(answer.data, b"own");
    let failing = chain.call(&caller, &send(&[with_payload(1, "fail:in reply")]));
    assert_eq!(failing.refusal(), ("wasm", 5));
    let text = failing.result.unwrap_err().to_string();
    assert_eq!(text, "reply: Generic error: in reply: execute wasm contract failed");
}

#[test]
fn replies_see_data_responses_and_sorted_events_of_contracts() {
    let (mut chain, caller, called) = pair();
    let answer = json!({"send": {"messages": [], "data": base64(b"inner")}});
    let noisy = json!({"events": {"attributes": [["z", "1"], ["a", "2"]], "events": []}});
    let messages = [
        submessage(1, &call_message(&called, &answer), "success", None),
        submessage(2, &call_message(&called, &noisy), "success", None),
    ];
    let outcome = chain.must(&caller, &send(&messages));
    let heard = reply(&chain, &caller, 1).unwrap();
    let response = heard["ok"]["msg_responses"][0].clone();
    assert_eq!(response["type_url"], "/cosmwasm.wasm.v1.MsgExecuteContractResponse");
    assert_eq!(response["value"], heard["ok"]["data"]);
    let kinds: Vec<&str> = heard["ok"]["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["execute"]);
    let heard = reply(&chain, &caller, 2).unwrap();
    let keys: Vec<&str> = heard["ok"]["events"][1]["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attribute| attribute["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["_contract_address", "a", "z"]);
    let emitted =
        outcome.events.iter().filter(|event| event.kind == "wasm").map(|event| {
            event.attributes.iter().map(|found| found.key.as_str()).collect::<Vec<_>>()
        });
    assert!(emitted.into_iter().any(|found| found == keys), "emitted sorted, as shown");
    assert_eq!(
        outcome.kinds(),
        ["execute", "execute", "reply", "wasm", "execute", "wasm", "reply", "wasm"]
    );
}

#[test]
fn contracts_send_and_burn_their_money() {
    let (mut chain, caller, called) = pair();
    let mut fund = execute(&caller, &send(&[]));
    fund.funds = ustoa(10);
    chain.deliver(GAS, &fund).result.unwrap();
    let pay = json!({"bank": {"send": {
        "to_address": called.to_string(),
        "amount": [{"denom": "ustoa", "amount": "4"}],
    }}});
    let burn = json!({"bank": {"burn": {"amount": [{"denom": "ustoa", "amount": "1"}]}}});
    let nothing = json!({"bank": {"send": {"to_address": called.to_string(), "amount": []}}});
    let messages = [
        submessage(1, &pay, "always", None),
        submessage(2, &burn, "always", None),
        submessage(3, &nothing, "always", None),
    ];
    let outcome = chain.must(&caller, &send(&messages));
    assert_eq!((chain.balance(&caller), chain.balance(&called)), (5, 4));
    assert!(outcome.kinds().contains(&"transfer"));
    assert!(!outcome.kinds().contains(&"message"), "not passed on from submessages");
    let heard = reply(&chain, &caller, 1).unwrap();
    assert_eq!(heard["ok"]["events"], json!([]), "only contracts' events are shown");
    assert_eq!(heard["ok"]["msg_responses"][0]["type_url"], "/cosmos.bank.v1beta1.MsgSendResponse");
    assert_eq!(reply(&chain, &caller, 3).unwrap()["ok"]["msg_responses"], json!([]));
}

#[test]
fn a_contract_makes_another_which_calls_back_at_once() {
    let (mut chain, caller, _) = pair();
    let back = submessage(9, &call_message(&caller, &set()), "never", None);
    let make = json!({"wasm": {"instantiate": {
        "admin": null, "code_id": 1, "label": "child", "funds": [],
        "msg": base64(json!({"messages": [back]}).to_string().as_bytes()),
    }}});
    let outcome = chain.must(&caller, &send(&[submessage(5, &make, "success", None)]));
    assert_eq!(chain.value(&caller, "k").as_deref(), Some("v"));
    let heard = reply(&chain, &caller, 5).unwrap();
    let value = heard["ok"]["msg_responses"][0]["value"].as_str().unwrap();
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use prost::Message as _;
    let bytes = BASE64_STANDARD.decode(value).unwrap();
    let child = MsgInstantiateContractResponse::decode(bytes.as_slice()).unwrap().address;
    assert_eq!(outcome.values("instantiate", "_contract_address"), std::slice::from_ref(&child));
    assert_eq!(chain.value(&child.parse().unwrap(), "creator"), Some(caller.to_string()));
}

#[test]
fn loading_the_same_code_again_in_a_message_is_cheap() {
    let (mut chain, caller, called) = pair();
    let call = call_message(&called, &set());
    let message = |count: usize| send(&vec![submessage(1, &call, "never", None); count]);
    let [none, one, two] = [0, 1, 2].map(|count| chain.must(&caller, &message(count)).gas_used);
    assert!(one - none < 30_000, "{} for a call of code that is loaded", one - none);
    assert!((two - one).abs_diff(one - none) < 1_500);
}

/// A call of the probe to itself, sent as it were for somebody else.
fn call_through_authz(probe: &AccAddress, depth: u32) -> Value {
    let call = MsgExecuteContract {
        sender: probe.to_string(),
        ..execute(probe, &json!({"call_self": {"depth": depth}}))
    };
    let exec = MsgExec { grantee: probe.to_string(), msgs: vec![any(&call)] };
    let Any { type_url, value } = any(&exec);
    let message = json!({"any": {"type_url": type_url, "value": base64(&value)}});
    send(&[submessage(1, &message, "never", None)])
}

#[test]
fn messages_from_a_contract_through_authz_keep_their_depth() {
    let (mut chain, probe) = Chain::with_probe();
    // Two responses beside those of the calls themselves; 100 are allowed.
    chain.must(&probe, &call_through_authz(&probe, 98));
    let deeper = chain.call(&probe, &call_through_authz(&probe, 99));
    assert_eq!(deeper.refusal(), ("wasm", 30));
}

#[test]
fn a_contract_acts_through_authz_for_itself_alone() {
    let (mut chain, probe, other) = pair();
    let outcome = chain.call(&probe, &call_through_authz(&other, 0));
    assert_eq!(outcome.refusal(), ("sdk", 4), "the other contract would have to sign");
}

/// `call` of the probe to itself, sent inside so many messages of authz.
fn inside_execs(probe: &AccAddress, call: &Value, execs: usize) -> Value {
    let call = MsgExecuteContract { sender: probe.to_string(), ..execute(probe, call) };
    let Any { type_url, value } = (0..execs).fold(any(&call), |inner, _| {
        any(&MsgExec { grantee: probe.to_string(), msgs: vec![inner] })
    });
    let message = json!({"any": {"type_url": type_url, "value": base64(&value)}});
    send(&[submessage(1, &message, "never", None)])
}

#[test]
fn messages_inside_messages_are_bounded_across_calls_too() {
    let (mut chain, probe) = Chain::with_probe();
    let twice = inside_execs(&probe, &inside_execs(&probe, &set(), 9), 9);
    chain.must(&probe, &twice);
    let thrice = inside_execs(&probe, &twice, 9);
    assert_eq!(chain.call(&probe, &thrice).refusal(), ("wasm", 30));
}
