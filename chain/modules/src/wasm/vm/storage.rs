//! A contract's view of the state: the keys under its prefix.

use cosmwasm_std::{Order as StdOrder, Record};
use cosmwasm_vm::{BackendError, BackendResult, GasInfo, Storage};
use stoa_store::{Entry, KeyRange, Order};

use super::fault::Fault;
use crate::{
    Context, Gas, ModuleError,
    core::Walk,
    wasm::{gas::to_vm, state_key::STORE},
};

/// Most iterators that one call of a contract may open (wasmvm `internal/api/callbacks.go`).
pub(super) const MAX_ITERATORS: usize = 32_768;

/// Reads and writes of one call, charged to the meter of its caller.
pub(super) struct ContractStorage {
    ctx: Context,
    prefix: Vec<u8>,
    iterators: Vec<Walk>,
    fault: Fault,
}

impl ContractStorage {
    /// The keys under `prefix`.
    pub(super) const fn new(ctx: Context, prefix: Vec<u8>, fault: Fault) -> Self {
        Self { ctx, prefix, iterators: Vec::new(), fault }
    }

    fn full_key(&self, key: &[u8]) -> Vec<u8> {
        [&self.prefix, key].concat()
    }

    fn range(&self, start: Option<&[u8]>, end: Option<&[u8]>) -> KeyRange {
        let all = KeyRange::prefix(&self.prefix);
        KeyRange {
            start: start.map_or(all.start, |start| self.full_key(start)),
            end: end.map_or(all.end, |end| Some(self.full_key(end))),
        }
    }

    fn charged<T>(
        &self,
        action: impl FnOnce(&Context) -> Result<T, ModuleError>,
    ) -> BackendResult<T> {
        charged(&self.ctx, &self.fault, action)
    }

    fn advance(&mut self, id: u32) -> BackendResult<Option<Entry>> {
        let place = id.checked_sub(1).and_then(|index| usize::try_from(index).ok());
        let found = place.and_then(|place| self.iterators.get_mut(place));
        let Some(walk) = found else {
            return (Err(BackendError::iterator_does_not_exist(id)), GasInfo::free());
        };
        charged(&self.ctx, &self.fault, |ctx| ctx.step(walk))
    }
}

impl Storage for ContractStorage {
    fn get(&self, key: &[u8]) -> BackendResult<Option<Vec<u8>>> {
        let key = self.full_key(key);
        self.charged(|ctx| ctx.get(STORE, &key))
    }

    fn scan(
        &mut self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: StdOrder,
    ) -> BackendResult<u32> {
        let next_id = u32::try_from(self.iterators.len() + 1);
        let (Ok(id), true) = (next_id, self.iterators.len() < MAX_ITERATORS) else {
            let reason = format!("reached iterator limit ({MAX_ITERATORS})");
            return (Err(BackendError::user_err(reason)), GasInfo::free());
        };
        let order = match order {
            StdOrder::Ascending => Order::Ascending,
            StdOrder::Descending => Order::Descending,
        };
        let range = self.range(start, end);
        let (walk, gas) = self.charged(|ctx| ctx.walk(STORE, range, order));
        let opened = walk.map(|walk| {
            self.iterators.push(walk);
            id
        });
        (opened, gas)
    }

    fn next(&mut self, iterator_id: u32) -> BackendResult<Option<Record>> {
        let prefix_bytes = self.prefix.len();
        let (entry, gas) = self.advance(iterator_id);
        let record = entry.map(|entry| {
            entry.map(|(mut key, value)| (key.split_off(prefix_bytes.min(key.len())), value))
        });
        (record, gas)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> BackendResult<()> {
        let key = self.full_key(key);
        self.charged(|ctx| ctx.set(STORE, &key, value.to_vec()))
    }

    fn remove(&mut self, key: &[u8]) -> BackendResult<()> {
        let key = self.full_key(key);
        self.charged(|ctx| ctx.delete(STORE, &key))
    }
}

/// Runs a callback's work. One that fails tells the VM of no gas: the meter has it, and it is past its
/// limit (wasmvm reports none when a callback panics, and what the VM used is charged in the end).
fn charged<T>(
    ctx: &Context,
    fault: &Fault,
    action: impl FnOnce(&Context) -> Result<T, ModuleError>,
) -> BackendResult<T> {
    let before = ctx.gas.used();
    match action(ctx) {
        Ok(value) => (Ok(value), since(before, ctx.gas.used())),
        Err(error) => (Err(fault.keep(error)), GasInfo::free()),
    }
}

/// Gas that a callback charged to the meter itself.
pub(super) const fn since(before: Gas, after: Gas) -> GasInfo {
    GasInfo { cost: 0, externally_used: to_vm(after.saturating_sub(before)) }
}
