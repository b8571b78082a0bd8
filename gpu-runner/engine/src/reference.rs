//! The model in f32, as a slow yardstick: what quantisation costs is measured against it. Never served.

use std::path::Path;

use crate::{
    EngineError,
    folder::{ModelFiles, config::ModelConfig},
    integer::{
        real::sin_cos,
        rotary::{frequencies, score_factor},
    },
};

struct FloatLayer {
    attention_norm: Vec<f32>,
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    output: Vec<f32>,
    feed_norm: Vec<f32>,
    gate: Vec<f32>,
    up: Vec<f32>,
    down: Vec<f32>,
}

/// A Llama model with its stored weights widened to f32.
pub struct FloatModel {
    config: ModelConfig,
    frequencies: Vec<f64>,
    embedding: Vec<f32>,
    layers: Vec<FloatLayer>,
    final_norm: Vec<f32>,
    output: Option<Vec<f32>>,
}

impl FloatModel {
    /// Reads a model folder or a GGUF file.
    pub fn load(path: &Path) -> Result<Self, EngineError> {
        let files = ModelFiles::open(path)?;
        let (config, weights) = (files.config()?, files.weights()?);
        let (hidden, inner) = (config.hidden as usize, config.inner as usize);
        let query = config.query_width() as usize;
        let group = (config.groups * config.head) as usize;
        let vocab = config.vocab as usize;
        let tensor = |name: &str, shape: &[usize]| weights.tensor(&format!("{name}.weight"), shape);
        let layer = |index: u32| {
            let at = |name: &str, shape: &[usize]| {
                tensor(&format!("model.layers.{index}.{name}"), shape)
            };
            Ok(FloatLayer {
                attention_norm: at("input_layernorm", &[hidden])?,
                query: at("self_attn.q_proj", &[query, hidden])?,
                key: at("self_attn.k_proj", &[group, hidden])?,
                value: at("self_attn.v_proj", &[group, hidden])?,
                output: at("self_attn.o_proj", &[hidden, query])?,
                feed_norm: at("post_attention_layernorm", &[hidden])?,
                gate: at("mlp.gate_proj", &[inner, hidden])?,
                up: at("mlp.up_proj", &[inner, hidden])?,
                down: at("mlp.down_proj", &[hidden, inner])?,
            })
        };
        Ok(Self {
            embedding: tensor("model.embed_tokens", &[vocab, hidden])?,
            layers: (0..config.layers).map(layer).collect::<Result<_, EngineError>>()?,
            final_norm: tensor("model.norm", &[hidden])?,
            output: match config.tied {
                true => None,
                false => Some(tensor("lm_head", &[vocab, hidden])?),
            },
            frequencies: frequencies(&config.rotaries[0], config.context),
            config,
        })
    }

    /// Logits after every position; ids must be below the vocabulary size.
    pub fn logits(&self, ids: &[u32]) -> Vec<Vec<f32>> {
        self.pass(ids, &mut |_| ())
    }

    /// [`FloatModel::logits`], showing the residual rows after the embedding and after every layer.
    pub fn pass(&self, ids: &[u32], residuals: &mut dyn FnMut(&[Vec<f32>])) -> Vec<Vec<f32>> {
        let hidden = self.config.hidden as usize;
        let mut rows: Vec<Vec<f32>> = ids
            .iter()
            .map(|id| self.embedding[*id as usize * hidden..][..hidden].to_vec())
            .collect();
        residuals(&rows);
        for layer in &self.layers {
            let normed = self.normalised(&rows, &layer.attention_norm);
            let mixed = self.attention(layer, &normed);
            accumulate(&mut rows, &mixed, &layer.output);
            let normed = self.normalised(&rows, &layer.feed_norm);
            let gated: Vec<Vec<f32>> = normed
                .iter()
                .map(|row| {
                    let silu = |g: f32| g / (1.0 + (-g).exp());
                    let pairs = matvec(&layer.gate, row).into_iter().zip(matvec(&layer.up, row));
                    pairs.map(|(gate, up)| silu(gate) * up).collect()
                })
                .collect();
            accumulate(&mut rows, &gated, &layer.down);
            residuals(&rows);
        }
        let head = self.output.as_ref().unwrap_or(&self.embedding);
        let normed = self.normalised(&rows, &self.final_norm);
        normed.iter().map(|row| matvec(head, row)).collect()
    }

    fn normalised(&self, rows: &[Vec<f32>], weights: &[f32]) -> Vec<Vec<f32>> {
        let norm = |row: &Vec<f32>| {
            let mean = row.iter().map(|x| x * x).sum::<f32>() / row.len() as f32;
            let factor = 1.0 / (mean + self.config.epsilon as f32).sqrt();
            row.iter().zip(weights).map(|(x, w)| x * factor * w).collect()
        };
        rows.iter().map(norm).collect()
    }

    fn attention(&self, layer: &FloatLayer, rows: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let head = self.config.head as usize;
        let rotated = |weights: &[f32]| -> Vec<Vec<f32>> {
            let rows = rows.iter().enumerate();
            rows.map(|(position, row)| self.rotated(matvec(weights, row), position)).collect()
        };
        let (queries, keys) = (rotated(&layer.query), rotated(&layer.key));
        let values: Vec<Vec<f32>> = rows.iter().map(|row| matvec(&layer.value, row)).collect();
        let per_group = (self.config.heads / self.config.groups) as usize;
        let scale = score_factor(self.config.rotaries[0].scaling) as f32 / (head as f32).sqrt();
        let mut mixed = Vec::new();
        for (position, query) in queries.iter().enumerate() {
            let mut row = Vec::new();
            for (index, query) in query.chunks_exact(head).enumerate() {
                let at = index / per_group * head;
                let scores =
                    keys[..=position].iter().map(|key| dot(query, &key[at..][..head]) * scale);
                let scores: Vec<f32> = scores.collect();
                let max = scores.iter().copied().fold(f32::MIN, f32::max);
                let shares: Vec<f32> = scores.iter().map(|score| (score - max).exp()).collect();
                let total: f32 = shares.iter().sum();
                row.extend((0..head).map(|i| {
                    let parts = shares.iter().zip(&values).map(|(p, v)| p * v[at + i]);
                    parts.sum::<f32>() / total
                }));
            }
            mixed.push(row);
        }
        mixed
    }

    fn rotated(&self, mut row: Vec<f32>, position: usize) -> Vec<f32> {
        let half = self.frequencies.len();
        for head in row.chunks_exact_mut(2 * half) {
            for (pair, frequency) in self.frequencies.iter().enumerate() {
                let (sin, cos) = sin_cos(position as f64 * frequency);
                let (low, high) = (f64::from(head[pair]), f64::from(head[half + pair]));
                head[pair] = (low * cos - high * sin) as f32;
                head[half + pair] = (high * cos + low * sin) as f32;
            }
        }
        row
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn matvec(weights: &[f32], row: &[f32]) -> Vec<f32> {
    weights.chunks_exact(row.len()).map(|weights| dot(weights, row)).collect()
}

fn accumulate(rows: &mut [Vec<f32>], inputs: &[Vec<f32>], weights: &[f32]) {
    for (row, input) in rows.iter_mut().zip(inputs) {
        for (value, delta) in row.iter_mut().zip(matvec(weights, input)) {
            *value += delta;
        }
    }
}
