//! What the integers cost: perplexity of exact mode beside the float reference on text of this repository.

use crate::common::{int4, shipped};
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

/// Sixteen steps a weight in a model of 2 million weights: the limits are about half as much again as was measured, and
/// the numbers are the same in every run.
#[test]
fn int4_weights_cost_what_the_benchmarks_say() {
    let int8 = Engine::quality(&shipped(), TEXT).unwrap();
    for (group, limit_percent) in [(32, 1.5), (64, 2.0)] {
        let dir = int4(&shipped(), group);
        let report = Engine::quality(dir.path(), TEXT).unwrap();
        let largest = report.layers.iter().map(|layer| layer.relative_error).fold(0.0, f64::max);
        eprintln!(
            "int4, groups of {group}: {:.5} nats in f32, {:.5} exact, perplexity {:+.2} %, largest error {largest:.3}",
            report.float_nats, report.exact_nats, report.perplexity_loss_percent
        );
        assert_eq!(report.float_nats, int8.float_nats, "the same text and weights");
        assert!(report.perplexity_loss_percent < limit_percent, "{report:#?}");
        assert!(report.exact_nats > int8.exact_nats, "the folder's format was not used");
    }
}
