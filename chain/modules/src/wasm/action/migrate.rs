//! `MsgMigrateContract`.

use cosmwasm_std::{Addr, MigrateInfo, Response};
use prost::Message as _;
use stoa_proto::cosmwasm::wasm::v1::{
    ContractCodeHistoryEntry, ContractCodeHistoryOperationType, ContractInfo,
};
use stoa_store::StoreError;

use super::instantiate::{append_history, port, position};
use crate::{
    Context, ModuleError,
    auth::AccAddress,
    wasm::{
        dispatch,
        error::WasmError,
        event,
        load::{self, Loaded},
        policy::Policy,
        run::Run,
        state_key,
        state_key::STORE,
        types::Migrate,
        view,
        vm::{Code, EntryCall},
    },
};

/// Gives a contract new code and calls its `migrate`; answers the data.
pub(in crate::wasm) fn migrate(
    run: &Run<'_>,
    ctx: &mut Context,
    message: &Migrate,
) -> Result<Option<Vec<u8>>, WasmError> {
    let contract = &message.contract;
    let unknown = WasmError::InvalidRequest { what: "unknown contract" };
    let mut info = view::contract(ctx, contract)?.ok_or(unknown)?;
    let policy = Policy::of(ctx, &message.sender)?;
    if !policy.may_modify(&message.sender, &info) {
        return Err(WasmError::Unauthorized { what: "can not migrate" });
    }
    let unknown = WasmError::InvalidRequest { what: "unknown code" };
    let new_code = view::code(ctx, message.code_id)?.ok_or(unknown)?;
    if !policy.may_instantiate(&message.sender, &new_code) {
        return Err(WasmError::Unauthorized { what: "to use new code" });
    }
    let code = run.code(ctx, &Loaded::paid(ctx, message.code_id, new_code.code_hash)?)?;
    keep_port(&mut info, contract, &code)?;
    let old_code = view::code_or_refuse(ctx, info.code_id)?;
    let old_code = run.code(ctx, &Loaded::paid(ctx, info.code_id, old_code.code_hash)?)?;
    let old_version = old_code.migrate_version;
    let is_same_version = old_version.is_some() && old_version == code.migrate_version;
    let response =
        if is_same_version { None } else { Some(call(run, ctx, message, &code, old_version)?) };
    record(ctx, message, info)?;
    ctx.emit(event::migrate(contract, message.code_id));
    let Some(response) = response else { return Ok(None) };
    let reaches = policy.reaches_below_migration();
    dispatch::handle_response_below(run, ctx, contract, response, reaches)
        .map_err(|error| error.during("dispatch"))
}

fn call(
    run: &Run<'_>,
    ctx: &mut Context,
    message: &Migrate,
    code: &std::sync::Arc<Code>,
    old_migrate_version: Option<u64>,
) -> Result<Response, WasmError> {
    let location = "Loading CosmWasm module: migrate";
    load::charge_setup(ctx, message.code_id, &code.checksum, location)?;
    let sender = Addr::unchecked(message.sender.to_string());
    let info = MigrateInfo { sender, old_migrate_version };
    let call = EntryCall::Migrate { info: &info, message: &message.message };
    run.callee(&message.contract, code).call(ctx, &call)
}

/// A contract with an IBC port keeps its entry points; one that gains them gets a port.
fn keep_port(info: &mut ContractInfo, contract: &AccAddress, code: &Code) -> Result<(), WasmError> {
    match (code.has_ibc_entry_points, info.ibc_port_id.is_empty()) {
        (false, false) => Err(WasmError::MissingIbcEntryPoints),
        (true, true) => {
            info.ibc_port_id = port(contract);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn record(ctx: &Context, message: &Migrate, mut info: ContractInfo) -> Result<(), WasmError> {
    let contract = &message.contract;
    let no_history = || ModuleError::from(StoreError::Corrupt { what: "wasm history" });
    let (_, last) = view::last_history_entry(ctx, contract)?.ok_or_else(no_history)?;
    let since = last.updated.unwrap_or_default();
    ctx.delete(STORE, &state_key::contract_by_code(last.code_id, &since, contract))?;
    let updated = position(ctx);
    let entry = ContractCodeHistoryEntry {
        operation: ContractCodeHistoryOperationType::Migrate as i32,
        code_id: message.code_id,
        updated: Some(updated),
        msg: message.message.clone(),
    };
    append_history(ctx, contract, &entry)?;
    let by_code = state_key::contract_by_code(message.code_id, &updated, contract);
    ctx.set(STORE, &by_code, Vec::new())?;
    info.code_id = message.code_id;
    ctx.set(STORE, &state_key::contract(contract), info.encode_to_vec())?;
    Ok(())
}
