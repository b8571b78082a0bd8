//! The module's part of the genesis file, in wasmd's form.

use prost::Message as _;
use stoa_proto::cosmwasm::wasm::v1::{
    Code as GenesisCode, CodeInfo, Contract, ContractInfo, GenesisState, Model, Sequence,
};
use stoa_store::{Entry, KeyRange, Order};

use super::{
    Wasm, action, address, error::WasmError, params, state_key, state_key::STORE, types, view,
};
use crate::{Context, ModuleError, auth::AccAddress};

/// Writes the genesis state.
pub(super) fn init(wasm: &Wasm, ctx: &mut Context, state: GenesisState) -> Result<(), ModuleError> {
    write(wasm, ctx, state).map_err(|error| error.during("wasm genesis").into())
}

fn write(wasm: &Wasm, ctx: &mut Context, state: GenesisState) -> Result<(), WasmError> {
    let parameters = state.params.unwrap_or_else(params::default_params);
    params::check_params(&parameters)?;
    ctx.set(STORE, state_key::PARAMS, parameters.encode_to_vec())?;
    let last_code_id = state.codes.iter().map(|code| code.code_id).max().unwrap_or_default();
    for code in state.codes {
        import_code(wasm, ctx, code)?;
    }
    for contract in state.contracts {
        import_contract(ctx, contract)?;
    }
    for sequence in state.sequences {
        import_sequence(ctx, &sequence)?;
    }
    if view::next_id(ctx, state_key::NEXT_CODE_ID)? <= last_code_id {
        return Err(WasmError::Invalid { what: "sequence of codes" });
    }
    let next = view::next_id(ctx, state_key::NEXT_CONTRACT_ID)?;
    let next_address = address::classic(next, next)
        .map_err(|source| WasmError::Address { field: "contract", source })?;
    if view::has_contract(ctx, &next_address)? {
        return Err(WasmError::Invalid { what: "sequence of contracts" });
    }
    Ok(())
}

fn import_code(wasm: &Wasm, ctx: &Context, code: GenesisCode) -> Result<(), WasmError> {
    types::check_code_id(code.code_id)?;
    let info = code.code_info.ok_or(WasmError::Empty { what: "code info" })?;
    types::address("code creator", &info.creator)?;
    let permission = info.instantiate_config.as_ref();
    params::check_permission(permission.ok_or(WasmError::Empty { what: "instantiate config" })?)?;
    let checked = wasm.codes().check(&code.code_bytes).map_err(WasmError::Create)?;
    if checked.checksum.as_slice() != info.code_hash {
        return Err(WasmError::Invalid { what: "code hash" });
    }
    if view::code(ctx, code.code_id)?.is_some() {
        return Err(WasmError::Duplicate { what: "code id" });
    }
    ctx.set(STORE, &state_key::code(code.code_id), info.encode_to_vec())?;
    action::remember_byte_code(ctx, &checked.checksum, code.code_bytes)?;
    if code.pinned {
        wasm.codes().keep(&checked, true);
        ctx.set(STORE, &state_key::pinned(code.code_id), vec![1])?;
    }
    Ok(())
}

fn import_contract(ctx: &Context, contract: Contract) -> Result<(), WasmError> {
    let address = types::address("contract", &contract.contract_address)?;
    let info = contract.contract_info.ok_or(WasmError::Empty { what: "contract info" })?;
    view::code_or_refuse(ctx, info.code_id)?;
    if view::has_contract(ctx, &address)? {
        return Err(WasmError::Duplicate { what: "contract" });
    }
    let creator = types::address("contract creator", &info.creator)?;
    let history = &contract.contract_code_history;
    let (Some(first), Some(last)) = (history.first(), history.last()) else {
        return Err(WasmError::Empty { what: "contract history" });
    };
    let (created, since) = (first.updated.unwrap_or_default(), last.updated.unwrap_or_default());
    let by_code = state_key::contract_by_code(last.code_id, &since, &address);
    ctx.set(STORE, &by_code, Vec::new())?;
    let by_creator = state_key::contract_by_creator(&creator, &created, &address);
    ctx.set(STORE, &by_creator, Vec::new())?;
    for (position, entry) in (1..).zip(history) {
        let key = state_key::history_entry(&address, position);
        ctx.set(STORE, &key, entry.encode_to_vec())?;
    }
    ctx.set(STORE, &state_key::contract(&address), info.encode_to_vec())?;
    let prefix = state_key::contract_state(&address);
    for Model { key, value } in contract.contract_state {
        ctx.set(STORE, &[prefix.as_slice(), &key].concat(), value)?;
    }
    Ok(())
}

fn import_sequence(ctx: &Context, sequence: &Sequence) -> Result<(), WasmError> {
    let key = sequence.id_key.as_slice();
    if key != state_key::NEXT_CODE_ID && key != state_key::NEXT_CONTRACT_ID {
        return Err(WasmError::NotFound { what: "sequence of this key" });
    }
    if ctx.has(STORE, key)? {
        return Err(WasmError::Duplicate { what: "sequence" });
    }
    ctx.set(STORE, key, sequence.value.to_be_bytes().to_vec())?;
    Ok(())
}

/// The state as genesis.
pub(super) fn export(ctx: &Context) -> Result<GenesisState, ModuleError> {
    let mut state = GenesisState { params: Some(view::params(ctx)?), ..GenesisState::default() };
    for (key, value) in entries(ctx, state_key::CODES)? {
        let code_id = view::trailing_u64(&key)?;
        let info: CodeInfo = view::decode("wasm code", &value)?;
        state.codes.push(GenesisCode {
            code_id,
            code_bytes: view::byte_code(ctx, &info.code_hash)?,
            code_info: Some(info),
            pinned: view::is_pinned(ctx, code_id)?,
        });
    }
    for (key, value) in entries(ctx, state_key::CONTRACTS)? {
        state.contracts.push(export_contract(ctx, &key, &value)?);
    }
    for key in [state_key::NEXT_CODE_ID, state_key::NEXT_CONTRACT_ID] {
        let value = view::next_id(ctx, key)?;
        state.sequences.push(Sequence { id_key: key.to_vec(), value });
    }
    Ok(state)
}

fn export_contract(ctx: &Context, key: &[u8], value: &[u8]) -> Result<Contract, ModuleError> {
    let corrupt = |source| WasmError::Address { field: "stored contract", source };
    let address = AccAddress::new(key).map_err(corrupt)?;
    let info: ContractInfo = view::decode("wasm contract", value)?;
    let models = entries(ctx, &state_key::contract_state(&address))?;
    let history = entries(ctx, &state_key::history(&address))?;
    let history: Result<Vec<_>, ModuleError> =
        history.iter().map(|(_, entry)| view::decode("wasm history", entry)).collect();
    Ok(Contract {
        contract_address: address.to_string(),
        contract_info: Some(info),
        contract_state: models.into_iter().map(|(key, value)| Model { key, value }).collect(),
        contract_code_history: history?,
    })
}

/// All entries under `prefix`, with keys without it.
fn entries(ctx: &Context, prefix: &[u8]) -> Result<Vec<Entry>, ModuleError> {
    let mut rest = KeyRange::prefix(prefix);
    let mut found = Vec::new();
    while let Some((key, value)) = ctx.first(STORE, &rest, Order::Ascending)? {
        rest = rest.after(&key, Order::Ascending);
        found.push((key.get(prefix.len()..).unwrap_or_default().to_vec(), value));
    }
    Ok(found)
}
