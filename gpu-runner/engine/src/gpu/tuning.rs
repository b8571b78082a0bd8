//! The choice of variants by measurement, once for an adapter and the sizes of a model.

use std::time::{Duration, Instant};

use stoa_kernels::KernelError;

use super::{
    choice::{BUCKETS, Choice},
    plan::Method,
    running::{Running, kernel_error},
};
use crate::{EngineError, StepToken, integer::model::IntegerModel};

/// Times a step is measured; the fastest counts, the others met something else on the machine.
const ROUNDS: u32 = 2;

/// The file of a model's choice: models of the same sizes share it.
pub fn file_name(model: &IntegerModel) -> String {
    let config = &model.config;
    format!(
        "variants-{}-{}-{}-{}-{}-{}-{:?}",
        config.hidden,
        config.inner,
        config.heads,
        config.groups,
        config.head,
        config.vocab,
        config.weights,
    )
    .replace(|c: char| !c.is_ascii_alphanumeric(), "-")
}

/// Measures every variant for every number of rows that a step can have; all must give the same logits.
pub fn measure(running: &mut Running) -> Result<Choice, EngineError> {
    let mut times = [[Duration::MAX; Method::ALL.len()]; BUCKETS.len()];
    let most = running.capacity().step_tokens.min(running.capacity().context);
    let is_possible = |rows: &u32| *rows <= most;
    for (bucket, rows) in BUCKETS.into_iter().filter(is_possible).enumerate() {
        let mut expected: Vec<i32> = Vec::new();
        for (method, time) in Method::ALL.into_iter().zip(&mut times[bucket]) {
            running.choice = Choice::only(method);
            let logits = step(running, rows)?;
            if expected.is_empty() {
                expected = logits;
            } else if let Some(element) = differs(&expected, &logits) {
                let (actual, expected) = (logits[element] as u32, expected[element] as u32);
                let mismatch =
                    KernelError::Mismatch { kernel: "matmul", element, actual, expected };
                return Err(kernel_error(&running.gpu.description().name, mismatch));
            }
            for _ in 0..ROUNDS {
                let began = Instant::now();
                step(running, rows)?;
                *time = (*time).min(began.elapsed());
            }
        }
    }
    running.tables().keep(0, 0);
    // Numbers of rows that no step has are as the largest that one has.
    let last = BUCKETS.into_iter().filter(is_possible).count().max(1) - 1;
    let measured = times[last];
    times[last..].fill(measured);
    Ok(Choice::fastest(times))
}

/// Logits of the last of so many tokens.
fn step(running: &mut Running, rows: u32) -> Result<Vec<i32>, EngineError> {
    let vocab = running.capacity().vocab;
    let token = |position| StepToken {
        sequence: 0,
        position,
        id: position.wrapping_mul(2_654_435_761) % vocab,
        wants_logits: position + 1 == rows,
    };
    let tokens: Vec<StepToken> = (0..rows).map(token).collect();
    let mut logits = Vec::new();
    running.step(&tokens, &mut |_, row| logits.extend_from_slice(row))?;
    Ok(logits)
}

fn differs(a: &[i32], b: &[i32]) -> Option<usize> {
    a.iter().zip(b).position(|(a, b)| a != b)
}
