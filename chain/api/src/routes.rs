//! The one table: which REST path asks which gRPC path, with what, and how the answer looks. REST, gRPC
//! reflection and the OpenAPI document are all made of it.

mod table;

use stoa_app::tx::schema::Shape;

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
    /// REST path; segments in braces are parameters, and `{name=**}` takes all that is left.
    pub(crate) path: &'static str,
    /// gRPC service.
    pub(crate) service: &'static str,
    /// Method of the service.
    pub(crate) rpc: &'static str,
    /// gRPC path: both of them.
    pub(crate) grpc: &'static str,
    /// The request.
    pub(crate) request: &'static Shape,
    /// The answer.
    pub(crate) response: &'static Shape,
}

/// A parameter of a path: its name and its text, still percent-encoded.
pub(crate) type Captured<'a> = (&'static str, &'a str);

/// All rows.
pub(crate) fn all() -> &'static [Route] {
    ROUTES
}

/// The route of a path, and its parameters.
pub(crate) fn find(method: Method, path: &str) -> Option<(&'static Route, Vec<Captured<'_>>)> {
    let fits = |route: &'static Route| Some((route, captures(route.path, path)?));
    ROUTES.iter().filter(|route| route.method == method).find_map(fits)
}

/// The name of a parameter, and whether it takes the rest of the path.
pub(crate) fn parameter(segment: &'static str) -> Option<(&'static str, bool)> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.strip_suffix("=**").map_or((name, false), |name| (name, true)))
}

fn captures<'a>(template: &'static str, path: &'a str) -> Option<Vec<Captured<'a>>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let (mut expected, mut rest) = (template.split('/'), Some(path));
    let mut found = Vec::new();
    loop {
        match (expected.next(), rest) {
            (None, None) => return Some(found),
            (Some(segment), Some(left)) => {
                let (actual, next) =
                    left.split_once('/').map_or((left, None), |(head, tail)| (head, Some(tail)));
                match parameter(segment) {
                    Some((name, true)) if !left.is_empty() => {
                        found.push((name, left));
                        return Some(found);
                    }
                    Some((name, false)) if !actual.is_empty() => found.push((name, actual)),
                    None if segment == actual => {}
                    _ => return None,
                }
                rest = next;
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
    fn a_denomination_takes_the_rest_of_the_path() {
        let (route, captured) =
            find(Method::Get, "/cosmos/bank/v1beta1/denom_owners/ibc/AB12").unwrap();
        assert_eq!(route.rpc, "DenomOwners");
        assert_eq!(captured, [("denom", "ibc/AB12")]);
        assert!(find(Method::Get, "/cosmos/bank/v1beta1/denom_owners/").is_none());
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
            for (name, _) in route.path.split('/').filter_map(parameter) {
                let is_field = route.request.fields.iter().any(|field| field.name == name);
                assert!(is_field, "{}", route.path);
            }
        }
    }
}
