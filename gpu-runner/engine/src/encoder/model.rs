//! From a folder to the integers of an encoder, every bound checked.

use stoa_exact::{WeightScale, bounds};

use super::config::{EncoderConfig, Family, Head};
use crate::{
    EngineError,
    folder::{config::WeightFormat, weights::Weights},
    integer::{
        matrix::{Matrix, overflow},
        real::power_of_two,
        tables::scale_of,
    },
};

/// Parameters of a LayerNorm.
pub struct Norm {
    /// `round(w * sqrt(width) * 2^16)`.
    pub weights: Vec<i32>,
    /// `round(b * 2^16)`.
    pub biases: Vec<i32>,
}

/// One layer. Every projection has biases, which its matrix holds.
pub struct Layer {
    /// Query, key and value projections below one another.
    pub projection: Matrix,
    /// Output projection of attention.
    pub output: Matrix,
    /// The norm after attention.
    pub attention_norm: Norm,
    /// First projection of the feed-forward block.
    pub up: Matrix,
    /// Second projection of the feed-forward block.
    pub down: Matrix,
    /// The norm after the feed-forward block.
    pub feed_norm: Norm,
}

/// The two projections of a ranking head, tanh between them.
pub struct Ranking {
    /// From the first position's row to one of the same width.
    pub dense: Matrix,
    /// To the score.
    pub score: Matrix,
}

/// A whole encoder in integers.
pub struct EncoderModel {
    /// Checked configuration.
    pub config: EncoderConfig,
    /// Embedding of tokens.
    pub tokens: Matrix,
    /// Embedding of positions, the first token's row first.
    pub positions: Matrix,
    /// Embedding of segments.
    pub segments: Matrix,
    /// The norm of their sum.
    pub embedding_norm: Norm,
    /// Layers in order.
    pub layers: Vec<Layer>,
    /// The head of a model that ranks.
    pub ranking: Option<Ranking>,
    /// Constant of attention scores.
    pub score: WeightScale,
    /// Regularisation of LayerNorm.
    pub epsilon: u64,
}

impl EncoderModel {
    /// Quantises the weights and checks every bound.
    pub fn build(config: EncoderConfig, weights: &Weights) -> Result<Self, EngineError> {
        let hidden = f64::from(config.hidden);
        let epsilon = (config.epsilon * hidden * power_of_two(32)).round() as u64;
        let score =
            scale_of(std::f64::consts::LOG2_E / (16129.0 * f64::from(config.head_width()).sqrt()));
        bounds::norm(config.hidden, epsilon).map_err(|e| overflow("norms", e))?;
        bounds::positions(config.context).map_err(|e| overflow("attention", e))?;
        bounds::score_scale(score).map_err(|e| overflow("attention", e))?;
        let source = Source { config: &config, weights };
        let layers =
            (0..config.layers).map(|index| source.layer(index)).collect::<Result<_, _>>()?;
        let ranking = match config.head {
            Head::Embedding(_) => None,
            Head::Ranking => Some(source.ranking()?),
        };
        Ok(Self {
            tokens: source.embedding("word", config.vocab)?,
            positions: source.positions()?,
            segments: source.embedding("token_type", config.segments)?,
            embedding_norm: source.norm("embeddings.LayerNorm")?,
            layers,
            ranking,
            score,
            epsilon,
            config,
        })
    }

    /// Number of weights.
    pub fn parameter_count(&self) -> u64 {
        let of_norm = |norm: &Norm| 2 * norm.weights.len() as u64;
        let layers = self.layers.iter().map(|layer| {
            let matrices = [&layer.projection, &layer.output, &layer.up, &layer.down];
            let norms = of_norm(&layer.attention_norm) + of_norm(&layer.feed_norm);
            matrices.into_iter().map(Matrix::parameters).sum::<u64>() + norms
        });
        let ranking = self.ranking.iter().flat_map(|ranking| [&ranking.dense, &ranking.score]);
        let embeddings = [&self.tokens, &self.positions, &self.segments];
        embeddings.into_iter().chain(ranking).map(Matrix::parameters).sum::<u64>()
            + of_norm(&self.embedding_norm)
            + layers.sum::<u64>()
    }
}

struct Source<'a> {
    config: &'a EncoderConfig,
    weights: &'a Weights,
}

impl Source<'_> {
    fn layer(&self, index: u32) -> Result<Layer, EngineError> {
        let EncoderConfig { hidden, inner, .. } = *self.config;
        let part = |name: &str| format!("encoder.layer.{index}.{name}");
        let linear =
            |name: &str, shape: [u32; 2]| self.linear(self.config.prefix, &part(name), shape);
        let square = [hidden, hidden];
        Ok(Layer {
            projection: linear("attention.self.query", square)?
                .below(linear("attention.self.key", square)?)
                .below(linear("attention.self.value", square)?),
            output: linear("attention.output.dense", square)?,
            attention_norm: self.norm(&part("attention.output.LayerNorm"))?,
            up: linear("intermediate.dense", [inner, hidden])?,
            down: linear("output.dense", [hidden, inner])?,
            feed_norm: self.norm(&part("output.LayerNorm"))?,
        })
    }

    fn ranking(&self) -> Result<Ranking, EngineError> {
        let hidden = self.config.hidden;
        let (prefix, dense, score) = match self.config.family {
            Family::Bert => (self.config.prefix, "pooler.dense", "classifier"),
            Family::Roberta => ("", "classifier.dense", "classifier.out_proj"),
        };
        Ok(Ranking {
            dense: self.linear(prefix, dense, [hidden, hidden])?,
            score: self.linear("", score, [1, hidden])?,
        })
    }

    fn embedding(&self, kind: &str, rows: u32) -> Result<Matrix, EngineError> {
        let shape = [rows, self.config.hidden];
        self.matrix(self.config.prefix, &format!("embeddings.{kind}_embeddings"), shape)
    }

    /// The rows that texts can reach, the first token's first.
    fn positions(&self) -> Result<Matrix, EngineError> {
        let EncoderConfig { hidden, first_position, context, .. } = *self.config;
        let name = format!("{}embeddings.position_embeddings", self.config.prefix);
        let shape = [self.config.position_rows as usize, hidden as usize];
        let values = self.weights.tensor(&format!("{name}.weight"), &shape)?;
        let (first, width) = (first_position as usize, hidden as usize);
        let reached = &values[first * width..][..context as usize * width];
        Matrix::quantise(reached, hidden, WeightFormat::Int8, "embeddings.position_embeddings")
    }

    /// A matrix of `[rows, columns]`.
    fn matrix(&self, prefix: &str, name: &str, shape: [u32; 2]) -> Result<Matrix, EngineError> {
        let tensor = format!("{prefix}{name}.weight");
        let values = self.weights.tensor(&tensor, &shape.map(|size| size as usize))?;
        Matrix::quantise(&values, shape[1], WeightFormat::Int8, name)
    }

    /// A matrix with biases.
    fn linear(&self, prefix: &str, name: &str, shape: [u32; 2]) -> Result<Matrix, EngineError> {
        let biases = self.weights.tensor(&format!("{prefix}{name}.bias"), &[shape[0] as usize])?;
        self.matrix(prefix, name, shape)?.with_biases(&biases, name)
    }

    fn norm(&self, name: &str) -> Result<Norm, EngineError> {
        let width = self.config.hidden;
        let tensor = |part: &str| {
            self.weights.tensor(&format!("{}{name}.{part}", self.config.prefix), &[width as usize])
        };
        let unit = f64::from(width).sqrt() * 65536.0;
        Ok(Norm {
            weights: fixed(&tensor("weight")?, unit, name, bounds::norm_weight)?,
            biases: fixed(&tensor("bias")?, 65536.0, name, bounds::bias)?,
        })
    }
}

/// `round(value * unit)` of every value, inside its bound.
fn fixed(
    values: &[f32],
    unit: f64,
    layer: &str,
    bound: fn(i64) -> Result<(), bounds::Exceeded>,
) -> Result<Vec<i32>, EngineError> {
    let fixed = values.iter().map(|value| {
        // Saturating conversion: a huge value becomes i64::MAX and breaks the bound.
        let value = (f64::from(*value) * unit).round() as i64;
        bound(value).map(|()| value as i32)
    });
    fixed.collect::<Result<_, _>>().map_err(|exceeded| overflow(layer, exceeded))
}
