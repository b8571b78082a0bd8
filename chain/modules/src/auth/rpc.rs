//! Queries of `cosmos.auth.v1beta1`.

use cosmos_sdk_proto::{
    Any,
    cosmos::auth::v1beta1::{
        AddressBytesToStringRequest, AddressBytesToStringResponse, AddressStringToBytesRequest,
        AddressStringToBytesResponse, BaseAccount, QueryAccountAddressByIdRequest,
        QueryAccountAddressByIdResponse, QueryAccountInfoRequest, QueryAccountInfoResponse,
        QueryAccountRequest, QueryAccountResponse, QueryAccountsRequest, QueryAccountsResponse,
        QueryModuleAccountByNameRequest, QueryModuleAccountByNameResponse,
        QueryModuleAccountsResponse, QueryParamsResponse,
    },
};
use prost::Message;

use super::{
    AccAddress, Account, AuthError, FEE_COLLECTOR, ModuleIdentity, PublicKey, STORE, WASM,
    state_key, view,
};
use crate::{
    core::{Context, ModuleError},
    router::{QueryError, page, read_request},
};

/// Answers the paths of this module; nothing for others.
pub fn query(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, ModuleError>> {
    Some(match path.strip_prefix("/cosmos.auth.v1beta1.Query/")? {
        "Account" => account(ctx, data),
        "AccountInfo" => account_info(ctx, data),
        "Accounts" => accounts(ctx, data),
        "AccountAddressByID" => address_of_number(ctx, data),
        "AddressBytesToString" => address_text(data),
        "AddressStringToBytes" => address_bytes(data),
        "Params" => params(ctx),
        "ModuleAccounts" => module_accounts(ctx),
        "ModuleAccountByName" => module_account_by_name(ctx, data),
        "Bech32Prefix" => Ok(bech32_prefix()),
        _ => return None,
    })
}

fn find(ctx: &Context, text: &str) -> Result<Account, ModuleError> {
    if text.is_empty() {
        return Err(QueryError::invalid("Address cannot be empty").into());
    }
    let address: AccAddress = text.parse().map_err(QueryError::unknown)?;
    let account = view::account(ctx, &address)?;
    Ok(account.ok_or_else(|| QueryError::NotFound { what: format!("account {address}") })?)
}

fn account(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryAccountRequest = read_request(data)?;
    let account = find(ctx, &request.address)?.to_any();
    Ok(QueryAccountResponse { account: Some(account) }.encode_to_vec())
}

fn account_info(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryAccountInfoRequest = read_request(data)?;
    let account = find(ctx, &request.address)?;
    let info = BaseAccount {
        address: account.address.to_string(),
        pub_key: account.key.as_ref().map(PublicKey::to_any),
        account_number: account.number,
        sequence: account.sequence,
    };
    Ok(QueryAccountInfoResponse { info: Some(info) }.encode_to_vec())
}

fn accounts(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryAccountsRequest = read_request(data)?;
    let mut accounts: Vec<Any> = Vec::new();
    let prefix = state_key::accounts().start;
    let pagination = page(ctx, STORE, &prefix, request.pagination.as_ref(), |key, value| {
        let corrupt = |_| AuthError::Corrupt { what: "address of an account" };
        let address = AccAddress::new(key).map_err(corrupt)?;
        accounts.push(Account::from_stored(&address, value)?.to_any());
        Ok(())
    })?;
    Ok(QueryAccountsResponse { accounts, pagination: Some(pagination) }.encode_to_vec())
}

#[allow(deprecated, reason = "what clients put into the old field is refused as by the SDK")]
fn address_of_number(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryAccountAddressByIdRequest = read_request(data)?;
    if request.id != 0 {
        let reason = "requesting with id isn't supported, try to request using account-id";
        return Err(QueryError::invalid(reason).into());
    }
    let number = request.account_id;
    let missing = || QueryError::Missing {
        reason: format!("account address not found with account number {number}"),
    };
    let bytes = ctx.get(STORE, &state_key::by_number(number))?.ok_or_else(missing)?;
    let address = AccAddress::new(bytes).map_err(QueryError::invalid)?;
    Ok(QueryAccountAddressByIdResponse { account_address: address.to_string() }.encode_to_vec())
}

fn address_text(data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: AddressBytesToStringRequest = read_request(data)?;
    if request.address_bytes.is_empty() {
        return Err(QueryError::unknown("empty address bytes is not allowed").into());
    }
    let address = AccAddress::new(request.address_bytes).map_err(QueryError::unknown)?;
    Ok(AddressBytesToStringResponse { address_string: address.to_string() }.encode_to_vec())
}

fn address_bytes(data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: AddressStringToBytesRequest = read_request(data)?;
    let address: AccAddress = request.address_string.parse().map_err(QueryError::unknown)?;
    Ok(AddressStringToBytesResponse { address_bytes: address.as_bytes().to_vec() }.encode_to_vec())
}

fn params(ctx: &Context) -> Result<Vec<u8>, ModuleError> {
    let params = view::params(ctx)?.to_proto();
    Ok(QueryParamsResponse { params: Some(params) }.encode_to_vec())
}

fn module_accounts(ctx: &Context) -> Result<Vec<u8>, ModuleError> {
    let mut accounts = Vec::new();
    for module in [FEE_COLLECTOR, WASM] {
        accounts.extend(view::account(ctx, &module.address())?.as_ref().map(Account::to_any));
    }
    Ok(QueryModuleAccountsResponse { accounts }.encode_to_vec())
}

fn module_account_by_name(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryModuleAccountByNameRequest = read_request(data)?;
    let missing = || QueryError::NotFound { what: format!("account {}", request.name) };
    let module = ModuleIdentity::by_name(&request.name).ok_or_else(missing)?;
    let account = view::account(ctx, &module.address())?.ok_or_else(missing)?;
    Ok(QueryModuleAccountByNameResponse { account: Some(account.to_any()) }.encode_to_vec())
}

fn bech32_prefix() -> Vec<u8> {
    cosmos_sdk_proto::cosmos::auth::v1beta1::Bech32PrefixResponse {
        bech32_prefix: super::BECH32_PREFIX.to_owned(),
    }
    .encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth, testing::context};

    fn ask<Q: Message, R: Message + Default>(
        ctx: &Context,
        method: &str,
        request: &Q,
    ) -> Result<R, ModuleError> {
        let path = format!("/cosmos.auth.v1beta1.Query/{method}");
        let answer = query(ctx, &path, &request.encode_to_vec()).unwrap()?;
        Ok(R::decode(answer.as_slice()).unwrap())
    }

    #[test]
    fn an_account_is_answered_as_the_wallets_expect_it() {
        let ctx = context();
        let address = AccAddress::new([5; 20]).unwrap();
        auth::create_account(&ctx, &address).unwrap();
        let request = QueryAccountRequest { address: address.to_string() };
        let answer: QueryAccountResponse = ask(&ctx, "Account", &request).unwrap();
        let any = answer.account.unwrap();
        assert_eq!(any.type_url, "/cosmos.auth.v1beta1.BaseAccount");
        let base = BaseAccount::decode(any.value.as_slice()).unwrap();
        assert_eq!(base.address, address.to_string());
    }

    #[test]
    fn missing_and_malformed_addresses_have_the_texts_that_clients_parse() {
        let ctx = context();
        let address = AccAddress::new([5; 20]).unwrap().to_string();
        let ask = |address: &str| {
            let request = QueryAccountRequest { address: address.to_owned() };
            ask::<_, QueryAccountResponse>(&ctx, "Account", &request).unwrap_err()
        };
        let missing = ask(&address);
        assert_eq!((missing.codespace(), missing.code()), ("sdk", 22));
        assert_eq!(
            missing.to_string(),
            format!("rpc error: code = NotFound desc = account {address} not found: key not found")
        );
        assert_eq!(ask("stoa1test").code(), 18);
        assert_eq!(ask("").code(), 18);
    }

    #[test]
    fn other_paths_are_left_to_other_modules() {
        assert!(query(&context(), "/cosmos.bank.v1beta1.Query/Balance", &[]).is_none());
        assert!(query(&context(), "/cosmos.auth.v1beta1.Query/Nothing", &[]).is_none());
    }
}
