//! The encoder in f32, as a slow yardstick: what quantisation costs is measured against it. Never served.

use std::path::Path;

use stoa_exact::Gelu;

use super::{
    config::{Activation, EncoderConfig, Family, Head},
    pooling::Pooling,
};
use crate::{EngineError, folder::weights::Weights};

struct Linear {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

struct Norm {
    weights: Vec<f32>,
    biases: Vec<f32>,
}

struct Layer {
    /// Query, key, value.
    projections: [Linear; 3],
    output: Linear,
    attention_norm: Norm,
    up: Linear,
    down: Linear,
    feed_norm: Norm,
}

/// An encoder with its stored weights widened to f32.
pub struct FloatEncoder {
    config: EncoderConfig,
    /// Tokens, positions, segments.
    embeddings: [Vec<f32>; 3],
    embedding_norm: Norm,
    layers: Vec<Layer>,
    ranking: Option<[Linear; 2]>,
}

impl FloatEncoder {
    /// Reads a model folder.
    pub fn load(dir: &Path) -> Result<Self, EngineError> {
        let config = EncoderConfig::read(dir)?;
        let weights = Weights::of_folder(dir)?;
        let source = Source { config: &config, weights: &weights };
        let embedding = |kind: &str, rows: u32| {
            let name = format!("{}embeddings.{kind}_embeddings.weight", config.prefix);
            weights.tensor(&name, &[rows as usize, config.hidden as usize])
        };
        Ok(Self {
            embeddings: [
                embedding("word", config.vocab)?,
                embedding("position", config.position_rows)?,
                embedding("token_type", config.segments)?,
            ],
            embedding_norm: source.norm("embeddings.LayerNorm")?,
            layers: (0..config.layers).map(|i| source.layer(i)).collect::<Result<_, _>>()?,
            ranking: match config.head {
                Head::Embedding(_) => None,
                Head::Ranking => Some(source.ranking()?),
            },
            config,
        })
    }

    /// Rows of the last layer; ids and segments must be inside their limits.
    pub fn rows(&self, ids: &[u32], segments: &[u32]) -> Vec<Vec<f32>> {
        let hidden = self.config.hidden as usize;
        let first = self.config.first_position as usize;
        let [tokens, positions, kinds] = &self.embeddings;
        let row = |table: &[f32], index: usize| table[index * hidden..][..hidden].to_vec();
        let texts = ids.iter().zip(segments).enumerate();
        let mut rows: Vec<Vec<f32>> = texts
            .map(|(position, (id, segment))| {
                let mut sum = row(tokens, *id as usize);
                add(&mut sum, &row(positions, first + position));
                add(&mut sum, &row(kinds, *segment as usize));
                self.normalised(&self.embedding_norm, sum)
            })
            .collect();
        for layer in &self.layers {
            let mixed = self.attention(layer, &rows);
            self.accumulate(&mut rows, &mixed, &layer.output, &layer.attention_norm);
            let inner: Vec<Vec<f32>> = rows
                .iter()
                .map(|row| layer.up.apply(row).into_iter().map(|x| self.activated(x)).collect())
                .collect();
            self.accumulate(&mut rows, &inner, &layer.down, &layer.feed_norm);
        }
        rows
    }

    /// The embedding of a text, of unit length.
    pub fn embed(&self, ids: &[u32]) -> Vec<f32> {
        let rows = self.rows(ids, &vec![0; ids.len()]);
        let mut pooled = rows[0].clone();
        if self.config.head == Head::Embedding(Pooling::Mean) {
            rows[1..].iter().for_each(|row| add(&mut pooled, row));
        }
        // The count of a mean is a factor that the length takes away again.
        let length = pooled.iter().map(|x| x * x).sum::<f32>().sqrt();
        pooled.into_iter().map(|x| x / length).collect()
    }

    /// The score of a pair; `None` for a model that gives embeddings.
    pub fn score(&self, ids: &[u32], segments: &[u32]) -> Option<f32> {
        let [dense, score] = self.ranking.as_ref()?;
        let first = self.rows(ids, segments).swap_remove(0);
        let hidden: Vec<f32> = dense.apply(&first).into_iter().map(f32::tanh).collect();
        score.apply(&hidden).first().copied()
    }

    fn attention(&self, layer: &Layer, rows: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let width = self.config.head_width() as usize;
        let project = |linear: &Linear| rows.iter().map(|row| linear.apply(row)).collect();
        let [queries, keys, values]: [Vec<Vec<f32>>; 3] = layer.projections.each_ref().map(project);
        let scale = 1.0 / (width as f32).sqrt();
        let mix = |query: &Vec<f32>| {
            let heads = query.chunks_exact(width).enumerate();
            let mixed = heads.flat_map(|(head, query)| {
                let at = head * width;
                let scores: Vec<f32> =
                    keys.iter().map(|key| dot(query, &key[at..][..width]) * scale).collect();
                let max = scores.iter().copied().fold(f32::MIN, f32::max);
                let shares: Vec<f32> = scores.iter().map(|score| (score - max).exp()).collect();
                let total: f32 = shares.iter().sum();
                let element = |i: usize| {
                    let parts = shares.iter().zip(&values).map(|(p, value)| p * value[at + i]);
                    parts.sum::<f32>() / total
                };
                (0..width).map(element).collect::<Vec<f32>>()
            });
            mixed.collect()
        };
        queries.iter().map(mix).collect()
    }

    fn accumulate(&self, rows: &mut [Vec<f32>], inputs: &[Vec<f32>], linear: &Linear, norm: &Norm) {
        for (row, input) in rows.iter_mut().zip(inputs) {
            let mut sum = linear.apply(input);
            add(&mut sum, row);
            *row = self.normalised(norm, sum);
        }
    }

    fn normalised(&self, norm: &Norm, row: Vec<f32>) -> Vec<f32> {
        let width = row.len() as f32;
        let mean = row.iter().sum::<f32>() / width;
        let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / width;
        let factor = 1.0 / (variance + self.config.epsilon as f32).sqrt();
        let parameters = norm.weights.iter().zip(&norm.biases);
        row.iter().zip(parameters).map(|(x, (w, b))| (x - mean) * factor * w + b).collect()
    }

    fn activated(&self, x: f32) -> f32 {
        match self.config.activation {
            Activation::Relu => x.max(0.0),
            Activation::Gelu(kind) => gelu(kind, x),
        }
    }
}

struct Source<'a> {
    config: &'a EncoderConfig,
    weights: &'a Weights,
}

impl Source<'_> {
    fn layer(&self, index: u32) -> Result<Layer, EngineError> {
        let (hidden, inner) = (self.config.hidden, self.config.inner);
        let part = |name: &str| format!("encoder.layer.{index}.{name}");
        let linear = |name: &str, shape| self.linear(self.config.prefix, &part(name), shape);
        let square = [hidden, hidden];
        Ok(Layer {
            projections: [
                linear("attention.self.query", square)?,
                linear("attention.self.key", square)?,
                linear("attention.self.value", square)?,
            ],
            output: linear("attention.output.dense", square)?,
            attention_norm: self.norm(&part("attention.output.LayerNorm"))?,
            up: linear("intermediate.dense", [inner, hidden])?,
            down: linear("output.dense", [hidden, inner])?,
            feed_norm: self.norm(&part("output.LayerNorm"))?,
        })
    }

    fn ranking(&self) -> Result<[Linear; 2], EngineError> {
        let hidden = self.config.hidden;
        let (prefix, dense, score) = match self.config.family {
            Family::Bert => (self.config.prefix, "pooler.dense", "classifier"),
            Family::Roberta => ("", "classifier.dense", "classifier.out_proj"),
        };
        let dense = self.linear(prefix, dense, [hidden, hidden])?;
        Ok([dense, self.linear("", score, [1, hidden])?])
    }

    fn linear(&self, prefix: &str, name: &str, shape: [u32; 2]) -> Result<Linear, EngineError> {
        let shape = shape.map(|size| size as usize);
        Ok(Linear {
            weights: self.weights.tensor(&format!("{prefix}{name}.weight"), &shape)?,
            bias: self.weights.tensor(&format!("{prefix}{name}.bias"), &shape[..1])?,
        })
    }

    fn norm(&self, name: &str) -> Result<Norm, EngineError> {
        let width = self.config.hidden as usize;
        let tensor = |part: &str| {
            self.weights.tensor(&format!("{}{name}.{part}", self.config.prefix), &[width])
        };
        Ok(Norm { weights: tensor("weight")?, biases: tensor("bias")? })
    }
}

impl Linear {
    fn apply(&self, row: &[f32]) -> Vec<f32> {
        let rows = self.weights.chunks_exact(row.len());
        rows.zip(&self.bias).map(|(weights, bias)| dot(weights, row) + bias).collect()
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn add(row: &mut [f32], delta: &[f32]) {
    row.iter_mut().zip(delta).for_each(|(value, delta)| *value += delta);
}

/// GELU of a real number.
pub fn gelu(kind: Gelu, x: f32) -> f32 {
    let x = f64::from(x);
    let share = match kind {
        Gelu::Erf => 1.0 + erf(x / std::f64::consts::SQRT_2),
        Gelu::Tanh => {
            let u = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
            1.0 + u.tanh()
        }
    };
    (x / 2.0 * share) as f32
}

/// The error function by its series of positive terms; beyond 6 it is one in f64.
fn erf(x: f64) -> f64 {
    let z = x.abs().min(6.0);
    let (mut term, mut sum, mut k) = (z, z, 1.0);
    while term > sum * 1e-17 {
        term *= 2.0 * z * z / (2.0 * k + 1.0);
        sum += term;
        k += 1.0;
    }
    (sum * 2.0 / std::f64::consts::PI.sqrt() * (-z * z).exp()).copysign(x)
}
