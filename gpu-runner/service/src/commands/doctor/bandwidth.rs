//! How fast memory is read: the bound of decoding, which reads every weight for every token.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use rayon::prelude::*;
use serde::Serialize;
use stoa_kernels::Gpu;

/// Bytes that are read or copied at a time: far beyond any cache.
const BLOCK_BYTES: usize = 256 << 20;
/// Bytes of the buffer on an adapter: what every adapter allows.
const BUFFER_BYTES: u64 = 128 << 20;
/// Rounds; the fastest counts, the others met something else on the machine.
const ROUNDS: u32 = 5;
/// Copies in one submission, so that submitting costs little beside them.
const COPIES: u32 = 8;

/// What was measured of one memory.
#[derive(Debug, Serialize)]
pub struct Bandwidth {
    /// `cpu` or `gpu`.
    pub memory: &'static str,
    /// What was counted.
    pub how: &'static str,
    /// Gigabytes (10^9) a second, or why there is no figure.
    pub result: Result<f64, String>,
}

/// Measures the processor's memory and, where there is one, the fastest adapter's.
pub fn measure(has_adapter: bool) -> Vec<Bandwidth> {
    let cpu = Bandwidth { memory: "cpu", how: "read by all cores", result: Ok(read_memory()) };
    let gpu = has_adapter.then(|| Bandwidth {
        memory: "gpu",
        how: "copied, read and written bytes counted",
        result: copy_buffers(),
    });
    std::iter::once(cpu).chain(gpu).collect()
}

fn gigabytes_a_second(bytes: u64, took: Duration) -> f64 {
    bytes as f64 / took.as_secs_f64() / 1e9
}

fn read_memory() -> f64 {
    // Not zeros: pages of zeros may all be one page.
    let words: Vec<u64> =
        (0..BLOCK_BYTES as u64 / 8).map(|i| i.wrapping_mul(0x9e37_79b9)).collect();
    let read = || {
        let began = Instant::now();
        let sum = words
            .par_chunks(1 << 16)
            .map(|chunk| chunk.iter().fold(0u64, |sum, word| sum.wrapping_add(*word)));
        black_box(sum.reduce(|| 0, u64::wrapping_add));
        began.elapsed()
    };
    let best = (0..ROUNDS).map(|_| read()).min().unwrap_or(Duration::MAX);
    gigabytes_a_second(BLOCK_BYTES as u64, best)
}

fn copy_buffers() -> Result<f64, String> {
    let gpu = Gpu::open().map_err(|error| error.to_string())?;
    let words = BUFFER_BYTES / 4;
    let (from, to) = (gpu.scratch("from", words), gpu.scratch("to", words));
    let copy = || {
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        for _ in 0..COPIES {
            encoder.copy_buffer_to_buffer(&from, 0, &to, 0, BUFFER_BYTES);
        }
        let began = Instant::now();
        gpu.queue.submit([encoder.finish()]);
        let waited = gpu.device.poll(wgpu::PollType::wait_indefinitely());
        waited.map(|_| began.elapsed()).map_err(|error| error.to_string())
    };
    copy()?; // the first one allocates
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        best = best.min(copy()?);
    }
    gpu.check().map_err(|error| error.to_string())?;
    Ok(gigabytes_a_second(2 * BUFFER_BYTES * u64::from(COPIES), best))
}
