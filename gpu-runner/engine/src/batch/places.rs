//! Which sequence of the executor an answer gets, and what it finds there. Pure.
//!
//! A sequence is free, runs, or keeps what a finished answer left: keys and values of a text that the next
//! question of the same caller may begin with.

/// What a sequence holds.
#[derive(Clone, Debug, Default)]
enum Use {
    #[default]
    Free,
    Running,
    Kept {
        ids: Vec<u32>,
        scope: String,
        since: u64,
    },
}

#[derive(Clone, Debug, Default)]
struct Place {
    /// Positions that it has memory for.
    positions: u32,
    holds: Use,
}

/// A text whose keys and values are there, and who may use them.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Sequence that holds it.
    pub place: u32,
    /// Its tokens.
    pub ids: &'a [u32],
    /// Callers outside of it must not notice, not even by the clock, what was asked inside.
    pub scope: &'a str,
}

/// What an answer needs.
#[derive(Clone, Copy, Debug)]
pub struct Need<'a> {
    /// Ids of its prompt.
    pub prompt: &'a [u32],
    /// Tokens of prompt and answer together.
    pub positions: u32,
    /// Whose keys and values it may use.
    pub scope: &'a str,
}

/// Where an answer goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Sequence.
    pub place: u32,
    /// Sequences that lose what they kept.
    pub cleared: Vec<u32>,
    /// Sequence whose first `reused` positions are the prompt's; it may be `place` itself.
    pub source: u32,
    /// Positions that need not be computed.
    pub reused: u32,
}

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Sequences.
    pub places: u32,
    /// Positions of all sequences together.
    pub positions: u64,
    /// Positions that are taken, and reused, together. Nobody writes to a page that others read.
    pub page: u32,
    /// Sequences that run at a time.
    pub running: u32,
    /// Whether a sequence takes as many positions as it needs and can be copied; else it always has the whole
    /// context.
    pub is_elastic: bool,
    /// Whether finished answers leave anything.
    pub keeps: bool,
}

/// All sequences of an executor.
pub struct Places {
    bounds: Bounds,
    places: Vec<Place>,
    clock: u64,
}

impl Places {
    /// Nothing but free sequences.
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, places: vec![Place::default(); bounds.places as usize], clock: 0 }
    }

    /// The bounds.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Positions that sequences have memory for: of all, and of those that run.
    pub fn used(&self) -> (u64, u64) {
        let sum = |counts: fn(&Place) -> bool| {
            let counted = self.places.iter().filter(|place| counts(place));
            counted.map(|place| u64::from(place.positions)).sum()
        };
        (sum(|_| true), sum(|place| matches!(place.holds, Use::Running)))
    }

    /// Where an answer can go now; `None` while others are in its way.
    ///
    /// What was kept makes room, what was used least recently first, and what the answer can use itself last.
    pub fn find(&self, need: Need<'_>, running: &[Known<'_>]) -> Option<Placement> {
        let count = self.places.iter().filter(|place| matches!(place.holds, Use::Running)).count();
        if count >= self.bounds.running as usize {
            return None;
        }
        let (source, reused) = self.source(need, running).unwrap_or((0, 0));
        let positions = self.whole_pages(need.positions);
        let mut cleared = Vec::new();
        let mut free = self.bounds.positions - self.used().0;
        let mut place = self.free_place();
        let mut victims = self.kept();
        victims.retain(|index| reused == 0 || *index != source);
        let fits = |free: u64| !self.bounds.is_elastic || free >= u64::from(positions);
        for victim in victims {
            if place.is_some() && fits(free) {
                break;
            }
            free += u64::from(self.places[victim as usize].positions);
            place = place.or(Some(victim));
            cleared.push(victim);
        }
        // To go on in the source's own place saves its memory; it is the only way where nothing can be copied.
        let is_kept = self.kept().contains(&source);
        let in_place =
            reused > 0 && is_kept && (!self.bounds.is_elastic || place.is_none() || !fits(free));
        if in_place {
            let free = free + u64::from(self.places[source as usize].positions);
            if !self.bounds.is_elastic {
                cleared.clear();
            }
            return fits(free).then_some(Placement { place: source, cleared, source, reused });
        }
        let place = place.filter(|_| fits(free))?;
        Some(Placement { place, cleared, source, reused })
    }

    /// Takes a placement.
    pub fn take(&mut self, placement: &Placement, positions: u32) {
        for index in &placement.cleared {
            self.places[*index as usize] = Place::default();
        }
        let positions = match self.bounds.is_elastic {
            true => self.whole_pages(positions),
            false => self.context(),
        };
        self.places[placement.place as usize] = Place { positions, holds: Use::Running };
    }

    /// Ends a sequence; `text` is what is known to be in its memory. Says whether it keeps it.
    pub fn leave(&mut self, place: u32, text: Option<(Vec<u32>, String)>) -> bool {
        self.clock += 1;
        let since = self.clock;
        let place = &mut self.places[place as usize];
        match text.filter(|(ids, _)| self.bounds.keeps && !ids.is_empty()) {
            Some((ids, scope)) => place.holds = Use::Kept { ids, scope, since },
            None => *place = Place::default(),
        }
        !matches!(place.holds, Use::Free)
    }

    /// Gives up every text that is kept; returns where they were.
    pub fn forget(&mut self) -> Vec<u32> {
        let kept = self.kept();
        kept.iter().for_each(|index| self.places[*index as usize] = Place::default());
        kept
    }

    /// Notes that a sequence was cut to what it holds.
    pub fn shrink(&mut self, place: u32, positions: u32) {
        self.places[place as usize].positions = self.whole_pages(positions);
    }

    /// So many positions and the rest of their last page.
    fn whole_pages(&self, positions: u32) -> u32 {
        positions.div_ceil(self.bounds.page).saturating_mul(self.bounds.page)
    }

    /// Positions of a sequence that cannot be divided.
    fn context(&self) -> u32 {
        (self.bounds.positions / u64::from(self.bounds.places.max(1))) as u32
    }

    fn free_place(&self) -> Option<u32> {
        let free = self.places.iter().position(|place| matches!(place.holds, Use::Free));
        free.map(|index| index as u32)
    }

    /// Sequences that keep something, least recently used first.
    fn kept(&self) -> Vec<u32> {
        let kept = (0u32..).zip(&self.places).filter_map(|(index, place)| match place.holds {
            Use::Kept { since, .. } => Some((since, index)),
            _ => None,
        });
        let mut kept: Vec<_> = kept.collect();
        kept.sort_unstable();
        kept.into_iter().map(|(_, index)| index).collect()
    }

    /// The sequence that has the longest beginning of the prompt, and how long it is. The last token of a prompt
    /// is always computed: its logits are what the answer begins with.
    fn source(&self, need: Need<'_>, running: &[Known<'_>]) -> Option<(u32, u32)> {
        let kept = (0u32..).zip(&self.places).filter_map(|(place, held)| match &held.holds {
            Use::Kept { ids, scope, .. } => Some(Known { place, ids, scope }),
            _ => None,
        });
        let running =
            running.iter().copied().filter(|_| self.bounds.is_elastic && self.bounds.keeps);
        let most = need.prompt.len().saturating_sub(1);
        let shared = |text: &Known<'_>| {
            let pairs = text.ids.iter().zip(&need.prompt[..most]);
            let equal = pairs.take_while(|(a, b)| a == b).count() as u32;
            equal - equal % self.bounds.page
        };
        let texts = kept.chain(running).filter(|text| text.scope == need.scope);
        let best = texts.map(|text| (shared(&text), std::cmp::Reverse(text.place))).max()?;
        (best.0 > 0).then_some((best.1.0, best.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ELASTIC: Bounds =
        Bounds { places: 4, positions: 100, page: 1, running: 2, is_elastic: true, keeps: true };

    fn need<'a>(prompt: &'a [u32], positions: u32) -> Need<'a> {
        Need { prompt, positions, scope: "a" }
    }

    fn run(places: &mut Places, prompt: &[u32], positions: u32) -> Placement {
        let placement = places.find(need(prompt, positions), &[]).unwrap();
        places.take(&placement, positions);
        placement
    }

    fn keep(places: &mut Places, prompt: &[u32], positions: u32) -> u32 {
        let place = run(places, prompt, positions).place;
        assert!(places.leave(place, Some((prompt.to_vec(), "a".to_owned()))));
        place
    }

    #[test]
    fn the_longest_beginning_is_used_and_the_last_token_is_always_computed() {
        let mut places = Places::new(ELASTIC);
        keep(&mut places, &[1, 2, 3], 10);
        let longer = keep(&mut places, &[1, 2, 3, 4], 10);
        let found = places.find(need(&[1, 2, 3, 4, 9], 10), &[]).unwrap();
        assert_eq!((found.source, found.reused), (longer, 4));
        let same = places.find(need(&[1, 2, 3, 4], 10), &[]).unwrap();
        assert_eq!(same.reused, 3);
        let running = Known { place: 3, ids: &[7, 8, 9], scope: "a" };
        let found = places.find(need(&[7, 8, 1], 10), &[running]).unwrap();
        assert_eq!((found.source, found.reused), (3, 2));
    }

    #[test]
    fn nobody_finds_what_another_caller_left() {
        let mut places = Places::new(ELASTIC);
        keep(&mut places, &[1, 2, 3], 10);
        let other = Need { prompt: &[1, 2, 3, 4], positions: 10, scope: "b" };
        assert_eq!(places.find(other, &[]).unwrap().reused, 0);
    }

    #[test]
    fn memory_that_is_missing_comes_from_what_was_used_least_recently() {
        let mut places = Places::new(ELASTIC);
        let first = keep(&mut places, &[1, 1], 30);
        let second = keep(&mut places, &[2, 2], 30);
        keep(&mut places, &[3, 3], 30);
        let found = places.find(need(&[2, 2, 2], 35), &[]).unwrap();
        assert_eq!((found.cleared, found.source, found.reused), (vec![first], second, 2));
    }

    #[test]
    fn a_text_that_is_in_the_way_itself_is_gone_on_with_in_its_place() {
        let mut places = Places::new(ELASTIC);
        let place = keep(&mut places, &[1, 2, 3], 60);
        let found = places.find(need(&[1, 2, 3, 4], 90), &[]).unwrap();
        let expected = Placement { place, cleared: Vec::new(), source: place, reused: 3 };
        assert_eq!(found, expected);
    }

    #[test]
    fn an_answer_waits_for_memory_and_for_a_place() {
        let mut places = Places::new(ELASTIC);
        let first = run(&mut places, &[1], 60).place;
        assert_eq!(places.find(need(&[2], 50), &[]), None);
        run(&mut places, &[2], 40);
        assert_eq!(places.find(need(&[3], 1), &[]), None, "two run already");
        places.leave(first, None);
        assert!(places.find(need(&[3], 60), &[]).is_some());
    }

    #[test]
    fn pages_are_taken_and_reused_whole() {
        let mut places = Places::new(Bounds { page: 4, ..ELASTIC });
        keep(&mut places, &[1, 2, 3, 4, 5, 6, 7], 9);
        assert_eq!(places.used().0, 12);
        let found = places.find(need(&[1, 2, 3, 4, 5, 6, 9], 8), &[]).unwrap();
        assert_eq!(found.reused, 4);
        places.shrink(found.source, 7);
        assert_eq!(places.used().0, 8);
    }

    #[test]
    fn where_nothing_can_be_copied_an_answer_goes_on_in_the_same_place() {
        let fixed = Bounds { is_elastic: false, positions: 400, running: 4, ..ELASTIC };
        let mut places = Places::new(fixed);
        let kept = keep(&mut places, &[1, 2, 3], 10);
        let found = places.find(need(&[1, 2, 9, 9], 100), &[]).unwrap();
        assert_eq!((found.place, found.reused, found.cleared.len()), (kept, 2, 0));
        places.take(&found, 100);
        let running = Known { place: kept, ids: &[1, 2, 9], scope: "a" };
        let found = places.find(need(&[1, 2, 9, 9], 100), &[running]).unwrap();
        assert_eq!(found.reused, 0, "a running sequence cannot be copied here");
    }

    proptest! {
        /// Any history: memory and places are never promised twice, and with nothing running everything that can
        /// ever fit does.
        #[test]
        fn bounds_hold_and_nobody_is_stuck(
            steps in proptest::collection::vec(
                (proptest::collection::vec(0u32..3, 1..8), 0u32..120, any::<bool>(), any::<bool>()), 1..60,
            ),
            is_elastic: bool, page in 1u32..6,
        ) {
            let largest = 100 / page * page;
            let positions = u64::from(if is_elastic { largest } else { 4 * largest });
            let mut places = Places::new(Bounds { is_elastic, positions, page, ..ELASTIC });
            let mut running: Vec<(u32, Vec<u32>)> = Vec::new();
            for (prompt, more, ends, keeps) in steps {
                let positions = (prompt.len() as u32 + more).min(largest);
                let texts: Vec<_> =
                    running.iter().map(|(place, ids)| Known { place: *place, ids, scope: "a" }).collect();
                let found = places.find(need(&prompt, positions), &texts);
                prop_assert!(found.is_some() || !running.is_empty());
                if let Some(found) = found {
                    prop_assert!(running.iter().all(|(place, _)| *place != found.place));
                    prop_assert!(running.iter().all(|(place, _)| !found.cleared.contains(place)));
                    prop_assert!((found.reused as usize) < prompt.len() && found.reused.is_multiple_of(page));
                    prop_assert!(found.reused == 0 || !found.cleared.contains(&found.source));
                    places.take(&found, positions);
                    running.push((found.place, prompt));
                }
                prop_assert!(places.used().0 <= places.bounds().positions);
                prop_assert!(running.len() <= 2);
                if ends && let Some((place, ids)) = running.pop() {
                    places.leave(place, keeps.then(|| (ids, "a".to_owned())));
                }
            }
        }
    }
}
