//! The stream that inputs are drawn from: SplitMix64, the same on every machine.

use stoa_exact::{FIXED_MAX, WeightScale};

/// A stream of test values.
pub struct Draw(u64);

impl Draw {
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

    /// A number from `low` to `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = (high - low) as u128 + 1;
        low + ((u128::from(self.word()) * span) >> 64) as i64
    }

    /// A fixed value of any magnitude.
    pub fn fixed(&mut self) -> i32 {
        let limit = (1i64 << self.between(0, 30)) - 1;
        self.between(-limit, limit) as i32
    }

    /// A row of fixed values of one magnitude; some are extreme: all zero, all largest, or one spike.
    pub fn row(&mut self, width: usize) -> Vec<i32> {
        let limit = (1i64 << self.between(0, 30)) - 1;
        let mut row: Vec<i32> = (0..width).map(|_| self.between(-limit, limit) as i32).collect();
        match self.between(0, 15) {
            0 => row.fill(0),
            1 => row.fill(FIXED_MAX),
            2 => row.iter_mut().step_by(2).for_each(|value| *value = -FIXED_MAX),
            3 => row.iter_mut().take(1).for_each(|value| *value = -FIXED_MAX),
            _ => {}
        }
        row
    }

    /// int8 codes; some rows are all 127 or all -127.
    pub fn codes(&mut self, width: usize) -> Vec<i8> {
        match self.between(0, 7) {
            0 => vec![127; width],
            1 => vec![-127; width],
            _ => (0..width).map(|_| self.between(-127, 127) as i8).collect(),
        }
    }

    /// A weight scale inside its bounds.
    pub fn weight_scale(&mut self) -> WeightScale {
        let (low, high) = (WeightScale::SHIFT_MIN.into(), WeightScale::SHIFT_MAX.into());
        WeightScale {
            mantissa: self.between(1 << 14, (1 << 15) - 1) as u32,
            shift: self.between(low, high) as u32,
        }
    }
}
