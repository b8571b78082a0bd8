//! One transaction, from bytes to result.

use cosmos_sdk_proto::{Any, cosmos::base::abci::v1beta1::TxMsgData};
use prost::Message as _;
use stoa_modules::{
    BlockInfo, Context, Event, ExecMode, Gas, GasMeter, ModuleError, bank,
    core::{BlockCode, BlockGas, LoadedCode},
    router::{MessageResponse, Modules, RouteError},
};
use stoa_store::{Overlay, StoreError};

use crate::{
    ante::{self, AnteParams, Verified},
    block::{MAX_TX_BYTES, TxResult, context},
    contain::{caught, contained},
    error::{Refusal, sdk_code},
    limits::BlockLimits,
    query::SIMULATION_GAS_LIMIT,
    tx::{self, Tx},
};

/// What a transaction runs with.
pub(crate) struct TxRun<'a> {
    pub(crate) modules: &'a Modules,
    pub(crate) ante: &'a AnteParams,
    pub(crate) verified: &'a Verified,
    pub(crate) overlay: &'a Overlay,
    pub(crate) block: &'a BlockInfo,
    pub(crate) mode: ExecMode,
    /// Limits of the block; the most gas of a block is the limit of a simulation.
    pub(crate) limits: BlockLimits,
    /// Gas that the block has used before.
    pub(crate) block_gas: BlockGas,
    /// Contract code that the block has loaded before.
    pub(crate) block_code: BlockCode,
}

/// A transaction that was read, or why it is none.
pub(crate) type ReadTx = Result<Tx, Refusal>;

/// A transaction's result, and what it takes of the block's gas: never more than its limit.
pub(crate) struct Ran {
    pub(crate) result: TxResult,
    pub(crate) block_gas: Gas,
}

impl From<TxResult> for Ran {
    fn from(result: TxResult) -> Self {
        Self { result, block_gas: 0 }
    }
}

impl TxRun<'_> {
    /// Decodes, checks and, unless it is only admitted, executes. What the ante checks wrote (fee,
    /// sequence) stays even if the messages fail; a refused check leaves nothing.
    pub(crate) fn run(&self, bytes: &[u8]) -> Result<Ran, StoreError> {
        self.run_read(&decode(bytes))
    }

    /// The same for what was read before.
    pub(crate) fn run_read(&self, tx: &ReadTx) -> Result<Ran, StoreError> {
        let tx = match tx {
            Ok(tx) => tx,
            Err(refusal) => return Ok(self.unread(refusal.clone())),
        };
        if self.mode == ExecMode::Deliver && self.block_gas.used() >= self.limits.max_gas {
            return Ok(TxResult::refused(no_block_gas(), 0, 0).into());
        }
        if let Err(refusal) = caught(|| self.check_messages(tx)) {
            return Ok(self.unread(refusal));
        }
        let limit = match self.mode {
            // Whoever asks pays nothing, so that a chain without a limit needs one here.
            ExecMode::Simulate => self.limits.max_gas.min(SIMULATION_GAS_LIMIT),
            _ => tx.gas_limit(),
        };
        if tx.gas_limit() > self.limits.max_gas {
            let refusal = gas_limit_too_high(tx.gas_limit(), self.limits.max_gas);
            return Ok(TxResult::refused(refusal, limit, 0).into());
        }
        let mut ctx =
            context(self.block.clone(), self.mode, GasMeter::new(limit), self.overlay.clone());
        ctx.block_gas = self.block_gas.clone();
        ctx.loaded_code = Some(LoadedCode::in_block(&self.block_code));
        let result = self.check_and_execute(&mut ctx, tx)?;
        Ok(Ran { result, block_gas: ctx.gas.used().min(limit) })
    }

    /// The result of what is refused before its gas limit counts: until then a transaction has used what
    /// reading the block's limits costs. In a block, what cannot be read does not get that far.
    pub(crate) fn unread(&self, refusal: Refusal) -> Ran {
        let is_nothing = self.mode == ExecMode::Deliver && refusal.is_unreadable();
        let block_gas = if is_nothing { 0 } else { self.limits.lookup_gas };
        Ran { result: TxResult::refused(refusal, 0, block_gas), block_gas }
    }

    /// The checks of messages that need no state, before all others.
    fn check_messages(&self, tx: &Tx) -> Result<(), ModuleError> {
        // No extension is known, and fees are integers: anything else is no transaction.
        if let Some(extension) = tx.extension_options().first() {
            return Err(RouteError::UnknownType { type_url: extension.type_url.clone() }.into());
        }
        if !tx.fee().amount.iter().all(|coin| bank::is_integer(&coin.amount)) {
            return Err(
                RouteError::Malformed { type_url: "/cosmos.tx.v1beta1.Fee".to_owned() }.into()
            );
        }
        tx.messages().iter().try_for_each(|message| self.modules.check(message))
    }

    fn check_and_execute(&self, ctx: &mut Context, tx: &Tx) -> Result<TxResult, StoreError> {
        let wanted = ctx.gas.limit();
        let checked =
            contained(ctx, |ctx| ante::run(self.modules, self.ante, self.verified, ctx, tx))?;
        if let Err(refusal) = checked {
            let refusal = self.check_block(ctx).err().unwrap_or(refusal);
            return Ok(TxResult::refused(refusal, wanted, ctx.gas.used()));
        }
        let executed = match self.mode {
            ExecMode::Check | ExecMode::Recheck => Ok(Vec::new()),
            _ => contained(ctx, |ctx| {
                let data = self.messages(ctx, tx.messages())?;
                self.check_block(ctx)?;
                Ok(data)
            })?,
        };
        let (gas_used, events) = (ctx.gas.used(), std::mem::take(&mut ctx.events));
        Ok(match executed {
            Ok(data) => {
                TxResult { data, gas_wanted: wanted, gas_used, events, ..TxResult::default() }
            }
            Err(refusal) => {
                let refusal = self.check_block(ctx).err().unwrap_or(refusal);
                TxResult { events, ..TxResult::refused(refusal, wanted, gas_used) }
            }
        })
    }

    /// Refuses a transaction that takes the block past its limit: its messages leave nothing.
    fn check_block(&self, ctx: &Context) -> Result<(), Refusal> {
        let (used, limit) = (ctx.gas.used(), ctx.gas.limit());
        let total = self.block_gas.used().saturating_add(used.min(limit));
        if self.mode == ExecMode::Deliver && total > self.limits.max_gas {
            return Err(past_block_gas(limit, used));
        }
        Ok(())
    }

    fn messages(&self, ctx: &mut Context, messages: &[Any]) -> Result<Vec<u8>, ModuleError> {
        let mut data = TxMsgData::default();
        for (index, message) in messages.iter().enumerate() {
            let response = self.message(ctx, message, index).map_err(|e| at_index(e, index))?;
            let MessageResponse { type_url, bytes } = response;
            data.msg_responses.push(Any { type_url, value: bytes });
        }
        Ok(data.encode_to_vec())
    }

    fn message(
        &self,
        ctx: &mut Context,
        message: &Any,
        index: usize,
    ) -> Result<MessageResponse, ModuleError> {
        // Events apart, state and gas shared: a panic must not mix this message's events with others.
        let mut inner = ctx.without_events();
        let response = self.modules.execute(&mut inner, message)?;
        let action = self.action_event(message, &inner.events)?;
        let indexed = |event: Event| event.with("msg_index", index.to_string());
        ctx.events.extend(std::iter::once(action).chain(inner.events).map(indexed));
        Ok(response)
    }

    /// The event that explorers and `message.action` searches rely on.
    fn action_event(&self, message: &Any, own: &[Event]) -> Result<Event, ModuleError> {
        let mut event = Event::new("message").with("action", message.type_url.clone());
        if let Some(sender) = self.modules.signers(message)?.first() {
            event = event.with("sender", sender);
        }
        let mut attributes = own.iter().flat_map(|event| &event.attributes);
        if !attributes.any(|attribute| attribute.key == "module")
            && let Some(module) = message.type_url.split('.').nth(1)
        {
            event = event.with("module", module);
        }
        Ok(event)
    }
}

/// The refusal of a transaction in a block whose gas is used up.
fn no_block_gas() -> Refusal {
    Refusal::sdk(sdk_code::OUT_OF_GAS, "no block gas left to run tx: out of gas")
}

/// The refusal of a transaction that wants more gas than a whole block has.
fn gas_limit_too_high(wanted: Gas, limit: Gas) -> Refusal {
    let log = format!("tx gas limit {wanted} exceeds block max gas {limit}: invalid gas limit");
    Refusal::sdk(sdk_code::INVALID_GAS_LIMIT, log)
}

/// The refusal of a transaction that used more gas than the block had left.
fn past_block_gas(wanted: Gas, used: Gas) -> Refusal {
    let log = format!(
        "out of gas in location: block gas meter; gasWanted: {wanted}, gasUsed: {used}: out of gas"
    );
    Refusal::sdk(sdk_code::OUT_OF_GAS, log)
}

/// Reads a transaction, whatever the bytes are.
pub(crate) fn decode(bytes: &[u8]) -> ReadTx {
    if bytes.len() > MAX_TX_BYTES {
        let log = format!("{} bytes, the limit is {MAX_TX_BYTES}: tx too large", bytes.len());
        return Err(Refusal::sdk(sdk_code::TX_TOO_LARGE, log));
    }
    caught(|| tx::decode(bytes))
}

/// The SDK's wording for a failed message.
fn at_index(error: ModuleError, index: usize) -> ModuleError {
    match error {
        ModuleError::Refused { codespace, code, message } => {
            let message = format!("failed to execute message; message index: {index}: {message}");
            ModuleError::Refused { codespace, code, message }
        }
        other => other,
    }
}
