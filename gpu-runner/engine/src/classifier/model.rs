//! From a folder to the integers of a classifier, every bound checked.

use stoa_exact::bounds;

use super::config::{ClassifierConfig, Layer, Shape};
use crate::{
    EngineError,
    folder::{config::WeightFormat, weights::Weights},
    integer::matrix::{Matrix, overflow},
};

/// A whole classifier in integers.
pub struct ClassifierModel {
    /// Checked configuration.
    pub config: ClassifierConfig,
    /// Weights and biases of every layer that has them; a filter is a row, channel after channel.
    pub matrices: Vec<Option<Matrix>>,
}

impl ClassifierModel {
    /// Quantises the weights and checks every bound.
    pub fn build(config: ClassifierConfig, weights: &Weights) -> Result<Self, EngineError> {
        let mut input = config.input;
        let mut matrices = Vec::new();
        for (index, (layer, output)) in config.layers.iter().enumerate() {
            matrices.push(matrix(layer, input, weights)?);
            if let Layer::AvgPool { kernel } = layer {
                let area = kernel.saturating_mul(*kernel);
                let name = format!("layers.{index}");
                bounds::positions(area).map_err(|exceeded| overflow(&name, exceeded))?;
            }
            input = *output;
        }
        Ok(Self { config, matrices })
    }

    /// Number of weights.
    pub fn parameter_count(&self) -> u64 {
        self.matrices.iter().flatten().map(Matrix::parameters).sum()
    }
}

/// Weights of a layer with their tensor's shape, `None` where it has none.
fn matrix(layer: &Layer, input: Shape, weights: &Weights) -> Result<Option<Matrix>, EngineError> {
    let (name, shape) = match layer {
        Layer::Dense { name, outputs } => (name, vec![*outputs as usize, input.values() as usize]),
        Layer::Conv2d { name, channels, kernel, .. } => {
            let side = *kernel as usize;
            (name, vec![*channels as usize, input.channels as usize, side, side])
        }
        _ => return Ok(None),
    };
    let columns = shape[1..].iter().product::<usize>();
    let columns = u32::try_from(columns).unwrap_or(u32::MAX);
    bounds::product_width(columns).map_err(|exceeded| overflow(name, exceeded))?;
    let values = weights.tensor(&format!("{name}.weight"), &shape)?;
    let biases = weights.tensor(&format!("{name}.bias"), &shape[..1])?;
    let matrix = Matrix::quantise(&values, columns, WeightFormat::Int8, name)?;
    matrix.with_biases(&biases, name).map(Some)
}
