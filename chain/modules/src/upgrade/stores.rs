//! Stores that come, go and change their names with an upgrade; the SDK's `StoreUpgrades`.

use stoa_store::{KeyRange, Order, StoreName};

use crate::core::{Context, ModuleError};

/// What an upgrade does to the list of stores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreUpgrades {
    /// Begin with it. Until it is applied they are not part of the state machine.
    pub added: &'static [StoreName],
    /// Go on under another name, with all that they hold.
    pub renamed: &'static [Renamed],
    /// End with it, with all that they hold.
    pub deleted: &'static [StoreName],
}

/// A store and its new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Its name until the upgrade.
    pub from: StoreName,
    /// Its name from the upgrade on.
    pub to: StoreName,
}

/// The stores of a state machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stores {
    /// Those of its state.
    pub mounted: Vec<StoreName>,
    /// Those that an upgrade has ended, or will end: they may still be in the state before it.
    pub ended: Vec<StoreName>,
}

impl Stores {
    pub(super) fn of(first: &[StoreName]) -> Self {
        Self { mounted: first.to_vec(), ended: Vec::new() }
    }

    pub(super) fn after(mut self, upgrade: StoreUpgrades) -> Self {
        let StoreUpgrades { added, renamed, deleted } = upgrade;
        let ending = deleted.iter().chain(renamed.iter().map(|Renamed { from, .. }| from));
        for store in ending {
            self.mounted.retain(|mounted| mounted != store);
            self.ended.push(*store);
        }
        for store in added.iter().chain(renamed.iter().map(|Renamed { to, .. }| to)) {
            self.ended.retain(|ended| ended != store);
            if !self.mounted.contains(store) {
                self.mounted.push(*store);
            }
        }
        self
    }

    /// All of them.
    pub fn all(&self) -> Vec<StoreName> {
        [self.mounted.as_slice(), &self.ended].concat()
    }
}

/// Moves what lies in stores that change their names, and empties those that end.
pub(super) fn change(ctx: &Context, upgrade: StoreUpgrades) -> Result<(), ModuleError> {
    for Renamed { from, to } in upgrade.renamed {
        for (key, value) in take(ctx, *from)? {
            ctx.set(*to, &key, value)?;
        }
    }
    upgrade.deleted.iter().try_for_each(|store| take(ctx, *store).map(drop))
}

/// Empties a store; answers what lay in it.
fn take(ctx: &Context, store: StoreName) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ModuleError> {
    let mut walk = ctx.walk(store, KeyRange::default(), Order::Ascending)?;
    let mut taken = Vec::new();
    while let Some(entry) = ctx.step(&mut walk)? {
        taken.push(entry);
    }
    taken.iter().try_for_each(|(key, _)| ctx.delete(store, key))?;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: StoreName = StoreName("a");
    const B: StoreName = StoreName("b");
    const C: StoreName = StoreName("c");

    #[test]
    fn stores_come_and_go_in_the_order_of_the_upgrades() {
        let first = StoreUpgrades {
            added: &[C],
            renamed: &[Renamed { from: A, to: StoreName("d") }],
            deleted: &[B],
        };
        let stores = Stores::of(&[A, B]).after(first);
        let expected =
            Stores { mounted: vec![C, StoreName("d")], ended: vec![B, A] };
        assert_eq!(stores, expected);
        // A name may be used again.
        let again = StoreUpgrades { added: &[B], deleted: &[C], ..StoreUpgrades::default() };
        let expected =
            Stores { mounted: vec![StoreName("d"), B], ended: vec![A, C] };
        assert_eq!(stores.after(again), expected);
    }
}
