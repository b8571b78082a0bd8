use prost::{Message as _, Name};

use super::*;
use crate::{
    auth,
    authz::{self, StoredGrant},
    bank,
    router::Modules,
    testing::context,
};
use cosmos_sdk_proto::{
    Timestamp,
    cosmos::{
        authz::v1beta1::{
            GenericAuthorization, Grant, MsgExecResponse, QueryGranteeGrantsRequest,
            QueryGranteeGrantsResponse, QueryGranterGrantsRequest, QueryGranterGrantsResponse,
            QueryGrantsRequest, QueryGrantsResponse,
        },
        bank::v1beta1::{MsgSend, SendAuthorization},
        base::v1beta1::Coin,
    },
};

/// The time of [`context`], in seconds.
const NOW: i64 = 1_700_000_000;
const SEND: &str = "/cosmos.bank.v1beta1.MsgSend";

fn address(byte: u8) -> AccAddress {
    AccAddress::new([byte; 20]).unwrap()
}

fn pack<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

fn coins(amount: u64) -> Vec<Coin> {
    vec![Coin { denom: "ustoa".to_owned(), amount: amount.to_string() }]
}

/// A chain on which owner 1 has 100ustoa and helper 2 may act for it.
struct Chain {
    ctx: Context,
    modules: Modules,
    _folder: tempfile::TempDir,
}

impl Chain {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let modules = Modules::open(folder.path()).unwrap();
        let mut ctx = context();
        let owner = address(1).to_string();
        let balance = serde_json::json!({"address": owner, "coins": coins(100)});
        let genesis = serde_json::json!({"bank": {"balances": [balance]}});
        modules.init_genesis(&mut ctx, &genesis).unwrap();
        Self { ctx, modules, _folder: folder }
    }

    fn run(&mut self, message: &Any) -> Result<MessageResponse, ModuleError> {
        self.ctx.events.clear();
        let modules = &self.modules;
        self.ctx.atomically(|ctx| modules.execute(ctx, message))
    }

    fn code(&mut self, message: &Any) -> (&'static str, u32) {
        let error = self.run(message).unwrap_err();
        (error.codespace(), error.code())
    }

    fn money(&self, byte: u8) -> u128 {
        bank::balance(&self.ctx, &address(byte), "ustoa").unwrap().amount()
    }

    fn grant(&self) -> Option<StoredGrant> {
        let pair = Pair { granter: address(1), grantee: address(2) };
        authz::grant(&self.ctx, &pair, SEND).unwrap()
    }
}

fn grant_of(authorization: Any, expires: Option<i64>) -> Any {
    let expiration = expires.map(|seconds| Timestamp { seconds, nanos: 0 });
    pack(&MsgGrant {
        granter: address(1).to_string(),
        grantee: address(2).to_string(),
        grant: Some(Grant { authorization: Some(authorization), expiration }),
    })
}

fn generic(type_url: &str) -> Any {
    pack(&GenericAuthorization { msg: type_url.to_owned() })
}

fn limited(amount: u64, allow_list: &[u8]) -> Any {
    let allow_list = allow_list.iter().map(|byte| address(*byte).to_string()).collect();
    pack(&SendAuthorization { spend_limit: coins(amount), allow_list })
}

fn send(from: u8, to: u8, amount: u64) -> Any {
    pack(&MsgSend {
        from_address: address(from).to_string(),
        to_address: address(to).to_string(),
        amount: coins(amount),
    })
}

fn exec(grantee: u8, msgs: Vec<Any>) -> Any {
    pack(&MsgExec { grantee: address(grantee).to_string(), msgs })
}

fn revoke(type_url: &str) -> Any {
    pack(&MsgRevoke {
        granter: address(1).to_string(),
        grantee: address(2).to_string(),
        msg_type_url: type_url.to_owned(),
    })
}

#[test]
fn a_grantee_acts_for_the_granter_until_the_grant_is_revoked() {
    let mut chain = Chain::new();
    let message = grant_of(generic(SEND), None);
    assert_eq!(signers(&message).unwrap().unwrap(), [address(1)]);
    chain.run(&message).unwrap();
    assert!(auth::has_account(&chain.ctx, &address(2)).unwrap());
    let kinds: Vec<&str> = chain.ctx.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["cosmos.authz.v1beta1.EventGrant"]);
    let attributes = &chain.ctx.events[0].attributes;
    let keys: Vec<&str> = attributes.iter().map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(keys, ["grantee", "granter", "msg_type_url"]);
    assert_eq!(attributes[2].value, format!("\"{SEND}\""));

    let message = exec(2, vec![send(1, 3, 10), send(1, 3, 5)]);
    assert_eq!(signers(&message).unwrap().unwrap(), [address(2)]);
    let answer = chain.run(&message).unwrap();
    let answer = MsgExecResponse::decode(answer.bytes.as_slice()).unwrap();
    assert_eq!(answer.results, [Vec::<u8>::new(), Vec::new()]);
    assert_eq!((chain.money(1), chain.money(3)), (85, 15));
    let indices = chain.ctx.events.iter().filter_map(|event| {
        let last = event.attributes.last()?;
        (last.key == "authz_msg_index").then(|| last.value.clone())
    });
    assert_eq!(indices.collect::<Vec<_>>(), ["0", "0", "0", "0", "1", "1", "1", "1"]);

    chain.run(&revoke(SEND)).unwrap();
    assert_eq!(chain.code(&message), ("authz", 2));
    assert_eq!(chain.code(&revoke(SEND)), ("authz", 2));
}

#[test]
fn nobody_acts_for_another_without_a_grant_for_this_very_message() {
    let mut chain = Chain::new();
    let steal = exec(2, vec![send(1, 2, 100)]);
    assert_eq!(chain.code(&steal), ("authz", 2));
    chain.run(&grant_of(generic("/cosmwasm.wasm.v1.MsgExecuteContract"), None)).unwrap();
    assert_eq!(chain.code(&steal), ("authz", 2));
    chain.run(&grant_of(generic(SEND), None)).unwrap();
    assert_eq!(chain.code(&exec(3, vec![send(1, 3, 100)])), ("authz", 2), "another grantee");
    let towards = exec(1, vec![send(2, 1, 1)]);
    assert_eq!(chain.code(&towards), ("authz", 2), "the other way round");
    let nested = exec(3, vec![exec(2, vec![send(1, 3, 100)])]);
    assert_eq!(chain.code(&nested), ("authz", 2), "through somebody who may");
    assert_eq!(chain.money(1), 100);
}

#[test]
fn one_needs_no_leave_for_what_is_ones_own() {
    let mut chain = Chain::new();
    chain.run(&exec(1, vec![send(1, 3, 10), exec(1, vec![send(1, 3, 10)])])).unwrap();
    assert_eq!(chain.money(3), 20);
}

#[test]
fn a_failing_message_undoes_the_others_and_the_use_of_the_grant() {
    let mut chain = Chain::new();
    chain.run(&grant_of(limited(90, &[]), None)).unwrap();
    let before = chain.grant();
    let outcome = chain.code(&exec(2, vec![send(1, 3, 10), send(1, 3, 81)]));
    assert_eq!(outcome, ("sdk", 5));
    assert_eq!((chain.money(1), chain.grant()), (100, before));
}

#[test]
fn a_limited_grant_is_used_up_and_then_gone() {
    let mut chain = Chain::new();
    chain.run(&grant_of(limited(30, &[3]), Some(NOW + 100))).unwrap();
    assert_eq!(chain.code(&exec(2, vec![send(1, 4, 1)])), ("sdk", 4), "another recipient");
    assert_eq!(chain.code(&exec(2, vec![send(1, 3, 31)])), ("sdk", 5));
    chain.run(&exec(2, vec![send(1, 3, 20)])).unwrap();
    assert_eq!(chain.grant().unwrap().expiration.unwrap().unix_timestamp(), NOW + 100);
    assert_eq!(chain.code(&exec(2, vec![send(1, 3, 11)])), ("sdk", 5));
    chain.run(&exec(2, vec![send(1, 3, 10)])).unwrap();
    assert_eq!(chain.grant(), None);
    assert_eq!(chain.code(&exec(2, vec![send(1, 3, 1)])), ("authz", 2));
}

#[test]
fn a_grant_ends_behind_its_last_moment_and_is_then_removed() {
    let mut chain = Chain::new();
    chain.run(&grant_of(generic(SEND), Some(NOW + 1))).unwrap();
    chain.ctx.block.time_nanos += 1_000_000_000;
    chain.run(&exec(2, vec![send(1, 3, 1)])).unwrap();
    chain.ctx.block.time_nanos += 1;
    assert_eq!(chain.code(&exec(2, vec![send(1, 3, 1)])), ("authz", 6));
    assert!(chain.grant().is_some());
    remove_expired(&chain.ctx, 10).unwrap();
    assert_eq!(chain.grant(), None);
}

#[test]
fn a_new_expiration_replaces_the_old_one() {
    let mut chain = Chain::new();
    for expires in [Some(NOW + 1), Some(NOW + 1), Some(NOW + 50), None, Some(NOW + 60)] {
        chain.run(&grant_of(generic(SEND), expires)).unwrap();
    }
    chain.ctx.block.time_nanos += 55_000_000_000;
    remove_expired(&chain.ctx, 10).unwrap();
    assert!(chain.grant().is_some());
    chain.run(&revoke(SEND)).unwrap();
    chain.ctx.block.time_nanos += 55_000_000_000;
    remove_expired(&chain.ctx, 10).unwrap();
}

#[test]
fn grants_that_make_no_sense_are_refused_with_the_codes_of_the_sdk() {
    let mut chain = Chain::new();
    assert_eq!(chain.code(&grant_of(generic(SEND), Some(NOW))), ("authz", 3));
    assert_eq!(chain.code(&grant_of(generic(SEND), Some(i64::MAX))), ("sdk", 29));
    assert_eq!(chain.code(&grant_of(generic(""), None)), ("undefined", 1));
    assert_eq!(chain.code(&grant_of(generic("/no.Such"), None)), ("sdk", 29));
    assert_eq!(chain.code(&grant_of(send(1, 2, 3), None)), ("sdk", 29));
    assert_eq!(chain.code(&grant_of(limited(0, &[]), None)), ("sdk", 10));
    assert_eq!(chain.code(&grant_of(limited(1, &[3, 3]), None)), ("bank", 8));
    assert_eq!(chain.code(&revoke("")), ("sdk", 18));
    assert_eq!(chain.code(&exec(2, Vec::new())), ("sdk", 18));
    let own = MsgGrant {
        granter: address(1).to_string(),
        grantee: address(1).to_string().to_uppercase(),
        grant: None,
    };
    assert_eq!(chain.code(&pack(&own)), ("authz", 7));
    let none = MsgGrant { grantee: address(2).to_string(), ..own };
    assert_eq!(chain.code(&pack(&none)), ("sdk", 29));
}

#[test]
fn grants_are_found_by_either_side_and_by_message() {
    let mut chain = Chain::new();
    chain.run(&grant_of(generic(SEND), Some(NOW + 9))).unwrap();
    chain.run(&grant_of(generic("/cosmos.authz.v1beta1.MsgExec"), None)).unwrap();
    let ask = |method: &str, data: Vec<u8>| {
        chain.modules.query(&chain.ctx, &format!("/cosmos.authz.v1beta1.Query/{method}"), &data)
    };
    let (granter, grantee) = (address(1).to_string(), address(2).to_string());
    let request = QueryGranterGrantsRequest { granter: granter.clone(), pagination: None };
    let answer = ask("GranterGrants", request.encode_to_vec()).unwrap();
    let answer = QueryGranterGrantsResponse::decode(answer.as_slice()).unwrap();
    assert_eq!(answer.grants.len(), 2);
    assert_eq!(answer.grants[0].grantee, grantee);
    let request = QueryGranteeGrantsRequest { grantee: grantee.clone(), pagination: None };
    let answer = ask("GranteeGrants", request.encode_to_vec()).unwrap();
    let found = QueryGranteeGrantsResponse::decode(answer.as_slice()).unwrap();
    assert_eq!(found.grants, answer_of_granter(&chain));
    let mut request =
        QueryGrantsRequest { granter, grantee, msg_type_url: SEND.to_owned(), pagination: None };
    let answer = ask("Grants", request.encode_to_vec()).unwrap();
    let found = QueryGrantsResponse::decode(answer.as_slice()).unwrap();
    assert_eq!(found.grants[0].expiration.unwrap().seconds, NOW + 9);
    request.msg_type_url = "/no.Such".to_owned();
    let missing = ask("Grants", request.encode_to_vec()).unwrap_err();
    assert_eq!((missing.codespace(), missing.code()), ("authz", 2));
    request.msg_type_url = String::new();
    let answer = ask("Grants", request.encode_to_vec()).unwrap();
    assert_eq!(QueryGrantsResponse::decode(answer.as_slice()).unwrap().grants.len(), 2);
}

fn answer_of_granter(
    chain: &Chain,
) -> Vec<cosmos_sdk_proto::cosmos::authz::v1beta1::GrantAuthorization> {
    let request = QueryGranterGrantsRequest { granter: address(1).to_string(), pagination: None };
    let path = "/cosmos.authz.v1beta1.Query/GranterGrants";
    let answer = chain.modules.query(&chain.ctx, path, &request.encode_to_vec()).unwrap();
    QueryGranterGrantsResponse::decode(answer.as_slice()).unwrap().grants
}
