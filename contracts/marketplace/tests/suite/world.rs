//! A chain with all three contracts, and its people.

use cosmwasm_std::{Addr, Coin, Uint128, coin};
use cw_multi_test::{
    App, AppBuilder, AppResponse, BankKeeper, ContractWrapper, Executor, MockApiBech32,
};
use k256::ecdsa::SigningKey;
use stoa_dao_types::{Member, Vote};
use stoa_marketplace::ContractError;
use stoa_marketplace_types::{
    ExecuteMsg, InstantiateMsg, JobResponse, JobStatus, ObligationsResponse, QueryMsg,
    ServiceResponse,
};
use stoa_primitives::{BECH32_PREFIX, BasisPoints, ContentHash, JobId, ServiceId};
use stoa_provenance_types::AssetKind;
use stoa_receipt::{Receipt, Statement, sign};

pub const DENOM: &str = "ustoa";
pub const OTHER_DENOM: &str = "uother";
pub const START_BALANCE: u128 = 1_000_000_000;
pub const MINIMUM_BOND: u128 = 500;
pub const PRICE: u128 = 1_000;
pub const WINDOW_BLOCKS: u64 = 10;
pub const DEADLINE_BLOCKS: u64 = 20;
pub const VOTING_PERIOD_BLOCKS: u64 = 5;
pub const SEMANTICS_VERSION: u32 = 1;
/// 5 %.
pub const FEE: u16 = 500;
/// 10 % of what the fee leaves.
pub const ROYALTY: u16 = 1_000;

pub struct World {
    pub app: App<BankKeeper, MockApiBech32>,
    pub dao: Addr,
    pub registry: Addr,
    pub marketplace: Addr,
    pub author: Addr,
    pub provider: Addr,
    pub buyer: Addr,
    pub member: Addr,
    pub attacker: Addr,
    pub model: ContentHash,
}

pub fn points(value: u16) -> BasisPoints {
    BasisPoints::new(value).unwrap()
}

pub fn price(units: u128) -> [Coin; 1] {
    [coin(units, DENOM)]
}

pub fn hash(name: &str) -> ContentHash {
    ContentHash::sha256(name.as_bytes())
}

/// The provider's key, or another one.
pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

pub const PROVIDER_KEY: u8 = 7;

pub fn public_key(key: &SigningKey) -> Vec<u8> {
    key.verifying_key().to_encoded_point(true).as_bytes().to_vec()
}

/// A registration that is accepted with [`MINIMUM_BOND`].
pub fn offer(model: ContentHash) -> ExecuteMsg {
    ExecuteMsg::RegisterService {
        name: "echo".to_owned(),
        model,
        semantics_version: SEMANTICS_VERSION,
        price: Uint128::new(PRICE),
        endpoint: "http://127.0.0.1:8001".to_owned(),
        receipt_key: public_key(&key(PROVIDER_KEY)).into(),
    }
}

pub fn order_of(service_id: ServiceId) -> ExecuteMsg {
    ExecuteMsg::Order { service_id, input_hash: hash("input"), deadline_blocks: DEADLINE_BLOCKS }
}

/// The number that an action returned.
pub fn id_in(response: &AppResponse) -> u64 {
    let data = response.data.clone().unwrap();
    cosmwasm_std::from_json(data).unwrap()
}

/// An attribute of the contract's own event.
pub fn attribute(response: &AppResponse, key: &str) -> String {
    let wasm = response.events.iter().find(|event| event.ty == "wasm").unwrap();
    wasm.attributes.iter().find(|attribute| attribute.key == key).unwrap().value.clone()
}

impl World {
    pub fn new() -> Self {
        let api = MockApiBech32::new(BECH32_PREFIX);
        let [author, provider, buyer, member, attacker] =
            ["author", "provider", "buyer", "member", "attacker"].map(|role| api.addr_make(role));
        let people = [&author, &provider, &buyer, &member, &attacker];
        let mut app = AppBuilder::new().with_api(api).build(|router, _, storage| {
            for person in people {
                let funds = vec![coin(START_BALANCE, DENOM), coin(START_BALANCE, OTHER_DENOM)];
                router.bank.init_balance(storage, person, funds).unwrap();
            }
        });
        let dao = store_dao(&mut app, &member);
        let registry = store_registry(&mut app, &member);
        let marketplace = store_marketplace(&mut app, &member, &dao, &registry);
        let dataset = register(&mut app, &registry, &author, AssetKind::Dataset, "data", &[]);
        let model = register(&mut app, &registry, &author, AssetKind::Model, "model", &[dataset]);
        let mut world = Self {
            app,
            dao,
            registry,
            marketplace,
            author,
            provider,
            buyer,
            member,
            attacker,
            model,
        };
        world.advance_blocks(1); // weights count from the block after they are given
        world
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

    pub fn run(
        &mut self,
        sender: &Addr,
        msg: &ExecuteMsg,
        funds: &[Coin],
    ) -> Result<AppResponse, ContractError> {
        self.app
            .execute_contract(sender.clone(), self.marketplace.clone(), msg, funds)
            .map_err(|error| error.downcast().unwrap())
    }

    /// The provider's service with the minimum bond.
    pub fn service(&mut self) -> ServiceId {
        let provider = self.provider.clone();
        let msg = offer(self.model);
        id_in(&self.run(&provider, &msg, &price(MINIMUM_BOND)).unwrap())
    }

    /// An order of the buyer.
    pub fn order(&mut self, service_id: ServiceId) -> JobId {
        let buyer = self.buyer.clone();
        id_in(&self.run(&buyer, &order_of(service_id), &price(PRICE)).unwrap())
    }

    /// What an honest runner would state.
    pub fn statement(&self, job_id: JobId) -> Statement {
        let job = self.job(job_id);
        Statement {
            chain_id: self.app.block_info().chain_id,
            marketplace: self.marketplace.to_string(),
            job_id,
            model_root: job.model,
            semantics_version: job.semantics_version,
            input_hash: job.input_hash,
            output_hash: hash("output"),
        }
    }

    pub fn receipt(&self, job_id: JobId) -> Receipt {
        sign(self.statement(job_id), &key(PROVIDER_KEY)).unwrap()
    }

    pub fn deliver(&mut self, receipt: Receipt) -> Result<AppResponse, ContractError> {
        let provider = self.provider.clone();
        self.run(&provider, &ExecuteMsg::Deliver { receipt }, &[])
    }

    /// An order and its honest answer.
    pub fn delivered(&mut self, service_id: ServiceId) -> JobId {
        let job_id = self.order(service_id);
        let receipt = self.receipt(job_id);
        self.deliver(receipt).unwrap();
        job_id
    }

    pub fn settle(&mut self, job_id: JobId) -> Result<AppResponse, ContractError> {
        let anyone = self.attacker.clone();
        self.run(&anyone, &ExecuteMsg::Settle { job_id }, &[])
    }

    pub fn refund(&mut self, job_id: JobId) -> Result<AppResponse, ContractError> {
        let anyone = self.attacker.clone();
        self.run(&anyone, &ExecuteMsg::Refund { job_id }, &[])
    }

    /// The fee changes as it does on a chain: proposed, voted, executed.
    pub fn vote_fee(&mut self, fee: u16) {
        let msg = ExecuteMsg::SetProtocolFee { protocol_fee: points(fee) };
        let messages =
            vec![cosmwasm_std::wasm_execute(&self.marketplace, &msg, vec![]).unwrap().into()];
        let propose = stoa_dao_types::ExecuteMsg::Propose {
            title: "fee".to_owned(),
            description: String::new(),
            messages,
        };
        let (member, dao) = (self.member.clone(), self.dao.clone());
        let response =
            self.app.execute_contract(member.clone(), dao.clone(), &propose, &[]).unwrap();
        let proposal_id = id_in(&response);
        for msg in [
            stoa_dao_types::ExecuteMsg::Vote { proposal_id, vote: Vote::Yes },
            stoa_dao_types::ExecuteMsg::Execute { proposal_id },
        ] {
            self.app.execute_contract(member.clone(), dao.clone(), &msg, &[]).unwrap();
        }
    }

    pub fn query<T: serde::de::DeserializeOwned>(&self, question: &QueryMsg) -> T {
        self.app.wrap().query_wasm_smart(&self.marketplace, question).unwrap()
    }

    pub fn job(&self, job_id: JobId) -> JobResponse {
        self.query(&QueryMsg::Job { job_id })
    }

    pub fn status(&self, job_id: JobId) -> JobStatus {
        self.job(job_id).status
    }

    pub fn service_of(&self, service_id: ServiceId) -> ServiceResponse {
        self.query(&QueryMsg::Service { service_id })
    }

    pub fn obligations(&self) -> ObligationsResponse {
        self.query(&QueryMsg::Obligations {})
    }

    pub fn balance(&self, of: &Addr) -> u128 {
        self.app.wrap().query_balance(of, DENOM).unwrap().amount.u128()
    }
}

fn store_dao(app: &mut App<BankKeeper, MockApiBech32>, member: &Addr) -> Addr {
    use stoa_dao::contract::{execute, instantiate, query};
    let code_id = app.store_code(Box::new(ContractWrapper::new(execute, instantiate, query)));
    let setup = stoa_dao_types::InstantiateMsg {
        members: vec![Member { address: member.to_string(), weight: 1 }],
        quorum: points(5_000),
        threshold: points(5_000),
        voting_period_blocks: VOTING_PERIOD_BLOCKS,
    };
    app.instantiate_contract(code_id, member.clone(), &setup, &[], "dao", None).unwrap()
}

fn store_registry(app: &mut App<BankKeeper, MockApiBech32>, creator: &Addr) -> Addr {
    use stoa_provenance::contract::{execute, instantiate, query};
    let code_id = app.store_code(Box::new(ContractWrapper::new(execute, instantiate, query)));
    let setup = stoa_provenance_types::InstantiateMsg { denom: DENOM.to_owned() };
    app.instantiate_contract(code_id, creator.clone(), &setup, &[], "provenance", None).unwrap()
}

pub fn marketplace_setup(dao: &Addr, registry: &Addr) -> InstantiateMsg {
    InstantiateMsg {
        dao: dao.to_string(),
        provenance: registry.to_string(),
        denom: DENOM.to_owned(),
        protocol_fee: points(FEE),
        challenge_window_blocks: WINDOW_BLOCKS,
        minimum_bond: Uint128::new(MINIMUM_BOND),
    }
}

pub fn store_marketplace_code(app: &mut App<BankKeeper, MockApiBech32>) -> u64 {
    use stoa_marketplace::contract::{execute, instantiate, query};
    app.store_code(Box::new(ContractWrapper::new(execute, instantiate, query)))
}

fn store_marketplace(
    app: &mut App<BankKeeper, MockApiBech32>,
    creator: &Addr,
    dao: &Addr,
    registry: &Addr,
) -> Addr {
    let code_id = store_marketplace_code(app);
    let setup = marketplace_setup(dao, registry);
    app.instantiate_contract(code_id, creator.clone(), &setup, &[], "marketplace", None).unwrap()
}

fn register(
    app: &mut App<BankKeeper, MockApiBech32>,
    registry: &Addr,
    owner: &Addr,
    kind: AssetKind,
    name: &str,
    parents: &[ContentHash],
) -> ContentHash {
    let msg = stoa_provenance_types::ExecuteMsg::Register {
        content_hash: hash(name),
        kind,
        name: name.to_owned(),
        license: "Apache-2.0".to_owned(),
        parents: parents.to_vec(),
        royalty: points(ROYALTY),
    };
    app.execute_contract(owner.clone(), registry.clone(), &msg, &[]).unwrap();
    hash(name)
}
