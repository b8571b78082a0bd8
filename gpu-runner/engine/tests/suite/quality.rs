//! What the integers cost: cross-entropy of exact mode beside the float reference on text of this repository.

use crate::common::{cpu, shipped};
use stoa_engine::{Engine, reference::FloatModel};
use tokenizers::Tokenizer;

/// Prose about Rust, written for this test: the domain of the shipped model, not part of its training text.
const TEXT: &str = include_str!("quality.txt");
/// Largest loss of cross-entropy that is accepted.
const LIMIT: f64 = 0.02;

/// Mean of -ln p(next) over the positions of `ids`.
fn cross_entropy(rows: &[Vec<f64>], ids: &[u32]) -> f64 {
    let losses = rows.iter().zip(&ids[1..]).map(|(row, next)| {
        let max = row.iter().copied().fold(f64::MIN, f64::max);
        let total: f64 = row.iter().map(|logit| (logit - max).exp()).sum();
        total.ln() + max - row[*next as usize]
    });
    losses.sum::<f64>() / (ids.len() - 1) as f64
}

fn exact_rows(engine: &Engine, ids: &[u32]) -> Vec<Vec<f64>> {
    let rows = engine.logits(ids).unwrap();
    rows.iter().map(|row| row.iter().map(|x| f64::from(*x) / 65536.0).collect()).collect()
}

#[test]
fn exact_mode_costs_less_than_two_percent() {
    let engine = cpu(&shipped());
    let float = FloatModel::load(&shipped()).unwrap();
    let tokenizer = Tokenizer::from_file(shipped().join("tokenizer.json")).unwrap();
    let ids = tokenizer.encode(TEXT, true).unwrap().get_ids().to_vec();
    let ids = &ids[..ids.len().min(engine.model().context_tokens as usize)];
    assert!(ids.len() > 300, "{} tokens are too few to measure", ids.len());

    let exact = cross_entropy(&exact_rows(&engine, ids), ids);
    let rows = float.logits(ids);
    let rows: Vec<Vec<f64>> =
        rows.iter().map(|row| row.iter().map(|x| f64::from(*x)).collect()).collect();
    let real = cross_entropy(&rows, ids);
    let loss = exact / real - 1.0;
    eprintln!(
        "{} tokens: float {real:.4} nats, exact {exact:.4} nats, {:+.3} %",
        ids.len(),
        loss * 100.0
    );
    assert!(loss < LIMIT, "cross-entropy {exact} instead of {real}");
}
