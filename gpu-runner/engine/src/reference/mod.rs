//! The model in f32, as a slow yardstick: what quantisation costs is measured against it. Never served.

mod attention;
mod weights;

use std::path::Path;

use stoa_exact::Gelu;

use crate::{
    EngineError,
    folder::{
        ModelFiles,
        config::{Activation, ModelConfig},
    },
    integer::rotary::frequencies,
};
use weights::{FloatLayer, Product, Source};

/// A decoder with its stored weights widened to f32.
pub struct FloatModel {
    config: ModelConfig,
    /// Frequencies of each rotary embedding.
    frequencies: Vec<Vec<f64>>,
    embedding: Product,
    layers: Vec<FloatLayer>,
    final_norm: Vec<f32>,
    output: Option<Product>,
}

/// Activations, one row a position.
type Rows = Vec<Vec<f32>>;

impl FloatModel {
    /// Reads a model folder or a GGUF file.
    pub fn load(path: &Path) -> Result<Self, EngineError> {
        let files = ModelFiles::open(path)?;
        let (config, weights) = (files.config()?, files.weights()?);
        let source = Source { config: &config, weights };
        let vocabulary = [config.vocab, config.hidden];
        let rotary = |rotary| frequencies(rotary, config.context);
        Ok(Self {
            embedding: source.product("model.embed_tokens", vocabulary, false)?,
            layers: (0..config.layers)
                .map(|index| source.layer(index))
                .collect::<Result<_, EngineError>>()?,
            final_norm: source.norm("model.norm", config.hidden)?,
            output: match config.tied {
                true => None,
                false => Some(source.product("lm_head", vocabulary, false)?),
            },
            frequencies: config.rotaries.iter().map(rotary).collect(),
            config,
        })
    }

    /// Logits after every position; ids must be below the vocabulary size.
    pub fn logits(&self, ids: &[u32]) -> Vec<Vec<f32>> {
        self.pass(ids, &mut |_| ())
    }

    /// [`FloatModel::logits`], showing the residual rows after the embedding and after every layer.
    pub fn pass(&self, ids: &[u32], residuals: &mut dyn FnMut(&[Vec<f32>])) -> Vec<Vec<f32>> {
        let factor = self.config.embedding_factor as f32;
        let row = |id: &u32| self.embedding.row(*id).iter().map(|value| value * factor).collect();
        let mut rows: Rows = ids.iter().map(row).collect();
        residuals(&rows);
        for (index, layer) in self.layers.iter().enumerate() {
            let mixed = self.attention(index, layer, &self.normed(&rows, &layer.attention_norm));
            let output = mixed.iter().map(|row| layer.output.apply(row)).collect();
            self.accumulate(&mut rows, output, layer.attention_end_norm.as_deref());
            let normed = self.normed(&rows, &layer.feed_norm);
            let down = normed.iter().map(|row| layer.down.apply(&self.gated(layer, row))).collect();
            self.accumulate(&mut rows, down, layer.feed_end_norm.as_deref());
            residuals(&rows);
        }
        let head = self.output.as_ref().unwrap_or(&self.embedding);
        let normed = self.normed(&rows, &self.final_norm);
        let logits = normed.iter().map(|row| head.apply(row));
        logits.map(|row| capped(row, self.config.logit_cap)).collect()
    }

    /// The gated product of the feed-forward block.
    fn gated(&self, layer: &FloatLayer, row: &[f32]) -> Vec<f32> {
        let mut gates = layer.gate_up.apply(row);
        let ups = gates.split_off(self.config.inner as usize);
        let activation = self.config.activation;
        gates.iter().zip(ups).map(|(gate, up)| activated(activation, *gate) * up).collect()
    }

    fn normed(&self, rows: &[Vec<f32>], weights: &[f32]) -> Rows {
        rows.iter().map(|row| norm(row, weights, self.config.epsilon)).collect()
    }

    fn accumulate(&self, rows: &mut [Vec<f32>], delta: Rows, end_norm: Option<&[f32]>) {
        let delta = match end_norm {
            Some(weights) => self.normed(&delta, weights),
            None => delta,
        };
        for (value, delta) in rows.iter_mut().flatten().zip(delta.iter().flatten()) {
            *value += delta;
        }
    }
}

fn norm(row: &[f32], weights: &[f32], epsilon: f64) -> Vec<f32> {
    let mean = row.iter().map(|x| x * x).sum::<f32>() / row.len() as f32;
    let factor = 1.0 / (mean + epsilon as f32).sqrt();
    row.iter().zip(weights).map(|(x, w)| x * factor * w).collect()
}

fn activated(activation: Activation, x: f32) -> f32 {
    match activation {
        Activation::Silu => x / (1.0 + (-x).exp()),
        Activation::Gelu(Gelu::Tanh) => {
            let inner = (2.0 / std::f32::consts::PI).sqrt() * (x + 0.044_715 * x * x * x);
            0.5 * x * (1.0 + inner.tanh())
        }
        Activation::Gelu(Gelu::Erf) => x * normal(f64::from(x)) as f32,
    }
}

/// The normal distribution: its series, whose terms are all of one sign.
fn normal(x: f64) -> f64 {
    let z = x.clamp(-8.0, 8.0);
    let (mut term, mut sum, mut divisor) = (z, z, 1.0);
    while term.abs() > 1e-18 * sum.abs() {
        divisor += 2.0;
        term *= z * z / divisor;
        sum += term;
    }
    0.5 + sum * (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// `cap * tanh(x / cap)` of every value, where there is a cap.
fn capped(mut row: Vec<f32>, cap: Option<f64>) -> Vec<f32> {
    if let Some(cap) = cap {
        let cap = cap as f32;
        row.iter_mut().for_each(|value| *value = cap * (*value / cap).tanh());
    }
    row
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gelu_has_its_known_values() {
        // x * P(x) for the normal distribution, by a table of it.
        for (x, share) in [(0.0, 0.5), (1.0, 0.841_344_8), (-1.0, 0.158_655_26), (3.0, 0.998_650_1)]
        {
            let actual = activated(Activation::Gelu(Gelu::Erf), x);
            assert!((actual - x * share).abs() < 1e-6, "{x}: {actual}");
        }
        let actual = activated(Activation::Gelu(Gelu::Tanh), 1.0);
        assert!((actual - 0.841_192).abs() < 1e-5, "{actual}");
    }
}
