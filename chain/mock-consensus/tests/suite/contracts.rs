//! Contracts that misbehave, through whole blocks.

use cosmos_sdk_proto::Any;
use stoa_app::TxResult;
use stoa_mock_consensus::{
    Actor, CONTRACT_FEE as FEE, CONTRACT_GAS as GAS, CrashPoint, MockChain, execute,
};
use stoa_proto::cosmwasm::wasm::v1::{QueryRawContractStateRequest, QueryRawContractStateResponse};

use crate::{START, chain, outcome};

pub fn signed(chain: &MockChain, actor: &Actor, message: Any) -> Vec<u8> {
    chain.tx(actor).unwrap().message(message).gas(GAS).fee(FEE).sign(actor)
}

pub fn raw(chain: &MockChain, contract: &str, key: &str) -> Vec<u8> {
    let request = QueryRawContractStateRequest {
        address: contract.to_owned(),
        query_data: key.as_bytes().to_vec(),
    };
    let path = "/cosmwasm.wasm.v1.Query/RawContractState";
    chain.query::<QueryRawContractStateResponse>(path, &request).unwrap().data
}

/// What each misbehaviour ends with.
const MISBEHAVIOURS: [(&str, (&str, u32)); 4] = [
    (r#"{"panic":{"text":"so be it"}}"#, ("wasm", 29)),
    (r#"{"recurse":{}}"#, ("wasm", 29)),
    (r#"{"loop":{}}"#, ("sdk", 11)),
    (r#"{"grow":{"bytes":41943040}}"#, ("wasm", 29)),
];

#[test]
fn a_contract_that_panics_or_loops_costs_its_caller_the_fee_and_nothing_else() {
    let (mut chain, buyer, provider) = chain();
    let contract = chain.deploy_probe(&buyer).unwrap();
    let mut owned = chain.balance(&provider.address()).unwrap();
    assert_eq!(owned, START);
    for (sequence, (message, expected)) in (1..).zip(MISBEHAVIOURS) {
        // A write in the same transaction before the misbehaviour must go with it.
        let write = execute(&provider, &contract, r#"{"set":{"key":"k","value":"left behind"}}"#);
        let bad = execute(&provider, &contract, message);
        let tx = chain.tx(&provider).unwrap().message(write).message(bad).gas(GAS).fee(FEE);
        let result = chain.deliver(tx.sign(&provider)).unwrap();
        assert_eq!(outcome(&result), expected, "{message}: {}", result.log);
        assert!(result.data.is_empty());
        assert!(raw(&chain, &contract, "k").is_empty(), "{message} left its write");
        owned -= FEE;
        assert_eq!(chain.balance(&provider.address()).unwrap(), owned);
        assert_eq!(chain.account(&provider).unwrap().1, sequence);
    }
}

#[test]
fn a_misbehaving_contract_harms_no_neighbour_in_its_block() {
    let (mut chain, buyer, provider) = chain();
    let contract = chain.deploy_probe(&buyer).unwrap();
    let bad = signed(&chain, &provider, execute(&provider, &contract, MISBEHAVIOURS[0].0));
    let good = execute(&buyer, &contract, r#"{"set":{"key":"k","value":"v"}}"#);
    let good = signed(&chain, &buyer, good);
    let results: Vec<TxResult> = chain.deliver_block(vec![bad, good]).unwrap();
    assert_eq!(outcome(&results[0]), ("wasm", 29));
    assert_eq!(outcome(&results[1]), ("", 0), "{}", results[1].log);
    assert_eq!(raw(&chain, &contract, "k"), b"v");
}

#[test]
fn a_crash_in_a_block_with_a_panicking_contract_replays_to_the_same_root() {
    let (mut crashing, buyer, provider) = chain();
    let (mut smooth, ..) = chain();
    let contract = crashing.deploy_probe(&buyer).unwrap();
    smooth.deploy_probe(&buyer).unwrap();
    for point in CrashPoint::ALL {
        let message = execute(&provider, &contract, MISBEHAVIOURS[0].0);
        let tx = signed(&crashing, &provider, message);
        crashing.crash_in_block(vec![tx.clone()], point).unwrap();
        smooth.deliver(tx).unwrap();
        assert_eq!(crashing.app_hash().unwrap(), smooth.app_hash().unwrap(), "{point:?}");
    }
}

/// Everything that a contract may try, with the gas that it gets and what it ends with. Each limit is
/// another one: gas, Wasm stack, memory, sizes, nesting, iterators.
fn attacks() -> Vec<(String, u64, (&'static str, u32))> {
    let text = |text: &str| text.to_owned();
    let long_key = format!(r#"{{"set":{{"key":"{}","value":""}}}}"#, "k".repeat(64 * 1024 + 1));
    let set = r#"{"wasm":{"execute":{"contract_addr":"SELF","msg":"e30=","funds":[]}}}"#;
    let submessage =
        format!(r#"{{"id":1,"payload":"","msg":{set},"gas_limit":null,"reply_on":"error"}}"#);
    let storm =
        format!(r#"{{"send":{{"messages":[{}],"data":null}}}}"#, vec![submessage; 400].join(","));
    let deep = format!(
        r#"{{"send":{{"messages":{}{},"data":null}}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    vec![
        (text(r#"{"panic":{"text":"so be it"}}"#), GAS, ("wasm", 29)),
        // Seven million units of gas are a second: what ends at one limit ends at each.
        (text(r#"{"loop":{}}"#), 2_000_000, ("sdk", 11)),
        (text(r#"{"ask":{"query":{"loop":{}}}}"#), 2_000_000, ("sdk", 11)),
        (text(r#"{"recurse":{}}"#), GAS, ("wasm", 29)),
        (text(r#"{"grow":{"bytes":41943040}}"#), GAS, ("wasm", 29)),
        (text(r#"{"call_self":{"depth":100000}}"#), GAS, ("wasm", 30)),
        (storm, 3_000_000, ("sdk", 11)),
        (text(r#"{"attributes":{"count":1000000,"bytes":1}}"#), GAS, ("wasm", 29)),
        (text(r#"{"attributes":{"count":1,"bytes":30000000}}"#), GAS, ("wasm", 29)),
        (text(r#"{"attributes":{"count":20000,"bytes":100}}"#), 3_000_000, ("wasm", 29)),
        (text(r#"{"fill":{"count":1,"bytes":131073}}"#), GAS, ("wasm", 29)),
        (text(r#"{"fill":{"count":99999,"bytes":100000}}"#), GAS, ("sdk", 11)),
        (long_key, GAS, ("wasm", 29)),
        (deep, GAS, ("wasm", 5)),
        (text(r#"{"iterators":{"count":32769}}"#), GAS, ("wasm", 29)),
        (text(r#"{"ask":{"query":{"scan":{"descending":false}}}}"#), 2_000_000, ("sdk", 11)),
        (
            text(
                r#"{"ask":{"query":{"walk":{"values":true,"descending":true,"count":4294967295}}}}"#,
            ),
            2_000_000,
            ("sdk", 11),
        ),
    ]
}

#[test]
fn every_attack_of_a_contract_ends_at_its_limit_and_leaves_the_block_to_others() {
    let (mut chain, buyer, provider) = chain();
    let contract = chain.deploy_probe(&buyer).unwrap();
    // Something to iterate over.
    let fill = execute(&buyer, &contract, r#"{"fill":{"count":800,"bytes":1000}}"#);
    assert_eq!(outcome(&chain.deliver(signed(&chain, &buyer, fill)).unwrap()), ("", 0));
    let mut wrong = Vec::new();
    for (attack, gas, expected) in attacks() {
        let attack = attack.replace("SELF", &contract);
        let write = execute(&provider, &contract, r#"{"set":{"key":"k","value":"left behind"}}"#);
        let bad = execute(&provider, &contract, &attack);
        let bad = chain.tx(&provider).unwrap().message(write).message(bad).gas(gas).fee(FEE);
        let good = execute(&buyer, &contract, r#"{"set":{"key":"good","value":"v"}}"#);
        // Half of the block's gas is the attacker's at most: there is room for a neighbour.
        let block = vec![bad.sign(&provider), signed(&chain, &buyer, good)];
        let results = chain.deliver_block(block).unwrap();
        let shown: String = attack.chars().take(70).collect();
        if outcome(&results[0]) != expected || !results[0].data.is_empty() {
            wrong.push(format!("{shown}: {:?} {}", outcome(&results[0]), results[0].log));
            continue;
        }
        assert_eq!(outcome(&results[1]), ("", 0), "{shown}: {}", results[1].log);
        assert!(raw(&chain, &contract, "k").is_empty(), "{shown} left its write");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // A node that was not there executes the same.
    chain.forget_and_replay().unwrap();
}

/// What contracts may do for their gas is not refused, and does not grow without it.
#[test]
fn answers_of_megabytes_and_deep_questions_are_paid_for() {
    let (mut chain, buyer, _) = chain();
    let contract = chain.deploy_probe(&buyer).unwrap();
    let data = "A".repeat(600_000);
    let big = format!(r#"{{"send":{{"messages":[],"data":"{data}"}}}}"#);
    let answered = chain.deliver(signed(&chain, &buyer, execute(&buyer, &contract, &big))).unwrap();
    assert_eq!(outcome(&answered), ("", 0), "{}", answered.log);
    // Ten for each byte of the transaction, one for each byte of the answer that is read.
    assert!(answered.gas_used > 11 * 600_000, "{}", answered.gas_used);
    // Queries inside queries end at their bound, and the contract is told so.
    let nest = r#"{"ask":{"query":{"nest":{"depth":30}}}}"#;
    let nested = chain.deliver(signed(&chain, &buyer, execute(&buyer, &contract, nest))).unwrap();
    assert_eq!(outcome(&nested), ("", 0), "{}", nested.log);
    let told = String::from_utf8_lossy(&nested.data).into_owned();
    assert!(told.contains("code: 27"), "{told}");
    assert!(nested.gas_used < 3_000_000, "{}", nested.gas_used);
    let batch = vec![r#""AAAA""#; 3_000].join(",");
    let batch = format!(
        r#"{{"ask":{{"query":{{"crypto":{{"function":"ed25519_batch","parts":[{batch}]}}}}}}}}"#
    );
    let points = format!(
        r#"{{"ask":{{"query":{{"crypto":{{"function":"aggregate_g1","parts":["{}"]}}}}}}}}"#,
        "A".repeat(400_000)
    );
    // Batches are priced before they are computed, and what is no point is no answer.
    for (attack, bytes) in [(batch, 21_000), (points, 400_000)] {
        let tx = signed(&chain, &buyer, execute(&buyer, &contract, &attack));
        let answered = chain.deliver(tx).unwrap();
        let told = String::from_utf8_lossy(&answered.data).into_owned();
        assert!(answered.is_ok() && told.contains("error"), "{told} {}", answered.log);
        assert!(answered.gas_used > 10 * bytes, "{}", answered.gas_used);
    }
}
