//! The one table: which REST path asks which gRPC path, with what, and how the answer looks.

mod table;

use stoa_app::tx::schema::Shape;

use crate::request::Param;

use table::ROUTES;

/// HTTP method of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Reads.
    Get,
    /// Takes a JSON body.
    Post,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// REST path; segments in braces are parameters.
    pub(crate) path: &'static str,
    /// gRPC path.
    pub(crate) grpc: &'static str,
    /// Fields of the request.
    pub(crate) params: &'static [Param],
    /// The answer.
    pub(crate) response: &'static Shape,
}

/// The route of a path, and its parameters still percent-encoded.
pub(crate) fn find(
    method: Method,
    path: &str,
) -> Option<(&'static Route, Vec<(&'static str, &str)>)> {
    let fits = |route: &'static Route| Some((route, captures(route.path, path)?));
    ROUTES.iter().filter(|route| route.method == method).find_map(fits)
}

/// Every row.
#[cfg(test)]
pub(crate) fn all() -> &'static [Route] {
    ROUTES
}

fn captures<'a>(template: &'static str, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let (mut expected, mut actual) = (template.split('/'), path.split('/'));
    let mut found = Vec::new();
    loop {
        match (expected.next(), actual.next()) {
            (None, None) => return Some(found),
            (Some(expected), Some(actual)) => {
                let name = expected.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
                match name {
                    Some(name) if !actual.is_empty() => found.push((name, actual)),
                    None if expected == actual => {}
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_segments_win_over_parameters() {
        let (route, captured) =
            find(Method::Get, "/cosmos/base/tendermint/v1beta1/blocks/latest").unwrap();
        assert!(route.grpc.ends_with("GetLatestBlock") && captured.is_empty());
        let (route, captured) =
            find(Method::Get, "/cosmos/base/tendermint/v1beta1/blocks/12/").unwrap();
        assert!(route.grpc.ends_with("GetBlockByHeight"));
        assert_eq!(captured, [("height", "12")]);
    }

    #[test]
    fn an_encoded_slash_stays_inside_its_segment() {
        let (_, captured) =
            find(Method::Get, "/cosmwasm/wasm/v1/contract/stoa1x/smart/a%2Fb=").unwrap();
        assert_eq!(captured, [("address", "stoa1x"), ("query_data", "a%2Fb=")]);
    }

    #[test]
    fn foreign_and_unfinished_paths_are_not_found() {
        for path in ["/", "", "/cosmos/gov/v1/proposals", "/cosmos/bank/v1beta1/balances/"] {
            assert!(find(Method::Get, path).is_none(), "{path}");
        }
        assert!(find(Method::Post, "/cosmos/bank/v1beta1/supply").is_none());
    }

    #[test]
    fn every_parameter_of_a_path_is_a_field_of_its_request() {
        for route in ROUTES {
            for segment in route.path.split('/').filter(|segment| segment.starts_with('{')) {
                let name = segment.trim_matches(['{', '}']);
                assert!(route.params.iter().any(|param| param.name == name), "{}", route.path);
            }
        }
    }
}
