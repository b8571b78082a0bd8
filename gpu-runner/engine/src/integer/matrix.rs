//! int8 matrices with one scale a row.

use rayon::prelude::*;
use stoa_exact::{WeightScale, bounds};

use super::{real::power_of_two, tables::scale_of};
use crate::EngineError;

/// Weights `[rows][columns]` as codes; value = code * 127 * mantissa * 2^-shift of its row.
pub struct Matrix {
    /// Number of outputs.
    pub rows: u32,
    /// Number of inputs.
    pub columns: u32,
    /// Codes, row-major: the layout of the kernels.
    pub codes: Vec<i8>,
    /// One scale a row.
    pub scales: Vec<WeightScale>,
}

impl Matrix {
    /// Quantises rows of `columns` weights; `layer` names the tensor in a refusal.
    ///
    /// Scale: `max|w| / 127^2` to 15 bits, at least `2^14 * 2^-48`. Code: `round(w / (127 * scale))`, half away
    /// from zero, clamped to ±127.
    pub fn quantise(values: &[f32], columns: u32, layer: &str) -> Result<Self, EngineError> {
        let refuse = |exceeded| overflow(layer, exceeded);
        bounds::product_width(columns).map_err(refuse)?;
        let rows: Vec<(Vec<i8>, WeightScale)> = values
            .par_chunks_exact(columns as usize)
            .map(|row| {
                let (codes, scale) = quantise_row(row);
                bounds::weight_scale(scale)?;
                bounds::accumulator(&codes)?;
                Ok((codes, scale))
            })
            .collect::<Result<_, _>>()
            .map_err(refuse)?;
        let scales: Vec<WeightScale> = rows.iter().map(|(_, scale)| *scale).collect();
        let codes = rows.into_iter().flat_map(|(codes, _)| codes).collect();
        Ok(Self { rows: scales.len() as u32, columns, codes, scales })
    }

    /// The matrices below one another, as one.
    pub fn stack(parts: Vec<Self>) -> Self {
        let columns = parts.first().map_or(0, |part| part.columns);
        let mut whole = Self { rows: 0, columns, codes: Vec::new(), scales: Vec::new() };
        for part in parts {
            whole.rows += part.rows;
            whole.codes.extend(part.codes);
            whole.scales.extend(part.scales);
        }
        whole
    }

    /// Codes of one row.
    pub fn row(&self, index: u32) -> &[i8] {
        let columns = self.columns as usize;
        &self.codes[index as usize * columns..][..columns]
    }

    /// Scales as the kernels' words.
    pub fn scale_words(&self) -> Vec<u32> {
        self.scales.iter().map(|scale| scale.pack()).collect()
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

fn quantise_row(row: &[f32]) -> (Vec<i8>, WeightScale) {
    let largest = row.iter().fold(0f64, |max, value| max.max(f64::from(value.abs())));
    let smallest_step = power_of_two(14 - WeightScale::SHIFT_MAX as i32);
    let scale = scale_of((largest / 16129.0).max(smallest_step));
    let step = 127.0 * f64::from(scale.mantissa) * power_of_two(-(scale.shift as i32));
    let code = |value: &f32| (f64::from(*value) / step).round().clamp(-127.0, 127.0) as i8;
    (row.iter().map(code).collect(), scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_weight_too_large_for_fixed_point_is_refused_by_name() {
        let Err(error) = Matrix::quantise(&[1e9; 16], 16, "layers.3.down_proj") else {
            panic!("accepted");
        };
        assert!(error.to_string().starts_with("layers.3.down_proj: weight magnitude"), "{error}");
    }

    #[test]
    fn zero_and_tiny_rows_are_kept() {
        let mut values = vec![0.0f32; 16];
        values.extend([1e-12f32; 16]);
        let matrix = Matrix::quantise(&values, 16, "m").unwrap();
        assert_eq!(matrix.codes, [0; 32]);
    }

    proptest! {
        #[test]
        fn the_error_is_at_most_half_a_step(row in proptest::collection::vec(-3.0f32..3.0, 32)) {
            let matrix = Matrix::quantise(&row, 32, "m").unwrap();
            let scale = matrix.scales[0];
            let step = 127.0 * f64::from(scale.mantissa) * power_of_two(-(scale.shift as i32));
            for (value, code) in row.iter().zip(&matrix.codes) {
                prop_assert!((f64::from(*value) - f64::from(*code) * step).abs() <= step * 0.51);
            }
        }
    }
}
