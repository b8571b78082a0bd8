//! Stop sequences: text is held back as long as it could be the beginning of one.

/// Most stop sequences of one request.
pub const MAX_STOPS: usize = 4;

/// Passes text on until a stop sequence is complete.
#[derive(Debug, Default)]
pub struct StopMatcher {
    stops: Vec<String>,
    held: String,
}

impl StopMatcher {
    /// Ends text at the first of `stops`.
    pub fn new(stops: Vec<String>) -> Self {
        Self { stops, held: String::new() }
    }

    /// Adds text; returns what may be shown, and whether a stop sequence came (it is not shown).
    pub fn push(&mut self, text: &str) -> (String, bool) {
        self.held.push_str(text);
        let first = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min();
        if let Some(at) = first {
            self.held.truncate(at);
            return (std::mem::take(&mut self.held), true);
        }
        let keep = self.stops.iter().map(|stop| overlap(&self.held, stop)).max().unwrap_or(0);
        let rest = self.held.split_off(self.held.len() - keep);
        (std::mem::replace(&mut self.held, rest), false)
    }

    /// What was held back, once no more text comes.
    pub fn rest(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

/// Bytes at the end of `text` that are a beginning of `stop`.
fn overlap(text: &str, stop: &str) -> usize {
    let ends = stop.char_indices().map(|(at, _)| at).filter(|at| *at > 0);
    ends.filter(|at| text.ends_with(&stop[..*at])).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(stops: &[&str], pieces: &[&str]) -> String {
        let mut matcher = StopMatcher::new(stops.iter().map(|stop| (*stop).to_owned()).collect());
        let mut shown = String::new();
        for piece in pieces {
            let (text, is_over) = matcher.push(piece);
            shown.push_str(&text);
            if is_over {
                return shown;
            }
        }
        shown + &matcher.rest()
    }

    #[test]
    fn a_stop_that_is_spread_over_pieces_is_found_and_not_shown() {
        assert_eq!(cut(&["END"], &["abc E", "N", "D and more"]), "abc ");
        assert_eq!(cut(&["END"], &["abc E", "N", "d"]), "abc ENd");
        assert_eq!(cut(&["b", "ab"], &["xxab"]), "xx");
        assert_eq!(cut(&[], &["all", " of it"]), "all of it");
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            text in "[abé]{0,30}", stop in "[abé]{1,3}", cuts in proptest::collection::vec(1usize..4, 0..30),
        ) {
            let characters: Vec<char> = text.chars().collect();
            let (mut rest, mut pieces) = (characters.as_slice(), Vec::new());
            for size in cuts {
                let (piece, left) = rest.split_at(size.min(rest.len()));
                pieces.push(piece.iter().collect::<String>());
                rest = left;
            }
            pieces.push(rest.iter().collect());
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let expected = text.split(stop.as_str()).next().unwrap_or_default();
            prop_assert_eq!(cut(&[stop.as_str()], &pieces), expected);
        }
    }
}
