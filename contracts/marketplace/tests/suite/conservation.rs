//! Money is neither made nor lost: random sequences of every message of the three contracts, from honest
//! and dishonest senders, with right and wrong funds, at random heights.
//!
//! After every step: the marketplace holds exactly what it owes, the registry exactly what was paid in and
//! not claimed (and at least what it owes), the sum of all balances is constant, and every settled
//! price is the sum of its parts. At the end everything is wound up and nothing may be stuck.
//!
//! Replay a failure: `cargo test -p stoa-marketplace --test suite conservation` (the seed is kept in
//! `proptest-regressions`). More cases: `PROPTEST_CASES=1000`.

use std::collections::BTreeSet;

use cosmwasm_std::{Addr, BankMsg, Coin, CosmosMsg, Uint128, coin, coins, wasm_execute};
use cw_multi_test::{AppResponse, Executor};
use proptest::prelude::*;
use stoa_dao_types::{
    ConfigResponse as DaoConfig, ExecuteMsg as DaoMsg, Member, QueryMsg as DaoQuery, Vote,
};
use stoa_marketplace_types::{
    ExecuteMsg as MarketMsg, JobResponse, JobStatus, JobsResponse, QueryMsg as MarketQuery,
    ServicesResponse,
};
use stoa_provenance_types::{
    AssetKind, AssetResponse, AssetsResponse, ChildrenResponse, ClaimableResponse,
    ExecuteMsg as RegistryMsg, QueryMsg as RegistryQuery,
};
use stoa_receipt::sign;

use crate::world::{
    DENOM, MINIMUM_BOND, OTHER_DENOM, PROVIDER_KEY, World, hash, key, offer, points,
};

/// Steps of one case.
const MAX_STEPS: usize = 60;
/// Cases where `PROPTEST_CASES` does not say otherwise.
const DEFAULT_CASES: u32 = 32;
/// More than any page of these short histories.
const PAGE: Option<u32> = Some(100);

/// Who sends: the one who may, or anybody.
#[derive(Debug, Clone, Copy)]
enum Who {
    Entitled,
    Anybody(usize),
}

/// How the attached funds differ from the right ones.
#[derive(Debug, Clone, Copy)]
enum Funds {
    Right,
    None,
    Less,
    More,
    OtherDenom,
    TwoCoins,
}

/// How a receipt differs from an honest one.
#[derive(Debug, Clone, Copy)]
enum Forgery {
    Honest,
    OtherKey,
    OtherOutputAfterSigning,
    OtherJobAfterSigning,
    OtherChain,
}

/// What a proposal asks for.
#[derive(Debug, Clone, Copy)]
enum Wish {
    Fee(u16),
    Spend(u16),
    Weight(usize, u64),
}

#[derive(Debug, Clone)]
enum Step {
    Advance(u64),
    RegisterService { who: usize, model: usize, price: u32, funds: Funds },
    UpdateService { who: Who, service: usize, price: u32 },
    CloseService { who: Who, service: usize, funds: Funds },
    Order { who: usize, service: usize, deadline_blocks: u64, funds: Funds },
    Deliver { who: Who, job: usize, forgery: Forgery },
    Settle { who: usize, job: usize, funds: Funds },
    Refund { who: usize, job: usize, funds: Funds },
    SetProtocolFee { who: usize, fee: u16 },
    Register { who: usize, parents: Vec<usize>, royalty: u16, is_model: bool },
    Pay { who: usize, asset: usize, amount: u32, funds: Funds },
    Collect { who: usize, asset: usize, parent: usize },
    Claim { who: Who, asset: usize, is_collecting: bool, funds: Funds },
    Propose { who: usize, wish: Wish },
    Vote { who: usize, proposal: u64, vote: Vote },
    Execute { who: usize, proposal: u64 },
    UpdateMembers { who: usize, weight: u64 },
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![4 => Just(Who::Entitled), 1 => any::<usize>().prop_map(Who::Anybody)]
}

fn funds() -> impl Strategy<Value = Funds> {
    prop_oneof![
        12 => Just(Funds::Right),
        1 => Just(Funds::None),
        1 => Just(Funds::Less),
        1 => Just(Funds::More),
        1 => Just(Funds::OtherDenom),
        1 => Just(Funds::TwoCoins),
    ]
}

fn forgery() -> impl Strategy<Value = Forgery> {
    prop_oneof![
        8 => Just(Forgery::Honest),
        1 => Just(Forgery::OtherKey),
        1 => Just(Forgery::OtherOutputAfterSigning),
        1 => Just(Forgery::OtherJobAfterSigning),
        1 => Just(Forgery::OtherChain),
    ]
}

fn wish() -> impl Strategy<Value = Wish> {
    prop_oneof![
        (0u16..2_500).prop_map(Wish::Fee),
        any::<u16>().prop_map(Wish::Spend),
        (any::<usize>(), 0u64..4).prop_map(|(member, weight)| Wish::Weight(member, weight)),
    ]
}

fn vote() -> impl Strategy<Value = Vote> {
    prop_oneof![4 => Just(Vote::Yes), 1 => Just(Vote::No), 1 => Just(Vote::Abstain)]
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<usize>;
    let trade = prop_oneof![
        2 => (index(), index(), 0u32..5_000, funds())
            .prop_map(|(who, model, price, funds)| Step::RegisterService { who, model, price, funds }),
        1 => (who(), index(), 0u32..5_000)
            .prop_map(|(who, service, price)| Step::UpdateService { who, service, price }),
        1 => (who(), index(), funds())
            .prop_map(|(who, service, funds)| Step::CloseService { who, service, funds }),
        6 => (index(), index(), 0u64..30, funds()).prop_map(|(who, service, deadline_blocks, funds)| {
            Step::Order { who, service, deadline_blocks, funds }
        }),
        6 => (who(), index(), forgery())
            .prop_map(|(who, job, forgery)| Step::Deliver { who, job, forgery }),
        5 => (index(), index(), funds()).prop_map(|(who, job, funds)| Step::Settle { who, job, funds }),
        2 => (index(), index(), funds()).prop_map(|(who, job, funds)| Step::Refund { who, job, funds }),
        1 => (index(), 0u16..3_000).prop_map(|(who, fee)| Step::SetProtocolFee { who, fee }),
    ];
    let lineage = prop_oneof![
        3 => (index(), prop::collection::vec(index(), 0..4), 0u16..6_000, any::<bool>()).prop_map(
            |(who, parents, royalty, is_model)| Step::Register { who, parents, royalty, is_model }
        ),
        3 => (index(), index(), 0u32..1_000, funds())
            .prop_map(|(who, asset, amount, funds)| Step::Pay { who, asset, amount, funds }),
        3 => (index(), index(), index())
            .prop_map(|(who, asset, parent)| Step::Collect { who, asset, parent }),
        3 => (who(), index(), any::<bool>(), funds()).prop_map(|(who, asset, is_collecting, funds)| {
            Step::Claim { who, asset, is_collecting, funds }
        }),
    ];
    let government = prop_oneof![
        (index(), wish()).prop_map(|(who, wish)| Step::Propose { who, wish }),
        (index(), 0u64..6, vote()).prop_map(|(who, proposal, vote)| Step::Vote {
            who,
            proposal,
            vote
        }),
        (index(), 0u64..6).prop_map(|(who, proposal)| Step::Execute { who, proposal }),
        (index(), 0u64..3).prop_map(|(who, weight)| Step::UpdateMembers { who, weight }),
    ];
    prop_oneof![
        3 => (1u64..12).prop_map(Step::Advance),
        12 => trade,
        6 => lineage,
        3 => government,
    ]
}

/// The chain and what a book-keeper outside it has written down.
struct Ledger {
    world: World,
    people: Vec<Addr>,
    supply: u128,
    paid_to_registry: u128,
    claimed_from_registry: u128,
}

fn pick<T: Clone>(items: &[T], index: usize) -> Option<T> {
    let position = index.checked_rem(items.len())?;
    items.get(position).cloned()
}

impl Ledger {
    fn new() -> Self {
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

    fn total_balance(&self) -> u128 {
        let World { dao, registry, marketplace, .. } = &self.world;
        self.people
            .iter()
            .chain([dao, registry, marketplace])
            .map(|of| self.world.balance(of))
            .sum()
    }

    fn person(&self, index: usize) -> Addr {
        self.people[index % self.people.len()].clone()
    }

    fn sender(&self, who: Who, entitled: &str) -> Addr {
        match who {
            Who::Entitled => Addr::unchecked(entitled),
            Who::Anybody(index) => self.person(index),
        }
    }

    /// Sends a message; a refusal is as good as an acceptance, and both must leave the books right.
    fn send(
        &mut self,
        sender: &Addr,
        contract: &Addr,
        msg: &impl serde::Serialize,
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
    fn write_down(&mut self, response: &AppResponse) {
        let value = |event: &cosmwasm_std::Event, key: &str| {
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

    fn market(&mut self, sender: &Addr, msg: &MarketMsg, funds: &[Coin]) -> bool {
        let contract = self.world.marketplace.clone();
        self.send(sender, &contract, msg, funds)
    }

    fn registry(&mut self, sender: &Addr, msg: &RegistryMsg, funds: &[Coin]) -> bool {
        let contract = self.world.registry.clone();
        self.send(sender, &contract, msg, funds)
    }

    fn dao(&mut self, sender: &Addr, msg: &DaoMsg) -> bool {
        let contract = self.world.dao.clone();
        self.send(sender, &contract, msg, &[])
    }

    fn services(&self) -> Vec<stoa_marketplace_types::ServiceResponse> {
        let question = MarketQuery::Services { start_after: None, limit: PAGE };
        self.world.query::<ServicesResponse>(&question).services
    }

    fn jobs(&self) -> Vec<JobResponse> {
        let question = MarketQuery::Jobs { start_after: None, limit: PAGE };
        self.world.query::<JobsResponse>(&question).jobs
    }

    fn ask_registry<T: serde::de::DeserializeOwned>(&self, question: &RegistryQuery) -> T {
        self.world.app.wrap().query_wasm_smart(&self.world.registry, question).unwrap()
    }

    fn assets(&self) -> Vec<AssetResponse> {
        let question = RegistryQuery::Assets { start_after: None, limit: PAGE };
        self.ask_registry::<AssetsResponse>(&question).assets
    }

    fn children(&self, parent: stoa_primitives::ContentHash) -> ChildrenResponse {
        self.ask_registry(&RegistryQuery::Children { parent, start_after: None, limit: PAGE })
    }

    fn apply(&mut self, step: Step) {
        match step {
            Step::Advance(blocks) => self.world.advance_blocks(blocks),
            Step::RegisterService { .. }
            | Step::UpdateService { .. }
            | Step::CloseService { .. }
            | Step::SetProtocolFee { .. } => self.apply_to_services(step),
            Step::Order { .. }
            | Step::Deliver { .. }
            | Step::Settle { .. }
            | Step::Refund { .. } => {
                self.apply_to_jobs(step);
            }
            Step::Register { .. }
            | Step::Pay { .. }
            | Step::Collect { .. }
            | Step::Claim { .. } => {
                self.apply_to_lineage(step);
            }
            Step::Propose { .. }
            | Step::Vote { .. }
            | Step::Execute { .. }
            | Step::UpdateMembers { .. } => self.apply_to_government(step),
        }
    }

    fn apply_to_services(&mut self, step: Step) {
        let services = self.services();
        match step {
            Step::RegisterService { who, model, price, funds } => {
                let Some(asset) = pick(&self.assets(), model) else { return };
                let mut msg = offer(asset.content_hash);
                if let MarketMsg::RegisterService { price: asked, .. } = &mut msg {
                    *asked = Uint128::from(price);
                }
                let sender = self.person(who);
                self.market(&sender, &msg, &coins_of(funds, MINIMUM_BOND));
            }
            Step::UpdateService { who, service, price } => {
                let Some(service) = pick(&services, service) else { return };
                let sender = self.sender(who, &service.provider);
                let price = Some(Uint128::from(price));
                let service_id = service.service_id;
                let msg = MarketMsg::UpdateService { service_id, price, endpoint: None };
                self.market(&sender, &msg, &[]);
            }
            Step::CloseService { who, service, funds } => {
                let Some(service) = pick(&services, service) else { return };
                let sender = self.sender(who, &service.provider);
                let msg = MarketMsg::CloseService { service_id: service.service_id };
                self.market(&sender, &msg, &coins_of(funds, 0));
            }
            Step::SetProtocolFee { who, fee } => {
                let sender = self.person(who);
                let msg = MarketMsg::SetProtocolFee { protocol_fee: points(fee) };
                assert!(!self.market(&sender, &msg, &[]), "only the DAO changes the fee");
            }
            _ => unreachable!("{step:?} is not about services"),
        }
    }

    fn apply_to_jobs(&mut self, step: Step) {
        match step {
            Step::Order { who, service, deadline_blocks, funds } => {
                let Some(service) = pick(&self.services(), service) else { return };
                let sender = self.person(who);
                let service_id = service.service_id;
                let msg =
                    MarketMsg::Order { service_id, input_hash: hash("input"), deadline_blocks };
                let is_accepted =
                    self.market(&sender, &msg, &coins_of(funds, service.price.u128()));
                assert!(!is_accepted || matches!(funds, Funds::Right), "{funds:?} was accepted");
            }
            Step::Deliver { who, job, forgery } => {
                let Some(job) = pick(&self.jobs(), job) else { return };
                let sender = self.sender(who, &job.provider);
                let receipt = self.receipt(&job, forgery);
                let is_accepted = self.market(&sender, &MarketMsg::Deliver { receipt }, &[]);
                assert!(
                    !is_accepted || matches!(forgery, Forgery::Honest),
                    "{forgery:?} was accepted"
                );
            }
            Step::Settle { who, job, funds } => {
                let Some(job) = pick(&self.jobs(), job) else { return };
                let sender = self.person(who);
                let msg = MarketMsg::Settle { job_id: job.job_id };
                self.market(&sender, &msg, &coins_of(funds, 0));
            }
            Step::Refund { who, job, funds } => {
                let Some(job) = pick(&self.jobs(), job) else { return };
                let sender = self.person(who);
                let msg = MarketMsg::Refund { job_id: job.job_id };
                self.market(&sender, &msg, &coins_of(funds, 0));
            }
            _ => unreachable!("{step:?} is not about jobs"),
        }
    }

    fn receipt(&self, job: &JobResponse, forgery: Forgery) -> stoa_receipt::Receipt {
        let mut statement = self.world.statement(job.job_id);
        if matches!(forgery, Forgery::OtherChain) {
            statement.chain_id.push('x');
        }
        let seed = if matches!(forgery, Forgery::OtherKey) { 9 } else { PROVIDER_KEY };
        let mut receipt = sign(statement, &key(seed)).unwrap();
        match forgery {
            Forgery::OtherOutputAfterSigning => receipt.statement.output_hash = hash("forged"),
            Forgery::OtherJobAfterSigning => receipt.statement.job_id += 1,
            Forgery::Honest | Forgery::OtherKey | Forgery::OtherChain => {}
        }
        receipt
    }

    fn apply_to_lineage(&mut self, step: Step) {
        let assets = self.assets();
        match step {
            Step::Register { who, parents, royalty, is_model } => {
                let name = format!("asset {}", assets.len());
                let parents: BTreeSet<_> = parents
                    .iter()
                    .filter_map(|index| pick(&assets, *index))
                    .map(|asset| asset.content_hash)
                    .collect();
                let msg = RegistryMsg::Register {
                    content_hash: hash(&name),
                    kind: if is_model { AssetKind::Model } else { AssetKind::Dataset },
                    name,
                    license: "MIT".to_owned(),
                    parents: parents.into_iter().collect(),
                    royalty: points(royalty),
                };
                let sender = self.person(who);
                self.registry(&sender, &msg, &[]);
            }
            Step::Pay { who, asset, amount, funds } => {
                let Some(asset) = pick(&assets, asset) else { return };
                let sender = self.person(who);
                let msg = RegistryMsg::Pay { asset: asset.content_hash };
                self.registry(&sender, &msg, &coins_of(funds, amount.into()));
            }
            Step::Collect { who, asset, parent } => {
                let Some(child) = pick(&assets, asset) else { return };
                let Some(parent) = pick(&child.parents, parent) else { return };
                let sender = self.person(who);
                let (child, parent) = (child.content_hash, parent.content_hash);
                self.registry(&sender, &RegistryMsg::Collect { child, parent }, &[]);
            }
            Step::Claim { who, asset, is_collecting, funds } => {
                let Some(asset) = pick(&assets, asset) else { return };
                let sender = self.sender(who, &asset.owner);
                let children = self.children(asset.content_hash).children;
                let collect_from = if is_collecting {
                    children.into_iter().map(|child| child.content_hash).collect()
                } else {
                    Vec::new()
                };
                let msg = RegistryMsg::Claim { asset: asset.content_hash, collect_from };
                self.registry(&sender, &msg, &coins_of(funds, 0));
            }
            _ => unreachable!("{step:?} is not about lineage"),
        }
    }

    fn apply_to_government(&mut self, step: Step) {
        match step {
            Step::Propose { who, wish } => {
                let sender = self.person(who);
                let messages = vec![self.message_for(wish)];
                let title = format!("{wish:?}");
                self.dao(&sender, &DaoMsg::Propose { title, description: String::new(), messages });
            }
            Step::Vote { who, proposal, vote } => {
                let sender = self.person(who);
                self.dao(&sender, &DaoMsg::Vote { proposal_id: proposal, vote });
            }
            Step::Execute { who, proposal } => {
                let sender = self.person(who);
                self.dao(&sender, &DaoMsg::Execute { proposal_id: proposal });
            }
            Step::UpdateMembers { who, weight } => {
                let sender = self.person(who);
                let members = vec![Member { address: sender.to_string(), weight }];
                let is_accepted = self.dao(&sender, &DaoMsg::UpdateMembers { members });
                assert!(!is_accepted, "only the DAO changes its members");
            }
            _ => unreachable!("{step:?} is not about government"),
        }
    }

    fn message_for(&self, wish: Wish) -> CosmosMsg {
        match wish {
            Wish::Fee(fee) => {
                let msg = MarketMsg::SetProtocolFee { protocol_fee: points(fee) };
                wasm_execute(&self.world.marketplace, &msg, vec![]).unwrap().into()
            }
            Wish::Spend(amount) => BankMsg::Send {
                to_address: self.world.attacker.to_string(),
                amount: coins(amount.into(), DENOM),
            }
            .into(),
            Wish::Weight(member, weight) => {
                let members = vec![Member { address: self.person(member).to_string(), weight }];
                wasm_execute(&self.world.dao, &DaoMsg::UpdateMembers { members }, vec![])
                    .unwrap()
                    .into()
            }
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let world = &self.world;
        prop_assert_eq!(self.total_balance(), self.supply, "the sum of all balances");

        let owed = world.obligations();
        let owed = (owed.escrowed + owed.bonded).u128();
        prop_assert_eq!(world.balance(&world.marketplace), owed, "the marketplace's balance");
        let jobs = self.jobs();
        for job in &jobs {
            if let JobStatus::Settled { fee, royalty, provider_income, .. } = &job.status {
                prop_assert_eq!(*fee + royalty + provider_income, job.price);
            }
        }
        let open: Vec<_> = jobs.iter().filter(|job| is_open(job)).collect();
        let escrowed: Uint128 = open.iter().map(|job| job.price).sum();
        prop_assert_eq!(world.obligations().escrowed, escrowed, "prices of open jobs");
        let counted: u64 = self.services().iter().map(|service| service.open_jobs).sum();
        prop_assert_eq!(counted, open.len() as u64, "open jobs by service");

        let held = world.balance(&world.registry);
        prop_assert_eq!(
            held,
            self.paid_to_registry - self.claimed_from_registry,
            "the registry's balance"
        );
        let mut owed = 0;
        for asset in self.assets() {
            let content_hash = asset.content_hash;
            let question = RegistryQuery::Claimable { asset: content_hash };
            owed += self.ask_registry::<ClaimableResponse>(&question).amount.u128();
            let children = self.children(content_hash).children;
            owed += children.iter().map(|child| child.collectable.u128()).sum::<u128>();
        }
        prop_assert!(owed <= held, "the registry owes {} and holds {}", owed, held);

        let rules: DaoConfig =
            world.app.wrap().query_wasm_smart(&world.dao, &DaoQuery::Config {}).unwrap();
        prop_assert!(rules.total_weight > 0, "the DAO has a weight");
        Ok(())
    }

    /// Ends every job, closes every service, claims every income.
    fn wind_up(&mut self) -> Result<(), TestCaseError> {
        self.world.advance_blocks(100);
        let anyone = self.person(0);
        for job in self.jobs().into_iter().filter(is_open) {
            let job_id = job.job_id;
            let is_settled = self.market(&anyone, &MarketMsg::Settle { job_id }, &[]);
            let is_ended = is_settled || self.market(&anyone, &MarketMsg::Refund { job_id }, &[]);
            prop_assert!(is_ended, "job {} is stuck", job_id);
        }
        for service in self.services().into_iter().filter(|service| service.is_active) {
            let provider = Addr::unchecked(&service.provider);
            let msg = MarketMsg::CloseService { service_id: service.service_id };
            prop_assert!(self.market(&provider, &msg, &[]), "a bond is stuck");
        }
        prop_assert_eq!(self.world.balance(&self.world.marketplace), 0);

        // Royalties move one edge at a time: as many rounds as the longest lineage can have.
        let assets = self.assets();
        for _ in &assets {
            for asset in &assets {
                for parent in &asset.parents {
                    let (child, parent) = (asset.content_hash, parent.content_hash);
                    self.registry(&anyone, &RegistryMsg::Collect { child, parent }, &[]);
                }
            }
        }
        for asset in &assets {
            let owner = Addr::unchecked(&asset.owner);
            let msg = RegistryMsg::Claim { asset: asset.content_hash, collect_from: vec![] };
            self.registry(&owner, &msg, &[]);
        }
        let edges: usize = assets.iter().map(|asset| asset.parents.len()).sum();
        let waiting = self.world.balance(&self.world.registry);
        prop_assert!(waiting <= edges as u128, "{} units wait on {} edges", waiting, edges);
        self.check()
    }
}

fn is_open(job: &JobResponse) -> bool {
    matches!(job.status, JobStatus::Ordered {} | JobStatus::Delivered { .. })
}

fn coins_of(funds: Funds, amount: u128) -> Vec<Coin> {
    let coins = match funds {
        Funds::Right => vec![coin(amount, DENOM)],
        Funds::None => vec![],
        Funds::Less => vec![coin(amount.saturating_sub(1), DENOM)],
        Funds::More => vec![coin(amount + 1, DENOM)],
        Funds::OtherDenom => vec![coin(amount.max(1), OTHER_DENOM)],
        Funds::TwoCoins => vec![coin(amount.max(1), DENOM), coin(1, OTHER_DENOM)],
    };
    // The bank refuses empty coins before a contract sees them.
    coins.into_iter().filter(|coin| !coin.amount.is_zero()).collect()
}

fn config() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = DEFAULT_CASES;
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn money_is_neither_made_nor_lost_nor_stuck(
        steps in prop::collection::vec(step(), 1..MAX_STEPS),
    ) {
        let mut ledger = Ledger::new();
        for step in steps {
            ledger.apply(step);
            ledger.check()?;
        }
        ledger.wind_up()?;
    }
}
