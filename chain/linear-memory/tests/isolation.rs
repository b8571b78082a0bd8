//! Programs that leave all they can behind, and look for what others left.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod program;

use std::{sync::Arc, thread};

use program::Program;
use stoa_linear_memory::{MAX_IDLE, Pool};

/// Pages that every instance begins with.
const MINIMUM: u32 = program::MINIMUM_PAGES;
const PAGE: u32 = 64 * 1024;

#[test]
fn nothing_of_a_memory_is_seen_by_the_next_however_it_ended() {
    let pool = Arc::new(Pool::default());
    let program = Program::compile(&pool, 64);
    thread::scope(|scope| {
        for first in 0..4 {
            let program = &program;
            scope.spawn(move || (first..first + 60).for_each(|round| live_and_die(program, round)));
        }
    });
    assert!((1..=4).contains(&pool.idle()), "{} memories were used by four threads", pool.idle());
}

/// Looks for traces, leaves some, and ends in one of five ways.
fn live_and_die(program: &Program, round: u32) {
    let mut instance = program.instantiate().unwrap();
    assert_eq!(instance.size(), MINIMUM, "round {round}");
    assert!(instance.peek(MINIMUM * PAGE - 1).is_ok());
    assert!(instance.peek(MINIMUM * PAGE).is_err(), "as small as a new one");
    assert!(instance.peek(u32::MAX).is_err());
    assert_eq!(instance.traces(), 0, "round {round}");
    let more = round % 7;
    assert_eq!(instance.grow(more), Some(MINIMUM));
    assert_eq!(instance.traces(), 0, "what it grew by, round {round}");
    match round % 3 {
        0 => instance.fill(),
        1 => instance.poke((round * 7_919) % (MINIMUM * PAGE)),
        _ => instance.poke((MINIMUM + more) * PAGE - 1),
    }
    assert!(instance.traces() > 0);
    match round % 5 {
        0 => {}
        1 => assert!(instance.trap().is_err()),
        2 => assert!(instance.peek((MINIMUM + more) * PAGE).is_err()),
        3 => assert_eq!(instance.grow(64), None),
        _ => assert!(instance.overflow_the_stack().is_err()),
    }
}

#[test]
fn memories_that_wait_are_bounded_and_go_with_their_program() {
    let pool = Arc::new(Pool::default());
    let program = Program::compile(&pool, 64);
    drop((program.instantiate().unwrap(), program.instantiate().unwrap()));
    assert_eq!(pool.idle(), 2);
    let instance = program.instantiate().unwrap();
    assert_eq!(pool.idle(), 1, "one is used again");
    let many: Vec<_> = (0..MAX_IDLE + 3).map(|_| program.instantiate().unwrap()).collect();
    drop((instance, many));
    assert_eq!(pool.idle(), MAX_IDLE);
    let other = Program::compile(&pool, 64);
    drop(other.instantiate().unwrap());
    drop(program);
    assert_eq!(pool.idle(), 1, "of the program that is still there");
}

#[test]
fn limits_are_those_of_the_vm() {
    let pool = Arc::new(Pool::default());
    let program = Program::compile(&pool, MINIMUM + 1);
    let mut instance = program.instantiate().unwrap();
    assert_eq!(instance.grow(2), None);
    assert_eq!(instance.grow(1), Some(MINIMUM));
    assert_eq!(instance.grow(1), None);
    assert_eq!(instance.grow(0), Some(MINIMUM + 1));
    assert_eq!(instance.grow(u32::MAX), None);
    let refused = Program::compile(&pool, MINIMUM - 1).instantiate().unwrap_err();
    assert!(refused.contains("Minimum exceeds the allowed memory limit"), "{refused}");
}
