//! The model on a graphics adapter: everything is created at load, a step only records dispatches.
//!
//! Place: behind [`Executor`]; `running` is the device with the model on it, `plan` the dispatches, `tables` the pages
//! of each sequence.
//! Invariants: one submission a step; no buffer, bind group or pipeline is made by a step; after a device error
//! nothing of the old device is used, and no sequence goes on without its keys and values.

mod arena;
mod choice;
mod disk;
mod kernels;
mod limits;
mod matrix;
mod plan;
mod running;
mod self_test;
mod tables;
#[cfg(test)]
mod tests;
mod transfer;
mod tuning;
mod weights;

use std::sync::Arc;

pub use limits::GpuOptions;

use crate::{
    AdapterReport, EngineError,
    executor::{Capacity, ElasticCache, Executor, OnLogits, StepToken},
    integer::model::IntegerModel,
    pages::PAGE_POSITIONS,
};
use running::Running;
use stoa_kernels::AdapterDescription;

/// Runs the model with `stoa-kernels`.
pub struct GpuExecutor {
    model: Arc<IntegerModel>,
    options: GpuOptions,
    /// `None` after a device error, until the next step.
    running: Option<Running>,
    description: AdapterDescription,
    capacity: Capacity,
    /// Positions of all sequences together.
    positions: u64,
}

impl GpuExecutor {
    /// Opens the adapter, compiles and self-tests the kernels, uploads the model.
    pub fn new(model: &Arc<IntegerModel>) -> Result<Self, EngineError> {
        Self::with_options(model, GpuOptions::default())
    }

    /// The same, for so many sequences and so much memory.
    pub fn with_options(
        model: &Arc<IntegerModel>,
        options: GpuOptions,
    ) -> Result<Self, EngineError> {
        let mut running = Running::new(model, &options)?;
        Ok(Self {
            model: Arc::clone(model),
            options,
            description: running.gpu.description().clone(),
            capacity: running.capacity(),
            positions: running.tables().positions(),
            running: Some(running),
        })
    }

    /// What the engine says of the adapter.
    pub fn report(&self) -> AdapterReport {
        let AdapterDescription { name, api, driver, is_software } = self.description.clone();
        AdapterReport { name, api, driver, is_software }
    }

    /// Dispatches of a step of `tokens` tokens that all want logits; 0 while there is no device.
    pub fn dispatches(&self, tokens: u32) -> usize {
        self.running.as_ref().map_or(0, |running| running.dispatches(tokens))
    }
}

impl ElasticCache for GpuExecutor {
    fn position_bytes(&self) -> u64 {
        let config = &self.model.config;
        2 * u64::from(config.layers) * u64::from(config.groups) * u64::from(config.head + 4)
    }

    fn page_positions(&self) -> u32 {
        PAGE_POSITIONS
    }

    fn limit_positions(&self) -> Option<u64> {
        Some(self.positions)
    }

    /// Pages are taken by the steps that write them; here they are given back.
    fn resize(&mut self, sequence: u32, _: u32, keep: u32) {
        if let Some(running) = &mut self.running {
            running.tables().keep(sequence, keep);
        }
    }

    fn copy(&mut self, from: u32, to: u32, positions: u32) {
        if let Some(running) = &mut self.running {
            running.tables().share(from, to, positions);
        }
    }
}

impl Executor for GpuExecutor {
    fn capacity(&self) -> Capacity {
        self.capacity
    }

    fn elastic(&mut self) -> Option<&mut dyn ElasticCache> {
        Some(self)
    }

    /// After a device error the step fails; the next one opens the adapter again, once, and every sequence begins
    /// again at its first position.
    fn step(
        &mut self,
        tokens: &[StepToken],
        on_logits: &mut OnLogits<'_>,
    ) -> Result<(), EngineError> {
        self.capacity.check(tokens)?;
        let mut running = match self.running.take() {
            Some(running) => running,
            None => Running::new(&self.model, &self.options)?,
        };
        let result = running.step(tokens, on_logits);
        let is_device_error = matches!(
            result,
            Err(EngineError::DeviceFailed { .. } | EngineError::DeviceLost { .. })
        );
        if !is_device_error {
            self.running = Some(running);
        }
        result
    }
}
