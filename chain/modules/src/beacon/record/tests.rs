use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::beacon::HashChain;

const WINDOW: u64 = 4;

fn anchor(chain: &HashChain) -> Extension {
    Extension { link: None, anchor: Some(chain.root()) }
}

/// The extension of index `index` for a chain that counts from `first`.
fn reveal(chain: &HashChain, first: u64, index: u64) -> Extension {
    Extension { link: chain.link(index + 1 - first), anchor: None }
}

fn chain(secret: u8) -> HashChain {
    HashChain::from_tip([secret; 32])
}

#[test]
fn an_anchor_counts_one_window_later_and_one_link_shows_all_before() {
    let own = chain(1);
    let record = Record::default().after(&anchor(&own), 10, WINDOW).unwrap();
    assert_eq!(record.chain(13), None);
    assert_eq!(record.check(13, &own.link(1).unwrap()), Err(BeaconError::NoChain { index: 13 }));
    // Silent for the indices 14 to 16, then index 17 in block 18.
    let record = record.after(&reveal(&own, 14, 17), 18, WINDOW).unwrap();
    for index in 14..=17 {
        assert_eq!(record.link(index), own.link(index - 13), "{index}");
    }
    assert_eq!((record.link(13), record.link(18)), (None, None));
    assert_eq!(Record::from_stored(&record.to_stored()), Ok(record));
}

#[test]
fn wrong_old_foreign_and_unanchored_links_are_refused() {
    let (own, foreign) = (chain(1), chain(2));
    let record = Record::default().after(&anchor(&own), 10, WINDOW).unwrap();
    let record = record.after(&reveal(&own, 14, 15), 16, WINDOW).unwrap();
    let last = 15;
    let check = |index, link: Option<Link>| record.check(index, &link.unwrap());
    assert_eq!(check(16, own.link(4)), Err(BeaconError::WrongLink { index: 16, last }));
    assert_eq!(check(16, own.link(2)), Err(BeaconError::WrongLink { index: 16, last }));
    assert_eq!(check(16, foreign.link(3)), Err(BeaconError::WrongLink { index: 16, last }));
    assert_eq!(check(15, own.link(2)), Err(BeaconError::NotAhead { index: 15, last }));
    assert_eq!(check(14, own.link(1)), Err(BeaconError::NotAhead { index: 14, last }));
    assert_eq!(check(16, own.link(3)), Ok(()));
    let (end, limit) = (14 + MAX_LINKS, MAX_AHEAD);
    assert_eq!(check(end, own.link(1)), Err(BeaconError::Ended { index: end, end }));
    assert_eq!(check(last + limit, own.link(2 + limit)), Ok(()));
    let index = last + limit + 1;
    assert_eq!(check(index, own.link(3 + limit)), Err(BeaconError::TooFar { index, last, limit }));
}

#[test]
fn a_new_chain_takes_over_at_its_first_index_and_the_old_one_keeps_its_own() {
    let (old, new) = (chain(1), chain(2));
    let record = Record::default().after(&anchor(&old), 10, WINDOW).unwrap();
    let both = Extension { link: old.link(7), anchor: Some(new.root()) };
    let record = record.after(&both, 21, WINDOW).unwrap();
    assert_eq!(record.newest().unwrap().1.first_index, 25);
    // Until then the old chain goes on, and no further anchor is taken.
    let again = Extension { link: old.link(11), anchor: Some(old.root()) };
    let record = record.after(&again, 25, WINDOW).unwrap();
    assert_eq!((record.next_number(), record.chain(24).unwrap().0), (2, 0));
    let wrong = record.check(25, &old.link(12).unwrap());
    assert_eq!(wrong, Err(BeaconError::WrongLink { index: 25, last: 24 }));
    let record = record.after(&reveal(&new, 25, 25), 26, WINDOW).unwrap();
    assert_eq!((record.link(24), record.link(25)), (old.link(11), new.link(1)));
    assert_eq!(record.chain(25).unwrap().0, 1);
}

#[test]
fn a_third_anchor_waits_until_no_open_value_needs_the_first_chain() {
    let record = Record::default().after(&anchor(&chain(1)), 10, WINDOW).unwrap();
    assert!(!record.may_anchor(17, WINDOW));
    let record = record.after(&anchor(&chain(2)), 18, WINDOW).unwrap();
    // Counts from 22; index 21 of the first chain is fixed in block 25.
    assert!(!record.may_anchor(25, WINDOW));
    assert!(record.may_anchor(26, WINDOW));
}

#[test]
fn a_wrong_link_takes_the_anchor_beside_it_along() {
    let record = Record::default();
    let extension = Extension { link: Some([7; 32]), anchor: Some([8; 32]) };
    assert!(record.after(&extension, 10, WINDOW).is_err());
}

/// Three chains, made once: the owner anchors them in turn.
fn own(number: u64) -> &'static HashChain {
    static CHAINS: OnceLock<[HashChain; 3]> = OnceLock::new();
    &CHAINS.get_or_init(|| [1, 2, 3].map(chain))[usize::try_from(number % 3).unwrap()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A vote is cast on the state before the votes of the height before are folded, and judged again on
    /// the one after: consensus would stand still if the verdict changed.
    #[test]
    fn what_is_accepted_stays_accepted_and_what_is_revealed_stays_revealed(
        window in 1u64..6,
        votes in proptest::collection::vec((any::<bool>(), any::<bool>()), 1..80),
    ) {
        let (mut record, mut last) = (Record::default(), Extension::default());
        for (height, (speaks, anchors)) in (10u64..).zip(votes) {
            let link = record.chain(height).filter(|_| speaks).and_then(|(number, chain)| {
                own(number).link(chain.position(height))
            });
            if let Some(link) = &link {
                prop_assert_eq!(record.check(height, link), Ok(()));
            }
            let after = record.clone().after(&last, height, window).unwrap();
            if let Some(link) = &link {
                prop_assert_eq!(after.check(height, link), Ok(()));
            }
            for index in height.saturating_sub(window)..height {
                let known = record.link(index);
                prop_assert!(known.is_none() || after.link(index) == known, "index {}", index);
            }
            let anchor = anchors.then(|| own(record.next_number()).root());
            (record, last) = (after, Extension { link, anchor });
        }
    }
}
