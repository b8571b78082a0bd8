//! Numbers that follow from the configuration: rotary tables, regularisation, the score constant, caps.

use stoa_exact::{ROPE_ONE, WeightScale};

use super::{
    real::{power_of_two, sin_cos, split},
    rotary::{Rotary, frequencies, score_factor},
};
use crate::folder::config::ModelConfig;

/// The table of one rotary embedding.
pub struct RotaryTable {
    /// Elements of a head that are rotated, the first ones.
    pub width: u32,
    /// Cosines and sines in Q1.30, `[context][2][width / 2]`, each `round(value * 2^30)`.
    pub entries: Vec<i32>,
}

impl RotaryTable {
    /// The table for `context` positions.
    pub fn new(rotary: &Rotary, context: u32) -> Self {
        let frequencies = frequencies(rotary, context);
        let fixed = |value: f64| (value * f64::from(ROPE_ONE)).round() as i32;
        let mut entries = Vec::with_capacity((context * rotary.width) as usize);
        for position in 0..context {
            let angles =
                frequencies.iter().map(|frequency| sin_cos(f64::from(position) * frequency));
            let (sines, cosines): (Vec<f64>, Vec<f64>) = angles.unzip();
            entries.extend(cosines.into_iter().map(fixed));
            entries.extend(sines.into_iter().map(fixed));
        }
        Self { width: rotary.width, entries }
    }

    /// Cosines and sines of one position.
    pub fn angles(&self, position: u32) -> (&[i32], &[i32]) {
        let width = self.width as usize;
        self.entries[position as usize * width..][..width].split_at(width / 2)
    }
}

/// `round(eps * width * 2^32)`, the regularisation of an RMSNorm over `width` elements.
pub fn epsilon(config: &ModelConfig, width: u32) -> u64 {
    (config.epsilon * f64::from(width) * power_of_two(32)).round() as u64
}

/// `log2(e) / (127^2 * sqrt(score width))`, the constant of attention scores, times the factor of the rotary scaling.
pub fn score_scale(config: &ModelConfig) -> WeightScale {
    let plain = std::f64::consts::LOG2_E / (16129.0 * config.score_width.sqrt());
    let factor = config.rotaries.first().map_or(1.0, |rotary| score_factor(rotary.scaling));
    scale_of(plain * factor)
}

/// `round(cap * unit * 2^16)` of a cap of scores (`unit` = log2(e)) or of logits (1).
pub fn cap(cap: f64, unit: f64) -> i64 {
    (cap * unit * 65536.0).round() as i64
}

/// A positive real number as a 15-bit mantissa and a shift, rounded to nearest.
pub fn scale_of(value: f64) -> WeightScale {
    let (fraction, mut exponent) = split(value);
    let mut mantissa = (fraction * 32768.0).round() as u32;
    if mantissa == 1 << 15 {
        mantissa = 1 << 14;
        exponent += 1;
    }
    WeightScale { mantissa, shift: (15 - exponent).max(0) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_normalised_and_close() {
        for value in [1.0, 0.999_999_9, 1e-4, 3.0 / 16129.0] {
            let scale = scale_of(value);
            assert!((1 << 14..1 << 15).contains(&scale.mantissa));
            let back = f64::from(scale.mantissa) * power_of_two(-(scale.shift as i32));
            assert!((back / value - 1.0).abs() < 4e-5);
        }
    }
}
