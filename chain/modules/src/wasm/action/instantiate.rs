//! `MsgInstantiateContract` and `MsgInstantiateContract2`.

use cosmos_sdk_proto::cosmwasm::wasm::v1::{
    AbsoluteTxPosition, ContractCodeHistoryEntry, ContractCodeHistoryOperationType, ContractInfo,
};
use prost::Message as _;

use super::{move_funds, store_code::take_id};
use crate::{
    Context,
    auth::{self, AccAddress},
    wasm::{
        address::{self, Predictable},
        dispatch,
        error::WasmError,
        event,
        load::{self, Loaded},
        policy::Policy,
        run::Run,
        state_key,
        state_key::STORE,
        types::{AddressRule, Instantiate},
        view,
        vm::{Code, EntryCall},
    },
};

/// Prefix of a contract's IBC port.
const PORT_PREFIX: &str = "wasm.";

/// Makes a contract and calls its `instantiate`; answers its address and data.
pub(in crate::wasm) fn instantiate(
    run: &Run<'_>,
    ctx: &mut Context,
    message: &Instantiate,
) -> Result<(AccAddress, Option<Vec<u8>>), WasmError> {
    let info = view::code_or_refuse(ctx, message.code_id)?;
    let location = "Loading CosmWasm module: instantiate";
    let is_pinned = load::charge_setup(ctx, message.code_id, &info.code_hash, location)?;
    let policy = Policy::of(ctx, &message.sender)?;
    if !policy.may_instantiate(&message.sender, &info) {
        return Err(WasmError::Unauthorized { what: "can not instantiate" });
    }
    let contract = new_address(ctx, message, &info.code_hash)?;
    claim_account(ctx, &contract)?;
    if !message.funds.is_empty() {
        move_funds(ctx, &message.sender, &contract, &message.funds)?;
    }
    let loaded = Loaded { checksum: info.code_hash, is_pinned };
    let code = run.code(ctx, &loaded)?;
    let callee = run.callee(&contract, &code);
    let sent = run.message_info(&message.sender, &message.funds);
    let call = EntryCall::Instantiate { info: &sent, message: &message.message };
    let response = callee.call(ctx, &call)?;
    record(ctx, message, &contract, &code)?;
    ctx.emit(event::instantiate(&contract, message.code_id));
    let reaches = policy.reaches_below_instantiation();
    let data = dispatch::handle_response_below(run, ctx, &contract, response, reaches)
        .map_err(|error| error.during("dispatch"))?;
    Ok((contract, data))
}

fn new_address(
    ctx: &Context,
    message: &Instantiate,
    checksum: &[u8],
) -> Result<AccAddress, WasmError> {
    let derived = match &message.address {
        AddressRule::Classic => {
            address::classic(message.code_id, take_id(ctx, state_key::NEXT_CONTRACT_ID)?)
        }
        AddressRule::Predictable { salt, is_message_fixed } => address::predictable(&Predictable {
            checksum,
            creator: &message.sender,
            salt,
            message: if *is_message_fixed { &message.message } else { &[] },
        }),
    };
    let contract = derived.map_err(|source| WasmError::Address { field: "contract", source })?;
    if view::has_contract(ctx, &contract)? {
        return Err(WasmError::Duplicate {
            what: "contract address already exists, try a different combination of creator, checksum and salt",
        });
    }
    Ok(contract)
}

/// Makes the contract's account. One that only ever received money is kept, with the money; one that has
/// signed is somebody's.
fn claim_account(ctx: &Context, contract: &AccAddress) -> Result<(), WasmError> {
    match auth::account(ctx, contract)? {
        None => {
            auth::create_account(ctx, contract)?;
            Ok(())
        }
        Some(account) if account.sequence == 0 && account.key.is_none() => Ok(()),
        Some(_) => Err(WasmError::AccountExists),
    }
}

/// Stores the contract before its submessages run, so that they can call it.
fn record(
    ctx: &Context,
    message: &Instantiate,
    contract: &AccAddress,
    code: &Code,
) -> Result<(), WasmError> {
    let created = position(ctx);
    let entry = ContractCodeHistoryEntry {
        operation: ContractCodeHistoryOperationType::Init as i32,
        code_id: message.code_id,
        updated: Some(created.clone()),
        msg: message.message.clone(),
    };
    let by_code = state_key::contract_by_code(message.code_id, &created, contract);
    ctx.set(STORE, &by_code, Vec::new())?;
    let by_creator = state_key::contract_by_creator(&message.sender, &created, contract);
    ctx.set(STORE, &by_creator, Vec::new())?;
    append_history(ctx, contract, &entry)?;
    let has_port = code.has_ibc_entry_points;
    let info = ContractInfo {
        code_id: message.code_id,
        creator: message.sender.to_string(),
        admin: message.admin.as_ref().map(AccAddress::to_string).unwrap_or_default(),
        label: message.label.clone(),
        created: Some(created),
        ibc_port_id: if has_port { port(contract) } else { String::new() },
        extension: None,
    };
    ctx.set(STORE, &state_key::contract(contract), info.encode_to_vec())?;
    Ok(())
}

/// Appends to a contract's history.
pub(super) fn append_history(
    ctx: &Context,
    contract: &AccAddress,
    entry: &ContractCodeHistoryEntry,
) -> Result<(), WasmError> {
    let last = view::last_history_entry(ctx, contract)?.map_or(0, |(place, _)| place);
    let key = state_key::history_entry(contract, last.saturating_add(1));
    ctx.set(STORE, &key, entry.encode_to_vec())?;
    Ok(())
}

/// The IBC port of a contract.
pub(super) fn port(contract: &AccAddress) -> String {
    format!("{PORT_PREFIX}{contract}")
}

/// Where in the chain this is.
pub(super) fn position(ctx: &Context) -> AbsoluteTxPosition {
    AbsoluteTxPosition {
        block_height: ctx.block.height,
        // wasmd puts the gas that the block has used here.
        tx_index: ctx.block_gas.position(),
    }
}
