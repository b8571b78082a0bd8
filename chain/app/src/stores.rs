//! The stores of the state.

use stoa_modules::{auth, authority, authz, bank, beacon, feegrant, validators};
use stoa_store::StoreName;

use crate::limits;

/// Every store of the application, named as in the Cosmos SDK. All are in the app hash, so a store that is
/// added changes the state machine, like any other change at an upgrade height.
pub(crate) const STORES: [StoreName; 9] = [
    auth::STORE,
    authority::STORE,
    authz::STORE,
    bank::STORE,
    beacon::STORE,
    feegrant::STORE,
    limits::STORE,
    validators::STORE,
    StoreName("wasm"),
];
