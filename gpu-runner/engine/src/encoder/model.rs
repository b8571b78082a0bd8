//! From a folder to the integers of an encoder, every bound checked.

use stoa_exact::{WeightScale, bounds};

use super::config::{EncoderConfig, Family, Head};
use crate::{
    EngineError,
    folder::weights::Weights,
    integer::{
        matrix::{Matrix, overflow},
        real::power_of_two,
        tables::scale_of,
    },
};

/// A projection: product of a quantised row, then a bias.
pub struct Linear {
    /// Weights.
    pub matrix: Matrix,
    /// One fixed value a row, added with saturation to the rounded product.
    pub bias: Vec<i32>,
}

/// Parameters of a LayerNorm.
pub struct Norm {
    /// `round(w * sqrt(width) * 2^16)`.
    pub weights: Vec<i32>,
    /// `round(b * 2^16)`.
    pub biases: Vec<i32>,
}

/// One layer.
pub struct Layer {
    /// Query, key and value projections below one another.
    pub projection: Linear,
    /// Output projection of attention.
    pub output: Linear,
    /// The norm after attention.
    pub attention_norm: Norm,
    /// First projection of the feed-forward block.
    pub up: Linear,
    /// Second projection of the feed-forward block.
    pub down: Linear,
    /// The norm after the feed-forward block.
    pub feed_norm: Norm,
}

/// The two projections of a ranking head, tanh between them.
pub struct Ranking {
    /// From the first position's row to one of the same width.
    pub dense: Linear,
    /// To the score.
    pub score: Linear,
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
    pub fn build(config: EncoderConfig, weights: &Weights<'_>) -> Result<Self, EngineError> {
        let hidden = f64::from(config.hidden);
        let epsilon = (config.epsilon * hidden * power_of_two(32)).round() as u64;
        let score = scale_of(
            std::f64::consts::LOG2_E / (16129.0 * f64::from(config.head_width()).sqrt()),
        );
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
        let of_matrix = |matrix: &Matrix| matrix.codes.len() as u64;
        let of_linear = |linear: &Linear| of_matrix(&linear.matrix) + linear.bias.len() as u64;
        let of_norm = |norm: &Norm| 2 * norm.weights.len() as u64;
        let layers = self.layers.iter().map(|layer| {
            let linears = [&layer.projection, &layer.output, &layer.up, &layer.down];
            let norms = of_norm(&layer.attention_norm) + of_norm(&layer.feed_norm);
            linears.into_iter().map(of_linear).sum::<u64>() + norms
        });
        let ranking =
            self.ranking.iter().map(|ranking| of_linear(&ranking.dense) + of_linear(&ranking.score));
        let embeddings = [&self.tokens, &self.positions, &self.segments];
        embeddings.into_iter().map(of_matrix).sum::<u64>()
            + of_norm(&self.embedding_norm)
            + layers.sum::<u64>()
            + ranking.sum::<u64>()
    }
}

struct Source<'a> {
    config: &'a EncoderConfig,
    weights: &'a Weights<'a>,
}

impl Source<'_> {
    fn layer(&self, index: u32) -> Result<Layer, EngineError> {
        let EncoderConfig { hidden, inner, .. } = *self.config;
        let part = |name: &str| format!("encoder.layer.{index}.{name}");
        let linear =
            |name: &str, shape: [u32; 2]| self.linear(self.config.prefix, &part(name), shape);
        let square = [hidden, hidden];
        Ok(Layer {
            projection: stack([
                linear("attention.self.query", square)?,
                linear("attention.self.key", square)?,
                linear("attention.self.value", square)?,
            ]),
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
        let mut table = self.embedding("position", self.config.position_rows)?;
        let (first, hidden) = (first_position as usize, hidden as usize);
        table.codes = table.codes[first * hidden..][..context as usize * hidden].to_vec();
        table.scales = table.scales[first..][..context as usize].to_vec();
        table.rows = context;
        Ok(table)
    }

    /// A matrix of `[rows, columns]`.
    fn matrix(&self, prefix: &str, name: &str, shape: [u32; 2]) -> Result<Matrix, EngineError> {
        let tensor = format!("{prefix}{name}.weight");
        let values = self.weights.tensor(&tensor, &shape.map(|size| size as usize))?;
        Matrix::quantise(&values, shape[1], name)
    }

    fn linear(&self, prefix: &str, name: &str, shape: [u32; 2]) -> Result<Linear, EngineError> {
        let matrix = self.matrix(prefix, name, shape)?;
        let bias = self.weights.tensor(&format!("{prefix}{name}.bias"), &[shape[0] as usize])?;
        Ok(Linear { matrix, bias: fixed(&bias, 65536.0, name, bounds::bias)? })
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

/// The projections below one another, as one.
fn stack(parts: [Linear; 3]) -> Linear {
    let (matrices, biases): (Vec<_>, Vec<_>) =
        parts.into_iter().map(|part| (part.matrix, part.bias)).unzip();
    Linear { matrix: Matrix::stack(matrices), bias: biases.concat() }
}
