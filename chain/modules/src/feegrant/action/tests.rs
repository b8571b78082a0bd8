use prost::{Message as _, Name};

use super::*;
use crate::{
    auth,
    feegrant::{self, STORE, state_key},
    testing::context,
};
use cosmos_sdk_proto::{
    Timestamp,
    cosmos::feegrant::v1beta1::{
        BasicAllowance, QueryAllowancesByGranterRequest, QueryAllowancesByGranterResponse,
        QueryAllowancesRequest, QueryAllowancesResponse,
    },
};

/// The time of [`context`], in seconds.
const NOW: i64 = 1_700_000_000;

fn address(byte: u8) -> AccAddress {
    AccAddress::new([byte; 20]).unwrap()
}

fn pack<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

fn grant_message(granter: &AccAddress, grantee: &AccAddress, expires: Option<i64>) -> Any {
    let expiration = expires.map(|seconds| Timestamp { seconds, nanos: 0 });
    pack(&MsgGrantAllowance {
        granter: granter.to_string(),
        grantee: grantee.to_string(),
        allowance: Some(pack(&BasicAllowance { spend_limit: Vec::new(), expiration })),
    })
}

fn revoke_message(granter: &AccAddress, grantee: &AccAddress) -> Any {
    pack(&MsgRevokeAllowance { granter: granter.to_string(), grantee: grantee.to_string() })
}

fn execute(ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    execute_message(ctx, message).unwrap()
}

fn code(ctx: &mut Context, message: &Any) -> (&'static str, u32) {
    let error = execute(ctx, message).unwrap_err();
    (error.codespace(), error.code())
}

#[test]
fn a_grant_makes_the_account_and_can_be_revoked_once() {
    let (mut ctx, granter, grantee) = (context(), address(1), address(2));
    let message = grant_message(&granter, &grantee, Some(NOW + 10));
    assert_eq!(signers(&message).unwrap().unwrap(), std::slice::from_ref(&granter));
    execute(&mut ctx, &message).unwrap();
    assert!(auth::has_account(&ctx, &grantee).unwrap());
    assert_eq!(code(&mut ctx, &message), ("sdk", 18));
    execute(&mut ctx, &revoke_message(&granter, &grantee)).unwrap();
    assert_eq!(code(&mut ctx, &revoke_message(&granter, &grantee)), ("sdk", 38));
    let kinds: Vec<&str> = ctx.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["set_feegrant", "revoke_feegrant"]);
}

#[test]
fn a_new_grant_after_a_revoked_one_is_not_removed_with_the_old_expiry() {
    let (mut ctx, granter, grantee) = (context(), address(1), address(2));
    execute(&mut ctx, &grant_message(&granter, &grantee, Some(NOW + 10))).unwrap();
    execute(&mut ctx, &revoke_message(&granter, &grantee)).unwrap();
    execute(&mut ctx, &grant_message(&granter, &grantee, Some(NOW + 1_000))).unwrap();
    ctx.block.time_nanos += 100_000_000_000;
    remove_expired(&ctx, 10).unwrap();
    assert!(feegrant::allowance(&ctx, &granter, &grantee).unwrap().is_some());
}

#[test]
fn grants_to_oneself_to_modules_and_into_the_past_are_refused() {
    let (mut ctx, granter) = (context(), address(1));
    assert_eq!(code(&mut ctx, &grant_message(&granter, &granter, None)), ("sdk", 7));
    assert_eq!(code(&mut ctx, &revoke_message(&granter, &granter)), ("sdk", 7));
    let collector = auth::FEE_COLLECTOR.address();
    assert_eq!(code(&mut ctx, &grant_message(&granter, &collector, None)), ("sdk", 4));
    assert_eq!(code(&mut ctx, &grant_message(&granter, &address(2), Some(NOW - 1))), ("sdk", 18));
    let empty = pack(&MsgGrantAllowance {
        granter: granter.to_string(),
        grantee: address(2).to_string(),
        allowance: None,
    });
    assert_eq!(code(&mut ctx, &empty), ("feegrant", 5));
}

#[test]
fn what_is_over_is_removed_a_bounded_number_at_a_time() {
    let (mut ctx, granter) = (context(), address(1));
    for byte in 2..7 {
        let expires = NOW + i64::from(byte);
        execute(&mut ctx, &grant_message(&granter, &address(byte), Some(expires))).unwrap();
    }
    ctx.block.time_nanos += 6_000_000_000;
    let left = |ctx: &Context| {
        (2..7)
            .filter(|byte| feegrant::allowance(ctx, &granter, &address(*byte)).unwrap().is_some())
            .count()
    };
    remove_expired(&ctx, 3).unwrap();
    assert_eq!(left(&ctx), 2);
    let prune = pack(&MsgPruneAllowances { pruner: granter.to_string() });
    assert_eq!(signers(&prune).unwrap().unwrap(), std::slice::from_ref(&granter));
    let answer = execute(&mut ctx, &prune).unwrap();
    assert_eq!(answer.type_url, MsgPruneAllowancesResponse::type_url());
    assert_eq!(left(&ctx), 1, "what expires in this very moment stays");
    let time = ctx.block.time();
    assert!(ctx.has(STORE, &state_key::expiry(time, &granter, &address(6))).unwrap());
}

#[test]
fn grants_are_found_by_either_side() {
    let mut ctx = context();
    for (granter, grantee) in [(1, 2), (1, 3), (4, 2)] {
        execute(&mut ctx, &grant_message(&address(granter), &address(grantee), None)).unwrap();
    }
    let ask = |method: &str, data: Vec<u8>| {
        let path = format!("/cosmos.feegrant.v1beta1.Query/{method}");
        feegrant::query(&ctx, &path, &data).unwrap().unwrap()
    };
    let request = QueryAllowancesRequest { grantee: address(2).to_string(), pagination: None };
    let answer = ask("Allowances", request.encode_to_vec());
    let answer = QueryAllowancesResponse::decode(answer.as_slice()).unwrap();
    let granters: Vec<&str> =
        answer.allowances.iter().map(|grant| grant.granter.as_str()).collect();
    assert_eq!(granters, [address(1).to_string(), address(4).to_string()]);
    let granter = address(1).to_string();
    let request = QueryAllowancesByGranterRequest { granter, pagination: None };
    let answer = ask("AllowancesByGranter", request.encode_to_vec());
    let answer = QueryAllowancesByGranterResponse::decode(answer.as_slice()).unwrap();
    assert_eq!((answer.allowances.len(), answer.pagination.unwrap().total), (2, 2));
}
