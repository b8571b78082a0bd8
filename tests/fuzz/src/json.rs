//! Changes of JSON documents.

use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Value, json};

/// Levels of the deepest list that a change brings in.
const DEEP: usize = 120;

/// One change: of which node, and to what.
#[derive(Clone, Debug)]
pub enum JsonEdit {
    /// Another value.
    Replace(Index, Value),
    /// A list holds an element twice, an object a field under another name.
    Double(Index),
    /// A list or an object is empty.
    Empty(Index),
}

/// A few changes.
pub fn json_edits() -> impl Strategy<Value = Vec<JsonEdit>> {
    let edit = prop_oneof![
        6 => (any::<Index>(), strange()).prop_map(|(place, value)| JsonEdit::Replace(place, value)),
        2 => any::<Index>().prop_map(JsonEdit::Double),
        1 => any::<Index>().prop_map(JsonEdit::Empty),
    ];
    vec(edit, 1..4)
}

/// Values that readers tend not to expect.
fn strange() -> impl Strategy<Value = Value> {
    let numbers = [
        "0",
        "-1",
        "1",
        "18446744073709551615",
        "18446744073709551616",
        "9223372036854775808",
        "340282366920938463463374607431768211455",
        "340282366920938463463374607431768211456",
        "1.5",
        "1e9",
        "",
        " ",
        "NaN",
        "stoa1",
        "ustoa",
        "2026-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "-62135596801s",
        "315576000001s",
        "AAAA",
        "_",
        "/",
        "\u{0}",
    ];
    let numbers: Vec<Value> = numbers.iter().map(|text| json!(text)).collect();
    let deep = (0..DEEP).fold(json!([]), |inner, _| json!([inner]));
    let others = vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(u64::MAX),
        json!(1.5),
        json!([]),
        json!({}),
        deep,
        json!("x".repeat(70_000)),
        json!({"@type": "/x"}),
        json!({"denom": "ustoa", "amount": "1"}),
    ];
    prop_oneof![
        4 => prop::sample::select(numbers),
        3 => prop::sample::select(others),
        1 => any::<String>().prop_map(Value::String),
        1 => any::<i64>().prop_map(|number| json!(number.to_string())),
    ]
}

/// `document` with `edits`, one after the other.
pub fn edit_json(document: &Value, edits: &[JsonEdit]) -> Value {
    let mut document = document.clone();
    for edit in edits {
        let index = match edit {
            JsonEdit::Replace(index, _) | JsonEdit::Double(index) | JsonEdit::Empty(index) => index,
        };
        let mut place = index.index(count(&document));
        let Some(node) = find(&mut document, &mut place) else { continue };
        match (edit, node) {
            (JsonEdit::Replace(_, value), node) => *node = value.clone(),
            (JsonEdit::Double(_), Value::Array(list)) => list.extend(list.first().cloned()),
            (JsonEdit::Double(_), Value::Object(fields)) => {
                let copies =
                    fields.iter().next().map(|(name, value)| (name.clone(), value.clone()));
                fields.extend(copies.map(|(name, value)| (format!("{name}_"), value)));
            }
            (JsonEdit::Empty(_), Value::Array(list)) => list.clear(),
            (JsonEdit::Empty(_), Value::Object(fields)) => fields.clear(),
            _ => {}
        }
    }
    document
}

fn count(node: &Value) -> usize {
    1 + match node {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// The node that comes `place`-th, parents before children.
fn find<'a>(node: &'a mut Value, place: &mut usize) -> Option<&'a mut Value> {
    if *place == 0 {
        return Some(node);
    }
    *place -= 1;
    match node {
        Value::Array(list) => list.iter_mut().find_map(|inner| find(inner, place)),
        Value::Object(fields) => fields.values_mut().find_map(|inner| find(inner, place)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_is_found_once() {
        let mut document = json!({"a": [1, {"b": 2}], "c": "d"});
        let nodes = count(&document);
        assert_eq!(nodes, 6);
        for mut place in 0..nodes {
            assert!(find(&mut document, &mut place).is_some());
        }
        assert!(find(&mut document, &mut { nodes }).is_none());
    }
}
