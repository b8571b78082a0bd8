//! Counts of tests, read from the output of `cargo test`.

use std::fmt;

/// What ran, and what did not.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    passed: u64,
    failed: u64,
    skipped: Vec<String>,
}

impl Tally {
    /// Reads one line of a test program's output.
    pub fn read(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.passed += count_before(counts, " passed");
            self.failed += count_before(counts, " failed");
        } else if let Some(name) = skipped_name(line) {
            self.skipped.push(name.to_owned());
        }
    }
}

/// The number that stands before `word`, e.g. 3 in `ok. 3 passed; 0 failed`.
fn count_before(counts: &str, word: &str) -> u64 {
    let before = counts.split(word).next().unwrap_or_default();
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// `test NAME ... ignored[, reason]`, or our own `skipped: NAME: reason`.
fn skipped_name(line: &str) -> Option<&str> {
    if let Some(reason) = line.strip_prefix("skipped: ") {
        return Some(reason);
    }
    let (name, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
    result.starts_with("ignored").then_some(name)
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.skipped {
            writeln!(formatter, "skipped: {name}")?;
        }
        writeln!(
            formatter,
            "{} passed, {} failed, {} skipped",
            self.passed,
            self.failed,
            self.skipped.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_summed_and_skipped_tests_are_named() {
        let mut tally = Tally::default();
        for line in [
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
            "test slow::one ... ignored, needs an hour",
            "test quick::two ... ok",
            "skipped: kernels: STOA_SKIP_GPU is set",
        ] {
            tally.read(line);
        }
        let skipped = vec!["slow::one".to_owned(), "kernels: STOA_SKIP_GPU is set".to_owned()];
        assert_eq!(tally, Tally { passed: 4, failed: 2, skipped });
    }
}
