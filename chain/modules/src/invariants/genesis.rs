//! How often the invariants are looked at.

use cosmwasm_std::Uint64;
use serde::{Deserialize, Serialize};
use stoa_store::StoreError;

use super::STORE;
use crate::core::{Context, ModuleError};

/// Key of the interval: blocks, big endian.
const EVERY_BLOCKS: &[u8] = &[0x00];
/// Blocks between two runs unless genesis says otherwise: about an hour and a half.
const DEFAULT_EVERY_BLOCKS: u64 = 1_000;

/// The `invariants` section of `app_state`.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Genesis {
    /// Blocks between two runs; zero for none.
    every_blocks: Uint64,
}

impl Default for Genesis {
    fn default() -> Self {
        Self { every_blocks: DEFAULT_EVERY_BLOCKS.into() }
    }
}

/// Writes the interval.
pub fn init_genesis(ctx: &Context, genesis: &Genesis) -> Result<(), ModuleError> {
    ctx.set(STORE, EVERY_BLOCKS, genesis.every_blocks.u64().to_be_bytes().to_vec())
}

/// The section that [`init_genesis`] reads.
pub fn export_genesis(ctx: &Context) -> Result<Genesis, ModuleError> {
    Ok(Genesis { every_blocks: every_blocks(ctx)?.into() })
}

/// Blocks between two runs; zero for none.
pub(super) fn every_blocks(ctx: &Context) -> Result<u64, ModuleError> {
    let Some(bytes) = ctx.get(STORE, EVERY_BLOCKS)? else { return Ok(0) };
    let bytes = bytes.try_into().map_err(|_| StoreError::Corrupt { what: "invariant interval" })?;
    Ok(u64::from_be_bytes(bytes))
}
