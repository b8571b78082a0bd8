//! A chain with a DAO on it, and its people.

use cosmwasm_std::{Addr, BankMsg, Coin, CosmosMsg, coin, coins, wasm_execute};
use cw_multi_test::{
    App, AppBuilder, AppResponse, BankKeeper, ContractWrapper, Executor, MockApiBech32,
};
use stoa_dao::{ContractError, contract};
use stoa_dao_types::{
    ExecuteMsg, InstantiateMsg, Member, ProposalResponse, ProposalStatus, QueryMsg, Vote,
};
use stoa_primitives::{BECH32_PREFIX, BasisPoints, ProposalId};

pub const DENOM: &str = "ustoa";
pub const TREASURY: u128 = 1_000;
pub const VOTING_PERIOD_BLOCKS: u64 = 10;

pub struct World {
    pub app: App<BankKeeper, MockApiBech32>,
    pub dao: Addr,
    /// Weight 5.
    pub founder: Addr,
    /// Weight 3.
    pub member: Addr,
    /// Weight 2.
    pub newcomer: Addr,
    /// No weight.
    pub attacker: Addr,
}

pub fn percent(value: u16) -> BasisPoints {
    BasisPoints::new(value * 100).unwrap()
}

pub fn member(address: &Addr, weight: u64) -> Member {
    Member { address: address.to_string(), weight }
}

pub fn proposal_of(messages: Vec<CosmosMsg>) -> ExecuteMsg {
    ExecuteMsg::Propose { title: "title".to_owned(), description: "reasons".to_owned(), messages }
}

impl World {
    /// Quorum 40 %, majority.
    pub fn new() -> Self {
        let mut world = Self::at_instantiation();
        world.advance_blocks(1); // weights count from the block after they are given
        world
    }

    pub fn at_instantiation() -> Self {
        let api = MockApiBech32::new(BECH32_PREFIX);
        let [founder, member_, newcomer, attacker] =
            ["founder", "member", "newcomer", "attacker"].map(|role| api.addr_make(role));
        let people = [founder.clone(), member_.clone(), attacker.clone()];
        let mut app = AppBuilder::new().with_api(api).build(|router, _, storage| {
            for person in &people {
                router.bank.init_balance(storage, person, coins(TREASURY, DENOM)).unwrap();
            }
        });
        let setup = setup(vec![member(&founder, 5), member(&member_, 3), member(&newcomer, 2)]);
        let code_id = store_code(&mut app);
        let dao =
            app.instantiate_contract(code_id, founder.clone(), &setup, &[], "dao", None).unwrap();
        app.send_tokens(founder.clone(), dao.clone(), &coins(TREASURY, DENOM)).unwrap();
        Self { app, dao, founder, member: member_, newcomer, attacker }
    }

    pub fn advance_blocks(&mut self, blocks: u64) {
        self.app.update_block(|block| {
            block.height += blocks;
            block.time = block.time.plus_seconds(5 * blocks);
        });
    }

    pub fn height(&self) -> u64 {
        self.app.block_info().height
    }

    pub fn try_run(
        &mut self,
        sender: &Addr,
        msg: &ExecuteMsg,
        funds: &[Coin],
    ) -> cw_multi_test::error::AnyResult<AppResponse> {
        self.app.execute_contract(sender.clone(), self.dao.clone(), msg, funds)
    }

    pub fn run(&mut self, sender: &Addr, msg: &ExecuteMsg) -> Result<AppResponse, ContractError> {
        self.try_run(sender, msg, &[]).map_err(|error| error.downcast().unwrap())
    }

    /// The founder proposes.
    pub fn propose(&mut self, messages: Vec<CosmosMsg>) -> ProposalId {
        let founder = self.founder.clone();
        let response = self.run(&founder, &proposal_of(messages)).unwrap();
        cosmwasm_std::from_json(response.data.unwrap()).unwrap()
    }

    pub fn vote(
        &mut self,
        voter: &Addr,
        proposal_id: ProposalId,
        vote: Vote,
    ) -> Result<AppResponse, ContractError> {
        self.run(voter, &ExecuteMsg::Vote { proposal_id, vote })
    }

    /// A proposal that has passed.
    pub fn passed(&mut self, messages: Vec<CosmosMsg>) -> ProposalId {
        let proposal_id = self.propose(messages);
        for voter in [self.founder.clone(), self.member.clone()] {
            self.vote(&voter, proposal_id, Vote::Yes).unwrap();
        }
        proposal_id
    }

    pub fn execute(&mut self, proposal_id: ProposalId) -> Result<AppResponse, ContractError> {
        let anyone = self.attacker.clone();
        self.run(&anyone, &ExecuteMsg::Execute { proposal_id })
    }

    pub fn spend(&self, amount: u128) -> CosmosMsg {
        let to_address = self.member.to_string();
        BankMsg::Send { to_address, amount: vec![coin(amount, DENOM)] }.into()
    }

    pub fn update_members(&self, members: Vec<Member>) -> CosmosMsg {
        wasm_execute(&self.dao, &ExecuteMsg::UpdateMembers { members }, vec![]).unwrap().into()
    }

    pub fn query<T: serde::de::DeserializeOwned>(&self, question: &QueryMsg) -> T {
        self.app.wrap().query_wasm_smart(&self.dao, question).unwrap()
    }

    pub fn proposal(&self, proposal_id: ProposalId) -> ProposalResponse {
        self.query(&QueryMsg::Proposal { proposal_id })
    }

    pub fn status(&self, proposal_id: ProposalId) -> ProposalStatus {
        self.proposal(proposal_id).status
    }

    pub fn balance(&self, of: &Addr) -> u128 {
        self.app.wrap().query_balance(of, DENOM).unwrap().amount.u128()
    }
}

pub fn setup(members: Vec<Member>) -> InstantiateMsg {
    InstantiateMsg {
        members,
        quorum: percent(40),
        threshold: percent(50),
        voting_period_blocks: VOTING_PERIOD_BLOCKS,
    }
}

pub fn store_code(app: &mut App<BankKeeper, MockApiBech32>) -> u64 {
    app.store_code(Box::new(ContractWrapper::new(
        contract::execute,
        contract::instantiate,
        contract::query,
    )))
}
