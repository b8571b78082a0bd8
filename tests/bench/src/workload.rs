//! What the transactions of a block do.

use std::fmt;

use anyhow::{Context as _, Result};
use cosmrs::proto::{
    Any,
    cosmos::{bank::v1beta1::MsgSend, base::v1beta1::Coin},
    cosmwasm::wasm::v1::MsgExecuteContract,
};
use prost::Name;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use stoa_system::random::Random;

use crate::{
    accounts::{Accounts, DENOM, Unsigned},
    stage::{Contracts, ORDER_PRICE},
};

/// Gas limits that nothing of a workload reaches.
const SEND_GAS: u64 = 200_000;
const EXECUTE_GAS: u64 = 1_000_000;
/// Blocks in which an order of a benchmark may be delivered; nobody does.
const DEADLINE_BLOCKS: u64 = 10_000;
/// Of a hundred transactions of the mixed load, how many are sends and transfers of tokens; the rest orders.
const MIXED_SENDS: u64 = 70;
const MIXED_TRANSFERS: u64 = 20;

/// A kind of load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Workload {
    /// `MsgSend` of one coin to any account.
    Bank,
    /// `transfer` of a `cw20-base` token to any account.
    Cw20,
    /// `order` at the project's marketplace, with its price in escrow.
    Marketplace,
    /// 70 % sends, 20 % token transfers, 10 % orders.
    Mixed,
}

impl fmt::Display for Workload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bank => "bank send",
            Self::Cw20 => "cw20 transfer",
            Self::Marketplace => "marketplace order",
            Self::Mixed => "mixed",
        })
    }
}

/// Makes the blocks of a run, one after the other.
pub struct Generator {
    random: Random,
    /// Transactions made so far: signers take turns.
    count: usize,
}

impl Generator {
    /// Always the same blocks for the same seed.
    pub fn new(seed: u64) -> Self {
        Self { random: Random::from_seed(seed), count: 0 }
    }

    /// The next block.
    pub fn block(
        &mut self,
        workload: Workload,
        txs: usize,
        accounts: &Accounts,
        contracts: &Contracts,
    ) -> Result<Vec<Unsigned>> {
        (0..txs).map(|_| self.tx(workload, accounts, contracts)).collect()
    }

    fn tx(
        &mut self,
        workload: Workload,
        accounts: &Accounts,
        contracts: &Contracts,
    ) -> Result<Unsigned> {
        let workload = match workload {
            Workload::Mixed => self.choose(),
            one => one,
        };
        let signer = self.count % accounts.signers.len().max(1);
        self.count += 1;
        let from = accounts.signers.get(signer).context("nobody signs")?.address.clone();
        let message = match workload {
            Workload::Cw20 => {
                let to = self.account(accounts)?;
                let transfer = json!({"transfer": {"recipient": to, "amount": "1"}});
                execute(from, &contracts.token, &transfer, Vec::new())
            }
            Workload::Marketplace => {
                let input = hex::encode(Sha256::digest(self.random.below(u64::MAX).to_be_bytes()));
                let order = json!({"order": {
                    "service_id": 1, "input_hash": input, "deadline_blocks": DEADLINE_BLOCKS}});
                execute(from, &contracts.marketplace, &order, vec![coin(ORDER_PRICE)])
            }
            Workload::Bank | Workload::Mixed => any(&MsgSend {
                from_address: from,
                to_address: self.account(accounts)?,
                amount: vec![coin(1)],
            }),
        };
        let gas = if workload == Workload::Bank { SEND_GAS } else { EXECUTE_GAS };
        Ok(Unsigned { signer, message, gas })
    }

    fn choose(&mut self) -> Workload {
        match self.random.below(100) {
            ..MIXED_SENDS => Workload::Bank,
            share if share < MIXED_SENDS + MIXED_TRANSFERS => Workload::Cw20,
            _ => Workload::Marketplace,
        }
    }

    fn account(&mut self, accounts: &Accounts) -> Result<String> {
        let index = self.random.below(accounts.total as u64);
        accounts.address(usize::try_from(index)?)
    }
}

fn execute(sender: String, contract: &str, message: &Value, funds: Vec<Coin>) -> Any {
    let msg = message.to_string().into_bytes();
    any(&MsgExecuteContract { sender, contract: contract.to_owned(), msg, funds })
}

fn coin(amount: u128) -> Coin {
    Coin { denom: DENOM.to_owned(), amount: amount.to_string() }
}

fn any<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}
