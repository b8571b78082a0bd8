//! Messages that contracts send (wasmd `x/wasm/keeper/handler_plugin_encoders.go`).

use cosmos_sdk_proto::{Any, cosmos::bank::v1beta1::MsgSend};
use cosmwasm_std::{AnyMsg, BankMsg, Binary, Coin as StdCoin, CosmosMsg, WasmMsg};
use prost::{Message as _, Name as _};

use super::{
    error::WasmError,
    gas,
    run::Run,
    types::{self, AddressRule, Execute, Instantiate, Migrate, WasmMessage},
};
use crate::{
    Context,
    auth::AccAddress,
    authz,
    bank::{self, BankError, Coin, Coins},
    router::{MessageResponse, pay_for_routing},
};

/// Most bytes of a message in `Any`.
const MAX_ANY_BYTES: usize = 512 * 1024;

/// Executes a contract's message with the contract as its only signer; nothing comes back for messages
/// that have no response.
pub(super) fn execute(
    run: &Run<'_>,
    ctx: &mut Context,
    contract: &AccAddress,
    message: CosmosMsg,
) -> Result<Option<MessageResponse>, WasmError> {
    #[allow(deprecated)] // contracts of CosmWasm 1 still send it
    match message {
        CosmosMsg::Wasm(message) => {
            let checked = wasm_message(contract, message)?;
            pay_for_routing(ctx)?;
            run.execute(ctx, &checked).map(Some)
        }
        CosmosMsg::Bank(message) => bank_message(run, ctx, contract, message),
        CosmosMsg::Any(AnyMsg { type_url, value }) | CosmosMsg::Stargate { type_url, value } => {
            any_message(run, ctx, contract, type_url, value).map(Some)
        }
        CosmosMsg::Custom(_) => {
            Err(WasmError::UnknownMessage { kind: "custom variant not supported" })
        }
        CosmosMsg::Staking(_) => Err(unroutable("cosmos.staking.v1beta1")),
        CosmosMsg::Distribution(_) => Err(unroutable("cosmos.distribution.v1beta1")),
        CosmosMsg::Gov(_) => Err(unroutable("cosmos.gov.v1")),
        _ => Err(WasmError::UnknownMessage { kind: "no handler found" }),
    }
}

fn bank_message(
    run: &Run<'_>,
    ctx: &mut Context,
    contract: &AccAddress,
    message: BankMsg,
) -> Result<Option<MessageResponse>, WasmError> {
    match message {
        BankMsg::Send { amount, .. } if amount.is_empty() => Ok(None),
        BankMsg::Send { to_address, amount } => {
            let send = MsgSend {
                from_address: contract.to_string(),
                to_address,
                amount: coins(&amount)?.to_proto(),
            };
            let message = Any { type_url: MsgSend::type_url(), value: send.encode_to_vec() };
            Ok(run.router.execute(ctx, &message).map(Some)?)
        }
        BankMsg::Burn { amount } => {
            let amount = coins(&amount)?;
            if amount.is_empty() {
                return Err(WasmError::Empty { what: "amount" });
            }
            let burnt = bank::burn(ctx, contract, &amount).map_err(WasmError::from);
            burnt.map_err(|error| error.during("transfer to module"))?;
            Ok(None)
        }
        _ => Err(WasmError::UnknownMessage { kind: "unknown variant of Bank" }),
    }
}

/// What a chain without a module answers to messages of it.
fn unroutable(package: &str) -> WasmError {
    WasmError::Unroutable { type_url: format!("a message of {package}") }
}

/// Messages in `Any`: whatever the chain knows.
fn any_message(
    run: &Run<'_>,
    ctx: &mut Context,
    contract: &AccAddress,
    type_url: String,
    value: Binary,
) -> Result<MessageResponse, WasmError> {
    if value.len() > MAX_ANY_BYTES {
        return Err(WasmError::AnyMessageBytes { actual: value.len(), limit: MAX_ANY_BYTES });
    }
    ctx.gas.charge(gas::any_message(value.len()), "unpacking AnyMsg")?;
    let message = Any { type_url, value: value.into() };
    let unpackable = |type_url: &str| WasmError::Unpackable { type_url: type_url.to_owned() };
    if !authz::is_unpackable(&message, &|inner| run.router.knows(inner)) {
        return Err(unpackable(&message.type_url));
    }
    match run.router.check(&message) {
        Err(error) if error.is_unreadable() => return Err(unpackable(&message.type_url)),
        checked => checked?,
    }
    if let Some(checked) = WasmMessage::decode(&message) {
        let checked = checked?;
        check_signer(contract, checked.sender())?;
        pay_for_routing(ctx)?;
        return run.execute(ctx, &checked);
    }
    for signer in run.router.signers(&message)? {
        check_signer(contract, &signer)?;
    }
    Ok(run.router.execute(ctx, &message)?)
}

fn check_signer(contract: &AccAddress, signer: &AccAddress) -> Result<(), WasmError> {
    if contract == signer {
        Ok(())
    } else {
        Err(WasmError::Unauthorized { what: "contract doesn't have permission" })
    }
}

/// The checked form of a message to this module, under the rules of [`WasmMessage::decode`].
fn wasm_message(contract: &AccAddress, message: WasmMsg) -> Result<WasmMessage, WasmError> {
    let sender = contract.clone();
    Ok(match message {
        WasmMsg::Execute { contract_addr, msg, funds } => {
            types::check_json(&msg)?;
            WasmMessage::Execute(Execute {
                sender,
                contract: types::address("contract", &contract_addr)?,
                message: msg.into(),
                funds: coins(&funds)?,
            })
        }
        WasmMsg::Instantiate { admin, code_id, msg, funds, label } => {
            let parts = NewContract { admin, code_id, msg, funds, label };
            instantiate(sender, parts, AddressRule::Classic)?
        }
        WasmMsg::Instantiate2 { admin, code_id, label, msg, funds, salt } => {
            types::check_salt(&salt)?;
            let address = AddressRule::Predictable { salt: salt.into(), is_message_fixed: false };
            instantiate(sender, NewContract { admin, code_id, msg, funds, label }, address)?
        }
        WasmMsg::Migrate { contract_addr, new_code_id, msg } => {
            types::check_code_id(new_code_id)?;
            types::check_json(&msg)?;
            WasmMessage::Migrate(Migrate {
                sender,
                contract: types::address("contract", &contract_addr)?,
                code_id: new_code_id,
                message: msg.into(),
            })
        }
        WasmMsg::UpdateAdmin { contract_addr, admin } => {
            let new_admin = types::address("new admin", &admin)?;
            let contract = types::address("contract", &contract_addr)?;
            types::set_admin(sender, contract, Some(new_admin))?
        }
        WasmMsg::ClearAdmin { contract_addr } => {
            types::set_admin(sender, types::address("contract", &contract_addr)?, None)?
        }
        _ => return Err(WasmError::UnknownMessage { kind: "unknown variant of Wasm" }),
    })
}

struct NewContract {
    admin: Option<String>,
    code_id: u64,
    msg: Binary,
    funds: Vec<StdCoin>,
    label: String,
}

fn instantiate(
    sender: AccAddress,
    parts: NewContract,
    address: AddressRule,
) -> Result<WasmMessage, WasmError> {
    let admin = parts.admin.filter(|admin| !admin.is_empty());
    let message = Instantiate {
        sender,
        admin: admin.map(|admin| types::address("admin", &admin)).transpose()?,
        code_id: parts.code_id,
        label: parts.label,
        message: parts.msg.into(),
        funds: coins(&parts.funds)?,
        address,
    };
    types::check_instantiate(&message)?;
    Ok(WasmMessage::Instantiate(message))
}

/// Coins from a contract, which may be in any order, doubled or zero, as in the SDK's `Coins.Add`.
fn coins(coins: &[StdCoin]) -> Result<Coins, WasmError> {
    let added = coins.iter().try_fold(Coins::default(), |sum, coin| {
        sum.checked_add(&Coin::new(coin.denom.as_str(), coin.amount.u128())?)
    });
    added.map_err(|error: BankError| WasmError::Funds { reason: error.to_string() })
}
