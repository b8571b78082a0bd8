use prost::Message as _;
use stoa_proto::beacon::v1::{Beacon, QueryBeaconRequest};

use super::*;
use crate::{beacon, testing::context, wasm::Limits};

/// What a contract is told that sends a Stargate query.
fn ask(path: &str, data: &[u8]) -> SystemResult<ContractResult<Binary>> {
    let ctx = context();
    let beacon = Beacon { index: 5, value: vec![7; 32], power: 3, total_power: 4 };
    let key = [&[2], 5u64.to_be_bytes().as_slice()].concat();
    ctx.set(beacon::STORE, &key, beacon.encode_to_vec()).unwrap();
    let querier = ContractQuerier {
        wasm: Wasm::new(Limits::default()),
        ctx,
        caller: AccAddress::new([1; 20]).unwrap(),
        fault: Fault::default(),
    };
    let (path, data) = (path.to_owned(), Binary::from(data));
    #[allow(deprecated)] // contracts of CosmWasm 1 still send it
    let request = to_vec(&QueryRequest::<Empty>::Stargate { path, data }).unwrap();
    let before = querier.ctx.gas.used();
    let told = querier.query_raw(&request, 1_000_000_000_000).0.unwrap();
    let is_paid = querier.ctx.gas.used() > before;
    assert_eq!(is_paid, matches!(told, SystemResult::Ok(_)), "an answer for nothing");
    told
}

#[test]
fn stargate_queries_of_the_beacon_are_answered_in_json() {
    let request = QueryBeaconRequest { index: 5 }.encode_to_vec();
    for (path, data) in [("Beacon", request.as_slice()), ("Latest", &[])] {
        let told = ask(&format!("/stoa.beacon.v1.Query/{path}"), data).unwrap().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&told).unwrap();
        assert_eq!(json["beacon"]["index"], "5");
        assert_eq!(json["beacon"]["value"], Binary::from([7; 32]).to_base64());
    }
    let missing = QueryBeaconRequest { index: 6 }.encode_to_vec();
    assert!(ask("/stoa.beacon.v1.Query/Beacon", &missing).unwrap().is_err());
}

#[test]
fn other_stargate_queries_are_refused_in_wasmds_words() {
    let kind = "Stargate queries are disabled on this chain".to_owned();
    for path in ["/cosmos.bank.v1beta1.Query/Params", "/stoa.beacon.v1.Query/Seed", ""] {
        let refused = SystemError::UnsupportedRequest { kind: kind.clone() };
        assert_eq!(ask(path, &[]), SystemResult::Err(refused), "{path}");
    }
}
