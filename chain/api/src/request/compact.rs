//! JSON as Go writes it again.

/// `json`, which is valid, as Go's `encoding/json` copies a part that it does not look into: without space
/// between tokens, and with the characters escaped that HTML or JavaScript would stumble over. wasmd reads the
/// messages of a transaction so, and their bytes are what is signed.
pub(super) fn compact(json: &str) -> Vec<u8> {
    let mut compact = String::with_capacity(json.len());
    let (mut is_text, mut is_escaped) = (false, false);
    for character in json.chars() {
        match character {
            ' ' | '\t' | '\n' | '\r' if !is_text => continue,
            // Outside of texts none of these is valid.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                compact.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => compact.push(other),
        }
        is_text ^= character == '"' && !is_escaped;
        is_escaped = is_text && character == '\\' && !is_escaped;
    }
    compact.into_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::compact;

    #[test]
    fn what_wasmd_signs_is_what_this_makes() {
        for (given, expected) in [
            (
                "{ \"z\":1e400,\n\t\"a\" : [ 1, \"b c\" ],\"a\":{} }\r",
                r#"{"z":1e400,"a":[1,"b c"],"a":{}}"#,
            ),
            (r#""\u003c<>&""#, r#""\u003c\u003c\u003e\u0026""#),
            ("\"\u{2028}\u{2029}\u{2030}\"", "\"\\u2028\\u2029\u{2030}\""),
            (r#"["\\", " " , "\" \\\" "]"#, r#"["\\"," ","\" \\\" "]"#),
            (" true ", "true"),
        ] {
            assert_eq!(String::from_utf8(compact(given)).unwrap(), expected);
        }
    }

    proptest! {
        #[test]
        fn the_meaning_stays_and_a_second_time_changes_nothing(
            texts in proptest::collection::vec(("\\PC{0,8}|[\"\\\\<>& \u{2028}]{0,6}", any::<i64>()), 0..6),
        ) {
            let value: Value = texts.into_iter().map(|(text, number)| serde_json::json!({text: number})).collect();
            let once = compact(&serde_json::to_string_pretty(&value).unwrap());
            prop_assert_eq!(serde_json::from_slice::<Value>(&once).unwrap(), value);
            let text = String::from_utf8(once.clone()).unwrap();
            prop_assert_eq!(compact(&text), once);
        }
    }
}
