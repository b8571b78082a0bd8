//! A chain and a book-keeper beside it, who knows nothing but messages and events.

use cosmwasm_std::{Addr, Coin, CosmosMsg, Event, wasm_execute};
use cw_multi_test::{AppResponse, Executor};
use serde::{Serialize, de::DeserializeOwned};
use stoa_dao_types::ExecuteMsg as DaoMsg;
use stoa_marketplace_types::{
    ExecuteMsg as MarketMsg, JobResponse, JobsResponse, QueryMsg as MarketQuery, ServiceResponse,
    ServicesResponse,
};
use stoa_primitives::ContentHash;
use stoa_provenance_types::{
    AssetResponse, AssetsResponse, ChildrenResponse, ExecuteMsg as RegistryMsg,
    QueryMsg as RegistryQuery,
};

use super::step::Who;
use crate::world::World;

/// More than any page of these short histories.
const PAGE: Option<u32> = Some(100);

/// The chain and what a book-keeper outside it has written down.
pub struct Ledger {
    pub world: World,
    pub people: Vec<Addr>,
    pub supply: u128,
    pub paid_to_registry: u128,
    pub claimed_from_registry: u128,
}

pub fn pick<T: Clone>(items: &[T], index: usize) -> Option<T> {
    let position = index.checked_rem(items.len())?;
    items.get(position).cloned()
}

impl Ledger {
    pub fn new() -> Self {
        let world = World::new();
        let people = vec![
            world.author.clone(),
            world.provider.clone(),
            world.buyer.clone(),
            world.member.clone(),
            world.attacker.clone(),
        ];
        let mut ledger =
            Self { world, people, supply: 0, paid_to_registry: 0, claimed_from_registry: 0 };
        ledger.supply = ledger.total_balance();
        ledger
    }

    pub fn total_balance(&self) -> u128 {
        let World { dao, registry, marketplace, .. } = &self.world;
        self.people
            .iter()
            .chain([dao, registry, marketplace])
            .map(|of| self.world.balance(of))
            .sum()
    }

    pub fn person(&self, index: usize) -> Addr {
        self.people[index % self.people.len()].clone()
    }

    pub fn sender(&self, who: Who, entitled: &str) -> Addr {
        match who {
            Who::Entitled => Addr::unchecked(entitled),
            Who::Anybody(index) => self.person(index),
        }
    }

    /// Sends a message; a refusal is as good as an acceptance, and both must leave the books right.
    pub fn send(
        &mut self,
        sender: &Addr,
        contract: &Addr,
        msg: &impl Serialize,
        funds: &[Coin],
    ) -> bool {
        let msg: CosmosMsg = wasm_execute(contract, msg, funds.to_vec()).unwrap().into();
        match self.world.app.execute(sender.clone(), msg) {
            Ok(response) => {
                self.write_down(&response);
                true
            }
            Err(_) => false,
        }
    }

    /// Reads payments in and claims out of the registry's events.
    pub fn write_down(&mut self, response: &AppResponse) {
        let value = |event: &Event, key: &str| {
            let found = event.attributes.iter().find(|attribute| attribute.key == key);
            found.map(|attribute| attribute.value.clone())
        };
        for event in response.events.iter().filter(|event| event.ty == "wasm") {
            let emitter = value(event, "_contract_address");
            if emitter.as_deref() != Some(self.world.registry.as_str()) {
                continue;
            }
            let amount = || value(event, "amount").unwrap().parse::<u128>().unwrap();
            match value(event, "action").as_deref() {
                Some("pay") => self.paid_to_registry += amount(),
                Some("claim") => self.claimed_from_registry += amount(),
                _ => {}
            }
        }
    }

    pub fn market(&mut self, sender: &Addr, msg: &MarketMsg, funds: &[Coin]) -> bool {
        let contract = self.world.marketplace.clone();
        self.send(sender, &contract, msg, funds)
    }

    pub fn registry(&mut self, sender: &Addr, msg: &RegistryMsg, funds: &[Coin]) -> bool {
        let contract = self.world.registry.clone();
        self.send(sender, &contract, msg, funds)
    }

    pub fn dao(&mut self, sender: &Addr, msg: &DaoMsg) -> bool {
        let contract = self.world.dao.clone();
        self.send(sender, &contract, msg, &[])
    }

    pub fn services(&self) -> Vec<ServiceResponse> {
        let question = MarketQuery::Services { start_after: None, limit: PAGE };
        self.world.query::<ServicesResponse>(&question).services
    }

    pub fn jobs(&self) -> Vec<JobResponse> {
        let question = MarketQuery::Jobs { start_after: None, limit: PAGE };
        self.world.query::<JobsResponse>(&question).jobs
    }

    pub fn ask_registry<T: DeserializeOwned>(&self, question: &RegistryQuery) -> T {
        self.world.app.wrap().query_wasm_smart(&self.world.registry, question).unwrap()
    }

    pub fn assets(&self) -> Vec<AssetResponse> {
        let question = RegistryQuery::Assets { start_after: None, limit: PAGE };
        self.ask_registry::<AssetsResponse>(&question).assets
    }

    pub fn children(&self, parent: ContentHash) -> ChildrenResponse {
        self.ask_registry(&RegistryQuery::Children { parent, start_after: None, limit: PAGE })
    }
}
