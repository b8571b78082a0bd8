use super::*;
use crate::shapes;
use cosmos_sdk_proto::{
    Any,
    cosmos::{
        authz::v1beta1::{Grant, MsgGrant},
        bank::v1beta1::{MsgSend, QueryAllBalancesRequest, QuerySendEnabledRequest},
        base::v1beta1::Coin,
        tx::v1beta1::{
            AuthInfo, BroadcastTxRequest, Fee, GetTxsEventRequest, Tx, TxBody, TxEncodeRequest,
        },
    },
};
use prost::{Message as _, Name as _};
use stoa_proto::cosmwasm::wasm::v1::{MsgExecuteContract, QuerySmartContractStateRequest};

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn pages_are_encoded_where_asked_for() {
    let pairs = [("address", "a"), ("pagination.limit", "5"), ("pagination.key", "AQI=")];
    let bytes = encode(&shapes::BALANCES_ASKED, &values(&pairs)).unwrap();
    let request = QueryAllBalancesRequest::decode(bytes.as_slice()).unwrap();
    let page = request.pagination.unwrap();
    assert_eq!((page.limit, page.key), (5, vec![1, 2]));
    let bytes = encode(&shapes::BALANCES_ASKED, &values(&[("address", "a")])).unwrap();
    assert!(QueryAllBalancesRequest::decode(bytes.as_slice()).unwrap().pagination.is_none());
}

#[test]
fn a_list_has_all_values_of_its_name_and_another_field_the_first() {
    let pairs = [("denoms", "abc"), ("denoms", "def")];
    let bytes = encode(&shapes::SEND_ENABLED_ASKED, &values(&pairs)).unwrap();
    let request = QuerySendEnabledRequest::decode(bytes.as_slice()).unwrap();
    assert_eq!(request.denoms, ["abc", "def"]);
    let pairs = [("limit", "5"), ("limit", "6"), ("order_by", "ORDER_BY_DESC"), ("foreign", "x")];
    let bytes = encode(&shapes::TXS_ASKED, &values(&pairs)).unwrap();
    let request = GetTxsEventRequest::decode(bytes.as_slice()).unwrap();
    assert_eq!((request.limit, request.order_by), (5, 2));
}

#[test]
fn base64_of_either_alphabet_is_read_and_nonsense_is_refused() {
    for text in ["+/8=", "-_8="] {
        let bytes = encode(&shapes::SMART_ASKED, &values(&[("query_data", text)])).unwrap();
        let request = QuerySmartContractStateRequest::decode(bytes.as_slice()).unwrap();
        assert_eq!(request.query_data, [0xfb, 0xff]);
    }
    for (shape, name, text) in [
        (&shapes::SMART_ASKED, "query_data", "test!"),
        (&shapes::SMART_ASKED, "query_data", "-_8"),
        (&shapes::TXS_ASKED, "limit", "-1"),
        (&shapes::TXS_ASKED, "order_by", "ORDER_BY_SIZE"),
        (&shapes::BLOCK_ASKED, "height", "one"),
        (&shapes::BALANCES_ASKED, "pagination.reverse", "yes"),
    ] {
        let refused = encode(shape, &values(&[(name, text)])).unwrap_err();
        assert_eq!(refused.name, name);
        assert_eq!(refused.status(false).code, tonic::Code::InvalidArgument, "{name}={text}");
    }
    let refused = encode(&shapes::CODE_ASKED, &values(&[("code_id", "one")])).unwrap_err();
    assert_eq!(
        refused.status(true).message,
        "type mismatch, parameter: code_id, error: strconv.ParseUint: parsing \"one\": invalid syntax"
    );
    let pairs = values(&[("limit", "99999999999999999999")]);
    let refused = encode(&shapes::TXS_ASKED, &pairs).unwrap_err().status(false);
    assert!(refused.message.ends_with("value out of range"), "{}", refused.message);
}

#[test]
fn percent_encoding_is_decoded_or_refused() {
    assert_eq!(percent_decode("a%2Fb+c", false).unwrap(), "a/b+c");
    assert_eq!(percent_decode("a+b", true).unwrap(), "a b");
    for refused in ["%", "%2", "%zz", "%ff", "%+1"] {
        assert!(percent_decode(refused, false).is_err(), "{refused}");
    }
}

fn read(json: &impl serde::Serialize, shape: &'static Shape) -> Result<Vec<u8>, Status> {
    parse(&serde_json::to_vec(json).unwrap(), shape)
}

#[test]
fn a_message_to_a_contract_keeps_all_but_the_space_between_its_tokens() {
    let json = r#"{ "z":1e400, "a" : [12345678901234567890123456789, "\u003c<"],"a":{} }"#;
    let body = format!(
        r#"{{"tx":{{"body":{{"messages":[
            {{"msg": {json} ,"@type":"/cosmwasm.wasm.v1.MsgExecuteContract"}}]}},"auth_info":{{}}}}}}"#
    );
    let bytes = parse(body.as_bytes(), &shapes::ENCODE_ASKED).unwrap();
    let request = TxEncodeRequest::decode(bytes.as_slice()).unwrap();
    let message = &request.tx.unwrap().body.unwrap().messages[0];
    let execute = MsgExecuteContract::decode(message.value.as_slice()).unwrap();
    let kept = r#"{"z":1e400,"a":[12345678901234567890123456789,"\u003c\u003c"],"a":{}}"#;
    assert_eq!(execute.msg, kept.as_bytes());
    let shown = crate::json::render(&bytes, &shapes::ENCODE_ASKED).unwrap();
    assert!(serde_json::to_string(&shown).unwrap().contains(kept));
    assert_eq!(read(&shown, &shapes::ENCODE_ASKED).unwrap(), bytes);
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    for body in ["", "[]", "1", "{\"a\":}", "{} {}", "{\"tx\":{\"body\":[]}}"] {
        assert!(parse(body.as_bytes(), &shapes::ENCODE_ASKED).is_err(), "{body}");
    }
}

#[test]
fn a_body_is_read_with_names_numbers_and_base64() {
    let json = serde_json::json!({"tx_bytes": "AQI=", "mode": "BROADCAST_MODE_SYNC"});
    let bytes = read(&json, &shapes::BROADCAST_ASKED).unwrap();
    let request = BroadcastTxRequest::decode(bytes.as_slice()).unwrap();
    assert_eq!((request.tx_bytes.as_slice(), request.mode), ([1, 2].as_slice(), 2));
    let camel = serde_json::json!({"txBytes": "AQI=", "mode": 2});
    assert_eq!(read(&camel, &shapes::BROADCAST_ASKED).unwrap(), bytes);
    let more = serde_json::json!({"tx_bytes": "AQI=", "mode": 2, "unknown": 1});
    assert_eq!(read(&more, &shapes::BROADCAST_ASKED).unwrap(), bytes);
    for refused in [
        serde_json::json!({"tx_bytes": 5}),
        serde_json::json!({"tx_bytes": "!"}),
        serde_json::json!({"mode": "BROADCAST_MODE_MAYBE"}),
    ] {
        assert!(read(&refused, &shapes::BROADCAST_ASKED).is_err(), "{refused}");
    }
}

#[test]
fn what_the_answers_show_of_a_transaction_is_read_back() {
    let coin = |amount: &str| Coin { denom: "ustoa".to_owned(), amount: amount.to_owned() };
    let send = MsgSend {
        from_address: "a".to_owned(),
        to_address: "b".to_owned(),
        amount: vec![coin("7")],
    };
    let grant = MsgGrant {
        grant: Some(Grant {
            authorization: None,
            expiration: Some(cosmos_sdk_proto::Timestamp { seconds: 12, nanos: 500_000_000 }),
        }),
        ..MsgGrant::default()
    };
    let messages = vec![
        Any { type_url: MsgSend::type_url(), value: send.encode_to_vec() },
        Any { type_url: MsgGrant::type_url(), value: grant.encode_to_vec() },
    ];
    let body = TxBody { messages, memo: "m".to_owned(), ..TxBody::default() };
    let fee = Fee { amount: vec![coin("5")], gas_limit: 100, ..Fee::default() };
    let tx = Tx {
        body: Some(body),
        auth_info: Some(AuthInfo { fee: Some(fee), ..AuthInfo::default() }),
        signatures: vec![vec![1; 4], Vec::new()],
    };
    let request = TxEncodeRequest { tx: Some(tx) }.encode_to_vec();
    let shown = crate::json::render(&request, &shapes::ENCODE_ASKED).unwrap();
    assert_eq!(read(&shown, &shapes::ENCODE_ASKED).unwrap(), request);
}

#[test]
fn depth_is_bounded_and_unknown_types_are_refused() {
    let mut deep = serde_json::json!({"single": {"mode": 1}});
    for _ in 0..2 * MAX_DEPTH {
        deep = serde_json::json!({"multi": {"mode_infos": [deep]}});
    }
    assert!(read(&deep, &stoa_app::tx::schema::MODE_INFO).is_err());
    let foreign = serde_json::json!({"tx": {"body": {"messages": [{"@type": "/x.Y"}]}}});
    assert!(read(&foreign, &shapes::ENCODE_ASKED).is_err());
}

proptest::proptest! {
    #[test]
    fn random_texts_never_panic(name: String, text: String) {
        let pairs = vec![(name, text.clone()), ("pagination.key".to_owned(), text)];
        for route in crate::routes::all() {
            let _ = encode(route.request, &pairs);
        }
    }
}
