//! The first state of a test chain.

use serde_json::json;
use stoa_app::InitChain;
use tendermint_proto::v0_38::types::{AbciParams, BlockParams, ConsensusParams};

use crate::{Actor, Validator};

/// Chain id of all test chains.
pub const CHAIN_ID: &str = "stoa-mock-1";
/// Base denomination.
pub const DENOM: &str = "ustoa";
/// Genesis time: 2026-01-01 in nanoseconds.
const GENESIS_NANOS: u64 = 1_767_225_600_000_000_000;
/// Most gas of a block unless a test chooses otherwise.
const MAX_GAS: i64 = 100_000_000;
/// Most bytes of a block.
const MAX_BYTES: i64 = 4 * 1024 * 1024;

/// Builds the genesis file of a test chain.
#[derive(Clone, Debug)]
pub struct Genesis {
    balances: Vec<(Actor, u128)>,
    max_gas: i64,
    validators: Vec<Validator>,
    window_blocks: Option<u64>,
    sections: Vec<(String, serde_json::Value)>,
}

impl Default for Genesis {
    fn default() -> Self {
        Self {
            balances: Vec::new(),
            max_gas: MAX_GAS,
            validators: Vec::new(),
            window_blocks: None,
            sections: Vec::new(),
        }
    }
}

impl Genesis {
    /// A chain on which nobody owns anything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives `actor` an account with `amount` of [`DENOM`].
    #[must_use]
    pub fn with_balance(mut self, actor: &Actor, amount: u128) -> Self {
        self.balances.push((actor.clone(), amount));
        self
    }

    /// Most gas of a block.
    #[must_use]
    pub const fn with_max_gas(mut self, max_gas: i64) -> Self {
        self.max_gas = max_gas;
        self
    }

    /// These validators, whose votes carry extensions from the first block on.
    #[must_use]
    pub fn with_validators(mut self, validators: &[Validator]) -> Self {
        self.validators = validators.to_vec();
        self
    }

    /// Blocks in which a contribution to the beacon can arrive.
    #[must_use]
    pub const fn with_window(mut self, window_blocks: u64) -> Self {
        self.window_blocks = Some(window_blocks);
        self
    }

    /// Sets a section of `app_state`, e.g. `authority`.
    #[must_use]
    pub fn with_section(mut self, name: &str, section: serde_json::Value) -> Self {
        self.sections.push((name.to_owned(), section));
        self
    }

    /// What consensus hands over.
    #[must_use]
    pub fn init_chain(&self) -> InitChain {
        let balance = |(actor, amount): &(Actor, u128)| {
            let coins = json!([{"denom": DENOM, "amount": amount.to_string()}]);
            json!({"address": actor.address().to_string(), "coins": coins})
        };
        let balances: Vec<_> = self.balances.iter().map(balance).collect();
        // Account numbers follow the order in which balances were given.
        let account = |(number, (actor, _)): (usize, &(Actor, u128))| {
            json!({
                "@type": "/cosmos.auth.v1beta1.BaseAccount",
                "address": actor.address().to_string(),
                "account_number": number.to_string(),
            })
        };
        let accounts: Vec<_> = self.balances.iter().enumerate().map(account).collect();
        let mut app_state = json!({"auth": {"accounts": accounts}, "bank": {"balances": balances}});
        if let Some(window) = self.window_blocks {
            let params = json!({"window_blocks": window.to_string(), "kept_values": "64"});
            app_state["beacon"] = json!({"params": params});
        }
        for (name, section) in &self.sections {
            app_state[name.as_str()] = section.clone();
        }
        let extended = AbciParams { vote_extensions_enable_height: 1 };
        let block = BlockParams { max_bytes: MAX_BYTES, max_gas: self.max_gas };
        InitChain {
            chain_id: CHAIN_ID.to_owned(),
            time_nanos: GENESIS_NANOS,
            initial_height: 1,
            consensus_params: ConsensusParams {
                block: Some(block),
                abci: (!self.validators.is_empty()).then_some(extended),
                ..ConsensusParams::default()
            },
            validators: self.validators.iter().map(Validator::update).collect(),
            app_state: app_state.to_string().into_bytes(),
        }
    }
}
