//! Queries of `stoa.beacon.v1`.

use cosmwasm_std::{Binary, Uint64};
use prost::Message as _;
use serde::Serialize;
use stoa_proto::beacon::v1::{
    Beacon, QueryBeaconRequest, QueryBeaconResponse, QueryLatestRequest, QueryLatestResponse,
};

use super::view;
use crate::{
    core::{Context, ModuleError},
    router::{QueryError, read_request},
};

const PREFIX: &str = "/stoa.beacon.v1.Query/";

/// Answers `path` with protobuf bytes, if it is one of this module's.
pub fn query(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, ModuleError>> {
    let encode = |found: Found| match found {
        Found::Value(beacon) => QueryBeaconResponse { beacon: Some(beacon) }.encode_to_vec(),
        Found::Latest(beacon) => QueryLatestResponse { beacon: Some(beacon) }.encode_to_vec(),
    };
    Some(find(ctx, path, data)?.map(encode))
}

/// Answers `path` with the JSON of the answer, as wasmd does for a contract's Stargate query: names as in
/// the protobuf source, 64-bit integers as texts, bytes in base64.
pub fn query_json(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, ModuleError>> {
    let encode = |found: Found| {
        let (Found::Value(beacon) | Found::Latest(beacon)) = found;
        let answer = JsonAnswer {
            beacon: JsonBeacon {
                index: beacon.index.into(),
                value: beacon.value.into(),
                power: beacon.power.into(),
                total_power: beacon.total_power.into(),
            },
        };
        serde_json::to_vec(&answer).map_err(|error| QueryError::invalid(error).into())
    };
    Some(find(ctx, path, data)?.and_then(encode))
}

enum Found {
    Value(Beacon),
    Latest(Beacon),
}

#[derive(Serialize)]
struct JsonAnswer {
    beacon: JsonBeacon,
}

#[derive(Serialize)]
struct JsonBeacon {
    index: Uint64,
    value: Binary,
    power: Uint64,
    total_power: Uint64,
}

fn find(ctx: &Context, path: &str, data: &[u8]) -> Option<Result<Found, ModuleError>> {
    match path.strip_prefix(PREFIX)? {
        "Beacon" => Some(value(ctx, data)),
        "Latest" => Some(latest(ctx, data)),
        _ => None,
    }
}

fn value(ctx: &Context, data: &[u8]) -> Result<Found, ModuleError> {
    let index = read_request::<QueryBeaconRequest>(data)?.index;
    let missing = || QueryError::NotFound { what: format!("beacon value of index {index}") };
    Ok(Found::Value(view::value(ctx, index)?.ok_or_else(missing)?))
}

fn latest(ctx: &Context, data: &[u8]) -> Result<Found, ModuleError> {
    read_request::<QueryLatestRequest>(data)?;
    let missing = || QueryError::NotFound { what: "beacon value".to_owned() };
    Ok(Found::Latest(view::latest(ctx)?.ok_or_else(missing)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        beacon::{STORE, state_key},
        testing::context,
    };

    fn with_values(indices: &[u64]) -> Context {
        let ctx = context();
        for index in indices {
            let beacon = Beacon { index: *index, value: vec![7; 32], power: 3, total_power: 4 };
            ctx.set(STORE, &state_key::value(*index), beacon.encode_to_vec()).unwrap();
        }
        ctx
    }

    #[test]
    fn values_are_found_by_index_and_the_last_one_without() {
        let ctx = with_values(&[5, 300, 7]);
        let request = QueryBeaconRequest { index: 7 }.encode_to_vec();
        let answer = query(&ctx, "/stoa.beacon.v1.Query/Beacon", &request).unwrap().unwrap();
        let found = QueryBeaconResponse::decode(answer.as_slice()).unwrap().beacon.unwrap();
        assert_eq!((found.index, found.value), (7, vec![7; 32]));
        let answer = query(&ctx, "/stoa.beacon.v1.Query/Latest", &[]).unwrap().unwrap();
        let found = QueryLatestResponse::decode(answer.as_slice()).unwrap().beacon.unwrap();
        assert_eq!(found.index, 300);
    }

    #[test]
    fn the_json_is_the_one_that_contracts_of_wasmd_expect() {
        let ctx = with_values(&[5]);
        let answer = query_json(&ctx, "/stoa.beacon.v1.Query/Latest", &[]).unwrap().unwrap();
        assert_eq!(
            String::from_utf8(answer).unwrap(),
            r#"{"beacon":{"index":"5","value":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=","power":"3","total_power":"4"}}"#
        );
    }

    #[test]
    fn missing_values_and_garbage_are_refused_and_other_paths_left_alone() {
        let ctx = with_values(&[]);
        let code = |path: &str, data: &[u8]| query(&ctx, path, data).unwrap().unwrap_err().code();
        assert_eq!(code("/stoa.beacon.v1.Query/Beacon", &[]), 22);
        assert_eq!(code("/stoa.beacon.v1.Query/Latest", &[]), 22);
        assert_eq!(code("/stoa.beacon.v1.Query/Beacon", &[0xff]), 18);
        for path in ["/stoa.beacon.v1.Query/Seed", "/cosmos.bank.v1beta1.Query/Balance"] {
            assert!(query(&ctx, path, &[]).is_none());
        }
    }
}
