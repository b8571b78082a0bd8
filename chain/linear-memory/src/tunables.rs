//! What the engine asks when it makes an instance.
#![expect(
    unsafe_code,
    reason = "the engine's interface says where an instance keeps its definitions"
)]

use std::{
    ptr::NonNull,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use wasmer::{
    Engine, MemoryError, MemoryStyle, MemoryType, Pages, TableStyle, TableType, WASM_PAGE_SIZE,
    sys::{
        BaseTunables, NativeEngineExt as _, Tunables,
        vm::{LinearMemory, VMMemory, VMMemoryDefinition, VMTable, VMTableDefinition},
    },
};

use crate::{memory::PooledMemory, pool::Pool};

/// Lets the instances of the one code that `engine` runs take their memories, of at most `limit_bytes`, from `pool`.
pub fn use_again(engine: &mut Engine, pool: &Arc<Pool>, limit_bytes: usize) {
    let most_pages = u32::try_from(limit_bytes / WASM_PAGE_SIZE).map_or(Pages::max_value(), Pages);
    engine.set_tunables(PooledTunables::new(pool, most_pages.min(Pages::max_value())));
}

/// Memories from a pool for the instances of one code, with the limit and the refusals of `cosmwasm-vm`.
struct PooledTunables {
    base: BaseTunables,
    pool: Arc<Pool>,
    /// Largest memory.
    limit: Pages,
    /// Which code: no two in a process have the same.
    code: u64,
}

impl PooledTunables {
    /// For one code, whose instances have at most `limit` pages.
    fn new(pool: &Arc<Pool>, limit: Pages) -> Self {
        static CODES: AtomicU64 = AtomicU64::new(0);
        let code = CODES.fetch_add(1, Ordering::Relaxed);
        Self { base: BaseTunables::new(), pool: Arc::clone(pool), limit, code }
    }

    /// The type with the limit in place of a missing maximum, if it is within the limit.
    fn limited(&self, requested: &MemoryType) -> Result<MemoryType, MemoryError> {
        let refuse = |text: &str| Err(MemoryError::Generic(text.to_owned()));
        let maximum = requested.maximum.unwrap_or(self.limit);
        if requested.minimum > self.limit {
            return refuse("Minimum exceeds the allowed memory limit");
        }
        if maximum > self.limit {
            return refuse("Maximum exceeds the allowed memory limit");
        }
        if maximum < requested.minimum {
            let (most, least) = (maximum.0, requested.minimum.0);
            return Err(MemoryError::InvalidMemory {
                reason: format!(
                    "the maximum ({most} pages) is less than the minimum ({least} pages)"
                ),
            });
        }
        Ok(MemoryType { maximum: Some(maximum), ..*requested })
    }
}

impl Drop for PooledTunables {
    fn drop(&mut self) {
        self.pool.forget(self.code);
    }
}

impl Tunables for PooledTunables {
    fn memory_style(&self, memory: &MemoryType) -> MemoryStyle {
        self.base.memory_style(memory)
    }

    fn table_style(&self, table: &TableType) -> TableStyle {
        self.base.table_style(table)
    }

    fn create_host_memory(
        &self,
        ty: &MemoryType,
        style: &MemoryStyle,
    ) -> Result<VMMemory, MemoryError> {
        self.base.create_host_memory(&self.limited(ty)?, style)
    }

    unsafe fn create_vm_memory(
        &self,
        ty: &MemoryType,
        style: &MemoryStyle,
        vm_definition_location: NonNull<VMMemoryDefinition>,
    ) -> Result<VMMemory, MemoryError> {
        let ty = self.limited(ty)?;
        if ty.shared || *style != MemoryStyle::Static {
            // SAFETY: handed through.
            return unsafe { self.base.create_vm_memory(&ty, style, vm_definition_location) };
        }
        // SAFETY: the engine says that the location is valid, and it drops memories before their instance.
        let memory =
            unsafe { PooledMemory::new(&self.pool, self.code, &ty, vm_definition_location)? };
        Ok(VMMemory::from_custom(Box::new(memory) as Box<dyn LinearMemory + Send + Sync>))
    }

    fn create_host_table(&self, ty: &TableType, style: &TableStyle) -> Result<VMTable, String> {
        self.base.create_host_table(ty, style)
    }

    unsafe fn create_vm_table(
        &self,
        ty: &TableType,
        style: &TableStyle,
        vm_definition_location: NonNull<VMTableDefinition>,
    ) -> Result<VMTable, String> {
        // SAFETY: handed through.
        unsafe { self.base.create_vm_table(ty, style, vm_definition_location) }
    }
}
