//! Two answers, field by field.

use std::cell::Cell;

use serde::Serialize;
use serde_json::Value;

use crate::{
    call::Answer,
    descriptors::Descriptors,
    node::Node,
    session::{Call, Freedom, Rule},
};

/// A difference that no rule allows, or something that an answer must have and has not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// JSON pointer, or what is compared instead.
    pub at: String,
    /// What wasmd answers, or what must be there.
    pub expected: String,
    /// What stoad answers.
    pub actual: String,
}

/// Rules, and how often each one has excused something.
pub struct Rulebook {
    rules: Vec<(Rule, Cell<usize>)>,
}

impl Rulebook {
    /// The rules of all sessions.
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules: rules.into_iter().map(|rule| (rule, Cell::new(0))).collect() }
    }

    /// Rules that have excused nothing and should have.
    pub fn unused(&self) -> impl Iterator<Item = &Rule> {
        let is_unused = |(rule, uses): &&(Rule, Cell<usize>)| uses.get() == 0 && !rule.sometimes;
        self.rules.iter().filter(is_unused).map(|(rule, _)| rule)
    }

    /// Whether a difference is allowed by these rules or by an answer's own.
    fn allows(&self, own: &[Rule], finding: &Finding, has_same_type: bool) -> bool {
        let fits = |rule: &Rule| {
            matches(&rule.at, &finding.at) && (has_same_type || rule.may == Freedom::Anything)
        };
        if own.iter().any(fits) {
            return true;
        }
        let found = self.rules.iter().find(|(rule, _)| fits(rule));
        found.is_some_and(|(_, uses)| {
            uses.set(uses.get() + 1);
            true
        })
    }
}

/// What an answer of stoad lacks.
pub fn check(call: &Call, answer: &Answer, node: &Node) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |at: &str, expected: String, actual: String| {
        if expected != actual {
            findings.push(Finding { at: at.to_owned(), expected, actual });
        }
    };
    find("status", call.expected_status().to_string(), answer.status.to_string());
    for pointer in &call.has {
        if answer.body.pointer(pointer).is_none() {
            find(pointer, "something".to_owned(), "nothing".to_owned());
        }
    }
    for (pointer, expected) in &call.equals {
        let expected =
            expected.as_str().map_or_else(|| expected.to_string(), |text| node.fill(text));
        let actual = answer.body.pointer(pointer).map_or_else(|| "nothing".to_owned(), shown);
        find(pointer, expected, actual);
    }
    findings
}

/// Where stoad differs from wasmd without leave.
pub fn compare(call: &Call, wasmd: &Answer, stoad: &Answer, rules: &Rulebook) -> Vec<Finding> {
    let expected = call.wasmd.unwrap_or_else(|| call.expected_status());
    let mut findings = Vec::new();
    if wasmd.status != expected {
        findings.push(Finding {
            at: "status of wasmd".to_owned(),
            expected: expected.to_string(),
            actual: format!("{} {}", wasmd.status, shown(&wasmd.body)),
        });
    }
    if wasmd.status == stoad.status {
        findings.extend(values("", &wasmd.body, &stoad.body, &call.differs, rules));
    }
    findings
}

/// Where two values at a pointer differ without leave of the rules or of their own.
pub fn values(
    at: &str,
    expected: &Value,
    actual: &Value,
    own: &[Rule],
    rules: &Rulebook,
) -> Vec<Finding> {
    let mut differences = Vec::new();
    walk(at, Some(expected), Some(actual), &mut differences);
    differences.retain(|(finding, has_same_type)| !rules.allows(own, finding, *has_same_type));
    differences.into_iter().map(|(finding, _)| finding).collect()
}

/// Differences of the smallest parts, and whether both are there with one type.
fn walk(
    at: &str,
    expected: Option<&Value>,
    actual: Option<&Value>,
    found: &mut Vec<(Finding, bool)>,
) {
    match (expected, actual) {
        (Some(Value::Object(expected)), Some(Value::Object(actual))) => {
            let more = actual.keys().filter(|key| !expected.contains_key(*key));
            for key in expected.keys().chain(more) {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                walk(&format!("{at}/{escaped}"), expected.get(key), actual.get(key), found);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(actual))) => {
            for place in 0..expected.len().max(actual.len()) {
                walk(&format!("{at}/{place}"), expected.get(place), actual.get(place), found);
            }
        }
        (expected, actual) if expected == actual => {}
        (expected, actual) => {
            let kind = |value: Option<&Value>| value.map(std::mem::discriminant);
            let has_same_type = expected.is_some() && kind(expected) == kind(actual);
            let text = |value: Option<&Value>| value.map_or("nothing".to_owned(), shown);
            let (expected, actual) = (text(expected), text(actual));
            found.push((Finding { at: at.to_owned(), expected, actual }, has_same_type));
        }
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn matches(pattern: &str, pointer: &str) -> bool {
    let (mut pattern, mut pointer) = (pattern.split('/'), pointer.split('/'));
    loop {
        match (pattern.next(), pointer.next()) {
            (Some("**"), _) | (None, None) => return true,
            (Some(expected), Some(actual)) if expected == "*" || expected == actual => {}
            _ => return false,
        }
    }
}

/// Types of the wasmd node that stoad describes differently: every message and service that stoad has
/// must have the same fields there.
pub fn descriptors(wasmd: &Descriptors, stoad: &Descriptors) -> Vec<Finding> {
    let mut findings = Vec::new();
    for message in stoad.pool().all_messages() {
        let name = message.full_name();
        let Some(other) = wasmd.pool().get_message_by_name(name) else { continue };
        let fields = |message: &prost_reflect::MessageDescriptor| -> Vec<String> {
            let field = |field: prost_reflect::FieldDescriptor| {
                let (number, name) = (field.number(), field.name());
                format!("{number} {name} {:?} {:?}", field.kind(), field.cardinality())
            };
            message.fields().map(field).collect()
        };
        let (expected, actual) = (fields(&other).join("; "), fields(&message).join("; "));
        if expected != actual {
            findings.push(Finding { at: name.to_owned(), expected, actual });
        }
    }
    for of_stoad in stoad.pool().all_enums() {
        let name = of_stoad.full_name();
        let Some(other) = wasmd.pool().get_enum_by_name(name) else { continue };
        let values = |of: &prost_reflect::EnumDescriptor| -> Vec<String> {
            of.values().map(|value| format!("{} {}", value.number(), value.name())).collect()
        };
        let (expected, actual) = (values(&other).join("; "), values(&of_stoad).join("; "));
        if expected != actual {
            findings.push(Finding { at: name.to_owned(), expected, actual });
        }
    }
    for service in stoad.pool().services() {
        let name = service.full_name();
        let Some(other) = wasmd.pool().get_service_by_name(name) else { continue };
        for method in service.methods() {
            let signature = |method: &prost_reflect::MethodDescriptor| {
                format!("{} -> {}", method.input().full_name(), method.output().full_name())
            };
            let found = other.methods().find(|found| found.name() == method.name());
            let expected = found.as_ref().map_or("nothing".to_owned(), signature);
            let actual = signature(&method);
            if expected != actual {
                findings.push(Finding { at: method.full_name().to_owned(), expected, actual });
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn differences(expected: Value, actual: Value) -> Vec<(String, bool)> {
        let mut found = Vec::new();
        walk("", Some(&expected), Some(&actual), &mut found);
        found.into_iter().map(|(finding, same)| (finding.at, same)).collect()
    }

    #[test]
    fn every_smallest_part_is_compared() {
        assert_eq!(differences(json!({"a": [1, {"b": "x"}]}), json!({"a": [1, {"b": "x"}]})), []);
        let found = differences(
            json!({"a": [1, {"b": "x"}], "c": null, "e/f": 1}),
            json!({"a": [2, {"b": 3}, 4], "d": 1, "e/f": 2}),
        );
        let expected = [
            ("/a/0", true),
            ("/a/1/b", false),
            ("/a/2", false),
            ("/c", false),
            ("/e~1f", true),
            ("/d", false),
        ];
        assert_eq!(found, expected.map(|(at, same)| (at.to_owned(), same)));
    }

    #[test]
    fn patterns_match_segments_and_tails() {
        assert!(matches("/a/*/b", "/a/7/b"));
        assert!(matches("/a/**", "/a/7/b") && matches("/a/**", "/a"));
        assert!(!matches("/a/*", "/a/7/b") && !matches("/a", "/a/7"));
        assert!(matches("", "") && !matches("", "/a"));
    }
}
