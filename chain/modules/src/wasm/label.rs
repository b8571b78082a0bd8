//! What a contract may be called.

use super::error::WasmError;

/// Most bytes of a label.
pub const MAX_LABEL_BYTES: usize = 128;

/// Unicode's invisible format characters and private areas, first and last, below U+E0000: a label with
/// one of them reads like another contract's.
const INVISIBLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{e000}', '\u{f8ff}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
];

/// First of the planes of tags and private characters.
const FIRST_PRIVATE_PLANE: char = '\u{e0000}';

/// Refuses empty, long and padded labels and characters that cannot be seen.
pub(super) fn check_label(label: &str) -> Result<(), WasmError> {
    if label.is_empty() {
        return Err(WasmError::Empty { what: "label: is required" });
    }
    if label.len() > MAX_LABEL_BYTES {
        return Err(WasmError::Limit { what: "label", limit: MAX_LABEL_BYTES });
    }
    if label != label.trim() {
        return Err(WasmError::Invalid {
            what: "label: label must not start/end with whitespaces",
        });
    }
    if label.chars().all(is_printable) {
        Ok(())
    } else {
        Err(WasmError::Invalid { what: "label: label must have printable characters only" })
    }
}

fn is_printable(character: char) -> bool {
    let is_space = character.is_whitespace() && character != ' ';
    let is_invisible = INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&character));
    !character.is_control() && !is_space && !is_invisible && character < FIRST_PRIVATE_PLANE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short_trimmed_and_visible() {
        for label in ["a", "Stoa marketplace", "Στοά", &"x".repeat(128)] {
            assert!(check_label(label).is_ok(), "{label}");
        }
        let long = "x".repeat(129);
        for label in
            ["", " a", "a\n", "a\tb", "a\u{200b}b", "a\u{202e}b", "a\u{a0}b", "\u{feff}a", &long]
        {
            assert!(check_label(label).is_err(), "{label:?}");
        }
    }
}
