//! The files of requests.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

/// Names and texts of all sessions.
const FILES: &[(&str, &str)] = &[
    ("cosmjs", include_str!("../sessions/cosmjs.toml")),
    ("explorers", include_str!("../sessions/explorers.toml")),
    ("grpcurl", include_str!("../sessions/grpcurl.toml")),
    ("hermes", include_str!("../sessions/hermes.toml")),
    ("keplr", include_str!("../sessions/keplr.toml")),
    ("ping_pub", include_str!("../sessions/ping_pub.toml")),
];
/// Differences that are allowed in every session.
const RULES: &str = include_str!("../sessions/rules.toml");

/// Differences that are allowed between the steps of the script.
const SCRIPT_RULES: &str = include_str!("../sessions/script.toml");

/// What one client asks.
#[derive(Clone, Debug)]
pub struct Session {
    /// Name of the client.
    pub name: String,
    /// Its requests in order.
    pub calls: Vec<Call>,
}

/// One request, and what its answer must have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// REST path to read; `{name}` stands for a fact about the chain.
    pub get: Option<String>,
    /// REST path to send `body` to.
    pub post: Option<String>,
    /// JSON for `post`.
    pub body: Option<String>,
    /// Method of CometBFT's RPC, with `params`.
    pub rpc: Option<String>,
    /// Parameters for `rpc`, as JSON.
    pub params: Option<String>,
    /// gRPC path, with `request` in protobuf's text format; types come from the node's reflection.
    pub grpc: Option<String>,
    /// Request for `grpc`.
    #[serde(default)]
    pub request: String,
    /// Height in the header `x-cosmos-block-height`.
    pub height: Option<u64>,
    /// HTTP status, or gRPC code, of the answer.
    #[serde(default)]
    pub status: Option<u16>,
    /// Status of wasmd where it is another one; bodies are not compared then, and `why` says why.
    pub wasmd: Option<u16>,
    /// Why wasmd answers differently.
    pub why: Option<String>,
    /// JSON pointers that must be there.
    #[serde(default)]
    pub has: Vec<String>,
    /// JSON pointers and the texts or numbers that must be there.
    #[serde(default)]
    pub equals: BTreeMap<String, toml::Value>,
    /// Differences that are allowed in this answer.
    #[serde(default)]
    pub differs: Vec<Rule>,
}

/// An allowed difference.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// JSON pointer; `*` is any one segment, `**` any number at the end.
    pub at: String,
    /// How much may differ.
    #[serde(default)]
    pub may: Freedom,
    /// Why.
    pub why: String,
    /// Whether a run may do without it.
    #[serde(default)]
    pub sometimes: bool,
}

/// How much may differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Freedom {
    /// The value, not its type.
    #[default]
    Value,
    /// Everything, and whether it is there.
    Anything,
}

#[derive(Deserialize)]
struct File {
    call: Vec<Call>,
}

#[derive(Deserialize)]
struct Rules {
    rule: Vec<Rule>,
}

/// All sessions.
pub fn all() -> Result<Vec<Session>> {
    let read = |(name, text): &(&str, &str)| {
        let file: File = toml::from_str(text).with_context(|| format!("{name}.toml"))?;
        Ok(Session { name: (*name).to_owned(), calls: file.call })
    };
    FILES.iter().map(read).collect()
}

/// The differences that are allowed everywhere.
pub fn rules() -> Result<Vec<Rule>> {
    let rules: Rules = toml::from_str(RULES).context("rules.toml")?;
    Ok(rules.rule)
}

/// The differences that are allowed between the steps of the script; pointers begin with the step.
pub fn script_rules() -> Result<Vec<Rule>> {
    let rules: Rules = toml::from_str(SCRIPT_RULES).context("script.toml")?;
    Ok(rules.rule)
}

impl Call {
    /// What is asked, for people.
    pub fn name(&self) -> String {
        let named = |verb: &str, what: &String| format!("{verb} {what}");
        let name = (self.get.as_ref().map(|path| named("GET", path)))
            .or_else(|| self.post.as_ref().map(|path| named("POST", path)))
            .or_else(|| self.rpc.as_ref().map(|method| named("RPC", method)))
            .or_else(|| self.grpc.as_ref().map(|path| named("gRPC", path)))
            .unwrap_or_default();
        match (&self.params, self.request.as_str(), self.height) {
            (Some(params), ..) => format!("{name} {params}"),
            (None, "", None) => name,
            (None, "", Some(height)) => format!("{name} at {height}"),
            (None, request, _) => format!("{name} {request}"),
        }
    }

    /// The status that stoad must answer.
    pub fn expected_status(&self) -> u16 {
        self.status.unwrap_or(if self.grpc.is_some() { 0 } else { 200 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_asks_one_thing_and_every_difference_has_a_reason() {
        let rules = rules().unwrap();
        assert!(rules.iter().all(|rule| !rule.why.is_empty()));
        for session in all().unwrap() {
            assert!(!session.calls.is_empty());
            for call in session.calls {
                let ways = [&call.get, &call.post, &call.rpc, &call.grpc];
                assert_eq!(ways.iter().filter(|way| way.is_some()).count(), 1, "{}", call.name());
                assert_eq!(call.wasmd.is_some(), call.why.is_some(), "{}", call.name());
                assert!(call.differs.iter().all(|rule| !rule.why.is_empty()));
            }
        }
    }
}
