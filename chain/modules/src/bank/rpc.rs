//! Queries of `cosmos.bank.v1beta1`.

use cosmos_sdk_proto::cosmos::{
    bank::v1beta1::{
        DenomOwner, Metadata, QueryAllBalancesRequest, QueryAllBalancesResponse,
        QueryBalanceRequest, QueryBalanceResponse, QueryDenomMetadataRequest,
        QueryDenomMetadataResponse, QueryDenomOwnersRequest, QueryDenomOwnersResponse,
        QueryDenomsMetadataRequest, QueryDenomsMetadataResponse, QueryParamsResponse,
        QuerySendEnabledRequest, QuerySendEnabledResponse, QuerySupplyOfRequest,
        QuerySupplyOfResponse, QueryTotalSupplyRequest, QueryTotalSupplyResponse, SendEnabled,
    },
    base::{
        query::v1beta1::{PageRequest, PageResponse},
        v1beta1::Coin as ProtoCoin,
    },
};
use prost::Message;

use super::{
    BankError, Coin, Coins, MAX_COINS, STORE, check_denom, metadata, params, state_key, view,
};
use crate::{
    auth::AccAddress,
    core::{Context, ModuleError},
    router::{QueryError, page, read_request},
};

/// Answers the paths of this module; nothing for others.
pub fn query(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, ModuleError>> {
    Some(match path.strip_prefix("/cosmos.bank.v1beta1.Query/")? {
        "Balance" => balance(ctx, data, Part::All),
        "SpendableBalanceByDenom" => balance(ctx, data, Part::Spendable),
        "AllBalances" => all_balances(ctx, data, Part::All),
        "SpendableBalances" => all_balances(ctx, data, Part::Spendable),
        "TotalSupply" => total_supply(ctx, data),
        "SupplyOf" => supply_of(ctx, data),
        "DenomMetadata" | "DenomMetadataByQueryString" => denom_metadata(ctx, data),
        "DenomOwners" | "DenomOwnersByQuery" => denom_owners(ctx, data),
        "SendEnabled" => send_enabled(ctx, data),
        "DenomsMetadata" => denoms_metadata(ctx, data),
        "Params" => params(ctx),
        _ => return None,
    })
}

fn parse(address: &str) -> Result<AccAddress, QueryError> {
    address.parse().map_err(|error| QueryError::invalid(format!("invalid address: {error}")))
}

fn valid(denom: &str) -> Result<(), QueryError> {
    check_denom(denom).map_err(|_| QueryError::invalid(format!("invalid denom: {denom}")))
}

/// Which of what somebody has; requests and answers are equal on the wire.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    Spendable,
}

impl Part {
    /// What is left out of what `owner` has.
    fn hidden(self, ctx: &Context, owner: &AccAddress) -> Result<Coins, ModuleError> {
        match self {
            Self::All => Ok(Coins::default()),
            Self::Spendable => view::locked(ctx, owner),
        }
    }
}

fn without(coin: &Coin, hidden: &Coins) -> ProtoCoin {
    let amount = coin.amount().saturating_sub(hidden.amount_of(coin.denom()));
    ProtoCoin { denom: coin.denom().to_owned(), amount: amount.to_string() }
}

fn balance(ctx: &Context, data: &[u8], part: Part) -> Result<Vec<u8>, ModuleError> {
    let request: QueryBalanceRequest = read_request(data)?;
    valid(&request.denom)?;
    let owner = parse(&request.address)?;
    let coin = view::balance(ctx, &owner, &request.denom)?;
    let balance = Some(without(&coin, &part.hidden(ctx, &owner)?));
    Ok(QueryBalanceResponse { balance }.encode_to_vec())
}

fn all_balances(ctx: &Context, data: &[u8], part: Part) -> Result<Vec<u8>, ModuleError> {
    let request: QueryAllBalancesRequest = read_request(data)?;
    let owner = parse(&request.address)?;
    let hidden = part.hidden(ctx, &owner)?;
    let prefix = state_key::balances(&owner);
    let mut balances = Vec::new();
    let page_request = request.pagination.as_ref();
    let pagination = page(ctx, STORE, &prefix, page_request, |denom, amount| {
        balances.push(without(&view::stored_coin(Some(denom), amount)?, &hidden));
        Ok(())
    })?;
    Ok(QueryAllBalancesResponse { balances, pagination: Some(pagination) }.encode_to_vec())
}

fn total_supply(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryTotalSupplyRequest = read_request(data)?;
    let (supply, pagination) = coins(ctx, state_key::SUPPLIES, request.pagination.as_ref())?;
    Ok(QueryTotalSupplyResponse { supply, pagination: Some(pagination) }.encode_to_vec())
}

fn supply_of(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QuerySupplyOfRequest = read_request(data)?;
    valid(&request.denom)?;
    let amount = view::supply(ctx, &request.denom)?.to_proto();
    Ok(QuerySupplyOfResponse { amount: Some(amount) }.encode_to_vec())
}

fn denom_metadata(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryDenomMetadataRequest = read_request(data)?;
    valid(&request.denom)?;
    let found = metadata::load(ctx, &request.denom)?;
    let reason = format!("client metadata for denom {}", request.denom);
    let metadata = found.ok_or(QueryError::Missing { reason })?;
    Ok(QueryDenomMetadataResponse { metadata: Some(metadata) }.encode_to_vec())
}

fn denom_owners(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryDenomOwnersRequest = read_request(data)?;
    valid(&request.denom)?;
    let (mut denom_owners, owners) = (Vec::new(), state_key::owners(&request.denom));
    let pagination = page(ctx, STORE, &owners, request.pagination.as_ref(), |key, _| {
        let address = state_key::owner_of(key).ok_or(BankError::Corrupt { what: "owner" })?;
        let balance = view::balance(ctx, &address, &request.denom)?.to_proto();
        let address = address.to_string();
        denom_owners.push(DenomOwner { address, balance: Some(balance) });
        Ok(())
    })?;
    let pagination = Some(pagination);
    Ok(QueryDenomOwnersResponse { denom_owners, pagination }.encode_to_vec())
}

fn send_enabled(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QuerySendEnabledRequest = read_request(data)?;
    let entry = |denom: &[u8], value: &[u8]| SendEnabled {
        denom: String::from_utf8_lossy(denom).into_owned(),
        enabled: value.last() == Some(&1),
    };
    let mut entries = Vec::new();
    if request.denoms.is_empty() {
        let (prefix, page_request) = (state_key::SEND_ENABLEDS, request.pagination.as_ref());
        let pagination = page(ctx, STORE, prefix, page_request, |denom, value| {
            entries.push(entry(denom, value));
            Ok(())
        })?;
        let pagination = Some(pagination);
        return Ok(QuerySendEnabledResponse { send_enabled: entries, pagination }.encode_to_vec());
    }
    for denom in request.denoms.iter().take(MAX_COINS) {
        if let Some(value) = ctx.get(STORE, &state_key::send_enabled(denom))? {
            entries.push(entry(denom.as_bytes(), &value));
        }
    }
    Ok(QuerySendEnabledResponse { send_enabled: entries, pagination: None }.encode_to_vec())
}

fn denoms_metadata(ctx: &Context, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let request: QueryDenomsMetadataRequest = read_request(data)?;
    let mut metadatas: Vec<Metadata> = Vec::new();
    let page_request = request.pagination.as_ref();
    let pagination = page(ctx, STORE, state_key::METADATA, page_request, |_, value| {
        metadatas.push(metadata::from_stored(value)?);
        Ok(())
    })?;
    Ok(QueryDenomsMetadataResponse { metadatas, pagination: Some(pagination) }.encode_to_vec())
}

fn params(ctx: &Context) -> Result<Vec<u8>, ModuleError> {
    let params = params::load(ctx)?.to_proto();
    Ok(QueryParamsResponse { params: Some(params) }.encode_to_vec())
}

fn coins(
    ctx: &Context,
    prefix: &[u8],
    request: Option<&PageRequest>,
) -> Result<(Vec<ProtoCoin>, PageResponse), ModuleError> {
    let mut coins = Vec::new();
    let pagination = page(ctx, STORE, prefix, request, |denom, amount| {
        let coin = view::stored_coin(Some(denom), amount)?;
        coins.push(coin.to_proto());
        Ok(())
    })?;
    Ok((coins, pagination))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bank, testing::context};

    const ALICE: &str = "stoa19ysd98py4533gghnua2gtyvv3lt6kswr40ga43";

    fn funded() -> Context {
        let ctx = context();
        let genesis = serde_json::json!({
            "balances": [{"address": ALICE, "coins": [
                {"denom": "abc", "amount": "3"}, {"denom": "ustoa", "amount": "1000"}]}],
            "denom_metadata": [{"base": "ustoa", "display": "ustoa", "symbol": "STOA",
                "denom_units": [{"denom": "ustoa"}]}],
        });
        bank::init_genesis(&ctx, serde_json::from_value(genesis).unwrap()).unwrap();
        ctx
    }

    fn ask<R: Message + Default>(method: &str, request: &impl Message) -> Result<R, ModuleError> {
        let path = format!("/cosmos.bank.v1beta1.Query/{method}");
        let answer = query(&funded(), &path, &request.encode_to_vec()).unwrap()?;
        Ok(R::decode(answer.as_slice()).unwrap())
    }

    #[test]
    fn balances_and_supply_are_answered() {
        let one = QueryBalanceRequest { address: ALICE.to_owned(), denom: "ustoa".to_owned() };
        let answer: QueryBalanceResponse = ask("Balance", &one).unwrap();
        assert_eq!(answer.balance.unwrap().amount, "1000");
        let all = QueryAllBalancesRequest { address: ALICE.to_owned(), ..Default::default() };
        for method in ["AllBalances", "SpendableBalances"] {
            let answer: QueryAllBalancesResponse = ask(method, &all).unwrap();
            let denoms: Vec<String> = answer.balances.into_iter().map(|coin| coin.denom).collect();
            assert_eq!(denoms, ["abc", "ustoa"]);
            assert_eq!(answer.pagination.unwrap().total, 2);
        }
        let supply: QueryTotalSupplyResponse =
            ask("TotalSupply", &QueryTotalSupplyRequest::default()).unwrap();
        assert_eq!(supply.supply.len(), 2);
        let of = QuerySupplyOfRequest { denom: "nothing".to_owned() };
        let answer: QuerySupplyOfResponse = ask("SupplyOf", &of).unwrap();
        assert_eq!(answer.amount.unwrap().amount, "0");
    }

    #[test]
    fn descriptions_are_answered_or_not_found() {
        let of = |denom: &str| QueryDenomMetadataRequest { denom: denom.to_owned() };
        let answer: QueryDenomMetadataResponse = ask("DenomMetadata", &of("ustoa")).unwrap();
        assert_eq!(answer.metadata.unwrap().symbol, "STOA");
        let missing = ask::<QueryDenomMetadataResponse>("DenomMetadata", &of("abc")).unwrap_err();
        assert_eq!(missing.code(), 22);
        let all = QueryDenomsMetadataRequest::default();
        let answer: QueryDenomsMetadataResponse = ask("DenomsMetadata", &all).unwrap();
        assert_eq!(answer.metadatas.len(), 1);
    }

    #[test]
    fn owners_of_a_denomination_are_found() {
        let of =
            |denom: &str| QueryDenomOwnersRequest { denom: denom.to_owned(), pagination: None };
        let answer: QueryDenomOwnersResponse = ask("DenomOwners", &of("ustoa")).unwrap();
        let owner = &answer.denom_owners[0];
        assert_eq!((owner.address.as_str(), answer.denom_owners.len()), (ALICE, 1));
        assert_eq!(owner.balance.as_ref().unwrap().amount, "1000");
        let answer: QueryDenomOwnersResponse = ask("DenomOwnersByQuery", &of("stoa")).unwrap();
        assert!(answer.denom_owners.is_empty());
        let answer: QuerySendEnabledResponse =
            ask("SendEnabled", &QuerySendEnabledRequest::default()).unwrap();
        assert!(answer.send_enabled.is_empty());
    }

    #[test]
    fn malformed_requests_are_invalid() {
        let bad = QueryBalanceRequest { address: "test".to_owned(), denom: "ustoa".to_owned() };
        assert_eq!(ask::<QueryBalanceResponse>("Balance", &bad).unwrap_err().code(), 18);
        let bad = QuerySupplyOfRequest { denom: "!".to_owned() };
        assert_eq!(ask::<QuerySupplyOfResponse>("SupplyOf", &bad).unwrap_err().code(), 18);
    }
}
