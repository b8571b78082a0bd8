//! One transaction, from bytes to result.

use cosmos_sdk_proto::{Any, cosmos::base::abci::v1beta1::TxMsgData};
use prost::Message as _;
use stoa_modules::{
    BlockInfo, Context, Event, ExecMode, Gas, GasMeter, ModuleError,
    router::{MessageResponse, Modules},
};
use stoa_store::{Overlay, StoreError};

use crate::{
    ante::{self, AnteParams},
    block::{MAX_TX_BYTES, TxResult, context},
    contain::{caught, contained},
    error::{Refusal, sdk_code},
    finalize_block::no_block_gas,
    tx::{self, Tx},
};

/// What a transaction runs with.
pub(crate) struct TxRun<'a> {
    pub(crate) modules: &'a Modules,
    pub(crate) ante: &'a AnteParams,
    pub(crate) overlay: &'a Overlay,
    pub(crate) block: &'a BlockInfo,
    pub(crate) mode: ExecMode,
    pub(crate) tx_index: Option<u32>,
    /// Most gas it may want; the limit itself in simulations.
    pub(crate) max_gas: Gas,
}

impl TxRun<'_> {
    /// Decodes, checks and, unless it is only admitted, executes. What the ante checks wrote (fee,
    /// sequence) stays even if the messages fail; a refused check leaves nothing.
    pub(crate) fn run(&self, bytes: &[u8]) -> Result<TxResult, StoreError> {
        let tx = match decode(bytes) {
            Ok(tx) => tx,
            Err(refusal) => return Ok(TxResult::refused(refusal, 0, 0)),
        };
        let wanted = tx.gas_limit();
        let limit = if self.mode == ExecMode::Simulate { self.max_gas } else { wanted };
        if limit > self.max_gas {
            return Ok(TxResult::refused(no_block_gas(limit, self.max_gas), wanted, 0));
        }
        let (block, overlay) = (self.block.clone(), self.overlay.clone());
        let mut ctx = context(block, self.mode, GasMeter::new(limit), overlay);
        ctx.tx_index = self.tx_index;

        let checked = contained(&mut ctx, |ctx| ante::run(self.modules, self.ante, ctx, &tx))?;
        if let Err(refusal) = checked {
            return Ok(TxResult::refused(refusal, wanted, ctx.gas.used()));
        }
        if matches!(self.mode, ExecMode::Check | ExecMode::Recheck) {
            let (gas_used, events) = (ctx.gas.used(), ctx.events);
            return Ok(TxResult { gas_wanted: wanted, gas_used, events, ..TxResult::default() });
        }
        let executed = contained(&mut ctx, |ctx| self.messages(ctx, tx.messages()))?;
        let gas_used = ctx.gas.used();
        Ok(match executed {
            Ok(data) => {
                let events = ctx.events;
                TxResult { data, gas_wanted: wanted, gas_used, events, ..TxResult::default() }
            }
            Err(refusal) => {
                let events = ctx.events;
                TxResult { events, ..TxResult::refused(refusal, wanted, gas_used) }
            }
        })
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
        let mut inner = Context { events: Vec::new(), ..ctx.clone() };
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
            event = event.with("sender", sender.to_string());
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

/// Reads a transaction, whatever the bytes are.
pub(crate) fn decode(bytes: &[u8]) -> Result<Tx, Refusal> {
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
