//! What is equal and what is not.

mod admission;
mod allowed;
mod result;
mod state;

use std::fmt;

use serde::Serialize;

pub use admission::{Admission, checks, simulations};
pub use allowed::{ALLOWED, Allowed};
pub use result::results;
pub use state::{answers, questions, standing_questions};

/// Where a comparison was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Name of the scenario.
    pub scenario: String,
    /// Height of the block.
    pub height: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} block {}", self.scenario, self.height)
    }
}

/// Which part differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Codespace and code.
    Code,
    /// Gas limit as answered.
    GasWanted,
    /// Gas used.
    GasUsed,
    /// Events, attributes, order.
    Events,
    /// Data.
    Data,
    /// What a query answers afterwards.
    State,
    /// The text for people, which is no part of consensus.
    Log,
}

/// One part that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which part.
    pub field: Field,
    /// What the oracle says.
    pub wasmd: String,
    /// What stoad says.
    pub stoad: String,
}

/// A difference with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Name of the transaction, or what was asked.
    pub case: String,
    /// What.
    #[serde(flatten)]
    pub difference: Difference,
    /// Why it is allowed, if it is.
    pub allowed: Option<&'static str>,
}

/// All comparisons of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Transactions compared.
    pub transactions: usize,
    /// Those of them without any difference besides the text for people.
    pub equal: usize,
    /// Simulations and checks compared before the blocks.
    pub admissions: usize,
    /// Those of them without any difference besides the text for people.
    pub equal_admissions: usize,
    /// Transactions that succeeded on the oracle.
    pub succeeded: usize,
    /// Differences.
    pub findings: Vec<Finding>,
}

impl Outcome {
    /// Adds the comparison of a transaction.
    pub fn add(&mut self, place: &Place, case: &str, compared: (bool, Vec<Difference>)) {
        let (is_success, differences) = compared;
        self.transactions += 1;
        self.succeeded += usize::from(is_success);
        self.equal += usize::from(differences.iter().all(|found| found.field == Field::Log));
        self.record(place, case, differences);
    }

    /// Adds the comparison of a simulation or a check.
    pub fn add_admission(&mut self, place: &Place, case: &str, differences: Vec<Difference>) {
        self.admissions += 1;
        let is_equal = differences.iter().all(|found| found.field == Field::Log);
        self.equal_admissions += usize::from(is_equal);
        self.record(place, case, differences);
    }

    /// Adds the comparison of the state after a block; `cases` names its transactions.
    pub fn add_state(
        &mut self,
        place: &Place,
        cases: &str,
        differences: Vec<(String, Difference)>,
    ) {
        for (asked, difference) in differences {
            self.record(place, &format!("{cases}: {asked}"), vec![difference]);
        }
    }

    /// Adds all of another run.
    pub fn extend(&mut self, other: Self) {
        self.transactions += other.transactions;
        self.equal += other.equal;
        self.admissions += other.admissions;
        self.equal_admissions += other.equal_admissions;
        self.succeeded += other.succeeded;
        self.findings.extend(other.findings);
    }

    /// The findings that fail a run: neither allowed nor a matter of text.
    pub fn failures(&self) -> impl Iterator<Item = &Finding> {
        let is_failure =
            |found: &&Finding| found.allowed.is_none() && found.difference.field != Field::Log;
        self.findings.iter().filter(is_failure)
    }

    fn record(&mut self, place: &Place, case: &str, differences: Vec<Difference>) {
        for difference in differences {
            let allowed = ALLOWED.iter().find(|allowed| allowed.covers(case, difference.field));
            self.findings.push(Finding {
                place: place.clone(),
                case: case.to_owned(),
                difference,
                allowed: allowed.map(|allowed| allowed.reason),
            });
        }
    }
}
