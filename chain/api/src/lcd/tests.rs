use std::sync::Arc;

use axum::http::HeaderMap;
use cosmos_sdk_proto::cosmos::{
    bank::v1beta1::{QueryAllBalancesRequest, QueryAllBalancesResponse},
    base::{node::v1beta1::ConfigResponse, v1beta1::Coin},
};
use prost::Message as _;
use stoa_modules::{ModuleError, router::QueryError};
use tonic::codegen::Service as _;

use serde_json::Value;

use super::*;
use crate::{QueryPort, comet::Comet};

/// An application that knows one account.
struct Fake;

impl QueryPort for Fake {
    fn query(&self, path: &str, data: &[u8], height: u64) -> Result<(Vec<u8>, u64), ModuleError> {
        match path {
            "/cosmos.bank.v1beta1.Query/AllBalances" => {
                let request = QueryAllBalancesRequest::decode(data).unwrap();
                let coin = Coin { denom: request.address, amount: "5".to_owned() };
                let answer =
                    QueryAllBalancesResponse { balances: vec![coin], ..Default::default() };
                Ok((answer.encode_to_vec(), height.max(9)))
            }
            "/cosmos.base.node.v1beta1.Service/Config" => {
                let minimum_gas_price = "0.025ustoa".to_owned();
                let answer = ConfigResponse { minimum_gas_price, ..ConfigResponse::default() };
                Ok((answer.encode_to_vec(), height.max(9)))
            }
            "/cosmos.auth.v1beta1.Query/Account" => {
                Err(QueryError::NotFound { what: "account x".to_owned() }.into())
            }
            _ => Err(QueryError::UnknownPath.into()),
        }
    }
}

async fn call(request: Request) -> (StatusCode, Value, HeaderMap) {
    let comet = Comet::new("http://127.0.0.1:1").unwrap();
    let sources = Sources::new(Arc::new(Fake), comet);
    let response = router(sources).call(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, MAX_REQUEST_BYTES).await.unwrap();
    (parts.status, serde_json::from_slice(&bytes).unwrap(), parts.headers)
}

fn get(uri: &str) -> Request {
    Request::builder().uri(uri).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn an_answer_has_the_shape_and_the_height() {
    let (status, json, headers) = call(get("/cosmos/bank/v1beta1/balances/a%62c")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(json["balances"][0], serde_json::json!({"denom": "abc", "amount": "5"}));
    assert_eq!(headers[HEIGHT], "9");
    let mut past = get("/cosmos/bank/v1beta1/balances/abc");
    past.headers_mut().insert(HEIGHT, HeaderValue::from_static("12"));
    assert_eq!(call(past).await.2[HEIGHT], "12");
}

#[tokio::test]
async fn unknown_missing_and_malformed_have_the_statuses_that_wallets_probe_for() {
    let (status, json, _) = call(get("/cosmos/gov/v1/proposals")).await;
    assert_eq!((status, &json["code"]), (StatusCode::NOT_IMPLEMENTED, &Value::from(12)));
    assert_eq!(json["details"], serde_json::json!([]));
    let (status, json, _) = call(get("/cosmos/auth/v1beta1/accounts/x")).await;
    assert_eq!((status, &json["code"]), (StatusCode::NOT_FOUND, &Value::from(5)));
    let (status, json, _) = call(get("/cosmwasm/wasm/v1/contract/test/smart/te!t")).await;
    assert_eq!((status, &json["code"]), (StatusCode::BAD_REQUEST, &Value::from(3)));
    let (status, ..) = call(get("/cosmwasm/wasm/v1/code/one")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn bodies_that_are_no_json_or_too_long_are_refused() {
    for body in ["", "[]", "{", &"x".repeat(MAX_REQUEST_BYTES + 1)] {
        let request = Request::builder()
            .method("POST")
            .uri("/cosmos/tx/v1beta1/simulate")
            .body(Body::from(body.to_owned()))
            .unwrap();
        assert_eq!(call(request).await.0, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn the_node_tells_its_price_and_a_silent_consensus_is_unavailable() {
    let (status, json, _) = call(get("/cosmos/base/node/v1beta1/config")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(json["minimum_gas_price"], "0.025ustoa");
    let (status, ..) = call(get("/cosmos/base/tendermint/v1beta1/blocks/latest")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn the_document_and_the_page_are_served() {
    let (status, json, headers) = call(get("/openapi.json")).await;
    assert_eq!((status, &json["openapi"]), (StatusCode::OK, &Value::from("3.0.3")));
    assert_eq!(headers["access-control-allow-origin"], "*");
    let comet = Comet::new("http://127.0.0.1:1").unwrap();
    let sources = Sources::new(Arc::new(Fake), comet);
    for path in ["/swagger/", "/swagger"] {
        let response = router(sources.clone()).call(get(path)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let page = to_bytes(response.into_body(), MAX_REQUEST_BYTES).await.unwrap();
        let page = String::from_utf8(page.to_vec()).unwrap();
        // The page works without any other server.
        assert!(page.contains("/openapi.json") && !page.contains("http"), "{page}");
    }
}

mod hostile;
