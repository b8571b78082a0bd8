//! Calls of privileged contracts at the beginning and end of a block.

use stoa_modules::{
    Context, GasMeter, ModuleError,
    core::{BlockCode, LoadedCode},
    privilege::{self, Call, Failed, Moment},
    slashing::Infraction,
};

use crate::{
    app::App,
    contain::contained,
    error::{AppError, Refusal},
};

impl App {
    /// Calls every contract that holds the privilege, one after the other, each with its own gas and all or
    /// nothing of it. Whatever a contract does, the block goes on: a failure is an event and a record. Only
    /// a store that cannot be read halts the node.
    pub(crate) fn call_contracts(
        &self,
        ctx: &mut Context,
        moment: Moment,
        infractions: &[Infraction],
    ) -> Result<(), AppError> {
        let message = privilege::message(moment, infractions);
        // Their own: transactions must not be able to use up what these calls may load.
        let block_code = BlockCode::default();
        for call in privilege::calls(ctx, moment).map_err(AppError::AroundBlock)? {
            // One of the calls before may have taken the privilege away.
            match privilege::require(ctx, call.privilege, &call.contract) {
                Ok(_) => {}
                Err(ModuleError::Store(error)) => return Err(error.into()),
                Err(_) => continue,
            }
            self.call(ctx, &call, &message, &block_code)?;
        }
        Ok(())
    }

    fn call(
        &self,
        ctx: &mut Context,
        call: &Call,
        message: &[u8],
        block_code: &BlockCode,
    ) -> Result<(), AppError> {
        let gas = GasMeter::new(call.block_gas);
        let mut inner = Context {
            gas: gas.clone(),
            loaded_code: Some(LoadedCode::in_block(block_code)),
            events: Vec::new(),
            ..ctx.clone()
        };
        let outcome = contained(&mut inner, |inner| {
            self.modules.sudo(inner, &call.contract, message).map(drop)
        })?;
        ctx.events.append(&mut inner.events);
        let failed = |Refusal { codespace, code, log }| {
            tracing::warn!(contract = %call.contract, codespace, code, log, "a privileged call failed");
            Failed { codespace: codespace.to_owned(), code, text: log }
        };
        let used = gas.used().min(call.block_gas);
        privilege::settle(ctx, call, used, outcome.map_err(failed)).map_err(AppError::AroundBlock)
    }
}
