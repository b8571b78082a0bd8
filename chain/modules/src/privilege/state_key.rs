//! Where the state of this module lies.

use stoa_store::{KeyRange, StoreName};

use super::Privilege;
use crate::auth::AccAddress;

/// The sub-store of privileges.
pub const STORE: StoreName = StoreName("privilege");

/// Prefix of records: privilege and contract to encoded `Record`.
const RECORD: u8 = 0x01;
/// Position of the next grant, big endian.
pub(super) const NEXT_POSITION: &[u8] = &[0x02];
/// Prefixes of what admission to the mempool counts; never in committed state.
const FREE_GAS: u8 = 0x03;
const FREE_TXS: u8 = 0x04;

/// The grant of `privilege` to `contract`.
pub(super) fn record(privilege: Privilege, contract: &AccAddress) -> Vec<u8> {
    // The privileges of the enumeration are few.
    let privilege = u8::try_from(i32::from(privilege)).unwrap_or(u8::MAX);
    [&[RECORD, privilege], contract.as_bytes()].concat()
}

/// All grants.
pub(super) fn records() -> KeyRange {
    KeyRange::prefix(&[RECORD])
}

/// Gas of admitted calls of `contract` without a fee.
pub(super) fn free_gas(contract: &AccAddress) -> Vec<u8> {
    [&[FREE_GAS], contract.as_bytes()].concat()
}

/// Transactions of `sender` that were admitted without a fee.
pub(super) fn free_txs(sender: &AccAddress) -> Vec<u8> {
    [&[FREE_TXS], sender.as_bytes()].concat()
}
