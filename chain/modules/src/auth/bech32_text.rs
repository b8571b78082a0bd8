//! Why a text is no bech32, in the words of the SDK's library (`btcutil/bech32`). Contracts read them, so
//! they are part of what all nodes agree on.

use bech32::{Bech32, Fe32, Hrp, primitives::iter::Fe32IterExt as _};

/// Shortest text: a letter, the separator and the checksum.
const MIN_CHARS: usize = 8;
/// Longest text that the SDK looks at.
const MAX_CHARS: usize = 1023;
const CHECKSUM_CHARS: usize = 6;

/// The first thing that is wrong with `text`, which is no bech32 with a whole number of bytes.
pub(super) fn reason(text: &str) -> String {
    if !(MIN_CHARS..=MAX_CHARS).contains(&text.len()) {
        return format!("invalid bech32 string length {}", text.len());
    }
    let (mut has_lower, mut has_upper) = (false, false);
    for byte in text.bytes() {
        if !(33..=126).contains(&byte) {
            return format!("invalid character in string: '{}'", char::from(byte));
        }
        has_lower |= byte.is_ascii_lowercase();
        has_upper |= byte.is_ascii_uppercase();
        if has_lower && has_upper {
            return "string not all lowercase or all uppercase".to_owned();
        }
    }
    let text = text.to_ascii_lowercase();
    let place = text.rfind('1').filter(|place| (1..=text.len() - 7).contains(place));
    let Some((prefix, data)) =
        place.and_then(|place| Some((text.get(..place)?, text.get(place + 1..)?)))
    else {
        let place = text.rfind('1').map_or_else(|| "-1".to_owned(), |place| place.to_string());
        return format!("invalid separator index {place}");
    };
    let mut values = Vec::with_capacity(data.len());
    for character in data.chars() {
        match Fe32::from_char(character) {
            Ok(value) => values.push(value),
            Err(_) => {
                let code = u32::from(character);
                return format!("invalid character not part of charset: {code}");
            }
        }
    }
    values.truncate(values.len().saturating_sub(CHECKSUM_CHARS));
    checksum(prefix, data, values).unwrap_or_else(|| "invalid incomplete group".to_owned())
}

/// What is wrong with the checksum at the end of `data`, if anything.
fn checksum(prefix: &str, data: &str, values: Vec<Fe32>) -> Option<String> {
    let got = data.get(data.len().checked_sub(CHECKSUM_CHARS)?..)?;
    let hrp = Hrp::parse(prefix).ok()?;
    let encoded: String = values.into_iter().with_checksum::<Bech32>(&hrp).chars().collect();
    let expected = encoded.get(encoded.len().checked_sub(CHECKSUM_CHARS)?..)?;
    (expected != got).then(|| format!("invalid checksum (expected {expected} got {got})"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::reason;

    #[test]
    fn the_words_are_those_of_a_running_wasmd() {
        for (text, expected) in [
            ("x", "invalid bech32 string length 1"),
            ("stoa1qqq", "invalid separator index 4"),
            ("stoa1qqqqqq", "invalid checksum (expected 6gqenk got qqqqqq)"),
            (
                "STOA1QYPQXPQ9QCRSSZG2PVXQ6RS0ZQG3YYC5LZV7XU",
                "invalid checksum (expected 3fztx9 got lzv7xu)",
            ),
            ("stoaqqqqqqqqq", "invalid separator index -1"),
            ("stoa1qqqqqQqq", "string not all lowercase or all uppercase"),
            ("stoa1qqqbqqqq", "invalid character not part of charset: 98"),
            ("stoa1qq qqqqq", "invalid character in string: ' '"),
        ] {
            assert_eq!(reason(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = reason(&text);
        }
    }
}
