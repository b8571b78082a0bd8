//! What a callback could not tell the VM.

use std::sync::{Arc, Mutex, PoisonError};

use cosmwasm_vm::BackendError;

use crate::ModuleError;

/// Keeps the first gas or store error of a call's callbacks. The VM would turn it into text of its own;
/// the caller takes it from here instead.
#[derive(Clone, Default)]
pub(super) struct Fault(Arc<Mutex<Option<ModuleError>>>);

impl Fault {
    /// Keeps `error` and says what the VM is to be told.
    pub(super) fn keep(&self, error: ModuleError) -> BackendError {
        let told = match &error {
            ModuleError::OutOfGas(_) => BackendError::out_of_gas(),
            ModuleError::Store(_) | ModuleError::Refused { .. } => {
                BackendError::unknown("state machine")
            }
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        told
    }

    /// What was kept.
    pub(super) fn take(&self) -> Option<ModuleError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
