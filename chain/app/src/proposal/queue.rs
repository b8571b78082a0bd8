//! The order in which a proposer looks at the mempool.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use stoa_modules::auth::AccAddress;

use super::candidate::Candidate;

/// The best offer first, except that what one signer has sent stays in the order of its arrival. Equal
/// offers keep that order, too.
pub(super) struct Queue {
    /// Offer, and place of arrival.
    ready: BinaryHeap<(u128, Reverse<usize>)>,
    offers: Vec<u128>,
    /// For each candidate, how many before it must have had their turn.
    waits_for: Vec<usize>,
    /// For each candidate, which wait for it.
    followers: Vec<Vec<usize>>,
}

impl Queue {
    /// Work grows with the number of signatures, times the logarithm of that of transactions.
    pub(super) fn new(candidates: &[Candidate]) -> Self {
        let mut last: BTreeMap<&AccAddress, usize> = BTreeMap::new();
        let mut waits_for = vec![0; candidates.len()];
        let mut followers = vec![Vec::new(); candidates.len()];
        for (place, candidate) in candidates.iter().enumerate() {
            for (signer, _) in &candidate.signers {
                let Some(before) = last.insert(signer, place) else { continue };
                let followers: Option<&mut Vec<usize>> = followers.get_mut(before);
                let waits = waits_for.get_mut(place);
                if let (Some(followers), Some(waits)) = (followers, waits) {
                    followers.push(place);
                    *waits += 1;
                }
            }
        }
        let offers: Vec<u128> = candidates.iter().map(|candidate| candidate.offer).collect();
        let free = offers.iter().zip(&waits_for).enumerate().filter(|(_, (_, waits))| **waits == 0);
        let ready = free.map(|(place, (offer, _))| (*offer, Reverse(place))).collect();
        Self { ready, offers, waits_for, followers }
    }

    /// The place of the candidate whose turn it is.
    pub(super) fn next(&mut self) -> Option<usize> {
        self.ready.pop().map(|(_, Reverse(place))| place)
    }

    /// Lets those behind `place` have their turn; they never do if this is not called.
    pub(super) fn release(&mut self, place: usize) {
        let followers = self.followers.get_mut(place).map(std::mem::take).unwrap_or_default();
        for follower in followers {
            let Some(waits) = self.waits_for.get_mut(follower) else { continue };
            *waits = waits.saturating_sub(1);
            if *waits == 0
                && let Some(offer) = self.offers.get(follower)
            {
                self.ready.push((*offer, Reverse(follower)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn candidate((offer, signers): (u128, Vec<u8>)) -> Candidate {
        let address = |number: u8| (AccAddress::of_module(&format!("{number}")), 0);
        let signers = signers.into_iter().map(address).collect();
        Candidate { gas: 1, offer, signers, unpaid_calls: Vec::new() }
    }

    fn order(candidates: &[Candidate], skipped: &[usize]) -> Vec<usize> {
        let (mut queue, mut order) = (Queue::new(candidates), Vec::new());
        while let Some(place) = queue.next() {
            if !skipped.contains(&place) {
                order.push(place);
                queue.release(place);
            }
        }
        order
    }

    #[test]
    fn better_offers_come_first_and_a_senders_own_order_stays() {
        let candidates: Vec<Candidate> =
            [(1, vec![1]), (9, vec![1]), (5, vec![2]), (5, vec![3]), (7, vec![1, 3])]
                .into_iter()
                .map(candidate)
                .collect();
        assert_eq!(order(&candidates, &[]), [2, 3, 0, 1, 4]);
        assert_eq!(order(&candidates, &[0]), [2, 3]);
        assert_eq!(order(&candidates, &[3]), [2, 0, 1]);
    }

    proptest! {
        #[test]
        fn everybody_has_one_turn_and_nobody_overtakes_itself(
            candidates in proptest::collection::vec(
                (0u128..6, proptest::collection::btree_set(0u8..8, 1..3)), 0..60,
            ),
        ) {
            let candidates: Vec<Candidate> = candidates
                .into_iter()
                .map(|(offer, signers)| candidate((offer, signers.into_iter().collect())))
                .collect();
            let order = order(&candidates, &[]);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..candidates.len()).collect::<Vec<_>>());
            let shares = |a: usize, b: usize| {
                candidates[a].signers.iter().any(|signer| candidates[b].signers.contains(signer))
            };
            for (turn, later) in order.iter().enumerate() {
                for earlier in &order[..turn] {
                    prop_assert!(earlier < later || !shares(*earlier, *later));
                }
            }
        }
    }
}
