//! Draws the next token from integer logits: greedy, or temperature and top-k with 64-bit prefix sums.

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
    /// Seed of the stream.
    pub seed: u64,
    /// Position in the sequence of the token that is drawn (tokens before it): the block counter.
    pub position: u32,
}

/// Index of the drawn token among `logits` (Q16); `None` only for an empty row.
///
/// Greedy: the lowest index of the largest logit. Otherwise candidate `i` weighs
/// `2^-(((max - logit) * t) >> 16)` in Q30 with `t = floor(MILLI_LOG2_E_Q16 / temperature)`; the candidates are
/// the `top_k` largest logits, equal ones by lowest index; the draw is `(r * total) >> 64` for the first eight
/// bytes `r` (little-endian) of the ChaCha20 block, and the token is the first whose prefix sum passes it.
pub fn sample(logits: &[i32], choice: Choice) -> Option<u32> {
    let max = *logits.iter().max()?;
    if choice.temperature_milli == 0 {
        return logits.iter().position(|logit| *logit == max).map(|index| index as u32);
    }
    let rate = MILLI_LOG2_E_Q16 / u64::from(choice.temperature_milli);
    let (threshold, ties) = kept(logits, choice.top_k);
    let weights = || {
        let mut ties_left = ties;
        logits.iter().map(move |logit| {
            if *logit < threshold {
                return 0;
            }
            if *logit == threshold {
                if ties_left == 0 {
                    return 0;
                }
                ties_left -= 1;
            }
            let distance = (i64::from(max) - i64::from(*logit)) as u64;
            let y = (distance * rate) >> 16;
            u64::from(exp2_negative_q30(y.min(u64::from(u32::MAX)) as u32))
        })
    };
    let total: u64 = weights().sum();
    let draw = ((u128::from(random_word(choice)) * u128::from(total)) >> 64) as u64;
    let mut prefix = 0;
    weights()
        .position(|weight| {
            prefix += weight;
            prefix > draw
        })
        .map(|index| index as u32)
}

/// The smallest logit kept by `top_k`, and how many logits equal to it are kept.
fn kept(logits: &[i32], top_k: u32) -> (i32, u32) {
    let at_least = |bound: i32| logits.iter().filter(|logit| **logit >= bound).count() as u64;
    if top_k == 0 || u64::from(top_k) >= logits.len() as u64 {
        return (i32::MIN, u32::MAX);
    }
    // The largest bound that still leaves top_k logits, by bisection: no allocation, no order.
    let (mut low, mut high) = (i64::from(i32::MIN), i64::from(i32::MAX));
    while low < high {
        let middle = low + (high - low + 1) / 2;
        if at_least(middle as i32) >= u64::from(top_k) { low = middle } else { high = middle - 1 }
    }
    let threshold = low as i32;
    let above = logits.iter().filter(|logit| **logit > threshold).count() as u32;
    (threshold, top_k - above)
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
        Choice { temperature_milli, top_k, seed, position }
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
        fn extreme_logits_never_overflow(low in i32::MIN..0, high in 0..i32::MAX, temperature in 1u32..10) {
            prop_assert!(sample(&[low, high, high], choice(temperature, 0, 3, 4)).is_some());
        }
    }
}
