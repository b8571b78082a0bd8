//! Events: typed ones of the SDK, so names are those of protobuf, keys are sorted and values are JSON.

use super::state_key::Pair;
use crate::core::Event;

fn typed(kind: &str, pair: &Pair, type_url: &str) -> Event {
    let json = |text: &str| serde_json::Value::from(text).to_string();
    Event::new(format!("cosmos.authz.v1beta1.{kind}"))
        .with("grantee", json(&pair.grantee.to_string()))
        .with("granter", json(&pair.granter.to_string()))
        .with("msg_type_url", json(type_url))
}

pub(super) fn granted(pair: &Pair, type_url: &str) -> Event {
    typed("EventGrant", pair, type_url)
}

pub(super) fn revoked(pair: &Pair, type_url: &str) -> Event {
    typed("EventRevoke", pair, type_url)
}
