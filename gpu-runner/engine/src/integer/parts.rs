//! The parts of an integer model, in the order of the model root, and where they come from.
//!
//! One function asks for them ([`super::model::IntegerModel::build`]); who answers decides what happens: the quantiser
//! reads floats, a package reads integers, and a plan only writes down what was asked for.

use std::cell::RefCell;

use stoa_exact::WeightScale;

use super::matrix::{Codes, Int4Codes, Matrix, overflow};
use crate::{
    EngineError,
    folder::{
        config::{MAX_HEAD_WIDTH, MAX_WIDTH, WeightFormat},
        weights::Weights,
    },
};

/// Weights that are quantised at a time, unless one head has more.
const BLOCK_WEIGHTS: usize = 1 << 22;
/// Most bytes that quantising a block holds for a weight: stored, in order, as f32, as codes, twice on their way.
const BYTES_A_WEIGHT: usize = 4 + 4 + 4 + 1 + 1;
/// Most bytes that quantising holds at a time, whatever the model: a block is a head at least.
pub const MAX_BUFFERED_BYTES: usize =
    BYTES_A_WEIGHT * (BLOCK_WEIGHTS + (MAX_HEAD_WIDTH * MAX_WIDTH) as usize);

/// A matrix that a model needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixPart {
    /// Stem of its sections in the model root.
    pub section: String,
    /// Hugging Face names without `.weight`, with their rows: they stand below one another.
    pub tensors: Vec<(String, u32)>,
    /// Inputs.
    pub columns: u32,
    /// How it is stored.
    pub format: WeightFormat,
    /// Whether every tensor has a bias.
    pub has_biases: bool,
}

impl MatrixPart {
    /// All rows.
    pub fn rows(&self) -> u32 {
        self.tensors.iter().map(|(_, rows)| rows).sum()
    }

    /// Its sections in order, with the bytes of a row.
    pub fn sections(&self) -> Vec<(String, u64)> {
        let columns = u64::from(self.columns);
        let mut sections = vec![("scales", 4)];
        match self.format {
            WeightFormat::Int8 => sections.push(("codes", columns)),
            WeightFormat::Int4 { group } => {
                sections.push(("group_scales", columns / u64::from(group)));
                sections.push(("codes", columns / 2));
            }
        }
        if self.has_biases {
            sections.push(("biases", 4));
        }
        sections
            .into_iter()
            .map(|(part, size)| (format!("{}.{part}", self.section), size))
            .collect()
    }

    /// The matrix whose sections these are; every bound is checked again.
    pub fn assemble(&self, sections: Vec<Vec<u8>>) -> Result<Matrix, EngineError> {
        let mut sections = sections.into_iter();
        let mut next = || sections.next().unwrap_or_default();
        let scales = words(&next()).map(WeightScale::unpack).collect();
        let codes = match self.format {
            WeightFormat::Int8 => Codes::Int8(next().into_iter().map(|code| code as i8).collect()),
            WeightFormat::Int4 { group } => {
                let group_scales = next();
                Codes::Int4(Int4Codes { group, pairs: next(), group_scales })
            }
        };
        let biases = self.has_biases.then(|| words(&next()).map(|word| word as i32).collect());
        let (rows, columns) = (self.rows(), self.columns);
        let matrix = Matrix { rows, columns, codes, scales, biases };
        matrix.check().map_err(|exceeded| overflow(&self.section, exceeded))?;
        Ok(matrix)
    }
}

/// A norm that a model needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NormPart {
    /// Its section in the model root.
    pub section: String,
    /// Hugging Face name without `.weight`.
    pub tensor: String,
    /// Number of weights.
    pub width: u32,
    /// Whether it multiplies by `1 + w`.
    pub adds_one: bool,
}

/// What a model asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Weights of a product.
    Matrix(MatrixPart),
    /// Weights of a norm.
    Norm(NormPart),
}

/// Who has the parts.
pub trait PartSource {
    /// A matrix.
    fn matrix(&self, part: MatrixPart) -> Result<Matrix, EngineError>;
    /// A norm.
    fn norm(&self, part: NormPart) -> Result<Vec<i32>, EngineError>;
}

/// Writes down what is asked for and answers with nothing.
#[derive(Default)]
pub struct Plan(RefCell<Vec<Part>>);

impl Plan {
    /// What was asked for.
    pub fn into_parts(self) -> Vec<Part> {
        self.0.into_inner()
    }
}

impl PartSource for Plan {
    fn matrix(&self, part: MatrixPart) -> Result<Matrix, EngineError> {
        let (rows, columns) = (part.rows(), part.columns);
        self.0.borrow_mut().push(Part::Matrix(part));
        let codes = Codes::Int8(Vec::new());
        Ok(Matrix { rows, columns, codes, scales: Vec::new(), biases: None })
    }

    fn norm(&self, part: NormPart) -> Result<Vec<i32>, EngineError> {
        self.0.borrow_mut().push(Part::Norm(part));
        Ok(Vec::new())
    }
}

/// Makes parts of floats.
pub struct Quantiser<'a>(pub &'a Weights);

impl Quantiser<'_> {
    /// The blocks of a matrix from the first row to the last, each with the bytes that were in memory for it: at most
    /// [`MAX_BUFFERED_BYTES`].
    pub fn blocks(
        &self,
        part: &MatrixPart,
        on_block: &mut dyn FnMut(Matrix, usize) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let columns = part.columns as usize;
        for (name, rows) in &part.tensors {
            let (tensor, layer) = (format!("{name}.weight"), stem(name));
            let rows = *rows as usize;
            let biases = part.has_biases.then(|| self.0.tensor(&format!("{name}.bias"), &[rows]));
            let biases = biases.transpose()?;
            // Whole heads where a file keeps their rows in another order, so that none is read twice.
            let step = (BLOCK_WEIGHTS / columns).max(1);
            let step = step.next_multiple_of(self.0.row_step(&tensor));
            for first in (0..rows).step_by(step) {
                let range = first..rows.min(first + step);
                let values = self.0.rows(&tensor, &[rows, columns], range.clone())?;
                let block = Matrix::quantise(&values, part.columns, part.format, layer)?;
                let block = match &biases {
                    Some(biases) => block.with_biases(&biases[range], layer)?,
                    None => block,
                };
                let buffered = values.len() * BYTES_A_WEIGHT;
                on_block(block, buffered)?;
            }
        }
        Ok(())
    }
}

impl PartSource for Quantiser<'_> {
    fn matrix(&self, part: MatrixPart) -> Result<Matrix, EngineError> {
        let mut whole: Option<Matrix> = None;
        self.blocks(&part, &mut |block, _| {
            whole = Some(match whole.take() {
                Some(above) => above.below(block),
                None => block,
            });
            Ok(())
        })?;
        // A matrix has a row at least: the configuration says so.
        whole.ok_or_else(|| EngineError::MissingTensor {
            path: Default::default(),
            tensor: part.section,
        })
    }

    fn norm(&self, part: NormPart) -> Result<Vec<i32>, EngineError> {
        let values = self.0.tensor(&format!("{}.weight", part.tensor), &[part.width as usize])?;
        let unit = f64::from(part.width).sqrt() * 65536.0;
        let offset = if part.adds_one { 1.0 } else { 0.0 };
        // Saturating conversion: a huge weight becomes i64::MAX and breaks the bound.
        let weights =
            values.iter().map(|value| ((offset + f64::from(*value)) * unit).round() as i64);
        checked_norm(weights, stem(&part.tensor))
    }
}

/// Norm weights inside their bound.
pub fn checked_norm(
    weights: impl Iterator<Item = i64>,
    layer: &str,
) -> Result<Vec<i32>, EngineError> {
    let checked =
        weights.map(|weight| stoa_exact::bounds::norm_weight(weight).map(|()| weight as i32));
    checked.collect::<Result<_, _>>().map_err(|exceeded| overflow(layer, exceeded))
}

/// Little-endian words.
pub fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word))
}

/// The name in a refusal.
fn stem(name: &str) -> &str {
    name.trim_start_matches("model.")
}
