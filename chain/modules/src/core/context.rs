//! What a message runs in.

use stoa_store::{Entry, KeyRange, Order, Overlay, StoreName};

use super::{
    BlockGas, Event, GasMeter, LoadedCode, ModuleError, Nesting, OutOfGas, Walk, gas_store,
};

/// The block that is being executed or queried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockInfo {
    /// Height.
    pub height: u64,
    /// Block time of consensus in nanoseconds since the Unix epoch.
    pub time_nanos: u64,
    /// Chain id.
    pub chain_id: String,
}

/// Why the code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecMode {
    /// Admission to the mempool; effects are dropped after the block.
    Check,
    /// The same transaction again after a block.
    Recheck,
    /// Gas estimation; signatures may be empty and effects are dropped.
    Simulate,
    /// Part of a block.
    Deliver,
    /// Read only.
    Query,
}

/// Block, state, gas and events of one transaction or query.
///
/// Clones share state and gas; events belong to each clone, so that a submessage's can be dropped.
#[derive(Clone)]
pub struct Context {
    /// The block.
    pub block: BlockInfo,
    /// Why the code runs.
    pub mode: ExecMode,
    /// Position of the transaction among those of its block that passed the checks, if it is in one.
    pub tx_index: Option<u32>,
    /// Gas that the block used before this transaction.
    pub block_gas: BlockGas,
    /// Contract code that this transaction has loaded; nothing outside transactions.
    pub loaded_code: Option<LoadedCode>,
    /// Where this stands among calls of contracts.
    pub nesting: Nesting,
    /// Gas of the transaction, or of the submessage.
    pub gas: GasMeter,
    /// Uncommitted state; prefer the charged accessors below.
    pub overlay: Overlay,
    /// Emitted so far.
    pub events: Vec<Event>,
}

impl Context {
    /// Reads a value and charges for it.
    pub fn get(&self, store: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, ModuleError> {
        gas_store::get(&self.overlay, &self.gas, store, key)
    }

    /// Whether a key exists; charged flat.
    pub fn has(&self, store: StoreName, key: &[u8]) -> Result<bool, ModuleError> {
        gas_store::has(&self.overlay, &self.gas, store, key)
    }

    /// Writes a value and charges for it.
    pub fn set(&self, store: StoreName, key: &[u8], value: Vec<u8>) -> Result<(), ModuleError> {
        gas_store::set(&self.overlay, &self.gas, store, key, value)
    }

    /// Deletes a key; charged flat.
    pub fn delete(&self, store: StoreName, key: &[u8]) -> Result<(), ModuleError> {
        gas_store::delete(&self.overlay, &self.gas, store, key)
    }

    /// The first entry of `range`, charged as the opening of an iterator.
    pub fn first(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Result<Option<Entry>, ModuleError> {
        Ok(self.walk(store, range.clone(), order)?.into_ahead())
    }

    /// Opens an iterator over `range` and charges for its first entry.
    pub fn walk(
        &self,
        store: StoreName,
        range: KeyRange,
        order: Order,
    ) -> Result<Walk, ModuleError> {
        Walk::begin(&self.overlay, &self.gas, store, range, order)
    }

    /// The next entry of an iterator, charged as the SDK does.
    pub fn step(&self, walk: &mut Walk) -> Result<Option<Entry>, ModuleError> {
        walk.step(&self.overlay, &self.gas)
    }

    /// The price of looking whether a key exists, for a record that the SDK looks up and this chain
    /// does not have.
    pub fn charge_has(&self) -> Result<(), OutOfGas> {
        gas_store::charge_has(&self.gas)
    }

    /// The price of deleting, for a record that the SDK deletes and writes again unchanged.
    pub fn charge_delete(&self) -> Result<(), OutOfGas> {
        gas_store::charge_delete(&self.gas)
    }

    /// The price of writing so many bytes, for a record that the SDK writes again unchanged.
    pub fn charge_set(&self, key: usize, value: usize) -> Result<(), OutOfGas> {
        gas_store::charge_set(&self.gas, key, value)
    }

    /// Emits an event.
    pub fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// A clone that has emitted nothing yet.
    #[must_use]
    pub fn without_events(&self) -> Self {
        Self {
            block: self.block.clone(),
            mode: self.mode,
            tx_index: self.tx_index,
            block_gas: self.block_gas.clone(),
            loaded_code: self.loaded_code.clone(),
            nesting: self.nesting,
            gas: self.gas.clone(),
            overlay: self.overlay.clone(),
            events: Vec::new(),
        }
    }

    /// Runs `action` so that its writes and events remain only if it succeeds.
    pub fn atomically<T>(
        &mut self,
        action: impl FnOnce(&mut Self) -> Result<T, ModuleError>,
    ) -> Result<T, ModuleError> {
        let events_before = self.events.len();
        self.overlay.begin()?;
        match action(self) {
            Ok(value) => {
                self.overlay.commit()?;
                Ok(value)
            }
            Err(error) => {
                self.overlay.rollback()?;
                self.events.truncate(events_before);
                Err(error)
            }
        }
    }
}
