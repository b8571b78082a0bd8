use std::{sync::Mutex, thread, time::Duration};

use super::*;

#[test]
fn alone_one_takes_every_turn_itself() {
    let turns = Turns::<()>::new(3, 1);
    for place in 0..3 {
        assert_eq!(turns.take(place), Turn::Free);
    }
    assert_eq!(turns.claim(), None);
}

#[test]
fn others_go_ahead_so_far_and_no_farther() {
    let turns = Turns::new(100, 1);
    assert_eq!(turns.take(0), Turn::Free);
    let ahead: Vec<_> = (0..LEAD_PER_CORE).map(|_| turns.claim().unwrap()).collect();
    assert_eq!(ahead, [1, 2, 3, 4]);
    for place in ahead.iter().rev() {
        turns.put(*place, *place);
    }
    assert_eq!(turns.take(1), Turn::Tried(1));
    // The next may be begun now, and the one whose turn it is goes first.
    assert_eq!(turns.take(2), Turn::Tried(2));
    assert_eq!(turns.claim(), Some(5));
}

#[test]
fn whoever_would_wait_for_another_works_ahead_itself() {
    let turns = Turns::new(4, 2);
    assert_eq!(turns.take(0), Turn::Free);
    assert_eq!(turns.claim(), Some(1));
    assert_eq!(turns.take(1), Turn::Ahead(2));
    assert_eq!(turns.take(1), Turn::Ahead(3));
    turns.put(1, "one");
    assert_eq!(turns.take(1), Turn::Tried("one"));
}

#[test]
fn what_is_in_vain_is_tried_more_rarely() {
    let turns = Turns::<()>::new(1_000, 2);
    let mut ahead = 0;
    for place in 0..1_000 {
        match turns.take(place) {
            Turn::Free => {}
            Turn::Tried(()) => turns.was_in_vain(),
            Turn::Ahead(_) => unreachable!("nobody else has begun it"),
        }
        // Another core, as soon as it may.
        let claimed = turns.lock().claim(1_000);
        if let Some(claimed) = claimed {
            ahead += 1;
            turns.put(claimed, ());
        }
    }
    assert!((1_000 / (TURNS_ALONE + 2)..1_000 / TURNS_ALONE + 10).contains(&ahead), "{ahead}");
}

#[test]
fn with_many_hands_every_place_has_its_turn_once_and_in_order() {
    for hands in [1, 2, 3, 8] {
        let count = 500;
        let turns = Turns::new(count, hands);
        let done = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 1..hands {
                scope.spawn(|| {
                    while let Some(place) = turns.claim() {
                        if place % 97 == 0 {
                            thread::sleep(Duration::from_millis(1));
                        }
                        turns.put(place, place);
                    }
                });
            }
            for place in 0..count {
                loop {
                    match turns.take(place) {
                        Turn::Free => break,
                        Turn::Ahead(ahead) => turns.put(ahead, ahead),
                        Turn::Tried(tried) => {
                            assert_eq!(tried, place);
                            if place % 5 == 0 {
                                turns.was_in_vain()
                            } else {
                                turns.was_of_use()
                            }
                            break;
                        }
                    }
                }
                done.lock().unwrap().push(place);
            }
            turns.end();
        });
        assert_eq!(done.into_inner().unwrap(), (0..count).collect::<Vec<_>>());
    }
}

#[test]
fn the_end_wakes_those_who_wait() {
    let turns = Turns::<()>::new(100, 2);
    thread::scope(|scope| {
        // The first has not had its turn, so that nothing may be begun ahead.
        let waits = scope.spawn(|| turns.claim());
        turns.end();
        assert_eq!(waits.join().unwrap(), None);
    });
}
