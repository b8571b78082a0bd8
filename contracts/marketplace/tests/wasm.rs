//! The compiled contract inside the chain's VM: accepted, working, and what it costs.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{fs, path::Path};

use cosmwasm_std::{
    ContractResult, Empty, MessageInfo, QuerierResult, Response, SystemResult, Uint128, WasmQuery,
    coins, from_json, to_json_binary,
};
use cosmwasm_vm::{
    Instance, WasmLimits, capabilities_from_csv,
    internals::{Logger, check_wasm},
    testing::{
        MockApi, MockInstanceOptions, MockQuerier, MockStorage, execute, instantiate, mock_env,
        mock_info, mock_instance_with_options, query,
    },
};
use k256::ecdsa::SigningKey;
use stoa_marketplace_types::{ExecuteMsg, InstantiateMsg, JobsResponse, QueryMsg};
use stoa_primitives::{BasisPoints, ContentHash};
use stoa_provenance_types::{AssetKind, AssetResponse, ConfigResponse};
use stoa_receipt::{Statement, sign};

type Vm = Instance<MockApi, MockStorage, MockQuerier>;

/// What the chain offers to contracts.
const CAPABILITIES: &str = "iterator,stargate,staking,cosmwasm_1_1,cosmwasm_1_2,cosmwasm_1_3,\
    cosmwasm_1_4,cosmwasm_2_0,cosmwasm_2_1";
const DENOM: &str = "ustoa";
/// CosmWasm gas that no single message may reach; wasmd counts 140,000 of it as one SDK gas.
const MAX_MESSAGE_GAS: u64 = 1_000_000_000;
const PRICE: u128 = 1_000;
const BOND: u128 = 500;

fn wasm() -> Vec<u8> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/contracts/marketplace.wasm");
    fs::read(&path).expect("target/contracts/marketplace.wasm: run `cargo xtask build-contracts`")
}

/// A registry that has every model.
fn registry(question: &WasmQuery) -> QuerierResult {
    let WasmQuery::Smart { msg, .. } = question else { panic!("{question:?}") };
    let answer = match from_json(msg).unwrap() {
        stoa_provenance_types::QueryMsg::Config {} => {
            to_json_binary(&ConfigResponse { denom: DENOM.to_owned() })
        }
        stoa_provenance_types::QueryMsg::Asset { content_hash } => to_json_binary(&AssetResponse {
            content_hash,
            kind: AssetKind::Model,
            name: "model".to_owned(),
            license: "MIT".to_owned(),
            owner: "owner".to_owned(),
            parents: vec![],
            royalty: BasisPoints::new(1_000).unwrap(),
            registered_height: 1,
            received: Uint128::zero(),
            claimed: Uint128::zero(),
        }),
        other => panic!("{other:?}"),
    };
    SystemResult::Ok(ContractResult::Ok(answer.unwrap()))
}

/// Runs one call, prints its gas, returns its result.
fn measured<T>(vm: &mut Vm, name: &str, call: impl FnOnce(&mut Vm) -> T) -> T {
    let before = vm.get_gas_left();
    let result = call(vm);
    let gas = before - vm.get_gas_left();
    println!("marketplace {name}: {gas} gas");
    assert!(gas < MAX_MESSAGE_GAS, "{name} used {gas}");
    result
}

fn run(vm: &mut Vm, name: &str, later_blocks: u64, info: MessageInfo, msg: ExecuteMsg) -> Response {
    let mut env = mock_env();
    env.block.height += later_blocks;
    measured(vm, name, |vm| {
        let result: ContractResult<Response<Empty>> = execute(vm, env, info, msg);
        result.unwrap()
    })
}

fn vm() -> Vm {
    let options = MockInstanceOptions { gas_limit: u64::MAX / 2, ..Default::default() };
    let mut vm = mock_instance_with_options(&wasm(), options);
    vm.with_querier(|querier| {
        querier.update_wasm(registry);
        Ok(())
    })
    .unwrap();
    let dao = vm.api().addr_make("dao");
    let setup = InstantiateMsg {
        dao: dao.clone(),
        provenance: vm.api().addr_make("provenance"),
        denom: DENOM.to_owned(),
        protocol_fee: BasisPoints::new(500).unwrap(),
        challenge_window_blocks: 10,
        minimum_bond: Uint128::new(BOND),
    };
    measured(&mut vm, "instantiate", |vm| {
        let result: ContractResult<Response<Empty>> =
            instantiate(vm, mock_env(), mock_info(&dao, &[]), setup);
        result.unwrap();
    });
    vm
}

fn key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

fn register(vm: &mut Vm, provider: &str) {
    let msg = ExecuteMsg::RegisterService {
        name: "echo".to_owned(),
        model: ContentHash::sha256(b"model"),
        semantics_version: 1,
        price: Uint128::new(PRICE),
        endpoint: "http://127.0.0.1:8001".to_owned(),
        receipt_key: key().verifying_key().to_encoded_point(true).as_bytes().into(),
    };
    run(vm, "register_service", 0, mock_info(provider, &coins(BOND, DENOM)), msg);
}

fn order(vm: &mut Vm, buyer: &str) {
    let input_hash = ContentHash::sha256(b"input");
    let msg = ExecuteMsg::Order { service_id: 1, input_hash, deadline_blocks: 20 };
    run(vm, "order", 0, mock_info(buyer, &coins(PRICE, DENOM)), msg);
}

#[test]
fn the_chain_accepts_the_code() {
    let capabilities = capabilities_from_csv(CAPABILITIES);
    check_wasm(&wasm(), &capabilities, &WasmLimits::default(), Logger::Off).unwrap();
}

#[test]
fn a_job_is_ordered_delivered_and_settled() {
    let mut vm = vm();
    let [provider, buyer] = ["provider", "buyer"].map(|role| vm.api().addr_make(role));
    register(&mut vm, &provider);
    order(&mut vm, &buyer);
    let statement = Statement {
        chain_id: mock_env().block.chain_id,
        marketplace: mock_env().contract.address.into_string(),
        job_id: 1,
        model_root: ContentHash::sha256(b"model"),
        semantics_version: 1,
        input_hash: ContentHash::sha256(b"input"),
        output_hash: ContentHash::sha256(b"output"),
    };
    let receipt = sign(statement, &key()).unwrap();
    let deliver = ExecuteMsg::Deliver { receipt };
    run(&mut vm, "deliver", 5, mock_info(&provider, &[]), deliver);
    let question =
        QueryMsg::OpenJobs { provider: provider.clone(), start_after: None, limit: None };
    let answer =
        measured(&mut vm, "query open_jobs", |vm| query(vm, mock_env(), question).unwrap());
    assert_eq!(from_json::<JobsResponse>(answer).unwrap().jobs.len(), 1);
    let settle = ExecuteMsg::Settle { job_id: 1 };
    let response = run(&mut vm, "settle", 15, mock_info(&buyer, &[]), settle);
    assert_eq!(response.messages.len(), 3);
    let close = ExecuteMsg::CloseService { service_id: 1 };
    run(&mut vm, "close_service", 15, mock_info(&provider, &[]), close);
}

#[test]
fn a_missed_job_is_refunded() {
    let mut vm = vm();
    let [provider, buyer] = ["provider", "buyer"].map(|role| vm.api().addr_make(role));
    register(&mut vm, &provider);
    order(&mut vm, &buyer);
    let refund = ExecuteMsg::Refund { job_id: 1 };
    let response = run(&mut vm, "refund", 21, mock_info(&buyer, &[]), refund);
    assert_eq!(response.messages.len(), 1);
}
