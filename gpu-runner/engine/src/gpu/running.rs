//! An adapter with the model on it; thrown away when the device fails.

use stoa_kernels::{Gpu, KernelError, step_words};

use super::{
    limits::{GpuOptions, sizes},
    plan::{Method, Plan},
    self_test,
    tables::Tables,
    transfer::Uploads,
};
use crate::{
    EngineError, StepToken,
    executor::{Capacity, OnLogits},
    integer::model::IntegerModel,
};

/// Most tokens of a step that are computed one by one; beyond, tiles read the weights once for all of them.
const VECTOR_TOKENS: u32 = 1;

/// The device and everything on it.
pub struct Running {
    /// The device.
    pub gpu: Gpu,
    plan: Plan,
    tables: Tables,
    uploads: Uploads,
    /// The step's words, written again by every step.
    words: Vec<u32>,
    capacity: Capacity,
}

impl Running {
    /// Opens the adapter, compiles and self-tests the kernels, uploads the model.
    pub fn new(model: &IntegerModel, options: GpuOptions) -> Result<Self, EngineError> {
        let gpu = Gpu::open().map_err(|error| kernel_error("", error))?;
        let adapter = gpu.description().name.clone();
        let sizes = sizes(&gpu, &model.config, options)?;
        let plan = Plan::new(&gpu, model, sizes);
        gpu.check().map_err(|error| kernel_error(&adapter, error))?;
        self_test::run(&gpu, &plan.kernels, model)
            .map_err(|error| kernel_error(&adapter, error))?;
        let capacity = Capacity {
            sequences: sizes.sequences,
            step_tokens: sizes.step_tokens,
            context: model.config.context,
            vocab: model.config.vocab,
        };
        let uploads = Uploads::new(&gpu, plan.step.size() / 4);
        let tables = Tables::new(sizes.sequences, sizes.pages);
        Ok(Self { gpu, plan, tables, uploads, words: Vec::new(), capacity })
    }

    /// What fits.
    pub fn capacity(&self) -> Capacity {
        self.capacity
    }

    /// The pages of all sequences.
    pub fn tables(&mut self) -> &mut Tables {
        &mut self.tables
    }

    /// Dispatches of a step of `tokens` tokens that all want logits.
    pub fn dispatches(&self, tokens: u32) -> usize {
        let method = method(tokens);
        self.plan.bodies[place(method)].len() + self.plan.heads[place(method)].len()
    }

    /// Runs one step; a device error means that everything here is lost.
    pub fn step(
        &mut self,
        tokens: &[StepToken],
        on_logits: &mut OnLogits<'_>,
    ) -> Result<(), EngineError> {
        self.tables.prepare(tokens)?;
        self.run(on_logits).map_err(|error| kernel_error(&self.gpu.description().name, error))
    }

    fn run(&mut self, on_logits: &mut OnLogits<'_>) -> Result<(), KernelError> {
        self.submit()?;
        let Tables { wanted, .. } = &self.tables;
        if wanted.is_empty() {
            return self.gpu.check();
        }
        let vocab = self.capacity.vocab as usize;
        self.gpu.read_with(&self.plan.staging, (wanted.len() * vocab) as u64, |words| {
            let rows = bytemuck::cast_slice(words).chunks_exact(vocab);
            wanted.iter().zip(rows).for_each(|(token, row)| on_logits(*token as usize, row));
        })
    }

    /// Records and submits the step that `tables` holds: one submission.
    fn submit(&mut self) -> Result<(), KernelError> {
        let Self { gpu, plan, tables, uploads, words, .. } = self;
        let (tokens, wanted) = (tables.rows.len() as u32, tables.wanted.len() as u32);
        step_words(words, &tables.rows, &tables.wanted, &tables.list);
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        uploads.record(gpu, &mut encoder, words, &plan.step)?;
        for copy in &tables.copies {
            plan.copy_page(&mut encoder, *copy);
        }
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            plan.bodies[place(method(tokens))].record(&mut pass, tokens);
            if wanted > 0 {
                plan.heads[place(method(wanted))].record(&mut pass, wanted);
            }
        }
        if wanted > 0 {
            let bytes = u64::from(self.capacity.vocab) * u64::from(wanted) * 4;
            encoder.copy_buffer_to_buffer(&plan.logits, 0, &plan.staging, 0, bytes);
        }
        gpu.queue.submit([encoder.finish()]);
        uploads.submitted();
        Ok(())
    }
}

/// The variant for a number of rows.
fn method(rows: u32) -> Method {
    match rows {
        0..=VECTOR_TOKENS => Method::Vector,
        _ => Method::Tiled(stoa_kernels::matmul::tile_for(rows)),
    }
}

/// Its place in [`Method::ALL`].
fn place(method: Method) -> usize {
    match method {
        Method::Vector => 0,
        Method::Tiled(tile) => 1 + tile,
    }
}

/// The engine's name for what went wrong on an adapter.
pub fn kernel_error(adapter: &str, error: KernelError) -> EngineError {
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
        KernelError::Lost { .. } => EngineError::DeviceLost { adapter, step: "a step" },
        KernelError::ReadBack => EngineError::DeviceLost { adapter, step: "reading results" },
    }
}
