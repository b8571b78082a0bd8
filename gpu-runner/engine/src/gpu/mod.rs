//! The model on a graphics adapter: everything is created at load, a step only records dispatches.

mod kernels;
mod matrix;
mod plan;
mod self_test;

use std::sync::Arc;

use stoa_kernels::{AdapterDescription, Gpu, KernelError, step_words};

use crate::{
    AdapterReport, EngineError,
    executor::{Capacity, Executor, OnLogits, StepToken},
    integer::model::IntegerModel,
};
use plan::{CHUNK_TOKENS, Dispatch, Plan};

/// Runs the model with `stoa-kernels`.
pub struct GpuExecutor {
    gpu: Gpu,
    plan: Plan,
    vocab: u64,
    context: u32,
}

impl GpuExecutor {
    /// Opens the adapter, compiles and self-tests the kernels, uploads the model.
    pub fn new(model: &Arc<IntegerModel>) -> Result<Self, EngineError> {
        model.require_llama("the GPU back end")?;
        let gpu = Gpu::open().map_err(|error| kernel_error("", error))?;
        let adapter = gpu.description().name.clone();
        let plan = Plan::new(&gpu, model)?;
        gpu.check().map_err(|error| kernel_error(&adapter, error))?;
        self_test::run(&gpu, &plan.kernels, model)
            .map_err(|error| kernel_error(&adapter, error))?;
        Ok(Self { gpu, plan, vocab: model.config.vocab.into(), context: model.config.context })
    }

    /// What the driver says of the adapter.
    pub fn description(&self) -> &AdapterDescription {
        self.gpu.description()
    }

    /// What the engine says of the adapter.
    pub fn report(&self) -> AdapterReport {
        let AdapterDescription { name, api, driver, is_software } = self.description().clone();
        AdapterReport { name, api, driver, is_software }
    }

    /// Dispatches of a step with logits.
    pub fn dispatches(&self) -> usize {
        self.plan.body.len() + self.plan.head.len()
    }

    /// Records and submits one step.
    fn submit(&mut self, position: u32, ids: &[u32], logits: bool) {
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
        if logits {
            let bytes = self.vocab * u64::from(tokens) * 4;
            encoder.copy_buffer_to_buffer(&plan.logits, 0, &plan.staging, 0, bytes);
        }
        self.gpu.queue.submit([encoder.finish()]);
    }
}

impl Executor for GpuExecutor {
    fn capacity(&self) -> Capacity {
        Capacity {
            sequences: 1,
            step_tokens: CHUNK_TOKENS,
            context: self.context,
            vocab: self.vocab as u32,
        }
    }

    fn step(
        &mut self,
        tokens: &[StepToken],
        on_logits: &mut OnLogits<'_>,
    ) -> Result<(), EngineError> {
        self.capacity().check(tokens)?;
        let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
        let logits = tokens.iter().any(|token| token.wants_logits);
        let position = tokens.first().map_or(0, |token| token.position);
        self.submit(position, &ids, logits);
        if !logits {
            return Ok(());
        }
        let words = self.vocab * tokens.len() as u64;
        let read = self.gpu.read(&self.plan.staging, words);
        let words = read.map_err(|error| kernel_error(&self.gpu.description().name, error))?;
        let rows = bytemuck::cast_slice(&words).chunks_exact(self.vocab as usize);
        let wanted = tokens.iter().zip(rows).enumerate().filter(|(_, (t, _))| t.wants_logits);
        wanted.for_each(|(index, (_, row))| on_logits(index, row));
        Ok(())
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
