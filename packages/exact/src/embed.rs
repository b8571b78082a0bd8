//! Embedding lookup: one int8 weight row to fixed point.

use crate::{WeightScale, requantise};

/// `output[i] = round(codes[i] * 127 * mantissa / 2^(shift - 16))`: the row of a token as fixed values.
///
/// The factor 127 undoes the 1/127 inside [`WeightScale`]. Rounding point: [`requantise`].
pub fn embed_row(codes: &[i8], scale: WeightScale, output: &mut [i32]) {
    for (value, code) in output.iter_mut().zip(codes) {
        *value = requantise(
            i32::from(*code) * 127,
            scale.mantissa as i32,
            scale.shift - WeightScale::SHIFT_MIN,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_code_gives_the_row_maximum() {
        // max|w| = 1: scale 1 / 127^2 = 16644 * 2^-28 (rounded).
        let mut output = [0; 3];
        embed_row(&[127, -127, 1], WeightScale { mantissa: 16644, shift: 28 }, &mut output);
        assert_eq!(output, [65540, -65540, 516]);
    }
}
