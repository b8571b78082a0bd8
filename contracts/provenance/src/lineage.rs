//! Who is owed what: the arithmetic of royalties, without storage.
//!
//! Every quantity is a running total, so rounding never accumulates. Of an asset's income `received`
//! - each parent is owed `floor(received × share)`;
//! - the owner is owed `received − floor(received × Σ shares)`;
//! - the rest, less than one unit a parent, waits in the contract until it makes a whole unit.
//!
//! The first two are *monotone* in `received`: what was paid out can never turn out too much later. The obvious rule for the owner, `received − Σ floor(received × share)`, is not: with two
//! parents at 50 % it grants the owner 1 of the first unit and 0 of the first two, and whoever claims
//! between the two payments takes a unit that belongs to a parent.

use cosmwasm_std::Uint128;
use stoa_primitives::{BasisPoints, BasisPointsError};

/// Sum of the parents' shares, or the sum in basis points where it exceeds the whole.
pub fn sum_of_shares(shares: impl IntoIterator<Item = BasisPoints>) -> Result<BasisPoints, u32> {
    let sum: u32 = shares.into_iter().map(|share| u32::from(share.get())).sum();
    let narrow = u16::try_from(sum).map_err(|_| sum)?;
    BasisPoints::new(narrow).map_err(|BasisPointsError { .. }| sum)
}

/// What one parent has earned of a child's income.
pub fn parent_earned(received: Uint128, share: BasisPoints) -> Uint128 {
    Uint128::new(share.of(received.u128()))
}

/// What the owner has earned of the asset's income, given the sum of the parents' shares.
pub fn owner_earned(received: Uint128, sum_of_shares: BasisPoints) -> Uint128 {
    received.saturating_sub(parent_earned(received, sum_of_shares))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shares() -> impl Strategy<Value = Vec<BasisPoints>> {
        prop::collection::vec(0u16..=10_000, 0..16).prop_map(|weights| {
            let total: u32 =
                weights.iter().map(|weight| u32::from(*weight)).sum::<u32>().max(10_000);
            let scale = |weight: u16| u32::from(weight) * 10_000 / total;
            weights
                .into_iter()
                .map(|weight| BasisPoints::new(u16::try_from(scale(weight)).unwrap()).unwrap())
                .collect()
        })
    }

    #[test]
    fn an_owner_between_two_halves_never_takes_a_parents_unit() {
        let half = BasisPoints::new(5_000).unwrap();
        let whole = sum_of_shares([half, half]).unwrap();
        for received in 0..10u128 {
            let received = Uint128::new(received);
            assert_eq!(owner_earned(received, whole), Uint128::zero());
            assert!(parent_earned(received, half) * Uint128::new(2) <= received);
        }
    }

    #[test]
    fn shares_above_the_whole_are_reported_with_their_sum() {
        let share = BasisPoints::new(5_001).unwrap();
        assert_eq!(sum_of_shares([share, share]), Err(10_002));
        assert_eq!(sum_of_shares([BasisPoints::new(10_000).unwrap(); 16]), Err(160_000));
    }

    proptest! {
        #[test]
        fn entitlements_only_grow_and_what_waits_is_less_than_one_unit_a_parent(
            received in 0u128..u128::from(u64::MAX),
            more in 0u128..1_000,
            shares in shares(),
        ) {
            let sum = sum_of_shares(shares.iter().copied()).unwrap();
            let (before, after) = (Uint128::new(received), Uint128::new(received + more));
            prop_assert!(owner_earned(before, sum) <= owner_earned(after, sum));
            let mut granted = owner_earned(after, sum);
            for share in &shares {
                prop_assert!(parent_earned(before, *share) <= parent_earned(after, *share));
                granted += parent_earned(after, *share);
            }
            prop_assert!(granted <= after);
            prop_assert!((after - granted).u128() < shares.len().max(1) as u128);
        }
    }
}
