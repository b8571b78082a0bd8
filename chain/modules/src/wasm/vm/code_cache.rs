//! Compiled code, in memory, by SHA-256 of the Wasm.
//!
//! The VM's own cache writes machine code to files and trusts what it finds there; loading such a file is
//! `unsafe` for that reason. Here the Wasm bytes are part of the state and the machine code is made from
//! them whenever it is missing: after a restart, a state sync or an eviction. Results never depend on
//! what is cached; time does: making 250 kB of Wasm executable takes some 200 ms in a development build,
//! where a call takes 0.3 ms. What a block can make a node compile is bounded by
//! [`MAX_BLOCK_CODE_BYTES`](crate::core::MAX_BLOCK_CODE_BYTES).

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use cosmwasm_vm::{
    Backend, BackendApi, Instance, Querier, Size, Storage, VmError, WasmLimits,
    internals::{Logger, check_wasm, compile_module, instance_from_module},
};
use sha2::{Digest as _, Sha256};
use stoa_linear_memory::Pool;
use wasmer::{Engine, Module, Store};

use crate::wasm::error::WasmError;

/// Capabilities of this chain, those of wasmd. Contracts that need others (`ibc2`) are refused when stored.
/// `staking` is among them although there is no such module: cw1-whitelist asks for it to pass messages on
/// that it does not send itself. Messages and queries about staking are refused when they are made.
const CAPABILITIES: &[&str] = &[
    "iterator",
    "staking",
    "stargate",
    "cosmwasm_1_1",
    "cosmwasm_1_2",
    "cosmwasm_1_3",
    "cosmwasm_1_4",
    "cosmwasm_2_0",
    "cosmwasm_2_1",
    "cosmwasm_2_2",
];
/// Section in which a contract says the version of its state.
const MIGRATE_VERSION_SECTION: &str = "cw_migrate_version";
/// What a contract that speaks IBC exports.
const IBC_ENTRY_POINTS: &[&str] = &[
    "ibc_channel_open",
    "ibc_channel_connect",
    "ibc_channel_close",
    "ibc_packet_receive",
    "ibc_packet_ack",
    "ibc_packet_timeout",
];
/// Machine code and metadata in memory for each byte of Wasm; an estimate on the safe side.
const MEMORY_PER_WASM_BYTE: usize = 16;

/// SHA-256 of Wasm bytes.
type Checksum = [u8; 32];

/// Compiled code and what its exports say.
pub(in crate::wasm) struct Code {
    module: Module,
    /// One for each module: sharing one lets its memory grow with every module that was ever loaded.
    engine: Engine,
    /// Length of the Wasm.
    pub(in crate::wasm) wasm_bytes: usize,
    /// SHA-256 of the Wasm.
    pub(in crate::wasm) checksum: Checksum,
    /// Whether the contract can own an IBC port.
    pub(in crate::wasm) has_ibc_entry_points: bool,
    /// Version of the contract's state, if it names one.
    pub(in crate::wasm) migrate_version: Option<u64>,
}

/// Compiled code, the least recently used of which is dropped when memory is short; pinned code never.
pub(in crate::wasm) struct CodeCache {
    capabilities: HashSet<String>,
    instance_memory_bytes: usize,
    /// Memories of instances that ended, for the next ones.
    memories: Arc<Pool>,
    capacity_bytes: usize,
    entries: Mutex<Entries>,
    /// Creating instances at the same time is not safe in all versions of the engine.
    instantiation: Mutex<()>,
}

#[derive(Default)]
struct Entries {
    codes: BTreeMap<Checksum, Cached>,
    uses: u64,
    /// Of what is not pinned.
    weight: usize,
}

struct Cached {
    code: Arc<Code>,
    last_use: u64,
    is_pinned: bool,
}

impl CodeCache {
    /// An empty cache.
    pub(in crate::wasm) fn new(capacity_bytes: usize, instance_memory_bytes: usize) -> Self {
        Self {
            capabilities: CAPABILITIES.iter().map(|name| (*name).to_owned()).collect(),
            instance_memory_bytes,
            memories: Arc::default(),
            capacity_bytes,
            entries: Mutex::default(),
            instantiation: Mutex::default(),
        }
    }

    /// Checks Wasm that has not been seen before, and compiles it.
    pub(in crate::wasm) fn check(&self, wasm: &[u8]) -> Result<Arc<Code>, VmError> {
        check_wasm(wasm, &self.capabilities, &WasmLimits::default(), Logger::Off)?;
        let code = self.make(wasm)?;
        self.lock().insert(Arc::clone(&code), self.capacity_bytes);
        Ok(code)
    }

    /// The code with this checksum, if it is in memory.
    pub(in crate::wasm) fn cached(&self, checksum: &[u8]) -> Option<Arc<Code>> {
        self.lock().touch(checksum)
    }

    /// Compiles Wasm that was checked when it was stored.
    pub(in crate::wasm) fn compile(&self, wasm: &[u8]) -> Result<Arc<Code>, WasmError> {
        let code = self.make(wasm)?;
        self.lock().insert(Arc::clone(&code), self.capacity_bytes);
        Ok(code)
    }

    /// Says whether `code` stays in memory whatever else is called: so it is with pinned code.
    pub(in crate::wasm) fn keep(&self, code: &Arc<Code>, is_pinned: bool) {
        self.lock().keep(code, is_pinned, self.capacity_bytes);
    }

    /// A new instance of `code`.
    pub(super) fn instantiate<A, S, Q>(
        &self,
        code: &Code,
        backend: Backend<A, S, Q>,
        gas_limit: u64,
    ) -> Result<Instance<A, S, Q>, VmError>
    where
        A: BackendApi + 'static,
        S: Storage + 'static,
        Q: Querier + 'static,
    {
        let store = Store::new(code.engine.clone());
        let _one_at_a_time = self.instantiation.lock().unwrap_or_else(PoisonError::into_inner);
        instance_from_module(store, &code.module, backend, gas_limit, None)
    }

    /// Drops everything, as a restart does.
    pub(in crate::wasm) fn clear(&self) {
        *self.lock() = Entries::default();
    }

    fn make(&self, wasm: &[u8]) -> Result<Arc<Code>, VmError> {
        let limit = self.instance_memory_bytes;
        let (module, mut engine) = compile_module(wasm, Some(Size::new(limit)))?;
        stoa_linear_memory::use_again(&mut engine, &self.memories, limit);
        let exports: HashSet<String> =
            module.exports().map(|export| export.name().to_owned()).collect();
        let migrate_version = module.custom_sections(MIGRATE_VERSION_SECTION).last();
        let migrate_version =
            migrate_version.and_then(|section| std::str::from_utf8(&section).ok()?.parse().ok());
        Ok(Arc::new(Code {
            wasm_bytes: wasm.len(),
            checksum: Sha256::digest(wasm).into(),
            has_ibc_entry_points: IBC_ENTRY_POINTS.iter().all(|name| exports.contains(*name)),
            migrate_version,
            module,
            engine,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn touch(&mut self, checksum: &[u8]) -> Option<Arc<Code>> {
        self.uses = self.uses.wrapping_add(1);
        let entry = self.codes.get_mut(checksum)?;
        entry.last_use = self.uses;
        Some(Arc::clone(&entry.code))
    }

    fn insert(&mut self, code: Arc<Code>, capacity_bytes: usize) {
        self.uses = self.uses.wrapping_add(1);
        let is_pinned = self.codes.get(&code.checksum).is_some_and(|known| known.is_pinned);
        if let Some(known) = self.codes.remove(&code.checksum) {
            self.weight = self.weight.saturating_sub(known.evictable_weight());
        }
        let entry = Cached { code, last_use: self.uses, is_pinned };
        self.weight = self.weight.saturating_add(entry.evictable_weight());
        self.codes.insert(entry.code.checksum, entry);
        self.make_room(capacity_bytes);
    }

    /// Says whether code stays whatever else is called.
    fn keep(&mut self, code: &Arc<Code>, is_pinned: bool, capacity_bytes: usize) {
        match self.codes.get(&code.checksum) {
            Some(known) if known.is_pinned == is_pinned => return,
            Some(_) => {}
            None => self.insert(Arc::clone(code), capacity_bytes),
        }
        if let Some(known) = self.codes.get_mut(&code.checksum) {
            self.weight = self.weight.saturating_sub(known.evictable_weight());
            known.is_pinned = is_pinned;
            self.weight = self.weight.saturating_add(known.evictable_weight());
        }
        self.make_room(capacity_bytes);
    }

    /// Drops what was not used for longest; pinned code, and the code used last, never.
    fn make_room(&mut self, capacity_bytes: usize) {
        while self.weight > capacity_bytes {
            let candidates = self.codes.iter().filter(|(_, entry)| !entry.is_pinned);
            let oldest = candidates.min_by_key(|(_, entry)| entry.last_use);
            let Some((checksum, last_use)) = oldest.map(|(key, entry)| (*key, entry.last_use))
            else {
                return;
            };
            if last_use == self.uses {
                return;
            }
            if let Some(evicted) = self.codes.remove(&checksum) {
                self.weight = self.weight.saturating_sub(evicted.evictable_weight());
            }
        }
    }
}

impl Cached {
    /// What evicting it would free.
    fn evictable_weight(&self) -> usize {
        if self.is_pinned { 0 } else { self.code.wasm_bytes.saturating_mul(MEMORY_PER_WASM_BYTE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The smallest module that compiles, told apart by a custom section.
    fn wasm(mark: u8) -> Vec<u8> {
        [b"\0asm\x01\0\0\0".as_slice(), &[0, 3, 1, b'x', mark]].concat()
    }

    #[test]
    fn pinned_code_stays_when_memory_is_short() {
        let cache = CodeCache::new(0, 1024 * 1024);
        let pinned = cache.compile(&wasm(1)).unwrap();
        cache.keep(&pinned, true);
        let [second, third] = [2, 3].map(|mark| cache.compile(&wasm(mark)).unwrap().checksum);
        assert!(cache.cached(&second).is_none(), "the one before last goes");
        assert!(cache.cached(&third).is_some() && cache.cached(&pinned.checksum).is_some());
        cache.keep(&pinned, false);
        cache.compile(&wasm(4)).unwrap();
        assert!(cache.cached(&pinned.checksum).is_none());
        let counted: usize = cache.lock().codes.values().map(Cached::evictable_weight).sum();
        assert_eq!(cache.lock().weight, counted);
    }
}
