//! Real functions built from IEEE additions, multiplications and divisions only.
//!
//! The system's `exp`, `ln`, `sin` and `cos` may differ in the last bit between platforms; a table built from them
//! would give another model root. These give the same bits everywhere, within 1e-14.

use std::f64::consts::LN_2;

/// pi/2 in two parts: 33 bits, so that products with small integers are exact, and the rest.
const HALF_PI_HIGH: f64 = 1.570_796_326_734_125_6;
const HALF_PI_LOW: f64 = 6.077_100_506_506_192e-11;
const TWO_OVER_PI: f64 = std::f64::consts::FRAC_2_PI;

/// `2^n` for `-1022 <= n <= 1023`.
pub fn power_of_two(n: i32) -> f64 {
    f64::from_bits(((1023 + n) as u64) << 52)
}

/// `(f, e)` with `x = f * 2^e` and `f` in `[0.5, 1)`; `x` positive and normal.
pub fn split(x: f64) -> (f64, i32) {
    let bits = x.to_bits();
    let exponent = (bits >> 52) as i32 - 1022;
    (f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52)), exponent)
}

/// Natural logarithm of a positive normal number.
pub fn ln(x: f64) -> f64 {
    let (mut f, mut e) = split(x);
    if f < std::f64::consts::FRAC_1_SQRT_2 {
        f *= 2.0;
        e -= 1;
    }
    let z = (f - 1.0) / (f + 1.0);
    let square = z * z;
    let mut sum = 0.0;
    for k in (0..14).rev() {
        sum = sum * square + 1.0 / f64::from(2 * k + 1);
    }
    f64::from(e) * LN_2 + 2.0 * z * sum
}

/// `e^x` for `|x| < 700`.
pub fn exp(x: f64) -> f64 {
    let n = (x / LN_2).round();
    let r = x - n * LN_2;
    let mut sum = 1.0;
    for k in (1..=18).rev() {
        sum = 1.0 + r / f64::from(k) * sum;
    }
    sum * power_of_two(n as i32)
}

/// Sine and cosine for `0 <= x < 2^20`.
pub fn sin_cos(x: f64) -> (f64, f64) {
    let n = (x * TWO_OVER_PI).round();
    let r = (x - n * HALF_PI_HIGH) - n * HALF_PI_LOW;
    let square = r * r;
    let (mut sin, mut cos) = (1.0, 1.0);
    for k in (1..=10).rev() {
        sin = 1.0 - square / f64::from((2 * k) * (2 * k + 1)) * sin;
        cos = 1.0 - square / f64::from((2 * k - 1) * (2 * k)) * cos;
    }
    sin *= r;
    match (n as i64) & 3 {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agree_with_the_system(x in 0.0f64..100_000.0, y in -50.0f64..50.0, z in 1e-9f64..1e9) {
            let (sin, cos) = sin_cos(x);
            prop_assert!((sin - x.sin()).abs() < 1e-11 && (cos - x.cos()).abs() < 1e-11);
            prop_assert!((exp(y) / y.exp() - 1.0).abs() < 1e-14);
            prop_assert!((ln(z) - z.ln()).abs() < 1e-13);
            let (f, e) = split(z);
            prop_assert_eq!(f * power_of_two(e), z);
        }
    }
}
