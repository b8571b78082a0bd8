//! An adapter with the model on it; thrown away when the device fails.

use stoa_kernels::{AdapterDescription, Gpu, KernelError, step_words};

use super::{
    choice::Choice,
    disk::Disk,
    limits::{GpuOptions, sizes},
    plan::Plan,
    self_test,
    tables::Tables,
    transfer::Uploads,
    tuning,
};
use crate::{
    EngineError, StepToken,
    executor::{Capacity, OnLogits},
    integer::model::IntegerModel,
};

/// Name of the file of compiled pipelines.
const PIPELINES: &str = "pipelines";

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
    /// Which variant a step takes.
    pub choice: Choice,
}

impl Running {
    /// Opens the adapter, compiles and self-tests the kernels, uploads the model.
    pub fn new(model: &IntegerModel, options: &GpuOptions) -> Result<Self, EngineError> {
        let dir = options.kept_dir.as_deref();
        let kept = |adapter: &AdapterDescription| Disk::new(dir?, adapter).read(PIPELINES);
        let gpu = Gpu::open_with(kept).map_err(|error| kernel_error("", error))?;
        let adapter = gpu.description().clone();
        let failed = |error| kernel_error(&adapter.name, error);
        let sizes = sizes(&gpu, &model.config, options)?;
        let plan = Plan::new(&gpu, model, sizes);
        gpu.check().map_err(failed)?;
        self_test::run(&gpu, &plan.kernels, model).map_err(failed)?;
        let capacity = Capacity {
            sequences: sizes.sequences,
            step_tokens: sizes.step_tokens,
            context: model.config.context,
            vocab: model.config.vocab,
        };
        let uploads = Uploads::new(&gpu, plan.step.size() / 4);
        let tables = Tables::new(sizes.sequences, sizes.pages);
        let (words, choice) = (Vec::new(), Choice::default());
        let mut running = Self { gpu, plan, tables, uploads, words, capacity, choice };
        if let Some(dir) = dir {
            running.keep(&Disk::new(dir, &adapter), model)?;
        }
        Ok(running)
    }

    /// Keeps compiled pipelines, and finds or measures the fastest variants.
    fn keep(&mut self, disk: &Disk<'_>, model: &IntegerModel) -> Result<(), EngineError> {
        if let Some(pipelines) = self.gpu.compiled() {
            disk.write(PIPELINES, &pipelines);
        }
        let name = tuning::file_name(model);
        self.choice = match disk.read(&name).and_then(|bytes| Choice::of_bytes(&bytes)) {
            Some(choice) => choice,
            None => {
                let choice = tuning::measure(self)?;
                disk.write(&name, &choice.to_bytes());
                choice
            }
        };
        Ok(())
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
        let place = self.choice.method(tokens).place();
        self.plan.bodies[place].len() + self.plan.heads[place].len()
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
        let Self { gpu, plan, tables, uploads, words, choice, .. } = self;
        let (tokens, wanted) = (tables.rows.len() as u32, tables.wanted.len() as u32);
        step_words(words, &tables.rows, &tables.wanted, &tables.list);
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        uploads.record(gpu, &mut encoder, words, &plan.step)?;
        for copy in &tables.copies {
            plan.copy_page(&mut encoder, *copy);
        }
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            plan.bodies[choice.method(tokens).place()].record(&mut pass, tokens);
            if wanted > 0 {
                plan.heads[choice.method(wanted).place()].record(&mut pass, wanted);
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
