//! Contracts that misbehave, through whole blocks.

use std::io::Read as _;

use cosmos_sdk_proto::{
    Any,
    cosmos::base::abci::v1beta1::TxMsgData,
    cosmwasm::wasm::v1::{
        MsgExecuteContract, MsgInstantiateContract, MsgInstantiateContractResponse, MsgStoreCode,
        QueryRawContractStateRequest, QueryRawContractStateResponse,
    },
};
use flate2::read::GzDecoder;
use prost::{Message as _, Name};
use stoa_app::TxResult;
use stoa_mock_consensus::{Actor, CrashPoint, MockChain};

use crate::{START, chain, outcome};

const GAS: u64 = 50_000_000;
const FEE: u128 = 1_250_000;

/// The contract of `chain/modules/testdata/probe`, which does whatever it is told.
fn probe_wasm() -> Vec<u8> {
    let packed = include_bytes!("../../../modules/testdata/probe.wasm.gz").as_slice();
    let mut wasm = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut wasm).unwrap();
    wasm
}

pub fn any<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

pub fn signed(chain: &MockChain, actor: &Actor, message: Any) -> Vec<u8> {
    chain.tx(actor).unwrap().message(message).gas(GAS).fee(FEE).sign(actor)
}

/// Uploads the probe and makes a contract of it; returns its address.
pub fn deploy(chain: &mut MockChain, actor: &Actor) -> String {
    let sender = actor.address().to_string();
    let store = MsgStoreCode {
        sender: sender.clone(),
        wasm_byte_code: probe_wasm(),
        instantiate_permission: None,
    };
    let stored = chain.deliver(signed(chain, actor, any(&store))).unwrap();
    assert_eq!(outcome(&stored), ("", 0), "{}", stored.log);
    let instantiate = MsgInstantiateContract {
        sender,
        admin: String::new(),
        code_id: 1,
        label: "probe".to_owned(),
        msg: b"{}".to_vec(),
        funds: vec![],
    };
    let made = chain.deliver(signed(chain, actor, any(&instantiate))).unwrap();
    assert_eq!(outcome(&made), ("", 0), "{}", made.log);
    let data = TxMsgData::decode(made.data.as_slice()).unwrap();
    let response = data.msg_responses[0].value.as_slice();
    MsgInstantiateContractResponse::decode(response).unwrap().address
}

pub fn execute(actor: &Actor, contract: &str, message: &str) -> Any {
    any(&MsgExecuteContract {
        sender: actor.address().to_string(),
        contract: contract.to_owned(),
        msg: message.as_bytes().to_vec(),
        funds: vec![],
    })
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
    let contract = deploy(&mut chain, &buyer);
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
    let contract = deploy(&mut chain, &buyer);
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
    let contract = deploy(&mut crashing, &buyer);
    deploy(&mut smooth, &buyer);
    for point in CrashPoint::ALL {
        let message = execute(&provider, &contract, MISBEHAVIOURS[0].0);
        let tx = signed(&crashing, &provider, message);
        crashing.crash_in_block(vec![tx.clone()], point).unwrap();
        smooth.deliver(tx).unwrap();
        assert_eq!(crashing.app_hash().unwrap(), smooth.app_hash().unwrap(), "{point:?}");
    }
}
