//! Half-open key ranges and the direction to walk them.

/// Direction of a walk over keys in byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// From the start to the end.
    Ascending,
    /// From the end to the start.
    Descending,
}

/// Keys `start <= key < end`; no `end` means up to the last key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRange {
    /// Inclusive start.
    pub start: Vec<u8>,
    /// Exclusive end.
    pub end: Option<Vec<u8>>,
}

impl KeyRange {
    /// All keys that begin with `prefix`.
    pub fn prefix(prefix: &[u8]) -> Self {
        Self { start: prefix.to_vec(), end: prefix_end(prefix) }
    }

    /// Whether no key can be inside.
    pub fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }

    /// Whether `key` is inside.
    pub fn contains(&self, key: &[u8]) -> bool {
        key >= self.start.as_slice() && self.end.as_ref().is_none_or(|end| key < end.as_slice())
    }

    /// What is left of the range after `key` has been seen in `order`.
    pub fn after(&self, key: &[u8], order: Order) -> Self {
        match order {
            Order::Ascending => {
                let mut start = key.to_vec();
                start.push(0);
                Self { start, end: self.end.clone() }
            }
            Order::Descending => Self { start: self.start.clone(), end: Some(key.to_vec()) },
        }
    }
}

/// The first key after all keys with `prefix`; none when the prefix is empty or all `0xff`.
fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix.get(..=last)?.to_vec();
    if let Some(byte) = end.last_mut() {
        *byte = byte.wrapping_add(1);
    }
    Some(end)
}
