//! The upgrades that this release can apply.

use stoa_modules::upgrade::Upgrades;

/// What this release knows: nothing, for it is the first state machine of its kind. A release that changes
/// the state machine adds an [`Upgrade`](stoa_modules::upgrade::Upgrade) with the stores that begin
/// and end with it, and keeps the ones before, so that a chain that applied them goes on.
pub fn known_upgrades() -> Upgrades {
    Upgrades::default()
}
