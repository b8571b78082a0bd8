//! The compiled contract inside the chain's VM: accepted, working, and what it costs.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{fs, path::Path};

use cosmwasm_std::{BankMsg, ContractResult, Empty, Response, coins, from_json};
use cosmwasm_vm::{
    Instance, WasmLimits, capabilities_from_csv,
    internals::{Logger, check_wasm},
    testing::{
        MockApi, MockInstanceOptions, MockQuerier, MockStorage, execute, instantiate, mock_env,
        mock_info, mock_instance_with_options, query,
    },
};
use stoa_dao_types::{
    ExecuteMsg, InstantiateMsg, MAX_MEMBERS, Member, ProposalResponse, ProposalStatus, QueryMsg,
    Vote,
};
use stoa_primitives::BasisPoints;

type Vm = Instance<MockApi, MockStorage, MockQuerier>;

/// What the chain offers to contracts.
const CAPABILITIES: &str = "iterator,stargate,staking,cosmwasm_1_1,cosmwasm_1_2,cosmwasm_1_3,\
    cosmwasm_1_4,cosmwasm_2_0,cosmwasm_2_1";
/// CosmWasm gas that no single message may reach; wasmd counts 140,000 of it as one SDK gas.
const MAX_MESSAGE_GAS: u64 = 5_000_000_000;

fn wasm() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/contracts/dao.wasm");
    fs::read(&path).expect("target/contracts/dao.wasm: run `cargo xtask build-contracts`")
}

/// Runs one call, prints its gas, returns its result.
fn measured<T>(vm: &mut Vm, name: &str, call: impl FnOnce(&mut Vm) -> T) -> T {
    let before = vm.get_gas_left();
    let result = call(vm);
    let gas = before - vm.get_gas_left();
    println!("dao {name}: {gas} gas");
    assert!(gas < MAX_MESSAGE_GAS, "{name} used {gas}");
    result
}

/// Runs a message one block after the instantiation, when the first weights count.
fn run(vm: &mut Vm, name: &str, sender: &str, msg: ExecuteMsg) -> Response {
    let mut env = mock_env();
    env.block.height += 1;
    let info = mock_info(sender, &[]);
    measured(vm, name, |vm| {
        let result: ContractResult<Response<Empty>> = execute(vm, env, info, msg);
        result.unwrap()
    })
}

fn vm(members: Vec<Member>) -> Vm {
    let options = MockInstanceOptions { gas_limit: u64::MAX / 2, ..Default::default() };
    let mut vm = mock_instance_with_options(&wasm(), options);
    let name = format!("instantiate with {} members", members.len());
    let setup = InstantiateMsg {
        members,
        quorum: BasisPoints::new(4_000).unwrap(),
        threshold: BasisPoints::new(5_000).unwrap(),
        voting_period_blocks: 10,
    };
    let creator = vm.api().addr_make("creator");
    measured(&mut vm, &name, |vm| {
        let result: ContractResult<Response<Empty>> =
            instantiate(vm, mock_env(), mock_info(&creator, &[]), setup);
        result.unwrap();
    });
    vm
}

#[test]
fn the_chain_accepts_the_code() {
    let capabilities = capabilities_from_csv(CAPABILITIES);
    check_wasm(&wasm(), &capabilities, &WasmLimits::default(), Logger::Off).unwrap();
}

#[test]
fn a_proposal_is_opened_voted_and_executed() {
    let founder = MockApi::default().addr_make("founder");
    let mut vm = vm(vec![Member { address: founder.clone(), weight: 1 }]);
    let spend = BankMsg::Send { to_address: founder.clone(), amount: coins(1, "ustoa") };
    let propose = ExecuteMsg::Propose {
        title: "title".to_owned(),
        description: "reasons".to_owned(),
        messages: vec![spend.into()],
    };
    run(&mut vm, "propose", &founder, propose);
    run(&mut vm, "vote", &founder, ExecuteMsg::Vote { proposal_id: 1, vote: Vote::Yes });
    let response = run(&mut vm, "execute", &founder, ExecuteMsg::Execute { proposal_id: 1 });
    assert_eq!(response.messages.len(), 1);
    let answer = query(&mut vm, mock_env(), QueryMsg::Proposal { proposal_id: 1 }).unwrap();
    let proposal: ProposalResponse = from_json(answer).unwrap();
    assert_eq!(proposal.status, ProposalStatus::Executed);
}

#[test]
fn the_largest_dao_fits_into_one_message() {
    let api = MockApi::default();
    let address = |index: usize| api.addr_make(&index.to_string());
    vm((0..MAX_MEMBERS).map(|index| Member { address: address(index), weight: 1 }).collect());
}
