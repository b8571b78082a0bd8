//! The graphics adapter: dispatches and host time a token. On a software adapter only relative figures mean
//! anything.

use anyhow::Result;
use serde::Serialize;
use stoa_engine::{
    Executor, StepToken,
    synthetic::{Shape, Synthetic},
};

use crate::timing::{Samples, seconds};

/// Small enough for a software adapter.
const SHAPE: Shape = Shape {
    hidden: 512,
    inner: 1408,
    layers: 8,
    heads: 8,
    groups: 2,
    head: 64,
    vocab: 8192,
    context: 256,
};

/// What one decoding step costs.
#[derive(Serialize)]
pub struct Row {
    /// Adapter and driver.
    pub adapter: String,
    /// Whether the adapter is a processor.
    pub is_software: bool,
    /// Number of weights.
    pub parameters: u64,
    /// Layers.
    pub layers: u32,
    /// Dispatches of one step with logits.
    pub dispatches: usize,
    /// Microseconds until a step without logits is recorded and submitted.
    pub host_us: Samples,
    /// Milliseconds of a step of one token with its logits read back.
    pub decode_ms: Samples,
    /// Milliseconds a token of the largest step without logits, and one read-back.
    pub prefill_ms: Samples,
    /// The CPU back end on the same model: milliseconds of a step of one token.
    pub cpu_decode_ms: Samples,
}

/// Measures the fastest adapter there is.
pub fn measure(repeats: u32) -> Result<Row> {
    let model = Synthetic::new(SHAPE, 5)?;
    let mut gpu = model.gpu()?;
    let mut cpu = model.cpu(Default::default());
    let mut samples = [const { Vec::new() }; 4];
    let width = gpu.capacity().step_tokens;
    for round in 0..=repeats {
        let token = |position, wants_logits| StepToken {
            sequence: 0,
            position,
            id: (position * 37 + round) % SHAPE.vocab,
            wants_logits,
        };
        let mut result = Ok(());
        let chunk: Vec<StepToken> = (0..width).map(|position| token(position, false)).collect();
        let prefill = seconds(|| {
            result = gpu.step(&chunk, &mut |_, _| {});
            let last = [token(width, true)];
            result = std::mem::replace(&mut result, Ok(())).and(gpu.step(&last, &mut |_, _| {}));
        });
        std::mem::replace(&mut result, Ok(()))?;
        let host = seconds(|| result = gpu.step(&[token(width + 1, false)], &mut |_, _| {}));
        std::mem::replace(&mut result, Ok(()))?;
        // Waits for the step before, so that the next sample is a step alone.
        gpu.step(&[token(width + 2, true)], &mut |_, _| {})?;
        let decode = seconds(|| result = gpu.step(&[token(width + 3, true)], &mut |_, _| {}));
        std::mem::replace(&mut result, Ok(()))?;
        let twin = seconds(|| result = cpu.step(&[token(width + 3, true)], &mut |_, _| {}));
        result?;
        if round > 0 {
            samples[0].push(host * 1e6);
            samples[1].push(decode * 1e3);
            samples[2].push(prefill * 1e3 / f64::from(width + 1));
            samples[3].push(twin * 1e3);
        }
    }
    let [host_us, decode_ms, prefill_ms, cpu_decode_ms] = samples.map(Samples::new);
    let report = gpu.report();
    Ok(Row {
        adapter: format!("{} ({}, {})", report.name, report.api, report.driver),
        is_software: report.is_software,
        parameters: model.parameter_count(),
        layers: SHAPE.layers,
        dispatches: gpu.dispatches(1),
        host_us,
        decode_ms,
        prefill_ms,
        cpu_decode_ms,
    })
}
