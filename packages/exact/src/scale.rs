//! Scales as (mantissa, exponent) pairs of integers; both pack into one 32-bit word.

/// Scale of a dynamically quantised row: one step of the int8 code is `mantissa * 2^(bits - 15) / 127`.
///
/// `mantissa` is in `(2^14, 2^15]` and `bits` is the bit length of the row maximum, 1 to 31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowScale {
    /// Row maximum normalised to 15 bits and rounded up.
    pub mantissa: u32,
    /// Bit length of the row maximum.
    pub bits: u32,
}

impl RowScale {
    /// Scale of a row whose largest magnitude is `row_max` (below 2^31); an all-zero row counts as 1.
    ///
    /// Rounding point: the mantissa is cut to 15 bits and increased by one, so every element is *below*
    /// `mantissa * 2^(bits - 15)` and no code can pass ±127.
    pub const fn of_max(row_max: u32) -> Self {
        let row_max = if row_max == 0 { 1 } else { row_max };
        let bits = 32 - row_max.leading_zeros();
        let cut = if bits <= 15 { row_max << (15 - bits) } else { row_max >> (bits - 15) };
        Self { mantissa: cut + 1, bits }
    }

    /// `floor(127 * 2^23 / mantissa)`, in `[127 * 2^8, 127 * 2^9)`: the multiplier of quantisation.
    pub const fn reciprocal(self) -> u32 {
        (127 << 23) / self.mantissa
    }

    /// `mantissa | bits << 16`.
    pub const fn pack(self) -> u32 {
        self.mantissa | (self.bits << 16)
    }

    /// Inverse of [`RowScale::pack`].
    pub const fn unpack(word: u32) -> Self {
        Self { mantissa: word & 0xffff, bits: word >> 16 }
    }
}

/// Constant scale of one weight row: `mantissa * 2^-shift`, the 1/127 of the activation already inside.
///
/// `mantissa` is in `[2^14, 2^15)`; `shift` is in [`WeightScale::SHIFT_MIN`]..=[`WeightScale::SHIFT_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WeightScale {
    /// Normalised mantissa.
    pub mantissa: u32,
    /// Binary places.
    pub shift: u32,
}

impl WeightScale {
    /// Smallest shift: keeps the shift of every product non-negative for rows of 31 bits.
    pub const SHIFT_MIN: u32 = 16;
    /// Largest shift: keeps the shift of every product at or below 62 for rows of 1 bit.
    pub const SHIFT_MAX: u32 = 48;

    /// `mantissa | shift << 16`.
    pub const fn pack(self) -> u32 {
        self.mantissa | (self.shift << 16)
    }

    /// Inverse of [`WeightScale::pack`].
    pub const fn unpack(word: u32) -> Self {
        Self { mantissa: word & 0xffff, shift: word >> 16 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_answers() {
        assert_eq!(RowScale::of_max(0), RowScale { mantissa: (1 << 14) + 1, bits: 1 });
        assert_eq!(RowScale::of_max((1 << 30) - 1), RowScale { mantissa: 1 << 15, bits: 30 });
        assert_eq!(RowScale::of_max(65536), RowScale { mantissa: (1 << 14) + 1, bits: 17 });
        assert_eq!(RowScale { mantissa: 1 << 15, bits: 3 }.reciprocal(), 127 << 8);
    }

    proptest! {
        #[test]
        fn the_mantissa_is_normalised_and_above_the_maximum(row_max in 1u32..1 << 31) {
            let scale = RowScale::of_max(row_max);
            prop_assert!(scale.mantissa > 1 << 14 && scale.mantissa <= 1 << 15);
            prop_assert!(u128::from(row_max) << 15 < u128::from(scale.mantissa) << scale.bits);
            prop_assert_eq!(RowScale::unpack(scale.pack()), scale);
        }
    }
}
