//! The classifier in f32, as a slow yardstick: what quantisation costs is measured against it. Never served.

use std::path::Path;

use stoa_exact::Gelu;

use super::config::{ClassifierConfig, Layer, Shape};
use crate::{EngineError, encoder::reference::gelu, folder::weights::Weights};

/// A classifier with its stored weights widened to f32.
pub struct FloatClassifier {
    config: ClassifierConfig,
    /// Weights and biases of every layer; empty where it has none.
    parameters: Vec<[Vec<f32>; 2]>,
}

impl FloatClassifier {
    /// Reads a model folder.
    pub fn load(dir: &Path) -> Result<Self, EngineError> {
        let config = ClassifierConfig::read(dir)?;
        let weights = Weights::of_folder(dir)?;
        let mut input = config.input;
        let mut parameters = Vec::new();
        for (layer, output) in &config.layers {
            let named = match layer {
                Layer::Dense { name, outputs } => {
                    Some((name, vec![*outputs as usize, input.values() as usize]))
                }
                Layer::Conv2d { name, channels, kernel, .. } => {
                    let side = *kernel as usize;
                    Some((name, vec![*channels as usize, input.channels as usize, side, side]))
                }
                _ => None,
            };
            parameters.push(match named {
                None => [Vec::new(), Vec::new()],
                Some((name, shape)) => [
                    weights.tensor(&format!("{name}.weight"), &shape)?,
                    weights.tensor(&format!("{name}.bias"), &shape[..1])?,
                ],
            });
            input = *output;
        }
        Ok(Self { config, parameters })
    }

    /// Outputs of the last layer.
    pub fn scores(&self, input: &[f32]) -> Vec<f32> {
        let mut shape = self.config.input;
        let mut values = input.to_vec();
        for ((layer, output), parameters) in self.config.layers.iter().zip(&self.parameters) {
            values = apply(layer, parameters, (shape, *output), values);
            shape = *output;
        }
        values
    }
}

fn apply(
    layer: &Layer,
    [weights, biases]: &[Vec<f32>; 2],
    (input, output): (Shape, Shape),
    values: Vec<f32>,
) -> Vec<f32> {
    match *layer {
        Layer::Dense { .. } => {
            let rows = weights.chunks_exact(values.len()).zip(biases);
            rows.map(|(row, bias)| dot(row, &values) + bias).collect()
        }
        Layer::Conv2d { kernel, stride, padding, .. } => {
            let filter = (input.channels * kernel * kernel) as usize;
            let filters = weights.chunks_exact(filter).zip(biases);
            let (values, place) = (&values, |start| i64::from(start) - i64::from(padding));
            filters
                .flat_map(|(filter, bias)| {
                    every(output).map(move |(y, x)| {
                        let patch = [y * stride, x * stride].map(place);
                        dot(filter, &window(input, values, patch, kernel)) + bias
                    })
                })
                .collect()
        }
        Layer::MaxPool { kernel } => squares((input, output), kernel, &values, |square| {
            square.iter().copied().fold(f32::MIN, f32::max)
        }),
        Layer::AvgPool { kernel } => squares((input, output), kernel, &values, |square| {
            square.iter().sum::<f32>() / square.len() as f32
        }),
        Layer::Relu => values.into_iter().map(|x| x.max(0.0)).collect(),
        Layer::Gelu => values.into_iter().map(|x| gelu(Gelu::Erf, x)).collect(),
        Layer::GeluTanh => values.into_iter().map(|x| gelu(Gelu::Tanh, x)).collect(),
        Layer::Flatten => values,
    }
}

fn every(shape: Shape) -> impl Iterator<Item = (u32, u32)> {
    (0..shape.height).flat_map(move |y| (0..shape.width).map(move |x| (y, x)))
}

/// A square of every map, zeros outside.
fn window(shape: Shape, values: &[f32], [top, left]: [i64; 2], side: u32) -> Vec<f32> {
    let (height, width) = (i64::from(shape.height), i64::from(shape.width));
    let maps = values.chunks_exact((height * width) as usize);
    let side = i64::from(side);
    maps.flat_map(|map| {
        (top..top + side).flat_map(move |y| {
            (left..left + side).map(move |x| {
                let is_inside = (0..height).contains(&y) && (0..width).contains(&x);
                if is_inside { map[(y * width + x) as usize] } else { 0.0 }
            })
        })
    })
    .collect()
}

fn squares(
    (input, output): (Shape, Shape),
    kernel: u32,
    values: &[f32],
    of_square: impl Fn(&[f32]) -> f32,
) -> Vec<f32> {
    let one = Shape { channels: 1, ..input };
    let maps = values.chunks_exact((input.height * input.width) as usize);
    maps.flat_map(|map| {
        every(output).map(|(y, x)| {
            let place = [y * kernel, x * kernel].map(i64::from);
            of_square(&window(one, map, place, kernel))
        })
    })
    .collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
