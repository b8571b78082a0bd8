//! GELU: a fixed value times the share of a table, in both forms that models use.

use crate::{requantise, rsqrt::isqrt};

/// Entries of a table: shares at 0, 1/128, 2/128 … 8.
pub const GELU_ENTRIES: usize = 1025;
/// 1.0 in Q60.
const ONE: u128 = 1 << 60;

/// `GELU_ERF[i] = round(2^30 * P(i/128))` with the normal distribution `P(x) = (1 + erf(x / sqrt 2)) / 2`.
pub static GELU_ERF: [u32; GELU_ENTRIES] = normal_table();
/// `GELU_TANH[i] = round(2^30 / (1 + e^-2u))` with `x = i/128`, `u = sqrt(2/pi) * (x + 0.044715 x^3)`.
pub static GELU_TANH: [u32; GELU_ENTRIES] = tanh_table();

/// Which of the two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gelu {
    /// `x * P(x)`: BERT.
    Erf,
    /// The approximation by tanh: GPT-2, Gemma.
    Tanh,
}

impl Gelu {
    /// Shares at the steps of the table.
    pub const fn table(self) -> &'static [u32; GELU_ENTRIES] {
        match self {
            Self::Erf => &GELU_ERF,
            Self::Tanh => &GELU_TANH,
        }
    }
}

/// GELU of a fixed value, within 2^-18 of the real value's magnitude plus one unit.
///
/// `i = |x| >> 9`, `l = |x| & 511`; share `p = T[i] + (((T[i+1] - T[i]) * l) >> 9)`, and `2^30` for `i >= 1024`;
/// for negative `x` the share is `2^30 - p`. The result is `requantise(x, share, 30)`.
pub fn gelu(kind: Gelu, x: i32) -> i32 {
    let table = kind.table();
    let magnitude = x.unsigned_abs();
    let index = (magnitude >> 9) as usize;
    let share = if index >= GELU_ENTRIES - 1 {
        1 << 30
    } else {
        let (left, right) = (table[index], table[index + 1]);
        left + (((right - left) * (magnitude & 511)) >> 9)
    };
    let share = if x < 0 { (1 << 30) - share } else { share };
    requantise(x, share as i32, 30)
}

/// `gelu(gate) * up` of fixed values. Rounding points: [`gelu`] and one [`requantise`].
pub fn geglu(kind: Gelu, gate: i32, up: i32) -> i32 {
    requantise(gelu(kind, gate), up, 16)
}

/// `a * b` of Q60 numbers, rounded down.
const fn multiply(a: u128, b: u128) -> u128 {
    (a * b) >> 60
}

/// `e^-z` in Q60 for `z < 1` in Q60, by its series.
const fn exp_negative(z: u128) -> u128 {
    let (mut positive, mut negative, mut term) = (ONE, 0, ONE);
    let mut k = 1;
    while k < 24 {
        term = multiply(term, z) / k;
        if k % 2 == 0 {
            positive += term
        } else {
            negative += term
        }
        k += 1;
    }
    positive - negative
}

/// `1 + z/first + z^2/(first (first + step)) + ...` in Q60 for `z = square / divisor`, times `start`.
///
/// At most 2^107 for the arguments of the table, and every term is positive.
const fn series(start: u128, square: u128, divisor: u128, first: u128, step: u128) -> u128 {
    let (mut sum, mut term, mut k) = (0, start, first);
    while term > 0 {
        sum += term;
        term = term * square / (divisor * k);
        k += step;
    }
    sum
}

const fn normal_table() -> [u32; GELU_ENTRIES] {
    let root = isqrt((2 * PI_Q60) << 60);
    let mut table = [0; GELU_ENTRIES];
    let mut i = 0;
    while i < GELU_ENTRIES {
        // P(x) - 1/2 = (x + x^3/3 + x^5/15 + ...) / (e^(x^2 / 2) * sqrt(2 pi)), with x = i / 128.
        let x = i as u128;
        let sum = series(x << 53, x * x, 16_384, 3, 2);
        let power = series(ONE, x * x, 32_768, 1, 1);
        // The quotient is below 1.26, so 66 bits of the divisor keep 126 of the dividend.
        let cut = (128 - power.leading_zeros()).saturating_sub(66);
        let area = (((sum >> cut) << 60) / (power >> cut)) * ONE / root;
        table[i] = ((ONE / 2 + area + (1 << 29)) >> 30) as u32;
        i += 1;
    }
    table
}

/// `round(pi * 2^60)`.
const PI_Q60: u128 = 3_622_009_729_038_561_421;

const fn tanh_table() -> [u32; GELU_ENTRIES] {
    // 2 sqrt(2 / pi) = sqrt(8 / pi).
    let factor = isqrt(((8u128 << 120) / PI_Q60) << 60);
    let mut table = [0; GELU_ENTRIES];
    let mut i = 0;
    while i < GELU_ENTRIES {
        // x + 0.044715 x^3 with x = i / 128, over the common denominator 10^6 * 128^3.
        let x = i as u128;
        let numerator = x * 16_384 * 1_000_000 + 44_715 * x * x * x;
        let exponent = factor * numerator / (1_000_000 * 2_097_152);
        let mut power = exp_negative(exponent / 64);
        let mut k = 0;
        while k < 6 {
            power = multiply(power, power);
            k += 1;
        }
        table[i] = ((ONE << 31) / (ONE + power)).div_ceil(2) as u32;
        i += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        FIXED_MAX,
        testing::{close, fixed},
    };
    use proptest::prelude::*;

    /// The normal distribution by Simpson's rule.
    fn normal(x: f64) -> f64 {
        let density = |t: f64| (-t * t / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let steps = 2000;
        let h = x / f64::from(steps);
        let inner: f64 = (1..steps)
            .map(|k| density(h * f64::from(k)) * if k % 2 == 1 { 4.0 } else { 2.0 })
            .sum();
        0.5 + h / 3.0 * (density(0.0) + inner + density(x))
    }

    fn logistic(x: f64) -> f64 {
        let u = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
        1.0 / (1.0 + (-2.0 * u).exp())
    }

    #[test]
    fn the_tables_are_the_rounded_functions() {
        for i in 0..GELU_ENTRIES {
            let x = i as f64 / 128.0;
            let one = 2f64.powi(30);
            assert!((f64::from(GELU_ERF[i]) - normal(x) * one).abs() <= 0.5001, "erf {i}");
            assert!((f64::from(GELU_TANH[i]) - logistic(x) * one).abs() <= 0.5001, "tanh {i}");
        }
    }

    #[test]
    fn known_answers() {
        for kind in [Gelu::Erf, Gelu::Tanh] {
            assert_eq!(gelu(kind, 0), 0);
            assert_eq!(gelu(kind, FIXED_MAX), FIXED_MAX);
            assert_eq!(gelu(kind, -FIXED_MAX), 0);
        }
        assert_eq!(gelu(Gelu::Erf, 65536), 55138);
        assert_eq!(gelu(Gelu::Erf, -65536), -10398);
        assert_eq!(gelu(Gelu::Tanh, 65536), 55128);
    }

    proptest! {
        #[test]
        fn agrees_with_real_numbers(x in fixed()) {
            let real = f64::from(x) / 65536.0;
            let cut = real.clamp(-8.0, 8.0);
            let shares = [(Gelu::Erf, normal(cut)), (Gelu::Tanh, logistic(cut))];
            for (kind, share) in shares {
                let expected = f64::from(x) * share;
                prop_assert!(close(gelu(kind, x).into(), expected, 1.0 + cut.abs() * 65536.0 * 2f64.powi(-18)));
            }
        }
    }
}
