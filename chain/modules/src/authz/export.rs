//! The state as a genesis section.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmos_sdk_proto::cosmos::{
    authz::v1beta1::GenericAuthorization, bank::v1beta1::SendAuthorization,
};
use prost::Name as _;
use serde_json::{Value, json};
use stoa_proto::cosmwasm::wasm::v1::{
    AcceptedMessageKeysFilter, AcceptedMessagesFilter, AllowAllMessagesFilter, CombinedLimit,
    ContractExecutionAuthorization, ContractMigrationAuthorization, MaxCallsLimit, MaxFundsLimit,
    StoreCodeAuthorization,
};
use stoa_store::{KeyRange, Order};

use super::{
    Authorization, AuthzError, CodeGrant, ContractAction, ContractGrant, Filter, Limit, STORE,
    StoredGrant, state_key,
};
use crate::core::{Context, ModuleError};

/// The `authz` section of `app_state`. Grants that are over are left out, as a genesis leaves them out.
pub fn export_genesis(ctx: &Context) -> Result<Value, ModuleError> {
    let (prefix, now) = (state_key::GRANTS, ctx.block.time());
    let mut walk = ctx.walk(STORE, KeyRange::prefix(prefix), Order::Ascending)?;
    let mut grants = Vec::new();
    while let Some((key, stored)) = ctx.step(&mut walk)? {
        let StoredGrant { authorization, expiration } = StoredGrant::from_stored(&stored)?;
        if expiration.is_some_and(|expiration| expiration < now) {
            continue;
        }
        let pair = state_key::pair(key.get(prefix.len()..).unwrap_or_default());
        let pair = pair.ok_or(AuthzError::Corrupt)?;
        grants.push(json!({
            "granter": pair.granter.to_string(),
            "grantee": pair.grantee.to_string(),
            "authorization": self::authorization(&authorization),
            "expiration": expiration.map(|time| time.to_rfc3339()),
        }));
    }
    Ok(json!({ "authorization": grants }))
}

fn authorization(authorization: &Authorization) -> Value {
    match authorization {
        Authorization::Generic { type_url } => {
            json!({ "@type": GenericAuthorization::type_url(), "msg": type_url })
        }
        Authorization::Send { spend_limit, allow_list } => json!({
            "@type": SendAuthorization::type_url(),
            "spend_limit": spend_limit.to_json(),
            "allow_list": allow_list,
        }),
        Authorization::StoreCode { grants } => {
            let grants: Vec<Value> = grants.iter().map(code_grant).collect();
            json!({ "@type": StoreCodeAuthorization::type_url(), "grants": grants })
        }
        Authorization::Contract { action, grants } => {
            let type_url = match action {
                ContractAction::Execute => ContractExecutionAuthorization::type_url(),
                ContractAction::Migrate => ContractMigrationAuthorization::type_url(),
            };
            let grants: Vec<Value> = grants.iter().map(contract_grant).collect();
            json!({ "@type": type_url, "grants": grants })
        }
    }
}

fn code_grant(CodeGrant { checksum, permission }: &CodeGrant) -> Value {
    json!({ "code_hash": BASE64_STANDARD.encode(checksum), "instantiate_permission": permission })
}

fn contract_grant(ContractGrant { contract, limit, filter }: &ContractGrant) -> Value {
    let limit = match limit {
        Limit::Calls { remaining } => {
            json!({ "@type": MaxCallsLimit::type_url(), "remaining": remaining.to_string() })
        }
        Limit::Funds { amounts } => {
            json!({ "@type": MaxFundsLimit::type_url(), "amounts": amounts.to_json() })
        }
        Limit::Combined { remaining, amounts } => json!({
            "@type": CombinedLimit::type_url(),
            "calls_remaining": remaining.to_string(),
            "amounts": amounts.to_json(),
        }),
    };
    let filter = match filter {
        Filter::All => json!({ "@type": AllowAllMessagesFilter::type_url() }),
        Filter::Keys(keys) => {
            json!({ "@type": AcceptedMessageKeysFilter::type_url(), "keys": keys })
        }
        Filter::Messages(messages) => {
            // They are compared byte by byte: as JSON inside JSON they would lose their spaces.
            let messages: Vec<String> =
                messages.iter().map(|message| BASE64_STANDARD.encode(message)).collect();
            json!({ "@type": AcceptedMessagesFilter::type_url(), "messages": messages })
        }
    };
    json!({ "contract": contract, "limit": limit, "filter": filter })
}

#[cfg(test)]
mod tests {
    use stoa_proto::cosmwasm::wasm::v1::{AccessConfig, AccessType};

    use super::*;
    use crate::{
        auth::AccAddress,
        authz::{self, Pair},
        core::Time,
        testing::context,
    };

    fn someone(byte: u8) -> Pair {
        let address = |byte| AccAddress::new([byte; 20]).unwrap();
        Pair { granter: address(byte), grantee: address(byte + 1) }
    }

    #[test]
    fn grants_of_every_kind_come_back_and_those_that_are_over_do_not() {
        let mut ctx = context();
        let contract = AccAddress::new([9; 32]).unwrap().to_string();
        let (remaining, amounts) = (7, "3abc,4ustoa".parse().unwrap());
        let contract = |limit, filter| ContractGrant { contract: contract.clone(), limit, filter };
        let grants = vec![
            contract(Limit::Calls { remaining }, Filter::All),
            contract(
                Limit::Funds { amounts: "4ustoa".parse().unwrap() },
                Filter::Keys(vec!["a".to_owned()]),
            ),
            contract(
                Limit::Combined { remaining, amounts },
                Filter::Messages(vec![b"{ \"a\":1 }".to_vec()]),
            ),
        ];
        let allow_list = vec![AccAddress::new([5; 20]).unwrap().to_string()];
        let any_code = CodeGrant { checksum: b"*".to_vec(), permission: None };
        let everybody =
            AccessConfig { permission: AccessType::Everybody.into(), addresses: vec![] };
        let one_code = CodeGrant { checksum: vec![7; 32], permission: Some(everybody) };
        let kinds = [
            Authorization::Generic { type_url: "/a.B".to_owned() },
            Authorization::Send { spend_limit: "4ustoa".parse().unwrap(), allow_list },
            Authorization::Contract { action: ContractAction::Execute, grants: grants.clone() },
            Authorization::Contract { action: ContractAction::Migrate, grants },
            Authorization::StoreCode { grants: vec![any_code] },
            Authorization::StoreCode { grants: vec![one_code] },
        ];
        let later = Time::from_unix_timestamp(1_800_000_000, 5).unwrap();
        for (byte, authorization) in (1..).zip(kinds) {
            let expiration = (byte % 2 == 0).then_some(later);
            authz::save(&mut ctx, &someone(byte), &StoredGrant { authorization, expiration })
                .unwrap();
        }
        let section = export_genesis(&ctx).unwrap();
        assert_eq!(section["authorization"].as_array().unwrap().len(), 6);

        let mut again = context();
        let genesis = serde_json::from_value(section.clone()).unwrap();
        authz::init_genesis(&mut again, genesis).unwrap();
        assert_eq!(again.overlay.take_changes().unwrap(), ctx.overlay.take_changes().unwrap());

        let mut over = context();
        over.block.time_nanos = 1_900_000_000_000_000_000;
        let genesis = serde_json::from_value(section).unwrap();
        authz::init_genesis(&mut over, genesis).unwrap();
        assert_eq!(export_genesis(&over).unwrap()["authorization"].as_array().unwrap().len(), 3);
    }
}
