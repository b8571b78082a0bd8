//! What the integers cost: exact mode beside the same weights in f32, layer by layer and in perplexity.

use std::sync::Arc;

use serde::Serialize;
use stoa_exact::FIXED_MAX;

use crate::{
    CpuOptions, EngineError, Executor, StepToken, cpu::CpuExecutor, integer::model::IntegerModel,
    reference::FloatModel,
};

/// 1.0 as a fixed value.
const ONE: f64 = 65_536.0;

/// The error of the residual stream at one place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerError {
    /// `embedding`, `layers.0` …, `logits`.
    pub name: String,
    /// Root mean square of the difference over that of the f32 values.
    pub relative_error: f64,
    /// Largest difference of one element.
    pub largest_error: f64,
    /// Largest magnitude in f32.
    pub largest_value: f64,
    /// Elements that stand at the end of the fixed range.
    pub saturated: u64,
}

/// What a text shows about a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QualityReport {
    /// Positions that were run.
    pub positions: u32,
    /// From the embedding to the logits.
    pub layers: Vec<LayerError>,
    /// Cross-entropy of the text in f32, nats a token.
    pub float_nats: f64,
    /// Cross-entropy in exact mode.
    pub exact_nats: f64,
    /// Perplexity of exact mode over that of f32, minus one, in percent.
    pub perplexity_loss_percent: f64,
}

/// Runs `ids` (at least two, known to the model, at most its context) both ways.
pub fn quality(
    integers: &Arc<IntegerModel>,
    float: &FloatModel,
    ids: &[u32],
) -> Result<QualityReport, EngineError> {
    if ids.len() < 2 {
        return Err(EngineError::EmptyPrompt);
    }
    let exact = ExactPass::run(integers, ids)?;
    let mut layers = Vec::new();
    let logits = float.pass(ids, &mut |rows| {
        let name = match layers.len() {
            0 => "embedding".to_owned(),
            number => format!("layers.{}", number - 1),
        };
        layers.push(compare(name, &exact.residuals[layers.len()], rows));
    });
    layers.push(compare("logits".to_owned(), &exact.logits, &logits));
    let width = integers.config.vocab as usize;
    let exact_rows: Vec<Vec<f64>> = exact
        .logits
        .chunks_exact(width)
        .map(|row| row.iter().map(|x| f64::from(*x) / ONE).collect())
        .collect();
    let float_rows: Vec<Vec<f64>> =
        logits.iter().map(|row| row.iter().map(|x| f64::from(*x)).collect()).collect();
    let (float_nats, exact_nats) =
        (cross_entropy(&float_rows, ids), cross_entropy(&exact_rows, ids));
    Ok(QualityReport {
        positions: ids.len() as u32,
        layers,
        float_nats,
        exact_nats,
        perplexity_loss_percent: ((exact_nats - float_nats).exp() - 1.0) * 100.0,
    })
}

/// What exact mode computes of a text, position after position.
struct ExactPass {
    /// Residual stream behind the embedding and behind every layer.
    residuals: Vec<Vec<i32>>,
    logits: Vec<i32>,
}

impl ExactPass {
    fn run(model: &Arc<IntegerModel>, ids: &[u32]) -> Result<Self, EngineError> {
        let mut executor = CpuExecutor::with_options(Arc::clone(model), CpuOptions::default());
        let size = executor.capacity().step_tokens as usize;
        let mut residuals = vec![Vec::new(); 1 + model.layers.len()];
        let mut logits = Vec::new();
        for (start, ids) in (0u32..).step_by(size).zip(ids.chunks(size)) {
            let token = |(position, id): (u32, &u32)| StepToken {
                sequence: 0,
                position,
                id: *id,
                wants_logits: true,
            };
            let tokens: Vec<StepToken> = (start..).zip(ids).map(token).collect();
            executor.step_observed(
                &tokens,
                &mut |place, rows| residuals[place].extend_from_slice(rows),
                &mut |_, row| logits.extend_from_slice(row),
            )?;
        }
        Ok(Self { residuals, logits })
    }
}

fn compare(name: String, exact: &[i32], rows: &[Vec<f32>]) -> LayerError {
    let (mut error, mut size, mut largest_error, mut largest_value) = (0f64, 0f64, 0f64, 0f64);
    for (exact, real) in exact.iter().zip(rows.iter().flatten()) {
        let (exact, real) = (f64::from(*exact) / ONE, f64::from(*real));
        let difference = (exact - real).abs();
        error += difference * difference;
        size += real * real;
        largest_error = largest_error.max(difference);
        largest_value = largest_value.max(real.abs());
    }
    let saturated = exact.iter().filter(|value| value.abs() == FIXED_MAX).count() as u64;
    let relative_error = (error / size.max(f64::MIN_POSITIVE)).sqrt();
    LayerError { name, relative_error, largest_error, largest_value, saturated }
}

/// Mean of -ln p(next) over the positions of `ids`.
fn cross_entropy(rows: &[Vec<f64>], ids: &[u32]) -> f64 {
    let losses = rows.iter().zip(ids.iter().skip(1)).map(|(row, next)| {
        let max = row.iter().copied().fold(f64::MIN, f64::max);
        let total: f64 = row.iter().map(|logit| (logit - max).exp()).sum();
        total.ln() + max - row.get(*next as usize).copied().unwrap_or(max)
    });
    losses.sum::<f64>() / (ids.len() - 1) as f64
}
