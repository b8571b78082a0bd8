//! Rotary position embedding from fixed-point tables, Hugging Face's rotate-half pairing.

use crate::{add_fixed, requantise};

/// 1.0 in the tables of cosines and sines (Q1.30).
pub const ROPE_ONE: i32 = 1 << 30;

/// Rotates the pair `(low, high)` of fixed values by the angle with the given cosine and sine (Q1.30).
///
/// Rounding points: each of the four products by [`requantise`]; the two sums saturate.
pub fn rope_pair(low: i32, high: i32, cos: i32, sin: i32) -> (i32, i32) {
    let rotated_low = add_fixed(requantise(low, cos, 30), -requantise(high, sin, 30));
    let rotated_high = add_fixed(requantise(high, cos, 30), requantise(low, sin, 30));
    (rotated_low, rotated_high)
}

/// Rotates one head in place: element `i` pairs with `i + head/2`; `cos` and `sin` hold `head/2` entries.
pub fn rope_head(head: &mut [i32], cos: &[i32], sin: &[i32]) {
    let half = head.len() / 2;
    let (low, high) = head.split_at_mut(half);
    for (((a, b), cos), sin) in low.iter_mut().zip(high).zip(cos).zip(sin) {
        (*a, *b) = rope_pair(*a, *b, *cos, *sin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, fixed};
    use proptest::prelude::*;

    #[test]
    fn quarter_turns_are_exact() {
        let mut head = [5, -7, 11, 13];
        rope_head(&mut head, &[0, ROPE_ONE], &[ROPE_ONE, 0]);
        assert_eq!(head, [-11, -7, 5, 13]);
    }

    proptest! {
        #[test]
        fn agrees_with_real_rotation(low in fixed(), high in fixed(), angle in 0.0f64..6.3) {
            let (low, high) = (low / 2, high / 2);
            let (sin, cos) = angle.sin_cos();
            let one = f64::from(ROPE_ONE);
            let (a, b) = rope_pair(low, high, (cos * one).round() as i32, (sin * one).round() as i32);
            let (x, y) = (f64::from(low), f64::from(high));
            prop_assert!(close(a.into(), x * cos - y * sin, 2.0));
            prop_assert!(close(b.into(), y * cos + x * sin, 2.0));
        }
    }
}
