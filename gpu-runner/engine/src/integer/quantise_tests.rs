//! What quantised rows keep, and which rows are refused.

use proptest::prelude::*;
use stoa_exact::{bounds, unpack_int4};

use super::{
    matrix::{Codes, Matrix},
    real::power_of_two,
};
use crate::folder::config::WeightFormat;

const INT4: WeightFormat = WeightFormat::Int4 { group: 32 };

/// What the integers of a one-row matrix stand for.
fn values(matrix: &Matrix) -> Vec<f64> {
    let scale = matrix.scales[0];
    let step = 127.0 * f64::from(scale.mantissa) * power_of_two(-(scale.shift as i32));
    match &matrix.codes {
        Codes::Int8(codes) => codes.iter().map(|code| f64::from(*code) * step).collect(),
        Codes::Int4(codes) => {
            let all = codes.pairs.iter().flat_map(|pair| unpack_int4(*pair)).enumerate();
            let scale = |at: usize| f64::from(codes.group_scales[at / codes.group as usize]);
            all.map(|(at, code)| f64::from(code) * scale(at) * step).collect()
        }
    }
}

#[test]
fn a_weight_too_large_for_fixed_point_is_refused_by_name() {
    for (format, weight) in [(WeightFormat::Int8, 1e9), (INT4, 1e12)] {
        let Err(error) = Matrix::quantise(&[weight; 32], 32, format, "layers.3.down_proj") else {
            panic!("accepted");
        };
        assert!(error.to_string().starts_with("layers.3.down_proj: weight magnitude"), "{error}");
    }
}

#[test]
fn a_bias_too_large_for_fixed_point_is_refused_by_name() {
    let matrix = || Matrix::quantise(&[0.5; 32], 32, WeightFormat::Int8, "m").unwrap();
    assert_eq!(matrix().with_biases(&[-1.5], "m").unwrap().biases, Some(vec![-98_304]));
    for bias in [16_384.0f32, -1e30] {
        let Err(error) = matrix().with_biases(&[bias], "layers.0.q_proj") else {
            panic!("accepted");
        };
        assert!(error.to_string().starts_with("layers.0.q_proj: bias can reach"), "{error}");
    }
}

#[test]
fn zero_and_tiny_rows_are_kept() {
    let mut row = vec![0.0f32; 32];
    row.extend([1e-12f32; 32]);
    for format in [WeightFormat::Int8, INT4] {
        let matrix = Matrix::quantise(&row, 64, format, "m").unwrap();
        assert!(values(&matrix).iter().all(|value| value.abs() < 1e-9));
    }
}

/// The widest row of extreme weights in every group: its accumulator is inside the bound, so it is not refused.
#[test]
fn the_widest_int4_row_of_extreme_weights_is_not_refused() {
    let row = vec![-1.0f32; 1 << 16];
    let matrix = Matrix::quantise(&row, 1 << 16, INT4, "m").unwrap();
    let Codes::Int4(codes) = &matrix.codes else { panic!("int8") };
    assert!(codes.pairs.iter().all(|pair| *pair == 0x88), "every code is -8");
    assert!(bounds::int4_accumulator(&codes.pairs, &codes.group_scales, 32).is_ok());
}

proptest! {
    #[test]
    fn the_error_of_int8_is_at_most_half_a_step(row in proptest::collection::vec(-3.0f32..3.0, 32)) {
        let matrix = Matrix::quantise(&row, 32, WeightFormat::Int8, "m").unwrap();
        let scale = matrix.scales[0];
        let step = 127.0 * f64::from(scale.mantissa) * power_of_two(-(scale.shift as i32));
        for (value, kept) in row.iter().zip(values(&matrix)) {
            prop_assert!((f64::from(*value) - kept).abs() <= step * 0.51);
        }
    }

    /// The plain scale of a group alone leaves at most half its step, and what is chosen is not worse in squares:
    /// the widest group's step is `largest / 7`, one row step more by rounding.
    #[test]
    fn the_error_of_int4_is_bounded_by_half_a_step_of_the_widest_group(row in proptest::collection::vec(-3.0f32..3.0, 64)) {
        let matrix = Matrix::quantise(&row, 64, INT4, "m").unwrap();
        let largest = row.iter().fold(0f64, |max, value| max.max(f64::from(value.abs())));
        let step = largest / 7.0 * 1.01;
        for (group, kept) in row.chunks(32).zip(values(&matrix).chunks(32)) {
            let error: f64 = group.iter().zip(kept).map(|(a, b)| (f64::from(*a) - b).powi(2)).sum();
            prop_assert!(error <= 32.0 * (step / 2.0).powi(2), "{error}");
        }
    }
}
