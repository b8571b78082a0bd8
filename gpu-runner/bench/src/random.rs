//! Random bytes out of a seed.

use rayon::prelude::*;

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
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
}

/// Codes from -127 to 127.
pub fn codes(length: usize, seed: u64) -> Vec<i8> {
    const PIECE: usize = 1 << 16;
    let mut codes = vec![0i8; length];
    codes.par_chunks_mut(PIECE).enumerate().for_each(|(index, piece)| {
        let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ index as u64);
        for chunk in piece.chunks_mut(8) {
            for (code, byte) in chunk.iter_mut().zip(random.word().to_le_bytes()) {
                *code = (byte as i8).max(-127);
            }
        }
    });
    codes
}
