//! Texts and embedded JSON as Go's `encoding/json` writes them.

use std::fmt::Write as _;

use serde_json::Value;

/// Writes a JSON string with the escapes of Go: characters that mean something in HTML, too.
pub(super) fn text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Writes JSON that is given as bytes, with sorted keys and without white space; nothing if it is no JSON
/// or has a number that is no 64-bit integer: contracts cannot read those, and Go's floats are not
/// rebuilt here.
pub(super) fn inline(out: &mut String, bytes: &[u8]) -> Option<()> {
    value(out, &serde_json::from_slice(bytes).ok()?)
}

/// As deep as the parser lets JSON be: 128 levels.
fn value(out: &mut String, json: &Value) -> Option<()> {
    match json {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => integer(out, number)?,
        Value::String(content) => text(out, content),
        Value::Array(list) => {
            out.push('[');
            for (index, item) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                value(out, item)?;
            }
            out.push(']');
        }
        Value::Object(object) => {
            let mut entries: Vec<(&String, &Value)> = object.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                text(out, key);
                out.push(':');
                value(out, item)?;
            }
            out.push('}');
        }
    }
    Some(())
}

/// Go reads every number as a 64-bit float and writes the shortest digits that read back as it; below
/// 10^21, and so for all these, without an exponent. Wallets in JavaScript do the same.
#[allow(
    clippy::cast_precision_loss,
    reason = "the rounding is the point, and it is exact IEEE 754"
)]
fn integer(out: &mut String, number: &serde_json::Number) -> Option<()> {
    let rounded = match (number.as_u64(), number.as_i64()) {
        (Some(value), _) => value as f64,
        (None, Some(value)) => value as f64,
        (None, None) => return None,
    };
    write!(out, "{rounded}").ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inlined(json: &str) -> Option<String> {
        let mut out = String::new();
        inline(&mut out, json.as_bytes()).map(|()| out)
    }

    #[test]
    fn texts_have_the_escapes_of_go() {
        let mut out = String::new();
        text(&mut out, "a\"\\/<b>&\u{7}\u{8}\t\n\u{c}\r\u{7f}\u{2028}é😀");
        let expected = "\"a\\\"\\\\/\\u003cb\\u003e\\u0026\\u0007\\b\\t\\n\\f\\r\u{7f}\\u2028é😀\"";
        assert_eq!(out, expected);
    }

    #[test]
    fn embedded_json_is_sorted_and_packed() {
        let json = r#" { "b": [1, -2, true, null], "a": {"d": "<", "c": {}} } "#;
        let expected = r#"{"a":{"c":{},"d":"\u003c"},"b":[1,-2,true,null]}"#;
        assert_eq!(inlined(json).unwrap(), expected);
    }

    #[test]
    fn numbers_are_rounded_as_javascript_and_go_round_them() {
        for (number, shown) in [
            ("0", "0"),
            ("9007199254740993", "9007199254740992"),
            ("18446744073709551615", "18446744073709552000"),
            ("-9223372036854775808", "-9223372036854776000"),
        ] {
            assert_eq!(inlined(number).unwrap(), shown);
        }
    }

    #[test]
    fn what_is_no_json_or_no_integer_is_refused() {
        for refused in ["", "{", "1 2", "1.5", "1e3", "-0", "18446744073709551616", "[1,]"] {
            assert_eq!(inlined(refused), None, "{refused}");
        }
        assert_eq!(inlined(&"[".repeat(1_000)), None);
    }
}
