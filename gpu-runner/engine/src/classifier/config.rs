//! `config.json` of a classifier: the shape of its input and its layers, each checked against the one before.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use stoa_exact::Gelu;

use super::ARCHITECTURE;
use crate::{EngineError, folder::read_file};

/// Most layers.
pub const MAX_LAYERS: usize = 64;
/// Most values of an input or between two layers.
pub const MAX_VALUES: u64 = 1 << 20;
/// Most values that the patches of a convolution hold: bounds a call's memory.
pub const MAX_PATCH_VALUES: u64 = 1 << 24;
/// Most labels.
pub const MAX_LABELS: usize = 1 << 16;

/// Channels, height and width; a row of numbers has one pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "[u32; 3]")]
pub struct Shape {
    /// Maps of one value a pixel.
    pub channels: u32,
    /// Rows of pixels.
    pub height: u32,
    /// Pixels of a row.
    pub width: u32,
}

impl From<[u32; 3]> for Shape {
    fn from([channels, height, width]: [u32; 3]) -> Self {
        Self { channels, height, width }
    }
}

impl Shape {
    /// Number of values.
    pub fn values(self) -> u64 {
        u64::from(self.channels)
            .saturating_mul(self.height.into())
            .saturating_mul(self.width.into())
    }
}

/// One layer as the file names it; see `docs/classifiers.md`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Layer {
    /// Product with all values, plus biases.
    Dense {
        /// Stem of its tensors.
        name: String,
        /// Number of outputs.
        outputs: u32,
    },
    /// Product with every patch, plus biases; zeros stand outside the map.
    Conv2d {
        /// Stem of its tensors.
        name: String,
        /// Number of output maps.
        channels: u32,
        /// Pixels of a patch's side.
        kernel: u32,
        /// Pixels from one patch to the next.
        stride: u32,
        /// Pixels of zeros on every side.
        padding: u32,
    },
    /// `max(x, 0)`.
    Relu,
    /// GELU by the normal distribution.
    Gelu,
    /// GELU by its approximation with tanh.
    GeluTanh,
    /// Largest value of squares side by side; an incomplete one at the edge is left out.
    MaxPool {
        /// Pixels of a square's side.
        kernel: u32,
    },
    /// Mean of squares side by side; an incomplete one at the edge is left out.
    AvgPool {
        /// Pixels of a square's side.
        kernel: u32,
    },
    /// All values as one row: channel after channel, row after row.
    Flatten,
}

impl Layer {
    /// The GELU of an activation.
    pub fn gelu(&self) -> Option<Gelu> {
        match self {
            Self::Gelu => Some(Gelu::Erf),
            Self::GeluTanh => Some(Gelu::Tanh),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    architectures: Vec<String>,
    input: Shape,
    layers: Vec<Layer>,
    labels: Vec<String>,
}

/// A classifier whose shapes fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassifierConfig {
    /// Shape of the input.
    pub input: Shape,
    /// Layers, each with the shape of its output.
    pub layers: Vec<(Layer, Shape)>,
    /// Names of the outputs.
    pub labels: Vec<String>,
}

impl ClassifierConfig {
    /// Reads and checks `dir/config.json`.
    pub fn read(dir: &Path) -> Result<Self, EngineError> {
        let path = dir.join("config.json");
        let raw: RawConfig = serde_json::from_slice(&read_file(&path)?)
            .map_err(|source| EngineError::InvalidJson { path: path.clone(), source })?;
        if raw.architectures != [ARCHITECTURE] {
            return Err(EngineError::UnsupportedArchitecture {
                path,
                field: "architectures",
                found: format!("{:?}", raw.architectures),
                supported: ARCHITECTURE,
            });
        }
        let refuse = |field, actual: u64, rule| {
            Err(EngineError::InvalidConfig { path: PathBuf::from(&path), field, actual, rule })
        };
        let RawConfig { input, layers, labels, .. } = raw;
        if !(1..=MAX_LAYERS).contains(&layers.len()) {
            return refuse("layers", layers.len() as u64, "1 to 64 layers");
        }
        if !is_bounded(input) {
            return refuse("input", input.values(), "1 to 1048576 values");
        }
        let mut shape = input;
        let mut shaped = Vec::new();
        for (index, layer) in layers.into_iter().enumerate() {
            let Some(output) = output_shape(&layer, shape).filter(|shape| is_bounded(*shape))
            else {
                let rule = "a layer whose kernel fits its input, with 1 to 1048576 outputs";
                return refuse("layers", index as u64, rule);
            };
            shape = output;
            shaped.push((layer, shape));
        }
        if labels.len() > MAX_LABELS || labels.len() as u64 != shape.values() {
            return refuse("labels", labels.len() as u64, "one for each value of the last layer");
        }
        Ok(Self { input, layers: shaped, labels })
    }
}

fn is_bounded(shape: Shape) -> bool {
    (1..=MAX_VALUES).contains(&shape.values())
}

fn output_shape(layer: &Layer, input: Shape) -> Option<Shape> {
    let Shape { channels, height, width } = input;
    match *layer {
        Layer::Dense { outputs, .. } => Some(Shape { channels: outputs, height: 1, width: 1 }),
        Layer::Conv2d { channels: maps, kernel, stride, padding, .. } => {
            let side = |size: u32| {
                let padded = size.checked_add(padding.checked_mul(2)?)?;
                Some(padded.checked_sub(kernel)?.checked_div(stride)? + 1)
            };
            let is_whole = kernel > 0 && padding < kernel;
            let output = Shape { channels: maps, height: side(height)?, width: side(width)? };
            let patch = u64::from(kernel).pow(2).saturating_mul(channels.into());
            let patches = u64::from(output.height).saturating_mul(output.width.into());
            (is_whole && patch.saturating_mul(patches) <= MAX_PATCH_VALUES).then_some(output)
        }
        Layer::Relu | Layer::Gelu | Layer::GeluTanh => Some(input),
        Layer::MaxPool { kernel } | Layer::AvgPool { kernel } => Some(Shape {
            channels,
            height: height.checked_div(kernel)?,
            width: width.checked_div(kernel)?,
        }),
        Layer::Flatten => {
            Some(Shape { channels: u32::try_from(input.values()).ok()?, height: 1, width: 1 })
        }
    }
}
