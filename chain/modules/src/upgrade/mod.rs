//! Upgrades (`cosmos.upgrade.v1beta1`): at which height a new binary takes over.
//!
//! Purpose: all nodes change their software at the same block. The authority, or a contract with the
//! privilege, schedules a plan; at its height a binary that does not know the upgrade halts, and one that
//! does applies it.
//! Place: beside the other modules; the application asks [`due`] before anything else in a block.
//! Invariants: a name is applied once; a binary never executes a block on the wrong side of an upgrade that
//! it knows, or one that it lacks; stores appear in and vanish from the app hash with the block that applies
//! their upgrade, because no other binary of either side executes that block.

mod action;
mod due;
mod error;
mod genesis;
mod rpc;
mod state_key;
mod view;

use std::collections::BTreeSet;

use stoa_store::StoreName;

pub use action::{cancel, execute_message, schedule, signers};
pub use due::{Due, due};
pub use error::UpgradeError;
pub use genesis::{Genesis, export_genesis, init_genesis};
pub use rpc::query;
pub use state_key::STORE;
pub use view::{Plan, plan};

use crate::core::{Context, ModuleError};

/// An upgrade that this binary can apply.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// Name, as plans have it.
    pub name: &'static str,
    /// Stores that begin with it. Until it is applied they are not part of the state machine.
    pub added: &'static [StoreName],
    /// Stores that end with it.
    pub removed: &'static [StoreName],
    /// What it does to the state; a refusal halts the node.
    pub apply: fn(&mut Context) -> Result<(), ModuleError>,
}

/// What this binary knows of upgrades, and what its operator says.
#[derive(Clone, Debug, Default)]
pub struct Upgrades {
    /// Upgrades that this binary can apply, in the order of their releases.
    pub known: Vec<Upgrade>,
    /// Heights at which a plan is dropped instead: for operators who agree that an upgrade is bad.
    pub skip_heights: BTreeSet<u64>,
}

impl Upgrades {
    /// The stores of the state machine for `stores` of the release before the first known upgrade.
    pub fn stores(&self, stores: &[StoreName]) -> Vec<StoreName> {
        let mut stores = stores.to_vec();
        for upgrade in &self.known {
            stores.retain(|store| !upgrade.removed.contains(store));
            let is_new = |store: &&StoreName| !stores.contains(store);
            let added: Vec<StoreName> = upgrade.added.iter().filter(is_new).copied().collect();
            stores.extend(added);
        }
        stores
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Upgrade> {
        self.known.iter().find(|upgrade| upgrade.name == name)
    }
}
