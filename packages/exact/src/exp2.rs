//! 2^-y by a table of 256 steps with linear interpolation.

use crate::rsqrt::isqrt;

/// Steps of the table in one octave.
pub const EXP2_STEPS: usize = 256;

/// `EXP2_TABLE[i] = round(2^30 * 2^(-i/256))`, `i` from 0 to 256.
pub const EXP2_TABLE: [u32; EXP2_STEPS + 1] = table();

/// `2^-y` in Q30 for `y >= 0` in Q16; 0 from `y = 31` on.
///
/// With `n = y >> 16`, `i = (y >> 8) & 255`, `l = y & 255`: `(E[i] - (((E[i] - E[i+1]) * l) >> 8)) >> n`, both
/// shifts rounding down. The interpolation is within 2^-19 relative.
pub fn exp2_negative_q30(y: u32) -> u32 {
    let n = y >> 16;
    if n >= 31 { 0 } else { interpolate(y) >> n }
}

/// `2^-y` in Q15 for `y >= 0` in Q16, rounded half up from the interpolated value; 0 from `y = 16` on.
pub fn exp2_negative_q15(y: u32) -> u32 {
    let n = y >> 16;
    if n >= 16 { 0 } else { (interpolate(y) + (1 << (n + 14))) >> (n + 15) }
}

fn interpolate(y: u32) -> u32 {
    let index = ((y >> 8) & 255) as usize;
    let (left, right) = (EXP2_TABLE[index], EXP2_TABLE[index + 1]);
    left - (((left - right) * (y & 255)) >> 8)
}

const fn table() -> [u32; EXP2_STEPS + 1] {
    // Q60 factors 2^(-1/2), 2^(-1/4), ... 2^(-1/256) by repeated square roots.
    let one: u128 = 1 << 60;
    let mut factors = [0u128; 8];
    let mut value = one / 2;
    let mut i = 0;
    while i < 8 {
        value = isqrt(value << 60);
        factors[i] = value;
        i += 1;
    }
    let mut table = [0; EXP2_STEPS + 1];
    let mut step = 0;
    while step < EXP2_STEPS {
        let mut product = one;
        let mut bit = 0;
        while bit < 8 {
            if (step >> (7 - bit)) & 1 == 1 {
                product = (product * factors[bit]) >> 60;
            }
            bit += 1;
        }
        table[step] = ((product + (1 << 29)) >> 30) as u32;
        step += 1;
    }
    table[EXP2_STEPS] = 1 << 29;
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_rounded_power() {
        for (i, entry) in EXP2_TABLE.iter().enumerate() {
            let real = 2f64.powf(30.0 - i as f64 / 256.0).round();
            assert_eq!(f64::from(*entry), real, "entry {i}");
        }
    }

    #[test]
    fn known_answers() {
        assert_eq!(exp2_negative_q30(0), 1 << 30);
        assert_eq!(exp2_negative_q30(1 << 16), 1 << 29);
        assert_eq!(exp2_negative_q30(31 << 16), 0);
        assert_eq!(exp2_negative_q30(u32::MAX), 0);
        assert_eq!(exp2_negative_q15(0), 1 << 15);
        assert_eq!(exp2_negative_q15(15 << 16), 1);
        assert_eq!(exp2_negative_q15(16 << 16), 0);
    }

    /// Every input below 2^-31, so every octave and every step: the bounds are theorems, not samples.
    #[test]
    fn agrees_with_real_numbers() {
        for y in 0u32..=31 << 16 {
            let real = 2f64.powf(-f64::from(y) / 65536.0);
            let q30 = f64::from(exp2_negative_q30(y)) / 2f64.powi(30);
            assert!(
                (q30 - real).abs() <= real * 2f64.powi(-19) + 2f64.powi(-30),
                "{y}: {q30} for {real}"
            );
            // Half a unit for the rounding, and what the interpolation is off.
            let q15 = f64::from(exp2_negative_q15(y)) / 2f64.powi(15);
            assert!(
                (q15 - real).abs() <= 0.5 * 2f64.powi(-15) + real * 2f64.powi(-19),
                "{y}: {q15} for {real}"
            );
        }
    }

    #[test]
    fn never_grows() {
        for y in 0u32..=31 << 16 {
            assert!(exp2_negative_q30(y + 1) <= exp2_negative_q30(y), "{y}");
        }
    }
}
