//! `cap * tanh(x / cap)`: logits and scores of Gemma 2, and tanh itself with `cap = 1`.

use crate::{LOG2_E_Q29, exp2_negative_q30, requantise};

/// A cap with what follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoftCap {
    cap: i32,
    rate: i32,
    shift: u32,
}

impl SoftCap {
    /// From a cap in fixed point, 1 to [`FIXED_MAX`](crate::FIXED_MAX).
    ///
    /// With `n` = bit length of the cap: `rate = floor(LOG2_E_Q29 * 2^(n-1) / cap)`, below 2^30, and `shift = n + 11`.
    pub const fn new(cap: i32) -> Self {
        let bits = 32 - cap.leading_zeros();
        let rate = ((LOG2_E_Q29 as u64) << (bits - 1)) / cap as u64;
        Self { cap, rate: rate as i32, shift: bits + 11 }
    }

    /// The cap, a fixed value.
    pub const fn cap(self) -> i32 {
        self.cap
    }

    /// What turns a magnitude into the exponent: multiplier and shift of a [`requantise`].
    pub const fn rate(self) -> (i32, u32) {
        (self.rate, self.shift)
    }

    /// The capped value.
    ///
    /// `y = requantise(|x|, rate, shift)`; `e = 2^-y` in Q30; `s = floor(2^31 / ((2^30 + e + 2^14) >> 15))`;
    /// `t = requantise(2^30 - e, s, 16)`, the tanh in Q30; the result is `requantise(t, cap, 30)` with the sign of `x`.
    pub fn apply(self, x: i32) -> i32 {
        let y = requantise(x.abs(), self.rate, self.shift);
        let e = exp2_negative_q30(y as u32);
        let reciprocal = (1u32 << 31) / (((1 << 30) + e + (1 << 14)) >> 15);
        let tanh = requantise((1 << 30) - e as i32, reciprocal as i32, 16);
        let capped = requantise(tanh, self.cap, 30);
        if x < 0 { -capped } else { capped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        FIXED_MAX,
        testing::{close, fixed},
    };
    use proptest::prelude::*;

    #[test]
    fn known_answers() {
        let tanh = SoftCap::new(65536);
        assert_eq!(tanh.apply(0), 0);
        assert_eq!((tanh.apply(FIXED_MAX), tanh.apply(-FIXED_MAX)), (65536, -65536));
        assert_eq!(SoftCap::new(FIXED_MAX).apply(0), 0);
        assert_eq!(SoftCap::new(1).apply(5), 1);
    }

    proptest! {
        #[test]
        fn agrees_with_real_numbers(x in fixed(), cap in 1i32 << 12..=FIXED_MAX) {
            let unit = f64::from(cap);
            let real = (f64::from(x) / unit).tanh() * unit;
            let actual = SoftCap::new(cap).apply(x);
            prop_assert!(close(actual.into(), real, 1.0 + unit * 2f64.powi(-18) + real.abs() * 2f64.powi(-14)), "{actual} {real}");
            prop_assert!(actual.abs() <= cap);
        }
    }
}
