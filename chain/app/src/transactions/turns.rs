//! Who does what, and how far ahead.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// How far ahead of the turn each core may be, at most.
const LEAD_PER_CORE: usize = 4;
/// Turns without anybody ahead before it is tried again.
const TURNS_ALONE: usize = 16;

/// The transactions of a block, by place: who is in turn, and which others have been begun. They are begun in
/// their order.
pub(super) struct Turns<T> {
    count: usize,
    most: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    /// The first place that was not given its turn yet; one less is in turn.
    turn: usize,
    /// The first place that nobody has begun.
    next: usize,
    /// How far ahead of the one in turn others may be begun. Half as far after each that was in vain: where all
    /// depend on one another, working ahead only doubles the work.
    lead: usize,
    alone: usize,
    tally: Tally,
    /// What was made of those ahead.
    tried: BTreeMap<usize, T>,
    has_ended: bool,
}

/// How many transactions were executed before their turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// What these did counts.
    pub of_use: u64,
    /// These saw something that changed before their turn, and were executed again.
    pub in_vain: u64,
}

impl Tally {
    /// Counts those of another block.
    pub(crate) const fn add(&mut self, other: Self) {
        self.of_use = self.of_use.saturating_add(other.of_use);
        self.in_vain = self.in_vain.saturating_add(other.in_vain);
    }
}

/// What the one who gives turns does next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turn<T> {
    /// Executes the one in turn: nobody has begun it.
    Free,
    /// Takes what was made of it ahead.
    Tried(T),
    /// Executes another one ahead: somebody else has begun the one in turn.
    Ahead(usize),
}

impl<T> Turns<T> {
    /// So many places for so many cores.
    pub(super) fn new(count: usize, cores: usize) -> Self {
        let most = LEAD_PER_CORE.saturating_mul(cores);
        let state = State {
            turn: 0,
            next: 0,
            lead: most,
            alone: 0,
            tally: Tally::default(),
            tried: BTreeMap::new(),
            has_ended: false,
        };
        Self { count, most, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// It is the turn of `place`, which comes after all that had theirs. Asked again until it is free or tried.
    pub(super) fn take(&self, place: usize) -> Turn<T> {
        let mut state = self.lock();
        if state.turn <= place {
            state.turn = place + 1;
            state.widen(self.most);
            self.changed.notify_all();
        }
        loop {
            if state.next <= place {
                state.next = place + 1;
                self.changed.notify_all();
                return Turn::Free;
            }
            if let Some(tried) = state.tried.remove(&place) {
                return Turn::Tried(tried);
            }
            match state.claim(self.count) {
                Some(ahead) => return Turn::Ahead(ahead),
                None => state = self.wait(state),
            }
        }
    }

    /// The next place to be begun ahead, as soon as there is one; none at the end.
    pub(super) fn claim(&self) -> Option<usize> {
        let mut state = self.lock();
        while !state.has_ended && state.next < self.count {
            if let Some(ahead) = state.claim(self.count) {
                return Some(ahead);
            }
            state = self.wait(state);
        }
        None
    }

    /// What was made of a place ahead.
    pub(super) fn put(&self, place: usize, tried: T) {
        self.lock().tried.insert(place, tried);
        self.changed.notify_all();
    }

    /// What was made ahead of the one in turn counts.
    pub(super) fn was_of_use(&self) {
        let mut state = self.lock();
        state.lead = state.lead.saturating_add(1).min(self.most);
        state.tally.of_use += 1;
    }

    /// What was made ahead of the one in turn does not count.
    pub(super) fn was_in_vain(&self) {
        let mut state = self.lock();
        state.lead /= 2;
        state.alone = 0;
        state.tally.in_vain += 1;
    }

    /// What came of all that was tried.
    pub(super) fn tally(&self) -> Tally {
        self.lock().tally
    }

    /// Nobody begins anything from now on.
    pub(super) fn end(&self) {
        self.lock().has_ended = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<T>>) -> MutexGuard<'a, State<T>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    /// Begins the next place, if it comes after the one in turn and not too far.
    fn claim(&mut self, count: usize) -> Option<usize> {
        let place = self.next;
        let is_ahead = place >= self.turn && place < count;
        if self.has_ended || !is_ahead || place - self.turn >= self.lead {
            return None;
        }
        self.next = place + 1;
        Some(place)
    }

    /// Lets others try again after many turns without any.
    fn widen(&mut self, most: usize) {
        if self.lead > 0 {
            return;
        }
        self.alone += 1;
        if self.alone >= TURNS_ALONE {
            (self.alone, self.lead) = (0, most.min(1));
        }
    }
}

#[cfg(test)]
mod tests;
