//! ABCI events.

/// One key and value of an event; indexed by CometBFT unless said otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// Something that happened, for clients and indexers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Type, e.g. `transfer`.
    pub kind: String,
    /// Attributes in emission order.
    pub attributes: Vec<Attribute>,
}

impl Event {
    /// An event without attributes.
    pub fn new(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), attributes: Vec::new() }
    }

    /// Appends an attribute.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push(Attribute { key: key.into(), value: value.into() });
        self
    }
}
