//! Seeded vectors for self-tests: random values of every magnitude, and the extremes.

use stoa_exact::{FIXED_MAX, WeightScale};

/// A stream of test values (SplitMix64), the same on every machine.
pub struct Vectors(u64);

impl Vectors {
    /// A stream for a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u32) -> u32 {
        (((self.word() >> 32) * u64::from(limit)) >> 32) as u32
    }

    /// A row of fixed values of one magnitude; one row in four is extreme: all zero, all largest, or one spike.
    pub fn fixed_row(&mut self, width: usize) -> Vec<i32> {
        let bits = self.below(31);
        let limit = (1i64 << bits) - 1;
        let mut row: Vec<i32> = (0..width).map(|_| self.signed(limit as u32)).collect();
        match self.below(16) {
            0 => row.fill(0),
            1 => row.fill(FIXED_MAX),
            2 => row.iter_mut().step_by(2).for_each(|value| *value = -FIXED_MAX),
            3 => row.iter_mut().take(1).for_each(|value| *value = -FIXED_MAX),
            _ => {}
        }
        row
    }

    /// A number between `-limit` and `limit`.
    pub fn signed(&mut self, limit: u32) -> i32 {
        let span = 2 * u64::from(limit) + 1;
        ((u128::from(self.word()) * u128::from(span)) >> 64) as i64 as i32 - limit as i32
    }

    /// int8 codes; one row in four is all 127 or all -127.
    pub fn codes(&mut self, width: usize) -> Vec<i8> {
        match self.below(8) {
            0 => vec![127; width],
            1 => vec![-127; width],
            _ => (0..width).map(|_| self.signed(127) as i8).collect(),
        }
    }

    /// A weight scale inside its bounds.
    pub fn weight_scale(&mut self) -> WeightScale {
        let range = WeightScale::SHIFT_MAX - WeightScale::SHIFT_MIN + 1;
        WeightScale {
            mantissa: (1 << 14) + self.below(1 << 14),
            shift: WeightScale::SHIFT_MIN + self.below(range),
        }
    }
}
