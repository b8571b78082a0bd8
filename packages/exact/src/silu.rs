//! SiLU and the gated product of the feed-forward block.

use crate::{exp2_negative_q30, requantise};

/// `round(log2(e) * 2^29)`; Q29 because a multiplier may not pass 2^30.
pub const LOG2_E_Q29: i32 = 774_541_002;

/// `g / (1 + e^-g)` of a fixed value, within 2^-14 of the real value's magnitude.
///
/// `y = requantise(|g|, LOG2_E_Q29, 29)`; `e = 2^-y` in Q30; `d = (2^30 + e + 2^14) >> 15`;
/// `s = floor(2^31 / d)`, the sigmoid of `|g|` in Q16; `p = requantise(g, s, 16)`; the result is `p` for
/// `g >= 0` and `requantise(p, e, 30)` for `g < 0`.
pub fn silu(g: i32) -> i32 {
    let y = requantise(g.abs(), LOG2_E_Q29, 29);
    let e = exp2_negative_q30(y as u32);
    let denominator = ((1 << 30) + e + (1 << 14)) >> 15;
    let sigmoid = (1u32 << 31) / denominator;
    let product = requantise(g, sigmoid as i32, 16);
    if g < 0 { requantise(product, e as i32, 30) } else { product }
}

/// `silu(gate) * up` of fixed values. Rounding points: [`silu`] and one [`requantise`].
pub fn swiglu(gate: i32, up: i32) -> i32 {
    requantise(silu(gate), up, 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, fixed};
    use proptest::prelude::*;

    #[test]
    fn known_answers() {
        assert_eq!(silu(0), 0);
        assert_eq!(silu(65536), 47910);
        assert_eq!(silu(-65536), -17625);
        assert_eq!(silu(crate::FIXED_MAX), crate::FIXED_MAX);
        assert_eq!(silu(-crate::FIXED_MAX), 0);
        assert_eq!(swiglu(65536, -2 * 65536), -95820);
    }

    proptest! {
        #[test]
        fn agrees_with_real_numbers(g in fixed()) {
            let x = f64::from(g) / 65536.0;
            let real = x / (1.0 + (-x).exp()) * 65536.0;
            prop_assert!(close(silu(g).into(), real, 2.0 + real.abs() * 2f64.powi(-14)));
        }
    }
}
