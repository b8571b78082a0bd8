//! What stands before the first measured block: accounts, contracts, a service to order from.

use std::path::Path;

use anyhow::{Result, ensure};
use cosmrs::proto::cosmos::{
    bank::v1beta1::{Input, MsgMultiSend, Output},
    base::v1beta1::Coin,
};
use prost::{Message as _, Name as _};
use serde_json::{Value, json};
use stoa_oracle::{
    peer::{Genesis, Holder},
    scenario::{Account, Action, Tx, World},
};

use crate::{
    accounts::{Accounts, DENOM, receiver},
    chain::Chain,
};

/// Price of one order.
pub const ORDER_PRICE: u128 = 1_000;
/// Who deploys and fills.
const DEPLOYER: &str = "alice";
/// What a signer, a receiver and the deployer have at first.
const SIGNER_FUNDS: u128 = 1_000_000_000;
const RECEIVER_FUNDS: u128 = 1_000_000;
const DEPLOYER_FUNDS: u128 = 1_000_000_000_000_000;
const BOND: &str = "1000000ustoa";
/// What a signer has of the token.
const TOKENS: u128 = 1_000_000_000;
/// Most accounts in the genesis file: wasmd's socket takes requests of 100 MB.
const MAX_GENESIS_ACCOUNTS: usize = 300_000;
/// Receivers that one transaction makes, and transactions of a block.
const RECEIVERS_PER_TX: usize = 2_000;
const FILLING_TXS_PER_BLOCK: usize = 20;
/// Gas that no transaction of the stage reaches.
const STAGE_GAS: u64 = 100_000_000_000;
/// The model that is served.
const MODEL: &str = "5555555555555555555555555555555555555555555555555555555555555555";
/// A key for receipts: the generator of secp256k1, in base64.
const RECEIPT_KEY: &str = "Anm+Zn753LusVaBilc6HCwcCm/zbLc4o2VnygVsW+BeY";

/// Addresses of contracts.
#[derive(Clone, Debug, Default)]
pub struct Contracts {
    /// A `cw20-base` token.
    pub token: String,
    /// The marketplace.
    pub marketplace: String,
}

/// Builds a stage on two chains at once.
pub struct Builder {
    world: World,
    deployer: Account,
}

/// The genesis of `total` accounts, as far as it holds them.
pub fn genesis(base: &Value, total: usize) -> Result<(Genesis, Accounts)> {
    let first = Genesis::first_number(base)?;
    let accounts = Accounts::new(total, first + 1)?;
    let deployer = World::new(Path::new("")).address(DEPLOYER)?;
    let mut holders = vec![holder(deployer, DEPLOYER_FUNDS)];
    for index in 0..total.min(MAX_GENESIS_ACCOUNTS) {
        let is_signer = index < accounts.signers.len();
        let funds = if is_signer { SIGNER_FUNDS } else { RECEIVER_FUNDS };
        holders.push(holder(accounts.address(index)?, funds));
    }
    Ok((Genesis::with_holders(base, &holders)?, accounts))
}

impl Builder {
    /// For chains that begin with [`genesis`] of `base`; `files` holds the compiled contracts.
    pub fn new(base: &Value, files: &Path) -> Result<Self> {
        let deployer = Account { number: Genesis::first_number(base)?, sequence: 0 };
        Ok(Self { world: World::new(files), deployer })
    }

    /// Makes the receivers that the genesis has no room for, and the contracts.
    pub fn build(mut self, chains: &mut [Chain<'_>; 2], accounts: &Accounts) -> Result<Contracts> {
        self.run(chains, &[])?;
        let rest: Vec<usize> = (MAX_GENESIS_ACCOUNTS..accounts.total).collect();
        for block in rest.chunks(RECEIVERS_PER_TX * FILLING_TXS_PER_BLOCK) {
            let txs = block.chunks(RECEIVERS_PER_TX).map(|part| self.fill(part));
            let txs = txs.collect::<Result<Vec<_>>>()?;
            self.run(chains, &txs)?;
        }
        for (name, action) in deployment(accounts) {
            self.run(chains, &[Tx::new(name, DEPLOYER, action).gas(STAGE_GAS)])?;
        }
        let (token, marketplace) = ("token", "marketplace");
        Ok(Contracts {
            token: self.world.address(token)?,
            marketplace: self.world.address(marketplace)?,
        })
    }

    fn fill(&self, receivers: &[usize]) -> Result<Tx> {
        let coins =
            |amount: u128| vec![Coin { denom: DENOM.to_owned(), amount: amount.to_string() }];
        let output = |index: &usize| -> Result<Output> {
            Ok(Output { address: receiver(*index)?, coins: coins(RECEIVER_FUNDS) })
        };
        let total = RECEIVER_FUNDS * receivers.len() as u128;
        let address = self.world.address(DEPLOYER)?;
        let message = MsgMultiSend {
            inputs: vec![Input { address, coins: coins(total) }],
            outputs: receivers.iter().map(output).collect::<Result<_>>()?,
        };
        let (type_url, hex) = (MsgMultiSend::type_url(), hex::encode(message.encode_to_vec()));
        Ok(Tx::new("fill", DEPLOYER, Action::Raw { type_url, hex }).gas(STAGE_GAS))
    }

    fn run(&mut self, chains: &mut [Chain<'_>; 2], txs: &[Tx]) -> Result<()> {
        let mut signed = Vec::new();
        for tx in txs {
            signed.push(self.world.sign(tx, &[self.deployer])?);
            self.deployer.sequence += 1;
        }
        for chain in chains {
            let (_, results) = chain.block(&signed)?;
            for (tx, result) in txs.iter().zip(&results) {
                let name = chain.name();
                ensure!(result.code == 0, "{name}: {} fails: {}", tx.name, result.log);
                self.world.learn(tx, result);
            }
        }
        Ok(())
    }
}

fn holder(address: String, amount: u128) -> Holder {
    Holder { address, funds: vec![(DENOM.to_owned(), amount)] }
}

fn deployment(accounts: &Accounts) -> Vec<(&'static str, Action)> {
    let (cw20, provenance) = ("cw20_base.wasm", "provenance.wasm");
    let market = "marketplace.wasm";
    let balance = |address: &String| json!({"address": address, "amount": TOKENS.to_string()});
    let signers = accounts.signers.iter().map(|signer| &signer.address);
    let token = json!({"name": "Token", "symbol": "TOKEN", "decimals": 6, "marketing": null,
        "initial_balances": signers.map(balance).collect::<Vec<_>>(), "mint": null});
    let terms = json!({"dao": "@alice", "provenance": "@provenance", "denom": DENOM,
        "protocol_fee": 200, "challenge_window_blocks": 5, "minimum_bond": "1000000"});
    let register = json!({"register": {"content_hash": MODEL, "kind": "model", "name": "Model",
        "license": "MIT", "parents": [], "royalty": 500}});
    let service = json!({"register_service": {"name": "Service", "model": MODEL,
        "semantics_version": 1, "price": ORDER_PRICE.to_string(), "endpoint": "http://127.0.0.1:1",
        "receipt_key": RECEIPT_KEY}});
    let make = |code: &str, label: &str, msg| Action::instantiate(DEPLOYER, code, label, msg);
    let registry = json!({"denom": DENOM});
    vec![
        ("store cw20", Action::store(DEPLOYER, cw20)),
        ("make token", make(cw20, "token", token)),
        ("store provenance", Action::store(DEPLOYER, provenance)),
        ("make provenance", make(provenance, "provenance", registry)),
        ("register model", Action::execute(DEPLOYER, "provenance", register)),
        ("store marketplace", Action::store(DEPLOYER, market)),
        ("make marketplace", make(market, "marketplace", terms)),
        ("register service", Action::pay(DEPLOYER, "marketplace", service, BOND)),
    ]
}
