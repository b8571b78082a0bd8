//! The residual stream: fixed-point addition.

use crate::FIXED_MAX;

/// `a + b` of fixed values, saturated at ±[`FIXED_MAX`]; the sum itself cannot leave `i32`.
pub fn add_fixed(a: i32, b: i32) -> i32 {
    (a + b).clamp(-FIXED_MAX, FIXED_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fixed;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn is_the_clamped_sum(a in fixed(), b in fixed()) {
            let limit = i64::from(FIXED_MAX);
            let expected = (i64::from(a) + i64::from(b)).clamp(-limit, limit);
            prop_assert_eq!(i64::from(add_fixed(a, b)), expected);
        }
    }
}
