//! The DAO contract of the project as the chain's authority: members vote, and the chain changes.
//!
//! It is the compiled Wasm that is deployed: `cargo xtask build-contracts` first.

use std::path::Path;

use cosmos_sdk_proto::{
    cosmos::{
        base::abci::v1beta1::TxMsgData,
        upgrade::v1beta1::{
            MsgSoftwareUpgrade, Plan, QueryCurrentPlanRequest, QueryCurrentPlanResponse,
        },
    },
    cosmwasm::wasm::v1::{
        MsgExecuteContractResponse, MsgInstantiateContract, MsgInstantiateContractResponse,
        MsgStoreCodeResponse, QuerySmartContractStateRequest, QuerySmartContractStateResponse,
    },
};
use prost::Message as _;
use serde_json::{Value, json};
use stoa_app::{AppError, Block, TxResult, snapshot::Schedule};
use stoa_mock_consensus::{Actor, Genesis, MockChain, MockError, store_code};
use stoa_modules::{
    consensus::MsgUpdateParams,
    router::Continuation,
    upgrade::{StoreUpgrades, Upgrade, Upgrades},
};
use stoa_proto::privilege::v1::{
    Grant, MsgGrantPrivilege, MsgSetAuthority, Privilege, QueryAuthorityRequest,
    QueryAuthorityResponse,
};
use tendermint_proto::v0_38::types::ConsensusParams;

use crate::{
    START, outcome, parameters,
    steward::{any, as_contract_message, call, deploy, genesis, govern, governor, records, send, state},
};

/// Who votes, with what weight: the first two decide.
const MEMBERS: [(&str, u64); 3] = [("member-1", 40), ("member-2", 35), ("member-3", 25)];
const VOTING_PERIOD_BLOCKS: u64 = 30;
const CALL_GAS: u64 = 5_000_000;

/// A chain that the DAO governs, and that has a steward; with the addresses of both.
struct Governed {
    chain: MockChain,
    dao: String,
    steward: String,
}

fn governed() -> Governed {
    let members = MEMBERS.map(|(name, _)| Actor::new(name));
    let genesis = members.iter().fold(genesis(), |genesis: Genesis, member| {
        genesis.with_balance(member, START)
    });
    let mut chain = MockChain::new(&genesis).unwrap();
    let steward = deploy(&mut chain);
    let dao = deploy_dao(&mut chain);
    let (authority, new_authority) = (governor().address().to_string(), dao.clone());
    govern(&mut chain, any(&MsgSetAuthority { authority, new_authority }));
    assert_eq!(authority_of(&chain), dao);
    Governed { chain, dao, steward }
}

fn deploy_dao(chain: &mut MockChain) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/contracts/dao.wasm");
    let wasm = std::fs::read(path).expect("run `cargo xtask build-contracts` first");
    let stored = send(chain, &governor(), store_code(&governor(), wasm));
    let code_id = answer::<MsgStoreCodeResponse>(&stored).code_id;
    let members = MEMBERS.map(|(name, weight)| {
        json!({ "address": Actor::new(name).address().to_string(), "weight": weight })
    });
    let rules = json!({
        "members": members, "quorum": 3_400, "threshold": 5_000,
        "voting_period_blocks": VOTING_PERIOD_BLOCKS,
    });
    let made = send(chain, &governor(), any(&MsgInstantiateContract {
        sender: governor().address().to_string(),
        admin: String::new(),
        code_id,
        label: "dao".to_owned(),
        msg: rules.to_string().into_bytes(),
        funds: vec![],
    }));
    answer::<MsgInstantiateContractResponse>(&made).address
}

/// What the only message of a transaction answered.
fn answer<M: prost::Message + Default>(result: &TxResult) -> M {
    assert_eq!(outcome(result), ("", 0), "{}", result.log);
    let data = TxMsgData::decode(result.data.as_slice()).unwrap();
    M::decode(data.msg_responses[0].value.as_slice()).unwrap()
}

fn authority_of(chain: &MockChain) -> String {
    let path = "/stoa.privilege.v1.Query/Authority";
    chain.query::<QueryAuthorityResponse>(path, &QueryAuthorityRequest {}).unwrap().address
}

impl Governed {
    /// A member's message to the DAO.
    fn tell(&mut self, member: usize, message: &Value) -> TxResult {
        let member = Actor::new(MEMBERS[member].0);
        let message = call(&member, &self.dao, message);
        send(&mut self.chain, &member, message)
    }

    /// Opens a proposal of the third member; returns its number.
    fn propose(&mut self, title: &str, messages: &[Value]) -> u64 {
        let proposal =
            json!({ "propose": { "title": title, "description": "", "messages": messages } });
        let opened = self.tell(2, &proposal);
        let data = answer::<MsgExecuteContractResponse>(&opened).data;
        serde_json::from_slice(&data).unwrap()
    }

    fn vote(&mut self, member: usize, proposal_id: u64, vote: &str) {
        let result =
            self.tell(member, &json!({ "vote": { "proposal_id": proposal_id, "vote": vote } }));
        assert_eq!(outcome(&result), ("", 0), "{}", result.log);
    }

    /// Lets the two large members agree.
    fn pass(&mut self, proposal_id: u64) {
        self.vote(0, proposal_id, "yes");
        self.vote(1, proposal_id, "yes");
    }

    fn execute(&mut self, proposal_id: u64) -> TxResult {
        self.tell(2, &json!({ "execute": { "proposal_id": proposal_id } }))
    }

    fn status(&self, proposal_id: u64) -> Value {
        let query = json!({ "proposal": { "proposal_id": proposal_id } });
        let request = QuerySmartContractStateRequest {
            address: self.dao.clone(),
            query_data: query.to_string().into_bytes(),
        };
        let path = "/cosmwasm.wasm.v1.Query/SmartContractState";
        let answer: QuerySmartContractStateResponse = self.chain.query(path, &request).unwrap();
        serde_json::from_slice::<Value>(&answer.data).unwrap()["status"].clone()
    }

    /// What a proposal makes the chain do: parameters, a power, an upgrade at `height`.
    fn programme(&self, height: u64) -> [Value; 3] {
        let authority = self.dao.clone();
        let params = MsgUpdateParams { authority: authority.clone(), ..parameters::update(60_000_000) };
        let grant = MsgGrantPrivilege {
            authority: authority.clone(),
            grant: Some(Grant {
                contract: self.steward.clone(),
                privilege: Privilege::EndBlock.into(),
                block_gas: CALL_GAS,
                ..Grant::default()
            }),
        };
        let height = i64::try_from(height).unwrap();
        let plan = Plan { name: "v2".to_owned(), height, ..Plan::default() };
        let upgrade = MsgSoftwareUpgrade { authority, plan: Some(plan) };
        [as_contract_message(&params), as_contract_message(&grant), as_contract_message(&upgrade)]
    }
}

fn max_gas(params: &ConsensusParams) -> i64 {
    params.block.unwrap().max_gas
}

fn plan(chain: &MockChain) -> Option<Plan> {
    let path = "/cosmos.upgrade.v1beta1.Query/CurrentPlan";
    chain.query::<QueryCurrentPlanResponse>(path, &QueryCurrentPlanRequest {}).unwrap().plan
}

#[test]
fn members_change_parameters_grant_a_power_and_schedule_an_upgrade_by_vote() {
    let mut governed = governed();
    let upgrade_height = governed.chain.height() + 12;
    let programme = governed.programme(upgrade_height);
    let id = governed.propose("programme", &programme);
    // Nothing happens before the members have decided.
    let early = governed.execute(id);
    assert_eq!(early.codespace, "wasm", "{}", early.log);
    governed.vote(0, id, "yes");
    assert_eq!(governed.status(id), "open");
    governed.vote(1, id, "yes");
    assert_eq!(governed.status(id), "passed");
    assert!(records(&governed.chain, &governed.steward).is_empty());

    let member = Actor::new("member-3");
    let execute = call(&member, &governed.dao, &json!({ "execute": { "proposal_id": id } }));
    let tx = governed.chain.tx(&member).unwrap().message(execute).gas(50_000_000).fee(1_250_000);
    let block = Block { txs: vec![tx.sign(&member)], ..Block::default() };
    let result = governed.chain.decide_block(block).unwrap();
    assert_eq!(outcome(&result.tx_results[0]), ("", 0), "{}", result.tx_results[0].log);
    // Consensus is told, the contract is called from this block on, and the plan stands.
    assert_eq!(max_gas(&result.consensus_params.unwrap()), 60_000_000);
    assert_eq!(state(&governed.chain, &governed.steward)["ended"], 1);
    governed.chain.advance_blocks(1).unwrap();
    assert_eq!(state(&governed.chain, &governed.steward)["ended"], 2);
    assert_eq!(plan(&governed.chain).unwrap().name, "v2");
    let again = governed.execute(id);
    assert_eq!(again.codespace, "wasm", "a proposal runs once: {}", again.log);

    let to_go = upgrade_height - 1 - governed.chain.height();
    governed.chain.advance_blocks(to_go).unwrap();
    let halted = governed.chain.advance_blocks(1).unwrap_err();
    assert!(matches!(halted, MockError::App(AppError::UpgradeNeeded { .. })), "{halted}");
    let v2 =
        Upgrade { name: "v2", stores: StoreUpgrades::default(), apply: |_| Ok(()) };
    governed.chain.exchange_binary(Upgrades { known: vec![v2], ..Upgrades::default() }).unwrap();
    assert_eq!(governed.chain.height(), upgrade_height);
    assert_eq!(plan(&governed.chain), None);
}

#[test]
fn a_proposal_of_which_one_part_fails_changes_nothing_and_may_be_tried_again() {
    let mut governed = governed();
    let nobody = Actor::new("member-1").address().to_string();
    let bad = MsgGrantPrivilege {
        authority: governed.dao.clone(),
        grant: Some(Grant {
            contract: nobody,
            privilege: Privilege::BeginBlock.into(),
            block_gas: CALL_GAS,
            ..Grant::default()
        }),
    };
    let [params, grant, _] = governed.programme(1_000);
    let id = governed.propose("half of it", &[params, grant, as_contract_message(&bad)]);
    governed.pass(id);
    for _ in 0..2 {
        let failed = governed.execute(id);
        assert_ne!(failed.code, 0);
        assert!(failed.log.contains("is no contract"), "{}", failed.log);
        assert!(records(&governed.chain, &governed.steward).is_empty(), "all or nothing");
        assert_eq!(governed.status(id), "passed");
    }
}

#[test]
fn nobody_governs_beside_the_members() {
    let mut governed = governed();
    let programme = governed.programme(1_000);
    // The old authority, a member alone, and a proposal that was voted down.
    let take_back = MsgSetAuthority {
        authority: governor().address().to_string(),
        new_authority: governor().address().to_string(),
    };
    let refused = send(&mut governed.chain, &governor(), any(&take_back));
    assert_eq!(outcome(&refused), ("gov", 13), "{}", refused.log);
    let member = Actor::new(MEMBERS[0].0);
    let authority = member.address().to_string();
    let own = MsgUpdateParams { authority, ..parameters::update(60_000_000) };
    let refused = send(&mut governed.chain, &member, any(&own));
    assert_eq!(outcome(&refused), ("gov", 13), "{}", refused.log);
    let forged = MsgUpdateParams { authority: governed.dao.clone(), ..parameters::update(60_000_000) };
    let refused = send(&mut governed.chain, &member, any(&forged));
    assert_ne!(refused.code, 0, "signed in the name of the DAO");
    let id = governed.propose("voted down", &programme);
    for member in 0..2 {
        governed.vote(member, id, "no");
    }
    governed.chain.advance_blocks(VOTING_PERIOD_BLOCKS).unwrap();
    let refused = governed.execute(id);
    assert_ne!(refused.code, 0);
    assert!(records(&governed.chain, &governed.steward).is_empty());
    assert_eq!(plan(&governed.chain), None);
    // The members hand the chain over, and have no power left.
    let hand_over = MsgSetAuthority {
        authority: governed.dao.clone(),
        new_authority: governor().address().to_string(),
    };
    let id = governed.propose("hand over", &[as_contract_message(&hand_over)]);
    governed.pass(id);
    assert_eq!(outcome(&governed.execute(id)), ("", 0));
    assert_eq!(authority_of(&governed.chain), governor().address().to_string());
    let id = governed.propose("too late", &programme);
    governed.pass(id);
    assert_ne!(governed.execute(id).code, 0);
}

/// A genesis names the contract: no key has ever governed the chain that begins with it.
#[test]
fn a_chain_begins_with_a_dao_that_governs() {
    let Governed { chain, dao, steward } = governed();
    let exported = chain.app().unwrap().export(None, Continuation::NextHeight).unwrap();
    assert_eq!(exported.app_state["authority"]["address"], dao.as_str());
    let mut chain = MockChain::from_file(exported.into(), Schedule::NEVER).unwrap();
    chain.advance_blocks(2).unwrap();
    let mut governed = Governed { chain, dao, steward };
    let programme = governed.programme(1_000);
    let id = governed.propose("programme", &programme);
    governed.pass(id);
    let executed = governed.execute(id);
    assert_eq!(outcome(&executed), ("", 0), "{}", executed.log);
    assert_eq!(records(&governed.chain, &governed.steward).len(), 1);
    assert_eq!(plan(&governed.chain).unwrap().height, 1_000);
}
