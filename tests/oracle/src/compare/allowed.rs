//! Differences that are meant; each stands in docs/compatibility.md too.

use super::Field;

/// A difference that does not fail a run.
pub struct Allowed {
    /// Beginning of the case's name.
    pub case: &'static str,
    /// The part.
    pub field: Field,
    /// Why.
    pub reason: &'static str,
}

impl Allowed {
    /// Whether it covers a difference.
    pub fn covers(&self, case: &str, field: Field) -> bool {
        self.field == field && case.starts_with(self.case)
    }
}

/// All of them.
pub const ALLOWED: &[Allowed] = &[];
