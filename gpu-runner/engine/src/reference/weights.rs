//! The stored weights, widened.

use crate::{
    EngineError,
    folder::{config::ModelConfig, weights::Weights},
};

use super::dot;

/// A matrix `[rows][columns]` and its bias.
pub struct Product {
    columns: usize,
    weights: Vec<f32>,
    biases: Option<Vec<f32>>,
}

/// Norms of query and key heads.
pub struct FloatHeadNorms {
    pub query: Vec<f32>,
    pub key: Vec<f32>,
}

/// One layer, as `IntegerModel` has it.
pub struct FloatLayer {
    pub attention_norm: Vec<f32>,
    /// Query, key and value rows.
    pub projection: Product,
    pub head_norms: Option<FloatHeadNorms>,
    pub output: Product,
    pub attention_end_norm: Option<Vec<f32>>,
    pub feed_norm: Vec<f32>,
    /// Gate and up rows.
    pub gate_up: Product,
    pub down: Product,
    pub feed_end_norm: Option<Vec<f32>>,
}

impl Product {
    /// The product with one row, plus the bias.
    pub fn apply(&self, row: &[f32]) -> Vec<f32> {
        let products = self.weights.chunks_exact(self.columns).map(|weights| dot(weights, row));
        match &self.biases {
            None => products.collect(),
            Some(biases) => products.zip(biases).map(|(value, bias)| value + bias).collect(),
        }
    }

    /// One row of weights.
    pub fn row(&self, index: u32) -> &[f32] {
        &self.weights[index as usize * self.columns..][..self.columns]
    }

    fn below(mut self, part: Self) -> Self {
        self.weights.extend(part.weights);
        if let (Some(all), Some(biases)) = (&mut self.biases, part.biases) {
            all.extend(biases);
        }
        self
    }
}

/// Where weights come from.
pub struct Source<'a> {
    pub config: &'a ModelConfig,
    pub weights: &'a Weights,
}

impl Source<'_> {
    /// Layer `index`.
    pub fn layer(&self, index: u32) -> Result<FloatLayer, EngineError> {
        let config = self.config;
        let (hidden, inner, biases) = (config.hidden, config.inner, config.biases);
        let at = |name: &str| format!("model.layers.{index}.{name}");
        let product = |name: &str, shape, has_bias| self.product(&at(name), shape, has_bias);
        let norm = |name: &str, width: u32| self.norm(&at(name), width);
        let group = config.groups * config.head;
        let projection = if config.has_joined_tensors {
            let shape = [config.projected_width(), hidden];
            product("self_attn.qkv_proj", shape, biases.projection)?
        } else {
            product("self_attn.q_proj", [config.query_width(), hidden], biases.projection)?
                .below(product("self_attn.k_proj", [group, hidden], biases.projection)?)
                .below(product("self_attn.v_proj", [group, hidden], biases.projection)?)
        };
        let gate_up = if config.has_joined_tensors {
            product("mlp.gate_up_proj", [2 * inner, hidden], biases.feed)?
        } else {
            product("mlp.gate_proj", [inner, hidden], biases.feed)?.below(product(
                "mlp.up_proj",
                [inner, hidden],
                biases.feed,
            )?)
        };
        let head_norms = match config.has_head_norms {
            false => None,
            true => Some(FloatHeadNorms {
                query: norm("self_attn.q_norm", config.head)?,
                key: norm("self_attn.k_norm", config.head)?,
            }),
        };
        let has_ends = config.has_end_norms;
        let end = |name: &str| has_ends.then(|| norm(name, hidden)).transpose();
        let feed_norm = match has_ends {
            false => "post_attention_layernorm",
            true => "pre_feedforward_layernorm",
        };
        Ok(FloatLayer {
            attention_norm: norm("input_layernorm", hidden)?,
            projection,
            head_norms,
            output: product("self_attn.o_proj", [hidden, config.query_width()], biases.output)?,
            attention_end_norm: end("post_attention_layernorm")?,
            feed_norm: norm(feed_norm, hidden)?,
            gate_up,
            down: product("mlp.down_proj", [hidden, inner], biases.feed)?,
            feed_end_norm: end("post_feedforward_layernorm")?,
        })
    }

    /// A matrix of `[rows, columns]`, with its bias where it has one.
    pub fn product(
        &self,
        name: &str,
        [rows, columns]: [u32; 2],
        has_bias: bool,
    ) -> Result<Product, EngineError> {
        let shape = [rows as usize, columns as usize];
        let biases = || self.weights.tensor(&format!("{name}.bias"), &shape[..1]);
        Ok(Product {
            columns: shape[1],
            weights: self.weights.tensor(&format!("{name}.weight"), &shape)?,
            biases: has_bias.then(biases).transpose()?,
        })
    }

    /// What a norm multiplies by.
    pub fn norm(&self, name: &str, width: u32) -> Result<Vec<f32>, EngineError> {
        let values = self.weights.tensor(&format!("{name}.weight"), &[width as usize])?;
        let offset = if self.config.norms_add_one { 1.0 } else { 0.0 };
        Ok(values.into_iter().map(|value| offset + value).collect())
    }
}
