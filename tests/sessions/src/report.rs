//! What a run found.

use std::fmt::Write as _;

use serde::Serialize;

use crate::compare::Finding;

/// Answers, and what is wrong with them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Requests that were sent.
    pub calls: usize,
    /// Session, request, and what was found.
    pub failures: Vec<Failure>,
}

/// A request whose answer is wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// The client.
    pub session: String,
    /// What it asks.
    pub call: String,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Counts a request, and keeps what was found.
    pub fn add(&mut self, session: &str, call: String, findings: Vec<Finding>) {
        self.calls += 1;
        if !findings.is_empty() {
            self.failures.push(Failure { session: session.to_owned(), call, findings });
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for failure in &self.failures {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{}: {}", failure.session, failure.call);
            for Finding { at, expected, actual } in &failure.findings {
                let _ = writeln!(text, "    {at}: expected {expected}\n{:8}got {actual}", "");
            }
        }
        let equal = self.calls - self.failures.len();
        let _ = writeln!(text, "{} requests, {equal} as expected", self.calls);
        text
    }
}
