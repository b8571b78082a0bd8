//! Writes.

use prost::Message as _;

use super::{AccAddress, Account, AuthError, ModuleIdentity, STORE, Vesting, state_key, view};
use crate::core::{Context, ModuleError};

/// Stores an account over what was there. The SDK reads the old one, takes its number out of the index
/// and puts it in again; the number of an account never changes, so here that is only paid for.
pub fn save_account(ctx: &Context, account: &Account) -> Result<(), ModuleError> {
    let key = state_key::account(&account.address);
    let (by_number, address) = (state_key::by_number(account.number), account.address.as_bytes());
    if ctx.get(STORE, &key)?.is_some() {
        ctx.charge_delete()?;
        ctx.charge_has()?;
        ctx.charge_set(by_number.len(), address.len())?;
    } else {
        ctx.charge_has()?;
        ctx.set(STORE, &by_number, address.to_vec())?;
    }
    ctx.set(STORE, &key, account.to_any().encode_to_vec())
}

/// Makes an account with the next number. The caller has checked that there is none.
pub fn create_account(ctx: &Context, address: &AccAddress) -> Result<Account, ModuleError> {
    let account = Account::new(address.clone(), take_number(ctx)?);
    save_account(ctx, &account)?;
    Ok(account)
}

/// Makes an account some of whose money is locked. The caller has checked that there is none, and sends
/// what is locked.
pub fn create_vesting_account(
    ctx: &Context,
    address: &AccAddress,
    vesting: Vesting,
) -> Result<(), ModuleError> {
    let account = Account::new(address.clone(), take_number(ctx)?);
    save_account(ctx, &Account { vesting: Some(vesting), ..account })
}

/// The account of a module; made when it is first asked for.
pub fn module_account(ctx: &Context, module: ModuleIdentity) -> Result<Account, ModuleError> {
    let address = module.address();
    if let Some(account) = view::account(ctx, &address)? {
        return Ok(account);
    }
    let number = take_number(ctx)?;
    let account = Account { module: Some(module), ..Account::new(address, number) };
    save_account(ctx, &account)?;
    Ok(account)
}

pub(super) fn take_number(ctx: &Context) -> Result<u64, ModuleError> {
    let corrupt = || AuthError::Corrupt { what: "account number" };
    let number = match ctx.get(STORE, state_key::NEXT_NUMBER)? {
        Some(bytes) => u64::from_be_bytes(bytes.try_into().map_err(|_| corrupt())?),
        None => 0,
    };
    let next =
        number.checked_add(1).ok_or(AuthError::CounterOverflow { counter: "account number" })?;
    set_next_number(ctx, next)?;
    Ok(number)
}

pub(super) fn set_next_number(ctx: &Context, next: u64) -> Result<(), ModuleError> {
    ctx.set(STORE, state_key::NEXT_NUMBER, next.to_be_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth::FEE_COLLECTOR, testing::context};

    #[test]
    fn numbers_are_given_once() {
        let ctx = context();
        let numbers: Vec<u64> = [[1; 20], [2; 20], [3; 20]]
            .map(|bytes| create_account(&ctx, &AccAddress::new(bytes).unwrap()).unwrap().number)
            .to_vec();
        assert_eq!(numbers, [0, 1, 2]);
        assert_eq!(module_account(&ctx, FEE_COLLECTOR).unwrap().number, 3);
        assert_eq!(module_account(&ctx, FEE_COLLECTOR).unwrap().number, 3);
    }

    #[test]
    fn an_unknown_address_is_refused_by_name() {
        let address = AccAddress::new([9; 20]).unwrap();
        let error = view::account_or_refuse(&context(), &address).unwrap_err();
        assert_eq!((error.codespace(), error.code()), ("sdk", 9));
        assert_eq!(error.to_string(), format!("account {address} does not exist: unknown address"));
    }
}
