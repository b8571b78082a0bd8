//! Weight matrices: int8 or int4 codes, one scale a row, and a bias where the product has one.

use std::borrow::Cow;

use rayon::prelude::*;
use stoa_exact::{WeightScale, bounds, embed_element, unpack_int4};

use super::{
    quantise::{Quantised, int4_row, int8_row},
    root::{fixed, words},
};
use crate::{EngineError, folder::config::WeightFormat};

/// Codes of a matrix, row-major: the layout of the kernels.
pub enum Codes {
    /// `[rows][columns]`; value = code * 127 * mantissa * 2^-shift of its row.
    Int8(Vec<i8>),
    /// Value = code * group scale * 127 * mantissa * 2^-shift of its row.
    Int4(Int4Codes),
}

/// int4 codes with a scale for every group of inputs.
pub struct Int4Codes {
    /// Inputs of a group: one of [`stoa_exact::INT4_GROUP_WIDTHS`].
    pub group: u32,
    /// Two codes a byte, the even column in the lower half, `[rows][columns / 2]`.
    pub pairs: Vec<u8>,
    /// `[rows][columns / group]`.
    pub group_scales: Vec<u8>,
}

/// Weights `[rows][columns]` of a product.
pub struct Matrix {
    /// Number of outputs.
    pub rows: u32,
    /// Number of inputs.
    pub columns: u32,
    /// The weights.
    pub codes: Codes,
    /// One scale a row.
    pub scales: Vec<WeightScale>,
    /// One fixed value a row, added to the output; `None` where the product has no bias.
    pub biases: Option<Vec<i32>>,
}

impl Matrix {
    /// Quantises rows of `columns` weights and checks every bound; `layer` names the tensor in a refusal.
    pub fn quantise(
        values: &[f32],
        columns: u32,
        format: WeightFormat,
        layer: &str,
    ) -> Result<Self, EngineError> {
        let refuse = |exceeded| overflow(layer, exceeded);
        bounds::product_width(columns).map_err(refuse)?;
        let rows = values.par_chunks_exact(columns as usize);
        let (codes, scales) = match format {
            WeightFormat::Int8 => {
                let rows: Vec<Quantised<Vec<i8>>> =
                    rows.map(int8_row).collect::<Result<_, _>>().map_err(refuse)?;
                let scales = rows.iter().map(|row| row.scale).collect();
                (Codes::Int8(rows.into_iter().flat_map(|row| row.codes).collect()), scales)
            }
            WeightFormat::Int4 { group } => {
                let rows: Vec<Quantised<Int4Codes>> = rows
                    .map(|row| int4_row(row, group))
                    .collect::<Result<_, _>>()
                    .map_err(refuse)?;
                let scales = rows.iter().map(|row| row.scale).collect();
                let empty = Int4Codes { group, pairs: Vec::new(), group_scales: Vec::new() };
                let codes = rows.into_iter().fold(empty, |all, row| all.below(row.codes));
                (Codes::Int4(codes), scales)
            }
        };
        let scales: Vec<WeightScale> = scales;
        Ok(Self { rows: scales.len() as u32, columns, codes, scales, biases: None })
    }

    /// Adds biases, `round(value * 2^16)`, one a row.
    pub fn with_biases(mut self, values: &[f32], layer: &str) -> Result<Self, EngineError> {
        let fixed = values.iter().map(|value| {
            // Saturating conversion: a huge bias becomes i64::MAX and breaks the bound.
            let bias = (f64::from(*value) * 65536.0).round() as i64;
            bounds::bias(bias).map(|()| bias as i32)
        });
        let fixed = fixed.collect::<Result<_, _>>();
        self.biases = Some(fixed.map_err(|exceeded| overflow(layer, exceeded))?);
        Ok(self)
    }

    /// The matrix with another below it, as one. Both have the same columns, format, and biases or none.
    pub fn below(mut self, part: Self) -> Self {
        self.rows += part.rows;
        self.scales.extend(part.scales);
        self.codes = match (self.codes, part.codes) {
            (Codes::Int8(mut all), Codes::Int8(codes)) => {
                all.extend(codes);
                Codes::Int8(all)
            }
            (Codes::Int4(all), Codes::Int4(codes)) => Codes::Int4(all.below(codes)),
            (all, _) => all,
        };
        if let (Some(all), Some(biases)) = (&mut self.biases, part.biases) {
            all.extend(biases);
        }
        self
    }

    /// Codes of one row of an int8 matrix.
    pub fn int8_row(&self, index: u32) -> Option<&[i8]> {
        let Codes::Int8(codes) = &self.codes else { return None };
        let columns = self.columns as usize;
        codes.get(index as usize * columns..)?.get(..columns)
    }

    /// One row as fixed values, times a factor: the embedding of a token.
    pub fn embed_row(&self, index: u32, factor: WeightScale, output: &mut [i32]) {
        let (row, columns) = (index as usize, self.columns as usize);
        let scale = self.scales[row];
        match &self.codes {
            Codes::Int8(codes) => {
                let codes = &codes[row * columns..][..columns];
                for (value, code) in output.iter_mut().zip(codes) {
                    *value = embed_element((*code).into(), scale, factor);
                }
            }
            Codes::Int4(codes) => {
                let group = codes.group as usize;
                let pairs = &codes.pairs[row * columns / 2..][..columns / 2];
                let scales = &codes.group_scales[row * columns / group..][..columns / group];
                let steps = pairs.chunks_exact(group / 2).zip(scales).flat_map(|(pairs, scale)| {
                    let codes = pairs.iter().flat_map(|pair| unpack_int4(*pair));
                    codes.map(|code| i32::from(code) * i32::from(*scale))
                });
                for (value, step) in output.iter_mut().zip(steps) {
                    *value = embed_element(step, scale, factor);
                }
            }
        }
    }

    /// Its sections in the model root, in order.
    pub fn sections(&self) -> Vec<(&'static str, Cow<'_, [u8]>)> {
        let mut sections = vec![("scales", Cow::Owned(words(&self.scale_words())))];
        match &self.codes {
            Codes::Int8(codes) => {
                sections.push(("codes", Cow::Borrowed(bytemuck::cast_slice(codes))));
            }
            Codes::Int4(Int4Codes { group_scales, pairs, .. }) => {
                sections.push(("group_scales", Cow::Borrowed(group_scales)));
                sections.push(("codes", Cow::Borrowed(pairs)));
            }
        }
        if let Some(biases) = &self.biases {
            sections.push(("biases", Cow::Owned(fixed(biases))));
        }
        sections
    }

    /// Checks the bounds of a matrix that was not made by the quantiser.
    pub fn check(&self) -> Result<(), bounds::Exceeded> {
        bounds::product_width(self.columns)?;
        let columns = self.columns as usize;
        self.scales.iter().try_for_each(|scale| bounds::weight_scale(*scale))?;
        match &self.codes {
            Codes::Int8(codes) => codes.par_chunks(columns).try_for_each(bounds::accumulator)?,
            Codes::Int4(codes) => {
                let group = codes.group;
                let rows = codes.pairs.par_chunks(columns / 2);
                let scales = codes.group_scales.par_chunks(columns / group as usize);
                rows.zip(scales).try_for_each(|(pairs, scales)| {
                    bounds::int4_accumulator(pairs, scales, group)
                })?;
            }
        }
        self.biases.iter().flatten().try_for_each(|bias| bounds::bias((*bias).into()))
    }

    /// Number of weights and biases.
    pub fn parameters(&self) -> u64 {
        let biases = self.biases.as_ref().map_or(0, Vec::len) as u64;
        u64::from(self.rows) * u64::from(self.columns) + biases
    }

    /// Scales as the kernels' words.
    pub fn scale_words(&self) -> Vec<u32> {
        self.scales.iter().map(|scale| scale.pack()).collect()
    }
}

impl Int4Codes {
    /// These rows with others below them.
    fn below(mut self, part: Self) -> Self {
        self.pairs.extend(part.pairs);
        self.group_scales.extend(part.group_scales);
        self
    }
}

/// The refusal of a model that breaks a bound.
pub fn overflow(layer: &str, exceeded: bounds::Exceeded) -> EngineError {
    EngineError::Overflow {
        layer: layer.to_owned(),
        bound: exceeded.bound,
        actual: exceeded.actual,
        limit: exceeded.limit,
    }
}
