//! The compiled contract inside the chain's VM: accepted, working, and what it costs.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{fs, path::Path};

use cosmwasm_std::{ContractResult, Empty, MessageInfo, Response, coins, from_json};
use cosmwasm_vm::{
    Instance, WasmLimits, capabilities_from_csv,
    internals::{Logger, check_wasm},
    testing::{
        MockApi, MockInstanceOptions, MockQuerier, MockStorage, execute, instantiate, mock_env,
        mock_info, mock_instance_with_options, query,
    },
};
use stoa_primitives::{BasisPoints, ContentHash};
use stoa_provenance_types::{
    AssetKind, ClaimableResponse, ExecuteMsg, InstantiateMsg, MAX_PARENTS, QueryMsg,
};

type Vm = Instance<MockApi, MockStorage, MockQuerier>;

/// What the chain offers to contracts.
const CAPABILITIES: &str = "iterator,stargate,staking,cosmwasm_1_1,cosmwasm_1_2,cosmwasm_1_3,\
    cosmwasm_1_4,cosmwasm_2_0,cosmwasm_2_1";
const DENOM: &str = "ustoa";
/// CosmWasm gas that no single message may reach; wasmd counts 140,000 of it as one SDK gas.
const MAX_MESSAGE_GAS: u64 = 1_000_000_000;

fn wasm() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/contracts/provenance.wasm");
    fs::read(&path).expect("target/contracts/provenance.wasm: run `cargo xtask build-contracts`")
}

fn vm() -> Vm {
    let options = MockInstanceOptions { gas_limit: u64::MAX / 2, ..Default::default() };
    mock_instance_with_options(&wasm(), options)
}

/// Runs one call, prints its gas, returns its result.
fn measured<T>(vm: &mut Vm, name: &str, call: impl FnOnce(&mut Vm) -> T) -> T {
    let before = vm.get_gas_left();
    let result = call(vm);
    let gas = before - vm.get_gas_left();
    println!("provenance {name}: {gas} gas");
    assert!(gas < MAX_MESSAGE_GAS, "{name} used {gas}");
    result
}

fn run(vm: &mut Vm, name: &str, info: MessageInfo, msg: ExecuteMsg) -> Response {
    measured(vm, name, |vm| {
        let result: ContractResult<Response<Empty>> = execute(vm, mock_env(), info, msg);
        result.unwrap()
    })
}

fn register(vm: &mut Vm, name: &str, owner: &str, parents: Vec<ContentHash>) -> ContentHash {
    let content_hash = ContentHash::sha256(name.as_bytes());
    let msg = ExecuteMsg::Register {
        content_hash,
        kind: AssetKind::Model,
        name: name.to_owned(),
        license: "Apache-2.0".to_owned(),
        parents,
        royalty: BasisPoints::new(500).unwrap(),
    };
    run(vm, &format!("register {name}"), mock_info(owner, &[]), msg);
    content_hash
}

#[test]
fn the_chain_accepts_the_code() {
    let capabilities = capabilities_from_csv(CAPABILITIES);
    check_wasm(&wasm(), &capabilities, &WasmLimits::default(), Logger::Off).unwrap();
}

#[test]
fn lineage_is_registered_paid_collected_and_claimed() {
    let mut vm = vm();
    let owner = vm.api().addr_make("owner");
    let buyer = vm.api().addr_make("buyer");
    let setup = InstantiateMsg { denom: DENOM.to_owned() };
    let result: ContractResult<Response<Empty>> =
        instantiate(&mut vm, mock_env(), mock_info(&owner, &[]), setup);
    result.unwrap();

    let parents: Vec<_> = (0..MAX_PARENTS)
        .map(|index| register(&mut vm, &format!("parent {index}"), &owner, vec![]))
        .collect();
    let parent = parents[0];
    let model = register(&mut vm, "with all parents", &owner, parents);
    run(&mut vm, "pay", mock_info(&buyer, &coins(1_000, DENOM)), ExecuteMsg::Pay { asset: model });
    let collect = ExecuteMsg::Collect { child: model, parent };
    run(&mut vm, "collect", mock_info(&buyer, &[]), collect);
    let claim = ExecuteMsg::Claim { asset: model, collect_from: vec![] };
    let response = run(&mut vm, "claim", mock_info(&owner, &[]), claim);
    assert_eq!(response.messages.len(), 1);
    let answer = query(&mut vm, mock_env(), QueryMsg::Claimable { asset: parent }).unwrap();
    assert_eq!(from_json::<ClaimableResponse>(answer).unwrap().amount.u128(), 50);
}

#[test]
fn what_a_payment_costs_does_not_depend_on_the_lineage() {
    let mut vm = vm();
    let owner = vm.api().addr_make("owner");
    let setup = InstantiateMsg { denom: DENOM.to_owned() };
    let result: ContractResult<Response<Empty>> =
        instantiate(&mut vm, mock_env(), mock_info(&owner, &[]), setup);
    result.unwrap();
    let alone = register(&mut vm, "alone", &owner, vec![]);
    let mut deep = alone;
    for depth in 0..50 {
        deep = register(&mut vm, &format!("depth {depth}"), &owner, vec![deep]);
    }
    let mut gas_of = |asset| {
        let before = vm.get_gas_left();
        let info = mock_info(&owner, &coins(1_000, DENOM));
        let result: ContractResult<Response<Empty>> =
            execute(&mut vm, mock_env(), info, ExecuteMsg::Pay { asset });
        result.unwrap();
        before - vm.get_gas_left()
    };
    let (shallow, deep) = (gas_of(alone), gas_of(deep));
    println!("provenance pay: {shallow} gas without parents, {deep} gas below 50 generations");
    assert!(deep.abs_diff(shallow) < shallow / 100);
}
