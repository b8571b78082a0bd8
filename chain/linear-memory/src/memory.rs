//! The memory of one instance.
#![expect(
    unsafe_code,
    reason = "the engine reads base and size of a memory where its compiled code does"
)]

use std::{fmt, ptr::NonNull, sync::Arc};

use wasmer::{
    MemoryError, MemoryStyle, MemoryType, Pages,
    sys::vm::{LinearMemory, VMMemoryDefinition},
};

use crate::{mapping::Mapping, pool::Pool};

/// A memory that goes back to its pool when its instance ends.
pub(crate) struct PooledMemory {
    /// Always there until it is dropped.
    mapping: Option<Mapping>,
    ty: MemoryType,
    size: Pages,
    /// Where compiled code reads base and size; the instance owns it.
    definition: NonNull<VMMemoryDefinition>,
    pool: Arc<Pool>,
    /// Which code it was last used by.
    code: u64,
}

// SAFETY: the definition belongs to the instance that the memory belongs to, and goes where it goes.
unsafe impl Send for PooledMemory {}
// SAFETY: the definition is written through `&mut self` alone.
unsafe impl Sync for PooledMemory {}

impl PooledMemory {
    /// A memory of the minimum size of `ty`, all zero, described at `definition`.
    ///
    /// # Safety
    ///
    /// `definition` must be valid, owned by the instance, and stay where it is as long as the memory lives.
    pub(crate) unsafe fn new(
        pool: &Arc<Pool>,
        code: u64,
        ty: &MemoryType,
        definition: NonNull<VMMemoryDefinition>,
    ) -> Result<Self, MemoryError> {
        let mut mapping = pool.take(code).map_err(system)?;
        mapping.resize(ty.minimum.bytes().0).map_err(system)?;
        let mut memory = Self {
            mapping: Some(mapping),
            ty: *ty,
            size: ty.minimum,
            definition,
            pool: Arc::clone(pool),
            code,
        };
        memory.describe();
        Ok(memory)
    }

    /// Writes base and size where compiled code looks for them.
    fn describe(&mut self) {
        let Some(mapping) = &self.mapping else { return };
        let description = VMMemoryDefinition {
            base: mapping.base().as_ptr(),
            current_length: self.size.bytes().0,
        };
        // SAFETY: valid and owned by the instance (`new`), whose code does not run while a memory is made or grows.
        unsafe { self.definition.write(description) };
    }
}

impl LinearMemory for PooledMemory {
    fn ty(&self) -> MemoryType {
        MemoryType { minimum: self.size, ..self.ty }
    }

    fn size(&self) -> Pages {
        self.size
    }

    fn style(&self) -> MemoryStyle {
        MemoryStyle::Static
    }

    fn grow(&mut self, delta: Pages) -> Result<Pages, MemoryError> {
        let (current, attempted_delta) = (self.size, delta);
        if delta.0 == 0 {
            return Ok(current);
        }
        let most = self.ty.maximum.unwrap_or(Pages::max_value()).min(Pages::max_value());
        let grown = current.checked_add(delta).filter(|grown| *grown <= most);
        let grown = grown.ok_or(MemoryError::CouldNotGrow { current, attempted_delta })?;
        if let Some(mapping) = &mut self.mapping {
            mapping.resize(grown.bytes().0).map_err(system)?;
        }
        self.size = grown;
        self.describe();
        Ok(current)
    }

    fn vmmemory(&self) -> NonNull<VMMemoryDefinition> {
        self.definition
    }

    fn try_clone(&self) -> Result<Box<dyn LinearMemory + Send + Sync + 'static>, MemoryError> {
        Err(MemoryError::MemoryNotShared)
    }

    fn copy(&self) -> Result<Box<dyn LinearMemory + Send + Sync + 'static>, MemoryError> {
        let message = "copying the memory of an instance".to_owned();
        Err(MemoryError::UnsupportedOperation { message })
    }
}

impl Drop for PooledMemory {
    fn drop(&mut self) {
        if let Some(mapping) = self.mapping.take() {
            self.pool.put(self.code, mapping);
        }
    }
}

impl fmt::Debug for PooledMemory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PooledMemory").field("size", &self.size).finish_non_exhaustive()
    }
}

fn system(error: std::io::Error) -> MemoryError {
    MemoryError::Region(error.to_string())
}
