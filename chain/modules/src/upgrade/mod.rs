//! Upgrades (`cosmos.upgrade.v1beta1`): at which height a new binary takes over.
//!
//! Purpose: all nodes change their software at the same block. The authority, or a contract with the
//! privilege, schedules a plan; at its height a binary that does not know the upgrade halts, and one that
//! does applies it.
//! Place: beside the other modules; the application asks [`due`] before anything else in a block.
//! Invariants: a name is applied once; a binary never executes a block on the wrong side of an upgrade that
//! it knows, or one that it lacks; stores appear in the app hash, and leave it, with the block that applies
//! their upgrade, because no binary with another list of stores executes that block.

mod action;
mod due;
mod error;
mod genesis;
mod rpc;
mod state_key;
mod stores;
mod view;

use std::collections::BTreeSet;

use stoa_store::StoreName;

pub use action::{cancel, execute_message, schedule, signers};
pub use due::{Due, due};
pub use error::UpgradeError;
pub use genesis::{Genesis, export_genesis, init_genesis};
pub use rpc::query;
pub use state_key::STORE;
pub use stores::{Renamed, StoreUpgrades, Stores};
pub use view::{Plan, plan, protocol_version};

use crate::core::{Context, ModuleError};

/// An upgrade that this binary can apply.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// Name, as plans have it.
    pub name: &'static str,
    /// What it does to the list of stores, before anything else.
    pub stores: StoreUpgrades,
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
    /// The stores of the state machine for `first` of the release before the first known upgrade.
    pub fn stores(&self, first: &[StoreName]) -> Stores {
        let changes = self.known.iter().map(|upgrade| upgrade.stores);
        changes.fold(Stores::of(first), Stores::after)
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Upgrade> {
        self.known.iter().find(|upgrade| upgrade.name == name)
    }
}
