//! One call of one entry point.

use std::sync::Arc;

use cosmwasm_std::{
    Addr, BlockInfo, ContractInfo, ContractResult, Empty, Env, MessageInfo, MigrateInfo,
    QueryResponse, Response, Timestamp, TransactionInfo,
};
use cosmwasm_vm::{
    Backend, Instance, VmResult, call_execute_raw, call_instantiate_raw,
    call_migrate_with_info_raw, call_query_raw, call_reply_raw, call_sudo_raw, from_slice, to_vec,
};
use serde::de::DeserializeOwned;

use super::{
    Code, Entry, api::AddressApi, fault::Fault, querier::ContractQuerier, storage::ContractStorage,
};
use crate::{
    Context, ModuleError,
    auth::AccAddress,
    wasm::{Wasm, error::WasmError, gas, state_key},
};

/// Most bytes that a submessage may carry along to its reply (wasmvm `lib_libwasmvm.go`).
const MAX_REPLY_PAYLOAD_BYTES: usize = 128 * 1024;
/// Most bytes of JSON that an entry point may return; the gas for reading them binds first.
const MAX_RESPONSE_BYTES: usize = 64 * 1024 * 1024;

type ContractInstance = Instance<AddressApi, ContractStorage, ContractQuerier>;

/// Whom to call.
pub(in crate::wasm) struct Callee<'a> {
    /// The module.
    pub(in crate::wasm) wasm: &'a Wasm,
    /// Whose state.
    pub(in crate::wasm) contract: &'a AccAddress,
    /// Whose program.
    pub(in crate::wasm) code: Arc<Code>,
}

/// What to call, with its arguments.
pub(in crate::wasm) enum EntryCall<'a> {
    Instantiate { info: &'a MessageInfo, message: &'a [u8] },
    Execute { info: &'a MessageInfo, message: &'a [u8] },
    Migrate { info: &'a MigrateInfo, message: &'a [u8] },
    Reply { json: &'a [u8] },
    Sudo { message: &'a [u8] },
}

impl EntryCall<'_> {
    const fn entry(&self) -> Entry {
        match self {
            Self::Instantiate { .. } => Entry::Instantiate,
            Self::Execute { .. } | Self::Reply { .. } | Self::Sudo { .. } => Entry::Execute,
            Self::Migrate { .. } => Entry::Migrate,
        }
    }
}

impl Callee<'_> {
    /// Calls a contract that may write, and hands back its response.
    pub(in crate::wasm) fn call(
        &self,
        ctx: &mut Context,
        call: &EntryCall<'_>,
    ) -> Result<Response, WasmError> {
        let result: ContractResult<Response<Empty>> =
            self.run(ctx, |instance, env| match call {
                EntryCall::Instantiate { info, message } => {
                    call_instantiate_raw(instance, env, &to_vec(info)?, message)
                }
                EntryCall::Execute { info, message } => {
                    call_execute_raw(instance, env, &to_vec(info)?, message)
                }
                EntryCall::Migrate { info, message } => {
                    call_migrate_with_info_raw(instance, env, message, &to_vec(info)?)
                }
                EntryCall::Reply { json } => call_reply_raw(instance, env, json),
                EntryCall::Sudo { message } => call_sudo_raw(instance, env, message),
            })?;
        let response = answer(call.entry(), result)?;
        check_payloads(&response)?;
        Ok(response)
    }

    /// Asks a contract; its storage is read-only.
    pub(in crate::wasm) fn query(
        &self,
        ctx: &mut Context,
        message: &[u8],
    ) -> Result<Vec<u8>, WasmError> {
        let result: ContractResult<QueryResponse> =
            self.run(ctx, |instance, env| call_query_raw(instance, env, message))?;
        answer(Entry::Query, result).map(Into::into)
    }

    fn run<T: DeserializeOwned>(
        &self,
        ctx: &mut Context,
        enter: impl FnOnce(&mut ContractInstance, &[u8]) -> VmResult<Vec<u8>>,
    ) -> Result<T, WasmError> {
        let env = to_vec(&env(ctx, self.contract))?;
        let fault = Fault::default();
        let gas_limit = gas::vm_limit(&ctx.gas);
        let backend = self.backend(ctx, &fault);
        let mut instance = self.wasm.codes().instantiate(&self.code, backend, gas_limit)?;
        let returned = enter(&mut instance, &env);
        let used = instance.create_gas_report().used_internally;
        drop(instance);
        if let Some(error) = fault.take() {
            gas::charge_vm(ctx, used)?;
            // The caller has gas left: a query was out of the gas that the VM had left for it.
            return Err(match error {
                ModuleError::OutOfGas(_) => WasmError::VmGas,
                other => other.into(),
            });
        }
        finish(ctx, returned, gas_limit, used)
    }

    fn backend(
        &self,
        ctx: &mut Context,
        fault: &Fault,
    ) -> Backend<AddressApi, ContractStorage, ContractQuerier> {
        let prefix = state_key::contract_state(self.contract);
        Backend {
            api: AddressApi,
            storage: ContractStorage::new(detached(ctx), prefix, fault.clone()),
            querier: ContractQuerier {
                wasm: self.wasm.clone(),
                ctx: detached(ctx),
                caller: self.contract.clone(),
                fault: fault.clone(),
            },
        }
    }
}

/// Charges what the VM used and what reading the answer costs, then reads it.
fn finish<T: DeserializeOwned>(
    ctx: &Context,
    returned: VmResult<Vec<u8>>,
    gas_limit: u64,
    used: u64,
) -> Result<T, WasmError> {
    let returned = match returned {
        Ok(returned) => returned,
        Err(error) => {
            gas::charge_vm(ctx, used)?;
            return Err(error.into());
        }
    };
    let reading = gas::to_vm(gas::length(returned.len()).saturating_mul(gas::RESPONSE_PER_BYTE));
    let total = used.saturating_add(reading);
    if total > gas_limit {
        gas::charge_vm(ctx, used)?;
        return Err(WasmError::ResponseGas { bytes: returned.len() });
    }
    gas::charge_vm(ctx, total)?;
    Ok(from_slice(&returned, MAX_RESPONSE_BYTES)?)
}

fn answer<T>(entry: Entry, result: ContractResult<T>) -> Result<T, WasmError> {
    match result {
        ContractResult::Ok(value) => Ok(value),
        ContractResult::Err(text) => Err(WasmError::Contract { entry, text }),
    }
}

fn check_payloads(response: &Response) -> Result<(), WasmError> {
    let limit = MAX_REPLY_PAYLOAD_BYTES;
    let sizes = response.messages.iter().map(|message| message.payload.len()).enumerate();
    match sizes.into_iter().find(|(_, bytes)| *bytes > limit) {
        Some((index, bytes)) => Err(WasmError::ReplyPayload { index, bytes, limit }),
        None => Ok(()),
    }
}

/// A handle to the state and gas of `ctx` with no events of its own.
pub(in crate::wasm) fn detached(ctx: &mut Context) -> Context {
    let events = std::mem::take(&mut ctx.events);
    let handle = ctx.clone();
    ctx.events = events;
    handle
}

fn env(ctx: &Context, contract: &AccAddress) -> Env {
    Env {
        block: BlockInfo {
            height: ctx.block.height,
            time: Timestamp::from_nanos(ctx.block.time_nanos),
            chain_id: ctx.block.chain_id.clone(),
        },
        transaction: ctx.tx_index.map(|index| TransactionInfo { index }),
        contract: ContractInfo { address: Addr::unchecked(contract.to_string()) },
    }
}
