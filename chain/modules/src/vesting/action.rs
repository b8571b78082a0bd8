//! `MsgCreateVestingAccount`, `MsgCreatePermanentLockedAccount`, `MsgCreatePeriodicVestingAccount`.

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        base::v1beta1::Coin as ProtoCoin,
        vesting::v1beta1::{
            MsgCreatePeriodicVestingAccount, MsgCreatePeriodicVestingAccountResponse,
            MsgCreatePermanentLockedAccount, MsgCreatePermanentLockedAccountResponse,
            MsgCreateVestingAccount, MsgCreateVestingAccountResponse,
        },
    },
};

use super::MAX_PERIODS;
use crate::{
    auth::{self, AccAddress, AuthError, Period, Schedule, Vesting, parse_address},
    bank::{self, BankError, Coins},
    core::{Context, ModuleError, is_of_type},
    router::{MessageResponse, read_message},
};

/// The messages of this module; nothing for others.
pub fn execute_message(
    ctx: &mut Context,
    message: &Any,
) -> Option<Result<MessageResponse, ModuleError>> {
    Some(match message.type_url.as_str() {
        url if is_of_type::<MsgCreateVestingAccount>(url) => {
            read_message(message).and_then(|message| create(ctx, &message))
        }
        url if is_of_type::<MsgCreatePermanentLockedAccount>(url) => {
            read_message(message).and_then(|message| create_permanent(ctx, &message))
        }
        url if is_of_type::<MsgCreatePeriodicVestingAccount>(url) => {
            read_message(message).and_then(|message| create_periodic(ctx, &message))
        }
        _ => return None,
    })
}

/// Who must sign a message of this module; nothing for others.
pub fn signers(message: &Any) -> Option<Result<Vec<AccAddress>, ModuleError>> {
    let from = match message.type_url.as_str() {
        url if is_of_type::<MsgCreateVestingAccount>(url) => {
            read_message(message).map(|message: MsgCreateVestingAccount| message.from_address)
        }
        url if is_of_type::<MsgCreatePermanentLockedAccount>(url) => read_message(message)
            .map(|message: MsgCreatePermanentLockedAccount| message.from_address),
        url if is_of_type::<MsgCreatePeriodicVestingAccount>(url) => read_message(message)
            .map(|message: MsgCreatePeriodicVestingAccount| message.from_address),
        _ => return None,
    };
    Some(from.and_then(|from| Ok(vec![parse_address("'from'", &from)?])))
}

fn amount(coins: &[ProtoCoin]) -> Result<Coins, BankError> {
    let amount = Coins::from_proto(coins)?;
    if amount.is_empty() {
        return Err(BankError::InvalidCoins { coins: String::new() });
    }
    Ok(amount)
}

fn invalid(reason: &str) -> ModuleError {
    AuthError::InvalidRequest { reason: reason.to_owned() }.into()
}

fn create(
    ctx: &mut Context,
    message: &MsgCreateVestingAccount,
) -> Result<MessageResponse, ModuleError> {
    let pair = (
        parse_address("'from'", &message.from_address)?,
        parse_address("'to'", &message.to_address)?,
    );
    let original = amount(&message.amount)?;
    if message.end_time <= 0 {
        return Err(invalid("invalid end time"));
    }
    let start_seconds = ctx.block.time().unix_timestamp();
    let schedule = match message.delayed {
        true => Schedule::Delayed,
        false => Schedule::Continuous { start_seconds },
    };
    give(ctx, pair, Vesting { original, end_seconds: message.end_time, schedule })?;
    Ok(MessageResponse::new(&MsgCreateVestingAccountResponse {}))
}

fn create_permanent(
    ctx: &mut Context,
    message: &MsgCreatePermanentLockedAccount,
) -> Result<MessageResponse, ModuleError> {
    let pair = (
        parse_address("'from'", &message.from_address)?,
        parse_address("'to'", &message.to_address)?,
    );
    let original = amount(&message.amount)?;
    give(ctx, pair, Vesting { original, end_seconds: 0, schedule: Schedule::Permanent })?;
    Ok(MessageResponse::new(&MsgCreatePermanentLockedAccountResponse {}))
}

fn create_periodic(
    ctx: &mut Context,
    message: &MsgCreatePeriodicVestingAccount,
) -> Result<MessageResponse, ModuleError> {
    let pair = (
        parse_address("'from'", &message.from_address)?,
        parse_address("'to'", &message.to_address)?,
    );
    let start_seconds = message.start_time;
    if start_seconds < 1 {
        return Err(invalid("invalid start time, it must be greater than 0"));
    }
    if message.vesting_periods.len() > MAX_PERIODS {
        return Err(invalid("too many vesting periods"));
    }
    let (mut original, mut end_seconds, mut periods) =
        (Coins::default(), start_seconds, Vec::new());
    for period in &message.vesting_periods {
        if period.length < 1 {
            return Err(invalid("invalid period length, length must be greater than 0"));
        }
        let amount = amount(&period.amount)?;
        for coin in &amount {
            original = original.checked_add(coin)?;
        }
        let end = end_seconds.checked_add(period.length);
        end_seconds = end.ok_or_else(|| invalid("vesting end-time overflows"))?;
        periods.push(Period { length_seconds: period.length, amount });
    }
    let schedule = Schedule::Periodic { start_seconds, periods };
    let vesting = Vesting { original, end_seconds, schedule };
    if !vesting.is_valid() {
        return Err(invalid("invalid vesting periods"));
    }
    give(ctx, pair, vesting)?;
    Ok(MessageResponse::new(&MsgCreatePeriodicVestingAccountResponse {}))
}

/// Makes the account of the second address and sends it what the first gives.
fn give(
    ctx: &mut Context,
    (from, to): (AccAddress, AccAddress),
    vesting: Vesting,
) -> Result<(), ModuleError> {
    if auth::is_module_address(&to) {
        return Err(BankError::BlockedRecipient { address: to }.into());
    }
    if auth::account(ctx, &to)?.is_some() {
        return Err(invalid(&format!("account {to} already exists")));
    }
    let amount = vesting.original.clone();
    auth::create_vesting_account(ctx, &to, vesting)?;
    bank::send(ctx, &from, &to, &amount)
}

#[cfg(test)]
mod tests;
