use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

use super::*;
use crate::EmptySnapshot;

const STORE: StoreName = StoreName("test");

fn overlay() -> Overlay {
    Overlay::new(Arc::new(EmptySnapshot))
}

fn speculate(below: &Overlay) -> Speculation {
    Speculation::new(below.clone(), Vec::new())
}

#[test]
fn what_saw_nothing_else_change_is_adopted() {
    let below = overlay();
    below.set(STORE, b"read", vec![1]).unwrap();
    let speculation = speculate(&below);
    let own = speculation.overlay();
    assert_eq!(own.get(STORE, b"read").unwrap(), Some(vec![1]));
    assert_eq!(own.get(STORE, b"absent").unwrap(), None);
    own.set(STORE, b"written", vec![2]).unwrap();
    below.set(STORE, b"other", vec![3]).unwrap();
    assert_eq!(below.get(STORE, b"written").unwrap(), None);
    assert!(speculation.settle().unwrap());
    assert_eq!(below.get(STORE, b"written").unwrap(), Some(vec![2]));
}

#[test]
fn what_saw_something_that_changed_leaves_nothing() {
    let changes: [fn(&Overlay); 3] = [
        |below| below.set(STORE, b"read", vec![9]).unwrap(),
        |below| below.delete(STORE, b"read").unwrap(),
        |below| below.set(STORE, b"absent", vec![]).unwrap(),
    ];
    for change in changes {
        let below = overlay();
        below.set(STORE, b"read", vec![1]).unwrap();
        let speculation = speculate(&below);
        speculation.overlay().get(STORE, b"read").unwrap();
        speculation.overlay().get(STORE, b"absent").unwrap();
        speculation.overlay().set(STORE, b"written", vec![2]).unwrap();
        change(&below);
        assert!(!speculation.settle().unwrap());
        assert_eq!(below.get(STORE, b"written").unwrap(), None);
    }
}

#[test]
fn a_value_that_came_back_counts_as_unchanged_and_an_open_layer_is_not_seen() {
    let below = overlay();
    below.set(STORE, b"read", vec![1]).unwrap();
    below.begin().unwrap();
    below.set(STORE, b"read", vec![2]).unwrap();
    let speculation = speculate(&below);
    assert_eq!(speculation.overlay().get(STORE, b"read").unwrap(), Some(vec![1]));
    below.commit().unwrap();
    below.set(STORE, b"read", vec![1]).unwrap();
    assert!(speculation.settle().unwrap());
}

#[test]
fn what_is_expected_is_seen_and_must_be_there_in_its_turn() {
    for actual in [Some(vec![5]), Some(vec![6]), None] {
        let below = overlay();
        let expected = Expected { store: STORE, key: b"sum".to_vec(), value: Some(vec![5]) };
        let speculation = Speculation::new(below.clone(), vec![expected]);
        assert_eq!(speculation.overlay().get(STORE, b"sum").unwrap(), Some(vec![5]));
        if let Some(actual) = &actual {
            below.set(STORE, b"sum", actual.clone()).unwrap();
        }
        assert_eq!(speculation.settle().unwrap(), actual == Some(vec![5]));
    }
    let nothing = Expected { store: STORE, key: b"sum".to_vec(), value: None };
    let speculation = Speculation::new(overlay(), vec![nothing]);
    assert_eq!(speculation.overlay().get(STORE, b"sum").unwrap(), None);
    assert!(speculation.settle().unwrap());
}

#[test]
fn a_new_key_in_a_range_that_was_searched_is_noticed() {
    let range = KeyRange { start: b"b".to_vec(), end: Some(b"d".to_vec()) };
    for (key, holds) in [(b"a", true), (b"b", false), (b"c", true), (b"d", true)] {
        let below = overlay();
        below.set(STORE, b"bb", vec![1]).unwrap();
        let speculation = speculate(&below);
        let found = speculation.overlay().first(STORE, &range, Order::Ascending).unwrap();
        assert_eq!(found, Some((b"bb".to_vec(), vec![1])));
        below.set(STORE, key, vec![2]).unwrap();
        assert_eq!(speculation.settle().unwrap(), holds, "{key:?}");
    }
}

#[test]
fn one_that_reads_without_end_has_been_in_vain() {
    let below = overlay();
    for key in 0..3 {
        below.set(STORE, &[key], vec![0; MAX_SEEN_BYTES / 2]).unwrap();
    }
    let reads = |keys: &[u8]| {
        let speculation = speculate(&below);
        for key in keys {
            speculation.overlay().get(STORE, &[*key]).unwrap();
        }
        speculation.settle().unwrap()
    };
    // What was read already is not remembered again.
    assert!(reads(&[0]) && reads(&[0; 9]) && !reads(&[0, 1, 2]));
}

#[test]
fn reading_beside_a_writer_is_right_or_in_vain() {
    let below = overlay();
    let has_ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut speculations = Vec::new();
            while !has_ended.load(Ordering::Relaxed) && speculations.len() < 2_000 {
                let speculation = speculate(&below);
                let own = speculation.overlay();
                let value = own.get(STORE, b"a").unwrap();
                let first = own.first(STORE, &KeyRange::default(), Order::Descending).unwrap();
                speculations.push((speculation, value, first));
            }
            speculations
        });
        for number in 0..=255 {
            below.set(STORE, b"a", vec![number]).unwrap();
            below.set(STORE, &[b'b', number], vec![number]).unwrap();
        }
        has_ended.store(true, Ordering::Relaxed);
        let last = (b"b\xff".to_vec(), vec![255]);
        for (speculation, value, first) in reader.join().unwrap() {
            let is_right = value == Some(vec![255]) && first.as_ref() == Some(&last);
            assert_eq!(speculation.settle().unwrap(), is_right);
        }
    });
}

/// A small program: what it writes depends on what it reads.
#[derive(Clone, Debug)]
enum Step {
    Copy(u8, u8),
    Add(u8),
    Delete(u8),
    /// Writes the first key of a range, and its value, somewhere.
    First(u8, u8, bool, u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0u8..6, 0u8..6).prop_map(|(from, to)| Step::Copy(from, to)),
        (0u8..6).prop_map(Step::Add),
        (0u8..6).prop_map(Step::Delete),
        (0u8..6, 0u8..7, any::<bool>(), 0u8..6).prop_map(|(a, b, c, d)| Step::First(a, b, c, d)),
    ]
}

fn run(overlay: &Overlay, program: &[Step]) {
    for step in program {
        match *step {
            Step::Copy(from, to) => match overlay.get(STORE, &[from]).unwrap() {
                Some(value) => overlay.set(STORE, &[to], value).unwrap(),
                None => overlay.delete(STORE, &[to]).unwrap(),
            },
            Step::Add(key) => {
                let value = overlay.get(STORE, &[key]).unwrap().unwrap_or_default();
                let next = value.first().copied().unwrap_or_default().wrapping_add(1);
                overlay.set(STORE, &[key], vec![next]).unwrap();
            }
            Step::Delete(key) => overlay.delete(STORE, &[key]).unwrap(),
            Step::First(start, end, is_descending, to) => {
                let order = if is_descending { Order::Descending } else { Order::Ascending };
                let range = KeyRange { start: vec![start], end: Some(vec![end]) };
                let found = overlay.first(STORE, &range, order).unwrap();
                let value = found.map(|(key, value)| [key, value].concat()).unwrap_or_default();
                overlay.set(STORE, &[to], value.into_iter().take(3).collect()).unwrap();
            }
        }
    }
}

proptest! {
    /// However early programs are executed: with those executed again that saw what changed, all ends as if
    /// each had been executed in its turn.
    #[test]
    fn all_ends_as_if_each_had_had_its_turn(
        programs in proptest::collection::vec(
            (proptest::collection::vec(step(), 1..5), 0usize..5, proptest::option::of(any::<u8>())), 0..24,
        ),
    ) {
        let (ahead, in_turn) = (overlay(), overlay());
        let mut started: Vec<Option<Speculation>> = programs.iter().map(|_| None).collect();
        for turn in 0..programs.len() {
            // Begun now: those whose lead is as large as they are far away.
            for (place, (program, lead, guess)) in programs.iter().enumerate().skip(turn) {
                if started[place].is_none() && place <= turn + lead {
                    let guess = guess.map(|value| Expected { store: STORE, key: vec![0], value: Some(vec![value % 3]) });
                    let speculation = Speculation::new(ahead.clone(), guess.into_iter().collect());
                    run(speculation.overlay(), program);
                    started[place] = Some(speculation);
                }
            }
            if !started[turn].take().unwrap().settle().unwrap() {
                run(&ahead, &programs[turn].0);
            }
            run(&in_turn, &programs[turn].0);
        }
        prop_assert_eq!(ahead.take_changes().unwrap(), in_turn.take_changes().unwrap());
    }
}
