//! The integer roof: the unit's multiply-add of bytes on registers alone, for benchmarks.

use crate::isa::{Isa, Unit};

/// Independent sums: enough to hide the latency of the instruction.
const SUMS: usize = 12;

impl Isa {
    /// Runs multiply-adds on registers; returns how many int8 products that were, and their sum, which a
    /// benchmark must use so that the work is not left out.
    pub fn peak(self, rounds: u32) -> (u64, i32) {
        let (products_per_instruction, sum) = match self.0 {
            Unit::Scalar => (1, scalar(rounds)),
            // SAFETY: the value exists, so the unit was detected.
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "calls code compiled for a detected unit")]
            Unit::Avx2 => (16, unsafe { avx2(rounds) }),
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            #[allow(unsafe_code, reason = "calls code compiled for a detected unit")]
            Unit::Avx512Vnni => (64, unsafe { avx512(rounds) }),
            // No stable intrinsic for `sdot`: the loop below is what the compiler makes of NEON.
            #[cfg(target_arch = "aarch64")]
            Unit::NeonDot => (1, scalar(rounds)),
        };
        (products_per_instruction * SUMS as u64 * u64::from(rounds), sum)
    }
}

fn scalar(rounds: u32) -> i32 {
    let mut sums = [0i32; SUMS];
    for round in 0..rounds as i32 {
        let factor = std::hint::black_box(round);
        for (sum, index) in sums.iter_mut().zip(1..) {
            *sum = sum.wrapping_add(factor.wrapping_mul(index));
        }
    }
    sums.iter().fold(0, |total, sum| total.wrapping_add(*sum))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(rounds: u32) -> i32 {
    use std::arch::x86_64::*;
    let mut sums = [_mm256_setzero_si256(); SUMS];
    let mut cells = [_mm256_setzero_si256(); SUMS];
    for (cell, index) in cells.iter_mut().zip(1..) {
        *cell = std::hint::black_box(_mm256_set1_epi16(index));
    }
    for round in 0..rounds {
        let factor = _mm256_set1_epi32(round as i32);
        for (sum, cell) in sums.iter_mut().zip(&cells) {
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(*cell, factor));
        }
    }
    let total = sums.iter().fold(_mm256_setzero_si256(), |a, b| _mm256_add_epi32(a, *b));
    _mm256_extract_epi32::<0>(total)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn avx512(rounds: u32) -> i32 {
    use std::arch::x86_64::*;
    let mut sums = [_mm512_setzero_si512(); SUMS];
    let mut cells = [_mm512_setzero_si512(); SUMS];
    for (cell, index) in cells.iter_mut().zip(1..) {
        *cell = std::hint::black_box(_mm512_set1_epi32(index));
    }
    for round in 0..rounds {
        let factor = _mm512_set1_epi32(round as i32);
        for (sum, cell) in sums.iter_mut().zip(&cells) {
            *sum = _mm512_dpbusd_epi32(*sum, *cell, factor);
        }
    }
    let total = sums.iter().fold(_mm512_setzero_si512(), |a, b| _mm512_add_epi32(a, *b));
    _mm512_reduce_add_epi32(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_rounds_are_more_products() {
        for isa in Isa::available() {
            let (few, _) = isa.peak(10);
            assert_eq!(isa.peak(20).0, 2 * few);
        }
    }
}
