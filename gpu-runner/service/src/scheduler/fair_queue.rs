//! Who is next: start-time fair queuing over flows with weights. Pure, without a clock.
//!
//! A flow is one caller. Each entry costs what it may compute; a flow of weight w that always has entries
//! gets w shares of the engine, whatever the others hand in, and nobody waits for ever.

use std::collections::BTreeMap;

/// Virtual time of one unit of cost at weight 1; large, so that division by a weight stays fine.
const COST_SCALE: u64 = 1 << 16;

/// Position of an entry: its start tag, then its number.
type Place = (u64, u64);

struct Flow {
    /// Virtual time at which the flow's last entry is paid for.
    finish: u64,
    waiting: usize,
}

struct Entry<T> {
    flow: String,
    item: T,
}

/// Entries by start tag.
pub struct FairQueue<T> {
    entries: BTreeMap<Place, Entry<T>>,
    flows: BTreeMap<String, Flow>,
    virtual_time: u64,
    next_number: u64,
}

impl<T> Default for FairQueue<T> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), flows: BTreeMap::new(), virtual_time: 0, next_number: 0 }
    }
}

impl<T> FairQueue<T> {
    /// Adds an entry of `flow` that costs `cost` tokens at `weight` shares.
    pub fn push(&mut self, flow: &str, weight: u32, cost: u64, item: T) {
        let now = self.virtual_time;
        let state = self.flows.entry(flow.to_owned()).or_insert(Flow { finish: now, waiting: 0 });
        let start = state.finish.max(now);
        let length = cost.max(1).saturating_mul(COST_SCALE) / u64::from(weight.max(1));
        state.finish = start.saturating_add(length);
        state.waiting += 1;
        let place = (start, self.next_number);
        self.next_number += 1;
        self.entries.insert(place, Entry { flow: flow.to_owned(), item });
    }

    /// The entry that [`Self::pop`] would take.
    pub fn first(&self) -> Option<&T> {
        self.entries.first_key_value().map(|(_, entry)| &entry.item)
    }

    /// Takes the entry with the smallest start tag; among equals the one that came first.
    pub fn pop(&mut self) -> Option<T> {
        let ((start, _), entry) = self.entries.pop_first()?;
        self.virtual_time = self.virtual_time.max(start);
        self.left(&entry.flow);
        if self.entries.is_empty() {
            self.flows.clear(); // nobody waits: the past owes nobody anything
        }
        Some(entry.item)
    }

    /// Takes out every entry for which `is_dead` holds.
    pub fn remove_where(&mut self, is_dead: impl Fn(&T) -> bool) -> Vec<T> {
        let dead: Vec<Place> = self
            .entries
            .iter()
            .filter(|(_, entry)| is_dead(&entry.item))
            .map(|(place, _)| *place)
            .collect();
        let mut removed = Vec::new();
        for place in dead {
            if let Some(entry) = self.entries.remove(&place) {
                self.left(&entry.flow);
                removed.push(entry.item);
            }
        }
        removed
    }

    /// Entries that wait and for which `counts` holds.
    pub fn count(&self, counts: impl Fn(&T) -> bool) -> usize {
        self.entries.values().filter(|entry| counts(&entry.item)).count()
    }

    /// Entries of one flow that wait.
    pub fn waiting_of(&self, flow: &str) -> usize {
        self.flows.get(flow).map_or(0, |flow| flow.waiting)
    }

    fn left(&mut self, flow: &str) {
        let now = self.virtual_time;
        if let Some(state) = self.flows.get_mut(flow) {
            state.waiting -= 1;
            if state.waiting == 0 && state.finish <= now {
                self.flows.remove(flow);
            }
        }
        // A flow that paid ahead is remembered until time has passed it: leaving and coming back gains nothing.
        self.flows.retain(|_, state| state.waiting > 0 || state.finish > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_flow_is_served_in_its_order() {
        let mut queue = FairQueue::default();
        (0..5).for_each(|item| queue.push("a", 1, 10, item));
        assert_eq!(std::iter::from_fn(|| queue.pop()).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_flood_of_one_caller_does_not_hold_up_another() {
        let mut queue = FairQueue::default();
        (0..100).for_each(|item| queue.push("flood", 1, 10, item));
        queue.pop();
        queue.push("late", 1, 10, 1000);
        let place = (0..100).position(|_| queue.pop() == Some(1000)).unwrap();
        assert!(place <= 1, "served as number {place}");
    }

    #[test]
    fn what_is_taken_out_is_gone_and_counted_no_more() {
        let mut queue = FairQueue::default();
        (0..6).for_each(|item| queue.push("a", 1, 10, item));
        assert_eq!(queue.remove_where(|item| item % 2 == 0), [0, 2, 4]);
        assert_eq!((queue.count(|_| true), queue.waiting_of("a")), (3, 3));
        assert_eq!(queue.pop(), Some(1));
    }

    proptest! {
        /// Over any prefix in which both flows wait, service divides by weight, up to one entry of each.
        #[test]
        fn service_follows_the_weights(heavy in 1u32..20, light in 1u32..20, cost in 1u64..500) {
            let mut queue = FairQueue::default();
            for _ in 0..400 {
                queue.push("heavy", heavy, cost, true);
                queue.push("light", light, cost, false);
            }
            let (mut heavy_served, mut light_served) = (0u64, 0u64);
            while heavy_served < 400 && light_served < 400 {
                match queue.pop() {
                    Some(true) => heavy_served += 1,
                    Some(false) => light_served += 1,
                    None => break,
                }
                let behind = (heavy_served * u64::from(light)).abs_diff(light_served * u64::from(heavy));
                prop_assert!(behind <= u64::from(heavy + light) + 1, "{heavy_served} and {light_served}");
            }
        }

        #[test]
        fn every_entry_comes_out_once(pushes in proptest::collection::vec((0u8..5, 1u32..20, 0u64..2000), 0..80)) {
            let mut queue = FairQueue::default();
            for (item, (flow, weight, cost)) in pushes.iter().enumerate() {
                queue.push(&flow.to_string(), *weight, *cost, item);
            }
            let mut served: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
            served.sort_unstable();
            prop_assert_eq!(served, (0..pushes.len()).collect::<Vec<_>>());
            prop_assert!(queue.flows.is_empty());
        }
    }
}
