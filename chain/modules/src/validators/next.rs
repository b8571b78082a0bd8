//! Which set follows: pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{ConsensusAddress, Record, Validator};

/// Most power that all validators together may be given: half of what consensus can count, because a set
/// on its way holds the old power and the new, and far below it.
pub const MAX_TOTAL_POWER: u64 = 1 << 58;

/// The part of a set's power that its members may lose in one block.
const LARGEST_LOSS: u64 = 3;

/// The set that follows `current` in one block, as close to what is `wanted` as the bound on losses allows:
/// gains at once, then losses of jailed validators, then other losses, each in order of addresses. Never
/// empty unless `current` is, because less than all power may be lost.
pub(super) fn next(current: &[Validator], wanted: &[Record]) -> Vec<Validator> {
    let mut powers: BTreeMap<ConsensusAddress, Validator> =
        current.iter().map(|voter| (voter.address(), voter.clone())).collect();
    let total = current.iter().fold(0u64, |sum, voter| sum.saturating_add(voter.power));
    let mut allowance = total / LARGEST_LOSS;
    for record in wanted {
        let power = record.active_power();
        let voter =
            powers.entry(record.address()).or_insert(Validator { key: record.key, power: 0 });
        voter.power = voter.power.max(power);
    }
    let jailed: BTreeSet<ConsensusAddress> =
        wanted.iter().filter(|record| record.is_jailed).map(Record::address).collect();
    let targets: BTreeMap<ConsensusAddress, u64> =
        wanted.iter().map(|record| (record.address(), record.active_power())).collect();
    for is_jailed in [true, false] {
        for (address, voter) in &mut powers {
            if jailed.contains(address) == is_jailed {
                let target = targets.get(address).copied().unwrap_or(0);
                let loss = voter.power.saturating_sub(target).min(allowance);
                voter.power = voter.power.saturating_sub(loss);
                allowance = allowance.saturating_sub(loss);
            }
        }
    }
    powers.into_values().filter(|voter| voter.power > 0).collect()
}

/// What consensus must be told to go from `current` to `next`: changed powers, and zero for who left, in
/// order of addresses.
pub(super) fn updates(current: &[Validator], next: &[Validator]) -> Vec<Validator> {
    let before: BTreeMap<ConsensusAddress, u64> =
        current.iter().map(|voter| (voter.address(), voter.power)).collect();
    let stays: BTreeSet<ConsensusAddress> = next.iter().map(Validator::address).collect();
    let changed = next.iter().filter(|voter| before.get(&voter.address()) != Some(&voter.power));
    let left = current.iter().filter(|voter| !stays.contains(&voter.address()));
    let left = left.map(|voter| Validator { key: voter.key, power: 0 });
    let mut updates: Vec<Validator> = changed.cloned().chain(left).collect();
    updates.sort_by_key(Validator::address);
    updates
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn voter(key: u8, power: u64) -> Validator {
        Validator { key: [key; 32], power }
    }

    fn record(key: u8, power: u64, is_jailed: bool) -> Record {
        Record { key: [key; 32], power, operator: None, is_jailed }
    }

    fn total(set: &[Validator]) -> u64 {
        set.iter().map(|voter| voter.power).sum()
    }

    /// What the members of `before` have less in `after`.
    fn lost(before: &[Validator], after: &[Validator]) -> u64 {
        let now: BTreeMap<_, _> = after.iter().map(|v| (v.address(), v.power)).collect();
        let lost =
            |v: &Validator| v.power.saturating_sub(now.get(&v.address()).copied().unwrap_or(0));
        before.iter().map(lost).sum()
    }

    #[test]
    fn a_validator_of_four_leaves_at_once_and_a_jailed_one_goes_first() {
        let set: Vec<_> = (1..=4).map(|key| voter(key, 10)).collect();
        let records: Vec<_> = (1..=4).map(|key| record(key, 10, key == 3)).collect();
        let after = next(&set, &records);
        assert_eq!((after.len(), total(&after)), (3, 30));
        assert!(after.iter().all(|voter| voter.key != [3; 32]));
        // Two at once are too many: the jailed one leaves whole, the other one loses what is left.
        let mut records = records;
        records[0].power = 0;
        assert_eq!(total(&next(&set, &records)), 40 - 13);
    }

    #[test]
    fn the_only_validator_is_replaced_step_by_step_and_the_set_is_never_empty() {
        let mut set = vec![voter(1, 10)];
        let alone = [record(1, 10, true)];
        for _ in 0..100 {
            set = next(&set, &alone);
        }
        assert_eq!(set, [voter(1, 2)]);
        let both = [record(1, 0, false), record(2, 10, false)];
        for _ in 0..10 {
            set = next(&set, &both);
        }
        assert_eq!(set, [voter(2, 10)]);
    }

    proptest! {
        #[test]
        fn no_block_takes_more_than_a_third(
            before in proptest::collection::btree_map(0u8..12, 1u64..1_000, 1..8),
            wanted in proptest::collection::btree_map(0u8..12, (0u64..1_000, any::<bool>()), 0..8),
        ) {
            let set: Vec<_> = before.iter().map(|(key, power)| voter(*key, *power)).collect();
            let records: Vec<_> =
                wanted.iter().map(|(key, (power, jailed))| record(*key, *power, *jailed)).collect();
            let after = next(&set, &records);
            prop_assert!(!after.is_empty());
            prop_assert!(lost(&set, &after) * 3 <= total(&set));
            // Consensus that follows the updates has the same set.
            let mut powers: BTreeMap<_, _> = set.iter().map(|v| (v.key, v.power)).collect();
            for update in updates(&set, &after) {
                prop_assert_ne!(powers.insert(update.key, update.power), Some(update.power));
            }
            powers.retain(|_, power| *power > 0);
            let expected: BTreeMap<_, _> = after.iter().map(|v| (v.key, v.power)).collect();
            prop_assert_eq!(powers, expected);
        }
    }
}
