//! Numbers that follow from the configuration: rotary tables, norm weights, the score constant.

use stoa_exact::{ROPE_ONE, WeightScale};

use super::{
    real::{power_of_two, sin_cos, split},
    rotary::{frequencies, score_factor},
};
use crate::folder::config::ModelConfig;

/// Cosines and sines in Q1.30, `[context][2][head / 2]`, each `round(value * 2^30)`.
pub fn rope(config: &ModelConfig) -> Vec<i32> {
    let frequencies = frequencies(config);
    let fixed = |value: f64| (value * f64::from(ROPE_ONE)).round() as i32;
    let mut table = Vec::with_capacity((config.context * config.head) as usize);
    for position in 0..config.context {
        let angles = frequencies.iter().map(|frequency| sin_cos(f64::from(position) * frequency));
        let (sines, cosines): (Vec<f64>, Vec<f64>) = angles.unzip();
        table.extend(cosines.into_iter().map(fixed));
        table.extend(sines.into_iter().map(fixed));
    }
    table
}

/// `round(eps * width * 2^32)`, the regularisation of RMSNorm.
pub fn epsilon(config: &ModelConfig) -> u64 {
    (config.epsilon * f64::from(config.hidden) * power_of_two(32)).round() as u64
}

/// `log2(e) / (127^2 * sqrt(head))`, the constant of attention scores, times the factor of the rotary scaling.
pub fn score_scale(config: &ModelConfig) -> WeightScale {
    let plain = std::f64::consts::LOG2_E / (16129.0 * f64::from(config.head).sqrt());
    scale_of(plain * score_factor(config.scaling))
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
