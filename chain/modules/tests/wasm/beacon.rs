//! Contracts and the random beacon.

use prost::Message as _;
use serde_json::json;
use stoa_modules::{
    Context, GasMeter,
    auth::AccAddress,
    beacon::{self, BeaconKey, Contributor, Seed},
    validators::{self, ConsensusAddress},
};
use stoa_proto::beacon::v1::{
    Beacon, QueryBeaconRequest, QueryBeaconResponse, QueryLatestResponse,
};
use stoa_proto::cosmwasm::wasm::v1::{
    QuerySmartContractStateRequest, QuerySmartContractStateResponse,
};
use tendermint_proto::v0_38::{
    abci::ValidatorUpdate,
    crypto::{PublicKey, public_key::Sum},
};

use crate::{chain::*, messages::base64};

const KEY: [u8; 32] = [5; 32];

/// A chain whose only validator has contributed until a value was fixed.
fn with_value() -> (Chain, AccAddress, Beacon) {
    let (chain, probe) = Chain::with_probe();
    let at = |height| -> Context {
        let mut ctx = chain.ctx(GasMeter::unlimited());
        ctx.block.height = height;
        ctx
    };
    let key = PublicKey { sum: Some(Sum::Ed25519(KEY.to_vec())) };
    validators::init_genesis(&at(1), &[ValidatorUpdate { pub_key: Some(key), power: 1 }]).unwrap();
    let validator = ConsensusAddress::of_key(&KEY);
    let contributor = Contributor::new(BeaconKey { validator, seed: Seed::new([1; 32]) });
    let mut height = 1;
    let beacon = loop {
        let extension = contributor.extension(&at(height)).unwrap();
        height += 1;
        beacon::action::fold(&at(height), [(validator, extension.as_slice())]).unwrap();
        beacon::action::fix(&mut at(height)).unwrap();
        if let Some(beacon) = beacon::latest(&at(height)).unwrap() {
            break beacon;
        }
        assert!(height < 100, "no value is ever fixed");
    };
    (chain, probe, beacon)
}

/// The bytes that the probe is answered; what the chain refuses is a text.
fn ask(chain: &Chain, probe: &AccAddress, path: &str, data: &[u8]) -> Vec<u8> {
    // The probe is built without Stargate queries; `querier/tests.rs` asks those.
    let query = json!({"chain": {"request": {"grpc": {"path": path, "data": base64(data)}}}});
    let query_data = query.to_string().into_bytes();
    let request = QuerySmartContractStateRequest { address: probe.to_string(), query_data };
    chain.ask::<QuerySmartContractStateResponse>("SmartContractState", &request).unwrap().data
}

#[test]
fn a_contract_reads_a_value_by_its_index() {
    let (chain, probe, beacon) = with_value();
    let request = QueryBeaconRequest { index: beacon.index }.encode_to_vec();
    let answer = ask(&chain, &probe, "/stoa.beacon.v1.Query/Beacon", &request);
    let answer = QueryBeaconResponse::decode(answer.as_slice()).unwrap();
    assert_eq!(answer.beacon.as_ref(), Some(&beacon));
    let answer = ask(&chain, &probe, "/stoa.beacon.v1.Query/Latest", &[]);
    let answer = QueryLatestResponse::decode(answer.as_slice()).unwrap();
    assert_eq!(answer.beacon, Some(beacon));
}

#[test]
fn a_contract_reads_nothing_else_and_learns_when_there_is_no_value() {
    let (chain, probe, beacon) = with_value();
    for path in ["/stoa.beacon.v1.Query/Seed", "/stoa.beacon.v1.Query", "/x.y.Query/Params", ""] {
        let told = String::from_utf8(ask(&chain, &probe, path, &[])).unwrap();
        assert!(told.contains("gRPC queries are disabled"), "{told}");
    }
    let request = QueryBeaconRequest { index: beacon.index + 1 }.encode_to_vec();
    let told = ask(&chain, &probe, "/stoa.beacon.v1.Query/Beacon", &request);
    assert!(told.starts_with(b"\"refused: "), "{}", String::from_utf8_lossy(&told));
}
