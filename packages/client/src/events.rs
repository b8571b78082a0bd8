//! Events of transactions, and the arrival of blocks.

mod blocks;

pub use blocks::BlockWatcher;

use serde::Serialize;

/// One event of a transaction, e.g. `wasm` with the contract's attributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Its type.
    pub kind: String,
    /// Keys and values in the order of emission.
    pub attributes: Vec<(String, String)>,
}

/// The first value of `key` in events of `kind`; a contract's own events come before those of the
/// contracts that it calls.
pub fn find_attribute<'a>(events: &'a [Event], kind: &str, key: &str) -> Option<&'a str> {
    events.iter().filter(|event| event.kind == kind).find_map(|event| event.attribute(key))
}

impl Event {
    /// The value of `key`.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Attributes that are not text (impossible since CometBFT 0.37) are left out.
    pub(crate) fn from_abci(event: &tendermint::abci::Event) -> Self {
        let attributes = event
            .attributes
            .iter()
            .filter_map(|a| Some((a.key_str().ok()?.to_owned(), a.value_str().ok()?.to_owned())))
            .collect();
        Self { kind: event.kind.clone(), attributes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_contract_answers_before_the_inner_one() {
        let wasm = |action: &str| Event {
            kind: "wasm".to_owned(),
            attributes: vec![("action".to_owned(), action.to_owned())],
        };
        let events = [wasm("settle"), wasm("pay")];
        assert_eq!(find_attribute(&events, "wasm", "action"), Some("settle"));
        assert_eq!(find_attribute(&events, "wasm", "job_id"), None);
        assert_eq!(find_attribute(&events, "transfer", "action"), None);
    }
}
