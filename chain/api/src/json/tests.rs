use super::*;
use cosmos_sdk_proto::{
    Any, Timestamp,
    cosmos::{
        auth::v1beta1::{BaseAccount, QueryAccountResponse},
        authz::v1beta1::{GenericAuthorization, Grant, QueryGrantsResponse},
        bank::v1beta1::{MsgSend, QueryAllBalancesResponse},
        base::{query::v1beta1::PageResponse, v1beta1::Coin},
        crypto::{multisig::LegacyAminoPubKey, secp256k1::PubKey},
        feegrant::v1beta1::{BasicAllowance, Grant as FeeGrant, QueryAllowanceResponse},
        tx::v1beta1::{Tx, TxBody},
    },
};
use prost::{Message as _, Name as _};
use stoa_app::tx::schema;
use stoa_proto::cosmwasm::wasm::v1::{
    AccessConfig, CodeInfoResponse, QuerySmartContractStateResponse,
};

fn rendered(bytes: &[u8], shape: &'static Shape) -> Result<Value, NotOfShape> {
    render(bytes, shape).map(|shown| serde_json::to_value(shown).unwrap())
}

fn to_any<M: prost::Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

#[test]
fn an_account_looks_as_the_sdk_shows_it() {
    let account = BaseAccount {
        address: "stoa1x".to_owned(),
        pub_key: Some(to_any(&PubKey { key: vec![2; 3] })),
        account_number: 7,
        sequence: 0,
    };
    let answer = QueryAccountResponse { account: Some(to_any(&account)) };
    assert_eq!(
        rendered(&answer.encode_to_vec(), &shapes::ACCOUNT).unwrap(),
        json!({"account": {
            "@type": "/cosmos.auth.v1beta1.BaseAccount",
            "address": "stoa1x",
            "pub_key": {"@type": "/cosmos.crypto.secp256k1.PubKey", "key": "AgIC"},
            "account_number": "7",
            "sequence": "0",
        }})
    );
}

#[test]
fn empty_lists_keys_and_numbers_are_present() {
    let answer = QueryAllBalancesResponse {
        balances: vec![Coin { denom: "ustoa".to_owned(), amount: "5".to_owned() }],
        pagination: Some(PageResponse { next_key: Vec::new(), total: 1 }),
    };
    assert_eq!(
        rendered(&answer.encode_to_vec(), &shapes::BALANCES).unwrap(),
        json!({"balances": [{"denom": "ustoa", "amount": "5"}],
            "pagination": {"next_key": null, "total": "1"}})
    );
    assert_eq!(
        rendered(&[], &shapes::BALANCES).unwrap(),
        json!({"balances": [], "pagination": null})
    );
}

#[test]
fn contract_answers_are_embedded_and_hashes_are_hex() {
    let answer = QuerySmartContractStateResponse { data: br#"{"a":[1]}"#.to_vec() };
    assert_eq!(
        rendered(&answer.encode_to_vec(), &shapes::SMART).unwrap(),
        json!({"data": {"a": [1]}})
    );
    let code = CodeInfoResponse {
        code_id: 1,
        creator: "stoa1x".to_owned(),
        data_hash: vec![0xab, 1],
        instantiate_permission: Some(AccessConfig { permission: 3, addresses: Vec::new() }),
    };
    assert_eq!(
        rendered(&code.encode_to_vec(), &shapes::CODE_INFO).unwrap(),
        json!({"code_id": "1", "creator": "stoa1x", "data_hash": "AB01",
            "instantiate_permission": {"permission": "Everybody", "addresses": []}})
    );
}

#[test]
fn a_key_of_several_keys_looks_as_the_sdk_shows_it() {
    let member = to_any(&PubKey { key: vec![2; 3] });
    let key = LegacyAminoPubKey { threshold: 1, public_keys: vec![member] };
    let account = BaseAccount { pub_key: Some(to_any(&key)), ..BaseAccount::default() };
    let answer = QueryAccountResponse { account: Some(to_any(&account)) };
    let json = rendered(&answer.encode_to_vec(), &shapes::ACCOUNT).unwrap();
    assert_eq!(
        json["account"]["pub_key"],
        json!({
            "@type": "/cosmos.crypto.multisig.LegacyAminoPubKey",
            "threshold": 1,
            "public_keys": [{"@type": "/cosmos.crypto.secp256k1.PubKey", "key": "AgIC"}],
        })
    );
}

#[test]
fn allowances_and_grants_look_as_the_sdk_shows_them() {
    let basic = to_any(&BasicAllowance::default());
    let grant =
        FeeGrant { granter: "a".to_owned(), grantee: "b".to_owned(), allowance: Some(basic) };
    let answer = QueryAllowanceResponse { allowance: Some(grant) };
    assert_eq!(
        rendered(&answer.encode_to_vec(), &shapes::ALLOWANCE).unwrap(),
        json!({"allowance": {"granter": "a", "grantee": "b", "allowance": {
            "@type": "/cosmos.feegrant.v1beta1.BasicAllowance",
            "spend_limit": [],
            "expiration": null,
        }}})
    );
    let authorization = Some(to_any(&GenericAuthorization { msg: "/a.B".to_owned() }));
    let expiration = Some(Timestamp { seconds: 1_700_000_000, nanos: 0 });
    let grants = vec![Grant { authorization, expiration }];
    let answer = QueryGrantsResponse { grants, pagination: None };
    assert_eq!(
        rendered(&answer.encode_to_vec(), &shapes::GRANTS).unwrap(),
        json!({"grants": [{
            "authorization": {"@type": "/cosmos.authz.v1beta1.GenericAuthorization", "msg": "/a.B"},
            "expiration": "2023-11-14T22:13:20Z",
        }], "pagination": null})
    );
}

#[test]
fn messages_of_unknown_types_are_shown_as_bytes() {
    let tx = Tx {
        body: Some(TxBody {
            messages: vec![
                to_any(&MsgSend::default()),
                Any { type_url: "/foreign.Msg".to_owned(), value: vec![1] },
            ],
            ..TxBody::default()
        }),
        ..Tx::default()
    };
    let json = rendered(&tx.encode_to_vec(), &schema::TX).unwrap();
    assert_eq!(json["body"]["messages"][0]["@type"], MsgSend::type_url());
    assert_eq!(json["body"]["messages"][0]["amount"], json!([]));
    assert_eq!(json["body"]["messages"][1], json!({"@type": "/foreign.Msg", "value": "AQ=="}));
    assert_eq!(json["auth_info"], Value::Null);
}

#[test]
fn times_are_rfc_3339_and_durations_have_an_s() {
    let time = Timestamp { seconds: 1_700_000_000, nanos: 120_000_000 };
    assert_eq!(timestamp(&time.encode_to_vec()).unwrap(), "2023-11-14T22:13:20.12Z");
    assert_eq!(duration(&[8, 3]).unwrap(), "3s");
    assert_eq!(number(Kind::I64, u64::MAX), json!("-1"));
    assert_eq!(number(Kind::I32, u64::MAX), json!(-1));
}

#[test]
fn no_bytes_panic() {
    for first in 0..=255u8 {
        for second in 0..=255u8 {
            let _ = rendered(&[first, second, 3, 4], &shapes::ACCOUNT);
        }
    }
}
