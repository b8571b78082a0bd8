//! Reciprocal square root: table seed and two Newton steps in Q30.

/// Seeds for the 96 intervals of `[1, 4)` of width 1/32: `2^30 / sqrt(midpoint)`, rounded down.
pub const RSQRT_SEEDS: [u32; 96] = seeds();

/// `2^30 / sqrt(f / 2^30)` for `f` in `[2^30, 2^32)`, within 2^-24 relative; never above 2^30.
///
/// Seed `r = RSQRT_SEEDS[(f >> 25) - 32]`, then twice
/// `r = (r * (3 * 2^30 - ((f * ((r * r) >> 30)) >> 30))) >> 31`, every shift rounding down.
pub fn rsqrt_q30(f: u32) -> u32 {
    let f = f.max(1 << 30);
    let mut r = RSQRT_SEEDS[((f >> 25) - 32) as usize];
    for _ in 0..2 {
        let square = multiply_shift(r, r, 30);
        let product = multiply_shift(f, square, 30);
        r = multiply_shift(r, (3 << 30) - product, 31);
    }
    r.min(1 << 30)
}

fn multiply_shift(a: u32, b: u32, shift: u32) -> u32 {
    ((u64::from(a) * u64::from(b)) >> shift) as u32
}

const fn seeds() -> [u32; 96] {
    let mut table = [0; 96];
    let mut i = 0;
    while i < 96 {
        let midpoint = ((i as u128 + 32) << 25) + (1 << 24);
        table[i] = isqrt((1 << 90) / midpoint) as u32;
        i += 1;
    }
    table
}

/// Integer square root, rounded down.
pub(crate) const fn isqrt(n: u128) -> u128 {
    let mut root = 0u128;
    let mut bit = 1u128 << 63;
    while bit > 0 {
        let candidate = root | bit;
        if candidate * candidate <= n {
            root = candidate;
        }
        bit >>= 1;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_answers() {
        assert_eq!(RSQRT_SEEDS[0], 1_065_450_257);
        assert_eq!(rsqrt_q30(1 << 30), 1_073_741_811);
        assert_eq!(rsqrt_q30(u32::MAX), 536_870_912);
    }

    proptest! {
        #[test]
        fn agrees_with_real_numbers(f in 1u32 << 30..=u32::MAX) {
            let one = f64::from(1u32 << 30);
            let real = one / (f64::from(f) / one).sqrt();
            prop_assert!((f64::from(rsqrt_q30(f)) - real).abs() <= real * 2f64.powi(-24));
        }
    }
}
