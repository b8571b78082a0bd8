//! A chain with a registry on it, and its people.

use cosmwasm_std::{Addr, Coin, coin};
use cw_multi_test::{
    App, AppBuilder, AppResponse, BankKeeper, ContractWrapper, Executor, MockApiBech32,
};
use stoa_primitives::{BECH32_PREFIX, BasisPoints, ContentHash};
use stoa_provenance::{ContractError, contract};
use stoa_provenance_types::{
    AssetKind, AssetResponse, ClaimableResponse, ExecuteMsg, InstantiateMsg, QueryMsg,
};

pub const DENOM: &str = "ustoa";
pub const OTHER_DENOM: &str = "uother";
pub const START_BALANCE: u128 = 1_000_000;

pub struct World {
    pub app: App<BankKeeper, MockApiBech32>,
    pub registry: Addr,
    pub owner: Addr,
    pub author: Addr,
    pub buyer: Addr,
    pub attacker: Addr,
}

pub fn percent(value: u16) -> BasisPoints {
    BasisPoints::new(value * 100).unwrap()
}

pub fn hash(name: &str) -> ContentHash {
    ContentHash::sha256(name.as_bytes())
}

pub fn asset(name: &str, parents: &[ContentHash], royalty: BasisPoints) -> ExecuteMsg {
    ExecuteMsg::Register {
        content_hash: hash(name),
        kind: AssetKind::Model,
        name: name.to_owned(),
        license: "MIT OR Apache-2.0".to_owned(),
        parents: parents.to_vec(),
        royalty,
    }
}

impl World {
    pub fn new() -> Self {
        let api = MockApiBech32::new(BECH32_PREFIX);
        let [owner, author, buyer, attacker] =
            ["owner", "author", "buyer", "attacker"].map(|role| api.addr_make(role));
        let people = [owner.clone(), author.clone(), buyer.clone(), attacker.clone()];
        let mut app = AppBuilder::new().with_api(api).build(|router, _, storage| {
            for person in &people {
                let funds = vec![coin(START_BALANCE, DENOM), coin(START_BALANCE, OTHER_DENOM)];
                router.bank.init_balance(storage, person, funds).unwrap();
            }
        });
        let code = ContractWrapper::new(contract::execute, contract::instantiate, contract::query);
        let code_id = app.store_code(Box::new(code));
        let setup = InstantiateMsg { denom: DENOM.to_owned() };
        let registry = app
            .instantiate_contract(code_id, owner.clone(), &setup, &[], "provenance", None)
            .unwrap();
        Self { app, registry, owner, author, buyer, attacker }
    }

    pub fn run(
        &mut self,
        sender: &Addr,
        msg: &ExecuteMsg,
        funds: &[Coin],
    ) -> Result<AppResponse, ContractError> {
        self.app
            .execute_contract(sender.clone(), self.registry.clone(), msg, funds)
            .map_err(|error| error.downcast().unwrap())
    }

    pub fn register(
        &mut self,
        owner: &Addr,
        name: &str,
        parents: &[ContentHash],
        royalty: BasisPoints,
    ) -> ContentHash {
        self.run(owner, &asset(name, parents, royalty), &[]).unwrap();
        hash(name)
    }

    pub fn pay(&mut self, asset: ContentHash, amount: u128) -> Result<AppResponse, ContractError> {
        let buyer = self.buyer.clone();
        self.run(&buyer, &ExecuteMsg::Pay { asset }, &[coin(amount, DENOM)])
    }

    pub fn collect(
        &mut self,
        child: ContentHash,
        parent: ContentHash,
    ) -> Result<AppResponse, ContractError> {
        let anyone = self.attacker.clone();
        self.run(&anyone, &ExecuteMsg::Collect { child, parent }, &[])
    }

    pub fn claim(
        &mut self,
        sender: &Addr,
        asset: ContentHash,
        collect_from: &[ContentHash],
    ) -> Result<AppResponse, ContractError> {
        let msg = ExecuteMsg::Claim { asset, collect_from: collect_from.to_vec() };
        self.run(sender, &msg, &[])
    }

    pub fn query<T: serde::de::DeserializeOwned>(&self, question: &QueryMsg) -> T {
        self.app.wrap().query_wasm_smart(&self.registry, question).unwrap()
    }

    pub fn asset(&self, content_hash: ContentHash) -> AssetResponse {
        self.query(&QueryMsg::Asset { content_hash })
    }

    pub fn claimable(&self, asset: ContentHash) -> u128 {
        self.query::<ClaimableResponse>(&QueryMsg::Claimable { asset }).amount.u128()
    }

    pub fn balance(&self, of: &Addr) -> u128 {
        self.app.wrap().query_balance(of, DENOM).unwrap().amount.u128()
    }
}
