//! How much of the past a node keeps, and the snapshots it takes: settings with the SDK's names.

use serde::{Deserialize, Serialize};
use stoa_app::{
    Pruning,
    snapshot::{MAX_KEPT, Schedule},
};

/// Heights that stay readable unless configured otherwise: three weeks of five-second blocks, as in the SDK.
const DEFAULT_KEEP_RECENT: u64 = 362_880;
/// Heights between two times that heights are forgotten, in all modes but `custom`.
const DEFAULT_INTERVAL: u64 = 10;
/// Heights that `everything` leaves, and the fewest that `custom` may.
const LEAST_KEEP_RECENT: u64 = 2;
/// Heights between two snapshots unless configured otherwise.
const DEFAULT_SNAPSHOT_INTERVAL: u64 = 1_000;
/// Snapshots that are kept unless configured otherwise.
const DEFAULT_SNAPSHOTS_KEPT: u32 = 2;

/// A setting outside its range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting} is {actual}: it must be {least} to {most}")]
pub struct OutOfRange {
    setting: &'static str,
    actual: u64,
    least: u64,
    most: u64,
}

fn within(
    setting: &'static str,
    actual: u64,
    (least, most): (u64, u64),
) -> Result<u64, OutOfRange> {
    match (least..=most).contains(&actual) {
        true => Ok(actual),
        false => Err(OutOfRange { setting, actual, least, most }),
    }
}

/// What is kept of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PruningMode {
    /// Weeks.
    Default,
    /// All heights: nothing is pruned.
    Nothing,
    /// Almost no height: everything is pruned.
    Everything,
    /// As the numbers beside say.
    Custom,
}

/// The state on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// What is kept of the past.
    pub pruning: PruningMode,
    /// With `custom`: heights before the last that are kept at least.
    pub pruning_keep_recent: u64,
    /// With `custom`: at every so many heights the others are forgotten.
    pub pruning_interval: u64,
}

impl Default for Store {
    fn default() -> Self {
        Self { pruning: PruningMode::Default, pruning_keep_recent: 0, pruning_interval: 0 }
    }
}

impl Store {
    /// The mode as numbers; those of `custom` are checked.
    pub fn pruning(&self) -> Result<Pruning, OutOfRange> {
        let every_tenth = |keep_recent| Pruning { keep_recent, interval: DEFAULT_INTERVAL };
        Ok(match self.pruning {
            PruningMode::Default => every_tenth(DEFAULT_KEEP_RECENT),
            PruningMode::Nothing => every_tenth(u64::MAX),
            PruningMode::Everything => every_tenth(LEAST_KEEP_RECENT),
            PruningMode::Custom => Pruning {
                keep_recent: within(
                    "store.pruning_keep_recent",
                    self.pruning_keep_recent,
                    (LEAST_KEEP_RECENT, u64::MAX),
                )?,
                interval: within(
                    "store.pruning_interval",
                    self.pruning_interval,
                    (DEFAULT_INTERVAL, u64::MAX),
                )?,
            },
        })
    }
}

/// Snapshots for nodes that start later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateSync {
    /// Taken at every so many heights; zero for none.
    pub snapshot_interval: u64,
    /// How many of the last are kept.
    pub snapshot_keep_recent: u32,
}

impl Default for StateSync {
    fn default() -> Self {
        Self {
            snapshot_interval: DEFAULT_SNAPSHOT_INTERVAL,
            snapshot_keep_recent: DEFAULT_SNAPSHOTS_KEPT,
        }
    }
}

impl StateSync {
    /// When snapshots are taken; the number to keep is checked.
    pub fn schedule(&self) -> Result<Schedule, OutOfRange> {
        let (kept, most) = (self.snapshot_keep_recent, u64::from(MAX_KEPT));
        within("state_sync.snapshot_keep_recent", kept.into(), (1, most))?;
        Ok(Schedule { interval: self.snapshot_interval, keep_recent: kept })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(pruning: PruningMode, keep: u64, interval: u64) -> Store {
        Store { pruning, pruning_keep_recent: keep, pruning_interval: interval }
    }

    #[test]
    fn the_modes_are_those_of_the_sdk() {
        let kept = |mode| store(mode, 7, 7).pruning().unwrap();
        let every_tenth = |keep_recent| Pruning { keep_recent, interval: 10 };
        assert_eq!(kept(PruningMode::Default), every_tenth(362_880));
        assert_eq!(kept(PruningMode::Nothing), every_tenth(u64::MAX));
        assert_eq!(kept(PruningMode::Everything), every_tenth(2));
        let custom = store(PruningMode::Custom, 5, 20).pruning();
        assert_eq!(custom, Ok(Pruning { keep_recent: 5, interval: 20 }));
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        for (keep, interval, name) in [(1, 10, "pruning_keep_recent"), (2, 9, "pruning_interval")] {
            let error = store(PruningMode::Custom, keep, interval).pruning().unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        for snapshot_keep_recent in [0, MAX_KEPT + 1] {
            let settings = StateSync { snapshot_interval: 5, snapshot_keep_recent };
            assert!(settings.schedule().is_err());
        }
    }
}
