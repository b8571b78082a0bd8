//! Nodes, and what has happened on their chains before anything is asked.

mod facts;
mod stoad;
mod wasmd;

use std::collections::BTreeMap;

use stoa_system::ports::Ports;

pub use facts::tell;
pub use stoad::Stoad;
pub use wasmd::Wasmd;

/// A node that can be asked, and the facts that requests name.
#[derive(Clone, Debug)]
pub struct Node {
    /// `wasmd` or `stoad`.
    pub name: &'static str,
    /// Where it listens.
    pub ports: Ports,
    /// What stands for `{name}` in requests.
    pub facts: BTreeMap<String, String>,
}

impl Node {
    /// Puts the facts into a text.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, fact) in &self.facts {
            filled = filled.replace(&format!("{{{name}}}"), fact);
        }
        filled
    }
}
