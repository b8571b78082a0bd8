//! Which module answers a message or a query.
//!
//! The application calls [`Modules`] for what comes in transactions; contracts call it again, through
//! [`MessageRouter`], for their submessages and queries. Every module is asked in turn and says whether
//! the type or path is its own.

mod error;
mod genesis;
mod page;
mod request;

use std::path::Path;

use cosmos_sdk_proto::{Any, cosmwasm::wasm::v1::GenesisState};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use error::{QueryError, RouteError};
pub use genesis::Continuation;
pub use page::{MAX_PAGE, filtered_page, page};
pub(crate) use request::read_request;

use crate::{
    auth::{self, AccAddress},
    authority, authz, bank, beacon, consensus,
    core::{Context, ModuleError},
    feegrant,
    invariants::{self, Invariant},
    privilege,
    slashing::{self, Infraction, Misbehaviour, Vote},
    upgrade,
    validators::{self, Validator},
    vesting,
    wasm::{self, Wasm},
};

/// The answer of a message, as it goes into `TxMsgData.msg_responses`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageResponse {
    /// Type of the answer, e.g. `/cosmos.bank.v1beta1.MsgSendResponse`.
    pub type_url: String,
    /// Its protobuf bytes.
    pub bytes: Vec<u8>,
}

impl MessageResponse {
    /// Encodes `response`.
    pub fn new<M: prost::Name>(response: &M) -> Self {
        Self { type_url: M::type_url(), bytes: response.encode_to_vec() }
    }
}

/// What contracts may ask of the rest of the chain.
pub trait MessageRouter {
    /// Executes a message in `ctx`. The caller has checked the signers and wraps the call in
    /// [`Context::atomically`] where a failure must leave no trace.
    fn execute(&self, ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError>;

    /// The checks of a message that need no state; what cannot be read is refused with code 2.
    fn check(&self, message: &Any) -> Result<(), ModuleError>;

    /// The addresses that must sign `message`, in order, each once.
    fn signers(&self, message: &Any) -> Result<Vec<AccAddress>, ModuleError>;

    /// Whether any module executes messages of the type of `message`; its value is not looked at.
    fn knows(&self, message: &Any) -> bool;

    /// Answers a query by its gRPC path with protobuf bytes.
    fn query(&self, ctx: &Context, path: &str, data: &[u8]) -> Result<Vec<u8>, ModuleError>;
}

/// All modules of the chain. Clones are handles to the same.
#[derive(Clone, Debug)]
pub struct Modules {
    wasm: Wasm,
}

impl Modules {
    /// Opens the modules. `wasm_dir` is where compiled contract code may be kept; contract code itself is
    /// part of the state, so the folder may be empty or lost.
    pub fn open(wasm_dir: &Path) -> Result<Self, ModuleError> {
        tracing::debug!(folder = %wasm_dir.display(), "compiled contracts are kept in memory only");
        Ok(Self { wasm: Wasm::new(wasm::Limits::default()) })
    }

    /// Executes a message of a transaction or of a contract.
    pub fn execute(
        &self,
        ctx: &mut Context,
        message: &Any,
    ) -> Result<MessageResponse, ModuleError> {
        pay_for_routing(ctx)?;
        if is_of_contracts(message)
            && let Some(result) = self.wasm.execute_message(ctx, self, message)
        {
            return result;
        }
        if let Some(result) = bank::execute_message(ctx, message) {
            return result;
        }
        if let Some(result) = authz::execute_message(ctx, self, message) {
            return result;
        }
        if let Some(result) = feegrant::execute_message(ctx, message) {
            return result;
        }
        if let Some(result) = vesting::execute_message(ctx, message) {
            return result;
        }
        if let Some(result) = consensus::execute_message(ctx, message) {
            return result;
        }
        if let Some(result) = slashing::execute_message(ctx, message) {
            return result;
        }
        if let Some(result) = upgrade::execute_message(ctx, message) {
            return result;
        }
        if let Some(result) = privilege::execute_message(ctx, self, message) {
            return result;
        }
        Err(RouteError::NoHandler { type_url: message.type_url.clone() }.into())
    }

    /// Calls `sudo` of a contract, as the chain itself: nobody has signed. `message` is JSON of the contract's
    /// own. All or nothing of it remains in `ctx`, but for the gas, which is charged to the meter of `ctx`:
    /// the caller chooses the limit. Answers the contract's data.
    pub fn sudo(
        &self,
        ctx: &mut Context,
        contract: &AccAddress,
        message: &[u8],
    ) -> Result<Option<Vec<u8>>, ModuleError> {
        ctx.atomically(|ctx| self.wasm.sudo(ctx, self, contract, message))
    }

    /// The checks of a message that need no state (the SDK's `ValidateBasic`); what cannot be read at all
    /// is refused with code 2.
    pub fn check(&self, message: &Any) -> Result<(), ModuleError> {
        if let Some(result) = bank::check(message) {
            return result;
        }
        if let Some(result) = self.wasm.check(message) {
            return result;
        }
        // All other messages are checked when they run.
        if self.knows(message) {
            return Ok(());
        }
        Err(RouteError::UnknownType { type_url: message.type_url.clone() }.into())
    }

    /// The addresses that must sign `message`, in order, each once.
    pub fn signers(&self, message: &Any) -> Result<Vec<AccAddress>, ModuleError> {
        let unknown = || RouteError::UnknownType { type_url: message.type_url.clone() };
        self.asked(message).ok_or_else(unknown)?
    }

    /// The signers, by the one module whose message it is.
    fn asked(&self, message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
        if is_of_contracts(message) {
            return self.wasm.signers(message);
        }
        bank::signers(message)
            .or_else(|| authz::signers(message))
            .or_else(|| feegrant::signers(message))
            .or_else(|| vesting::signers(message))
            .or_else(|| consensus::signers(message))
            .or_else(|| slashing::signers(message))
            .or_else(|| upgrade::signers(message))
            .or_else(|| privilege::signers(message))
    }

    /// Answers a query by its gRPC path, e.g. `/cosmos.bank.v1beta1.Query/Balance`.
    pub fn query(&self, ctx: &Context, path: &str, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
        if let Some(answer) = auth::query(ctx, path, data) {
            return answer;
        }
        if let Some(answer) = bank::query(ctx, path, data) {
            return answer;
        }
        if let Some(answer) = authz::query(ctx, path, data) {
            return answer;
        }
        if let Some(answer) = beacon::query(ctx, path, data) {
            return answer;
        }
        if let Some(answer) = feegrant::query(ctx, path, data) {
            return answer;
        }
        if let Some(answer) = self.wasm.query(ctx, path, data) {
            return answer;
        }
        let others = [
            consensus::query,
            privilege::query,
            slashing::query,
            upgrade::query,
            validators::query,
        ];
        if let Some(answer) = others.iter().find_map(|query| query(ctx, path, data)) {
            return answer;
        }
        Err(QueryError::UnknownPath.into())
    }

    /// Writes the first state from `app_state`; absent sections take their defaults.
    pub fn init_genesis(&self, ctx: &mut Context, app_state: &Value) -> Result<(), ModuleError> {
        authority::init_genesis(ctx, section(app_state, "authority")?)?;
        auth::init_genesis(ctx, section(app_state, "auth")?)?;
        bank::init_genesis(ctx, section(app_state, "bank")?)?;
        authz::init_genesis(ctx, section(app_state, "authz")?)?;
        feegrant::init_genesis(ctx, section(app_state, "feegrant")?)?;
        validators::import(ctx, section(app_state, "validators")?)?;
        beacon::init_genesis(ctx, section(app_state, "beacon")?)?;
        slashing::init_genesis(ctx, section(app_state, "slashing")?)?;
        slashing::init_evidence(ctx, section(app_state, "evidence")?)?;
        upgrade::init_genesis(ctx, section(app_state, "upgrade")?)?;
        invariants::init_genesis(ctx, &section(app_state, "invariants")?)?;
        self.wasm.init_genesis(ctx, section::<GenesisState>(app_state, "wasm")?)?;
        privilege::init_genesis(ctx, self, section(app_state, "privilege")?)
    }

    /// What a node does before its first block, with the state of the last height: compiles what is to stay
    /// compiled.
    pub fn prepare(&self, ctx: &Context) -> Result<(), ModuleError> {
        self.wasm.compile_pinned(ctx)
    }

    /// What the modules do before the transactions of a block, with what consensus reports in it; answers
    /// who was jailed. A failure is the node's own.
    pub fn begin_block(
        &self,
        ctx: &mut Context,
        votes: &[Vote],
        misbehaviours: &[Misbehaviour],
    ) -> Result<Vec<Infraction>, ModuleError> {
        let infractions = slashing::begin_block(ctx, votes, misbehaviours)?;
        authz::remove_expired(ctx, authz::MAX_REMOVED_PER_BLOCK)?;
        Ok(infractions)
    }

    /// What the modules do behind the transactions of a block; answers what consensus must be told of
    /// validators. A failure is the node's own.
    pub fn end_block(&self, ctx: &mut Context) -> Result<Vec<Validator>, ModuleError> {
        feegrant::remove_expired(ctx, feegrant::MAX_REMOVED_PER_BLOCK)?;
        let changed = validators::end_block(ctx)?;
        for validator in &changed.joined {
            slashing::joined(ctx, validator)?;
        }
        Ok(changed.updates)
    }

    /// Looks whether the invariants of all modules hold, reading at most `limit` records.
    pub fn check_invariants(
        &self,
        ctx: &Context,
        limit: usize,
    ) -> Result<invariants::Outcome, ModuleError> {
        invariants::run(ctx, INVARIANTS.iter().copied().flatten(), limit)
    }
}

/// The invariants of all modules, the cheapest first.
const INVARIANTS: &[&[Invariant]] = &[
    auth::INVARIANTS,
    validators::INVARIANTS,
    privilege::INVARIANTS,
    wasm::INVARIANTS,
    authz::INVARIANTS,
    feegrant::INVARIANTS,
    bank::INVARIANTS,
];

impl privilege::Host for Modules {
    fn is_contract(&self, ctx: &Context, address: &AccAddress) -> Result<bool, ModuleError> {
        self.wasm.is_contract(ctx, address)
    }
}

impl MessageRouter for Modules {
    fn execute(&self, ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
        self.execute(ctx, message)
    }

    fn check(&self, message: &Any) -> Result<(), ModuleError> {
        self.check(message)
    }

    fn signers(&self, message: &Any) -> Result<Vec<AccAddress>, ModuleError> {
        self.signers(message)
    }

    fn knows(&self, message: &Any) -> bool {
        self.asked(message).is_some()
    }

    fn query(&self, ctx: &Context, path: &str, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
        self.query(ctx, path, data)
    }
}

/// Whether only the contract module can know a message: asking every other module first would make two
/// texts for each type of message that there is.
fn is_of_contracts(message: &Any) -> bool {
    message.type_url.starts_with("/cosmwasm.wasm.")
}

/// The price of routing a message: wasmd asks its circuit breaker, once before the transaction and again
/// for every message, also of contracts.
pub fn pay_for_routing(ctx: &Context) -> Result<(), ModuleError> {
    Ok(ctx.charge_has()?)
}

fn section<T: DeserializeOwned + Default>(
    app_state: &Value,
    name: &'static str,
) -> Result<T, ModuleError> {
    match app_state.get(name) {
        None | Some(Value::Null) => Ok(T::default()),
        Some(value) => T::deserialize(value).map_err(|error| {
            RouteError::Genesis { section: name, reason: error.to_string() }.into()
        }),
    }
}

#[cfg(test)]
mod tests;
