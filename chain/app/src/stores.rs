//! The stores of the state.

use stoa_modules::{
    auth, authority, authz, bank, beacon, consensus, feegrant, invariants, privilege, slashing,
    upgrade, validators,
};
use stoa_store::StoreName;

/// Every store of the application, named as in the Cosmos SDK. All are in the app hash, so a store that is
/// added changes the state machine, like any other change at an upgrade height.
pub(crate) const STORES: [StoreName; 14] = [
    auth::STORE,
    authority::STORE,
    authz::STORE,
    bank::STORE,
    beacon::STORE,
    consensus::STORE,
    slashing::EVIDENCE_STORE,
    feegrant::STORE,
    invariants::STORE,
    privilege::STORE,
    slashing::STORE,
    upgrade::STORE,
    validators::STORE,
    StoreName("wasm"),
];
