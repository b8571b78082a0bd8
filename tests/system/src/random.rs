//! Replayable choices of a test.

use std::{
    env,
    time::{SystemTime, UNIX_EPOCH},
};

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): enough to
/// choose moments, and replayable from one number.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts from `STOA_SEED`, or from a number that it prints with the way to repeat the run of
    /// `cargo test <test>`.
    pub fn seeded(test: &str) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let chosen = env::var("STOA_SEED").ok().and_then(|text| text.parse().ok());
        let seed = chosen.unwrap_or(now);
        println!("seed {seed}; replay with STOA_SEED={seed} cargo test {test} -- --nocapture");
        Self(seed)
    }

    /// Starts from a number.
    pub const fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// One of `choices`, which must not be empty.
    pub fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        let place = self.below(choices.len() as u64) as usize;
        choices[place]
    }

    /// Whether one of `odds` equal chances came up.
    pub const fn one_in(&mut self, odds: u64) -> bool {
        self.below(odds) == 0
    }

    /// A number below `bound`; below one if that is zero.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % if bound == 0 { 1 } else { bound }
    }
}
