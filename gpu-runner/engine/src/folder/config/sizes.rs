//! Limits of the numbers in `config.json`.

use std::{ops::RangeInclusive, path::Path};

use super::{
    MAX_HEAD_WIDTH, MAX_LAYERS, MAX_VOCAB_SIZE, MAX_WIDTH,
    raw::{RawConfig, refuse},
};
use crate::EngineError;

/// One size and its limit.
struct Rule {
    field: &'static str,
    actual: u64,
    holds: bool,
    rule: &'static str,
}

/// The sizes that a folder may leave to its family.
#[derive(Clone, Copy)]
pub struct Derived {
    /// Key-value heads.
    pub groups: u64,
    /// Width of a head.
    pub head: u64,
    /// Positions.
    pub positions: u64,
}

/// Refuses the first size outside its limits, by name.
pub fn check(path: &Path, raw: &RawConfig, derived: Derived) -> Result<(), EngineError> {
    match rules(raw, derived).into_iter().find(|rule| !rule.holds) {
        None => Ok(()),
        Some(Rule { field, actual, rule, .. }) => {
            Err(EngineError::InvalidConfig { path: path.to_owned(), field, actual, rule })
        }
    }
}

fn rules(raw: &RawConfig, derived: Derived) -> Vec<Rule> {
    let Derived { groups, head, positions } = derived;
    let rule = |field, actual, holds, rule| Rule { field, actual, holds, rule };
    let width =
        |value: u64| (32..=u64::from(MAX_WIDTH)).contains(&value) && value.is_multiple_of(32);
    let heads = raw.num_attention_heads;
    let layers = raw.num_hidden_layers;
    let vocab = raw.vocab_size;
    let width_rule = "a multiple of 32, at most 65536";
    let bounded_head = (8..=u64::from(MAX_HEAD_WIDTH)).contains(&head) && head.is_multiple_of(8);
    let query = heads.saturating_mul(head);
    vec![
        rule("hidden_size", raw.hidden_size, width(raw.hidden_size), width_rule),
        rule("intermediate_size", raw.intermediate_size, width(raw.intermediate_size), width_rule),
        rule(
            "num_hidden_layers",
            layers,
            (1..=u64::from(MAX_LAYERS)).contains(&layers),
            "1 to 256",
        ),
        rule("head_dim", head, bounded_head, "a multiple of 8, at most 256"),
        rule(
            "num_attention_heads",
            heads,
            width(query),
            "such that heads x head_dim is a multiple of 32, at most 65536",
        ),
        rule(
            "num_key_value_heads",
            groups,
            groups > 0 && heads.is_multiple_of(groups),
            "at least 1 and a divisor of num_attention_heads",
        ),
        rule("vocab_size", vocab, (1..=u64::from(MAX_VOCAB_SIZE)).contains(&vocab), "1 to 1048576"),
        rule("max_position_embeddings", positions, positions >= 2, "at least 2"),
    ]
}

/// Refuses a real number outside its range (or not a number), by name; `supported` is the range in words.
pub fn check_real(
    path: &Path,
    field: &'static str,
    value: f64,
    range: RangeInclusive<f64>,
    supported: &'static str,
) -> Result<f64, EngineError> {
    if range.contains(&value) { Ok(value) } else { refuse(path, field, value, supported) }
}
