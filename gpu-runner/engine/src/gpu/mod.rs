//! The model on a graphics adapter: everything is created at load, a step only records dispatches.

mod kernels;
mod matrix;
mod plan;
mod self_test;

use std::sync::Arc;

use stoa_kernels::{AdapterDescription, Gpu, KernelError, step_words};

use crate::{EngineError, executor::Executor, integer::model::IntegerModel};
use plan::{CHUNK_TOKENS, Dispatch, Plan};

/// Runs the model with `stoa-kernels`.
pub struct GpuExecutor {
    gpu: Gpu,
    plan: Plan,
    vocab: u64,
}

impl GpuExecutor {
    /// Opens the adapter, compiles and self-tests the kernels, uploads the model.
    pub fn new(model: &Arc<IntegerModel>) -> Result<Self, EngineError> {
        let gpu = Gpu::open().map_err(|error| kernel_error("", error))?;
        let adapter = gpu.description().name.clone();
        let plan = Plan::new(&gpu, model)?;
        gpu.check().map_err(|error| kernel_error(&adapter, error))?;
        self_test::run(&gpu, &plan.kernels, model)
            .map_err(|error| kernel_error(&adapter, error))?;
        Ok(Self { gpu, plan, vocab: model.config.vocab.into() })
    }

    /// What the driver says of the adapter.
    pub fn description(&self) -> &AdapterDescription {
        self.gpu.description()
    }

    /// One submission of at most [`CHUNK_TOKENS`] ids.
    fn step(
        &mut self,
        position: u32,
        ids: &[u32],
        logits: bool,
    ) -> Result<Vec<Vec<i32>>, EngineError> {
        let plan = &self.plan;
        let tokens = ids.len() as u32;
        let words = step_words(position, ids);
        self.gpu.queue.write_buffer(&plan.step, 0, bytemuck::cast_slice(&words));
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            let head: &[Dispatch] = if logits { &plan.head } else { &[] };
            for dispatch in plan.body.iter().chain(head) {
                dispatch.record(&plan.kernels, &mut pass, tokens);
            }
        }
        let logit_words = if logits { self.vocab * u64::from(tokens) } else { 0 };
        if logits {
            encoder.copy_buffer_to_buffer(&plan.logits, 0, &plan.staging, 0, logit_words * 4);
        }
        self.gpu.queue.submit([encoder.finish()]);
        if !logits {
            return Ok(Vec::new());
        }
        let read = self.gpu.read(&plan.staging, logit_words);
        let words = read.map_err(|error| kernel_error(&self.gpu.description().name, error))?;
        let rows = words.chunks_exact(self.vocab as usize);
        Ok(rows.map(|row| row.iter().map(|word| *word as i32).collect()).collect())
    }
}

impl Executor for GpuExecutor {
    fn run(
        &mut self,
        position: u32,
        ids: &[u32],
        logits: bool,
    ) -> Result<Vec<Vec<i32>>, EngineError> {
        let mut rows = Vec::new();
        let starts = (position..).step_by(CHUNK_TOKENS as usize);
        for (start, chunk) in starts.zip(ids.chunks(CHUNK_TOKENS as usize)) {
            rows.extend(self.step(start, chunk, logits)?);
        }
        Ok(rows)
    }
}

fn kernel_error(adapter: &str, error: KernelError) -> EngineError {
    let adapter = adapter.to_owned();
    match error {
        KernelError::NoAdapter => EngineError::NoAdapter,
        KernelError::DeviceRefused { adapter, source } => {
            EngineError::DeviceRefused { adapter, source }
        }
        KernelError::Mismatch { kernel, element, .. } => {
            EngineError::SelfTest { adapter, kernel, element }
        }
        KernelError::Device { source } => EngineError::DeviceFailed { adapter, source },
        KernelError::ReadBack => EngineError::DeviceLost { adapter, step: "reading logits" },
    }
}
