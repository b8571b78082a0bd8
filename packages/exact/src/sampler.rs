//! Draws the next token from integer logits: greedy, or temperature, top-k and top-p with 64-bit prefix sums.

use crate::{chacha20_block, exp2_negative_q30};

/// 24 bytes behind the seed in the ChaCha20 key.
pub const SAMPLER_DOMAIN: &[u8; 24] = b"stoa-exact-sampler-draw0";

/// `round(1000 * log2(e) * 2^16)`.
const MILLI_LOG2_E_Q16: u64 = 94_548_462;

/// How one token is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Temperature in thousandths; 0 takes the largest logit.
    pub temperature_milli: u32,
    /// Number of candidates; 0 means all.
    pub top_k: u32,
    /// Share of the candidates' weight that is kept, in thousandths; 0 and from 1000 on mean all.
    pub top_p_milli: u32,
    /// Seed of the stream.
    pub seed: u64,
    /// Position in the sequence of the token that is drawn (tokens before it): the block counter.
    pub position: u32,
}

/// Which candidates are kept: all logits above the threshold, and of those equal to it the first `ties`.
#[derive(Clone, Copy)]
struct Kept {
    threshold: i32,
    ties: u32,
}

/// Logits with what weighs them.
#[derive(Clone, Copy)]
struct Weighing<'a> {
    logits: &'a [i32],
    max: i32,
    rate: u64,
}

/// Index of the drawn token among `logits` (Q16); `None` only for an empty row.
///
/// Greedy: the lowest index of the largest logit. Otherwise candidate `i` weighs
/// `2^-(((max - logit) * t) >> 16)` in Q30 with `t = floor(MILLI_LOG2_E_Q16 / temperature)`; the candidates are
/// the `top_k` largest logits, equal ones by lowest index; of them, in the same order, the fewest whose weights
/// times 1000 reach `top_p_milli` times the weight of all; the draw is `(r * total) >> 64` for the first eight
/// bytes `r` (little-endian) of the ChaCha20 block, and the token is the first whose prefix sum passes it.
/// `bounds::MAX_VOCABULARY` keeps the sums below 2^50.
pub fn sample(logits: &[i32], choice: Choice) -> Option<u32> {
    let max = *logits.iter().max()?;
    if choice.temperature_milli == 0 {
        return logits.iter().position(|logit| *logit == max).map(|index| index as u32);
    }
    let rate = rate_of(choice);
    let row = Weighing { logits, max, rate };
    let kept = row.top_p(row.top_k(choice.top_k), choice.top_p_milli);
    let total: u64 = row.weights(kept).sum();
    let draw = draw_below(total, choice);
    let mut prefix = 0;
    row.weights(kept)
        .position(|weight| {
            prefix += weight;
            prefix > draw
        })
        .map(|index| index as u32)
}

fn rate_of(choice: Choice) -> u64 {
    MILLI_LOG2_E_Q16 / u64::from(choice.temperature_milli.max(1))
}

/// Weight of a candidate beside the largest logit, Q30; the temperature is not 0.
pub fn candidate_weight(max: i32, logit: i32, choice: Choice) -> u64 {
    weight_at(max, logit, rate_of(choice))
}

fn weight_at(max: i32, logit: i32, rate: u64) -> u64 {
    // A logit above the largest one exists only where somebody lies about the largest.
    let distance = (i64::from(max) - i64::from(logit)).max(0) as u64;
    let y = (distance * rate) >> 16;
    u64::from(exp2_negative_q30(y.min(u64::from(u32::MAX)) as u32))
}

impl Weighing<'_> {
    fn weight(&self, logit: i32) -> u64 {
        weight_at(self.max, logit, self.rate)
    }

    /// Weights in the order of the logits, 0 for those that are not kept.
    fn weights(&self, kept: Kept) -> impl Iterator<Item = u64> {
        let mut ties_left = kept.ties;
        self.logits.iter().map(move |logit| {
            if *logit < kept.threshold {
                return 0;
            }
            if *logit == kept.threshold {
                if ties_left == 0 {
                    return 0;
                }
                ties_left -= 1;
            }
            self.weight(*logit)
        })
    }

    /// The `top_k` largest.
    fn top_k(&self, top_k: u32) -> Kept {
        if top_k == 0 || u64::from(top_k) >= self.logits.len() as u64 {
            return Kept { threshold: i32::MIN, ties: u32::MAX };
        }
        let at_least = |bound: i32| self.logits.iter().filter(|logit| **logit >= bound).count();
        let threshold = largest(|bound| at_least(bound) as u64 >= u64::from(top_k));
        let above = self.logits.iter().filter(|logit| **logit > threshold).count() as u32;
        Kept { threshold, ties: top_k - above }
    }

    /// The fewest of the kept whose weight is the share.
    fn top_p(&self, kept: Kept, top_p_milli: u32) -> Kept {
        if top_p_milli == 0 || top_p_milli >= 1000 {
            return kept;
        }
        let at_least = |bound: i32| -> u64 {
            let pairs = self.weights(kept).zip(self.logits);
            pairs.filter(|(_, logit)| **logit >= bound).map(|(weight, _)| weight).sum()
        };
        let needed = at_least(i32::MIN) * u64::from(top_p_milli);
        let threshold = largest(|bound| at_least(bound) * 1000 >= needed);
        // The share is not reached above the threshold, so its weight is not zero.
        let above = if threshold == i32::MAX { 0 } else { at_least(threshold + 1) };
        let missing = needed - above * 1000;
        let ties = missing.div_ceil((self.weight(threshold) * 1000).max(1));
        Kept { threshold, ties: ties as u32 }
    }
}

/// The largest bound that holds, where every smaller one holds too: bisection, so no order and no allocation.
fn largest(holds: impl Fn(i32) -> bool) -> i32 {
    let (mut low, mut high) = (i64::from(i32::MIN), i64::from(i32::MAX));
    while low < high {
        let middle = low + (high - low + 1) / 2;
        if holds(middle as i32) { low = middle } else { high = middle - 1 }
    }
    low as i32
}

/// The choice's random number below `total`: `(r * total) >> 64`.
pub fn draw_below(total: u64, choice: Choice) -> u64 {
    ((u128::from(random_word(choice)) * u128::from(total)) >> 64) as u64
}

fn random_word(choice: Choice) -> u64 {
    let mut key = [choice.seed as u32, (choice.seed >> 32) as u32, 0, 0, 0, 0, 0, 0];
    for (word, bytes) in key[2..].iter_mut().zip(SAMPLER_DOMAIN.as_chunks::<4>().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    let block = chacha20_block(key, choice.position, [0; 3]);
    u64::from(block[0]) | u64::from(block[1]) << 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn choice(temperature_milli: u32, top_k: u32, seed: u64, position: u32) -> Choice {
        Choice { temperature_milli, top_k, top_p_milli: 0, seed, position }
    }

    #[test]
    fn greedy_takes_the_lowest_index_of_the_largest() {
        assert_eq!(sample(&[3, 9, -1, 9], choice(0, 0, 1, 1)), Some(1));
        assert_eq!(sample(&[], choice(0, 0, 1, 1)), None);
    }

    #[test]
    fn one_candidate_is_greedy_even_on_ties() {
        for seed in 0..50 {
            assert_eq!(sample(&[3, 9, -1, 9], choice(1000, 1, seed, 7)), Some(1));
        }
    }

    #[test]
    fn known_answers() {
        let logits: Vec<i32> = (0..64).map(|i| (i * 37 % 64) << 12).collect();
        let drawn: Vec<u32> =
            (0..8).filter_map(|p| sample(&logits, choice(800, 40, 2026, p))).collect();
        assert_eq!(drawn, [1, 46, 57, 55, 36, 19, 38, 57]);
    }

    /// The kept indices by sorting, as a reader would write it down.
    fn nucleus(logits: &[i32], choice: Choice) -> Vec<usize> {
        let mut order: Vec<usize> = (0..logits.len()).collect();
        order.sort_by_key(|i| (core::cmp::Reverse(logits[*i]), *i));
        if choice.top_k > 0 {
            order.truncate(choice.top_k as usize);
        }
        let max = *logits.iter().max().unwrap();
        let rate = MILLI_LOG2_E_Q16 / u64::from(choice.temperature_milli);
        let row = Weighing { logits, max, rate };
        let weights: Vec<u64> = order.iter().map(|i| row.weight(logits[*i])).collect();
        let total: u64 = weights.iter().sum();
        let mut sum = 0;
        let count = weights.iter().position(|weight| {
            sum += weight;
            sum * 1000 >= total * u64::from(choice.top_p_milli)
        });
        order.truncate(count.unwrap() + 1);
        order
    }

    #[test]
    fn frequencies_follow_the_softmax() {
        // ln 3 apart: three to one.
        let logits = [0, (3f64.ln() * 65536.0) as i32];
        let ones = (0..4000).filter(|p| sample(&logits, choice(1000, 0, 5, *p)) == Some(1)).count();
        assert!((2880..3120).contains(&ones), "{ones}");
    }

    proptest! {
        #[test]
        fn draws_only_among_the_top_k(
            logits in proptest::collection::vec(-200_000i32..200_000, 1..40),
            temperature in 1u32..3000, top_k in 1u32..50, seed: u64, position: u32,
        ) {
            let index = sample(&logits, choice(temperature, top_k, seed, position)).unwrap() as usize;
            let above = logits.iter().filter(|l| **l > logits[index]).count();
            let before = logits[..index].iter().filter(|l| **l == logits[index]).count();
            prop_assert!(above + before < top_k as usize);
        }

        #[test]
        fn top_p_keeps_what_sorting_keeps(
            logits in proptest::collection::vec(-40i32..40, 1..30),
            temperature_milli in 1u32..3000, top_k in 0u32..30, top_p_milli in 1u32..1000,
        ) {
            let logits: Vec<i32> = logits.iter().map(|l| l << 12).collect();
            let choice = Choice { temperature_milli, top_k, top_p_milli, seed: 0, position: 0 };
            let max = *logits.iter().max().unwrap();
            let rate = MILLI_LOG2_E_Q16 / u64::from(temperature_milli);
            let row = Weighing { logits: &logits, max, rate };
            let kept = row.weights(row.top_p(row.top_k(top_k), top_p_milli)).enumerate();
            let kept: Vec<usize> = kept.filter(|(_, w)| *w > 0).map(|(i, _)| i).collect();
            let mut expected = nucleus(&logits, choice);
            expected.retain(|i| row.weight(logits[*i]) > 0);
            expected.sort_unstable();
            prop_assert_eq!(kept, expected);
        }

        #[test]
        fn extreme_logits_never_overflow(low in i32::MIN..0, high in 0..i32::MAX, temperature in 1u32..10) {
            prop_assert!(sample(&[low, high, high], choice(temperature, 0, 3, 4)).is_some());
        }
    }
}
