//! What the integers cost: perplexity of exact mode beside the float reference on text of this repository.

use crate::common::shipped;
use stoa_engine::Engine;

/// Prose about Rust, written for this test: the domain of the shipped model, not part of its training text.
const TEXT: &str = include_str!("quality.txt");
/// Largest loss of perplexity that is accepted, in percent.
const LIMIT_PERCENT: f64 = 1.0;
/// Largest relative error of the residual stream after any layer.
const LAYER_LIMIT: f64 = 0.05;

#[test]
fn exact_mode_costs_less_than_one_percent_of_perplexity() {
    let report = Engine::quality(&shipped(), TEXT).unwrap();
    eprintln!("{report:#?}");
    assert!(report.positions > 300, "{} positions are too few to measure", report.positions);
    assert!(report.perplexity_loss_percent < LIMIT_PERCENT, "{}", report.perplexity_loss_percent);
    assert_eq!(report.layers.len(), 1 + 5 + 1, "embedding, layers, logits");
    for layer in &report.layers {
        assert_eq!(layer.saturated, 0, "{}", layer.name);
        assert!(layer.relative_error < LAYER_LIMIT, "{layer:?}");
        assert!(layer.relative_error > 0.0, "{layer:?}: nothing was compared");
    }
}
