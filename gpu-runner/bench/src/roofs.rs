//! The two roofs of the machine, measured: reading memory, and multiplying bytes in registers.

use rayon::{ThreadPool, prelude::*};
use serde::Serialize;
use stoa_simd::Isa;

use crate::{
    random,
    timing::{Samples, seconds},
};

/// Bytes that one sample reads: many times the last cache.
const BYTES: usize = 1 << 29;
/// Rounds of the register loop of one sample.
const ROUNDS: u32 = 20_000_000;

/// What the machine can do at most.
#[derive(Serialize)]
pub struct Roofs {
    /// Bytes a second read by all threads.
    pub bandwidth: Samples,
    /// int8 products a second of all threads, for each unit.
    pub integer: Vec<(&'static str, Samples)>,
}

impl Roofs {
    /// The integer roof of a unit.
    pub fn integer_of(&self, isa: Isa) -> f64 {
        let found = self.integer.iter().find(|(name, _)| *name == isa.name());
        found.map_or(f64::NAN, |(_, samples)| samples.at(1.0))
    }
}

/// Measures both; a roof is the best sample, since another process can only lower it.
pub fn measure(pool: &ThreadPool, repeats: u32) -> Roofs {
    let codes = random::codes(BYTES, 7);
    let read = || {
        let taken = seconds(|| {
            let pieces = || codes.par_chunks(1 << 20).map(sum_words);
            let sum = pool.install(|| pieces().reduce(|| 0, u64::wrapping_add));
            std::hint::black_box(sum);
        });
        BYTES as f64 / taken
    };
    let bandwidth = Samples::new((0..repeats.max(5)).map(|_| read()).collect());
    let integer = Isa::available().map(|isa| {
        let once = || {
            let mut products = 0;
            let taken = seconds(|| {
                let done = pool.broadcast(|_| isa.peak(std::hint::black_box(ROUNDS)));
                products = done.iter().map(|(products, _)| products).sum();
                std::hint::black_box(done);
            });
            products as f64 / taken
        };
        (isa.name(), Samples::new((0..repeats).map(|_| once()).collect()))
    });
    Roofs { bandwidth, integer: integer.collect() }
}

/// Eight sums side by side, so that the loop waits for memory alone.
fn sum_words(codes: &[i8]) -> u64 {
    let mut sums = [0u64; 8];
    for chunk in codes.as_chunks::<64>().0 {
        for (sum, word) in sums.iter_mut().zip(chunk.as_chunks::<8>().0) {
            *sum = sum.wrapping_add(u64::from_le_bytes(word.map(|code| code as u8)));
        }
    }
    sums.iter().fold(0, |total, sum| total.wrapping_add(*sum))
}
