//! Natural logarithms of probabilities, from integer logits: what clients show, never what is claimed.

/// Most alternatives that a caller may ask for.
pub const MAX_CANDIDATES: usize = 20;
/// One in the logits' fixed point (Q14.16).
const ONE: f64 = 65_536.0;

/// A token that could have come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Id of the token.
    pub token_id: u32,
    /// Natural logarithm of its probability at temperature 1.
    pub logprob: f64,
}

/// The token that came and the likeliest ones.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenLogprobs {
    /// The token that came.
    pub chosen: Candidate,
    /// The likeliest tokens, likeliest first; equal ones by id.
    pub top: Vec<Candidate>,
}

impl TokenLogprobs {
    /// Reads the probabilities of one draw, at temperature 1 and before `top_k`.
    pub fn of(logits: &[i32], token_id: u32, count: usize) -> Self {
        let max = f64::from(logits.iter().copied().max().unwrap_or_default());
        let scaled = |logit: i32| (f64::from(logit) - max) / ONE;
        let total = logits.iter().map(|logit| scaled(*logit).exp()).sum::<f64>().ln();
        let candidate = |token_id: u32| {
            let logit = logits.get(token_id as usize).copied().unwrap_or(i32::MIN);
            Candidate { token_id, logprob: scaled(logit) - total }
        };
        let mut ids: Vec<u32> = (0u32..).take(logits.len()).collect();
        let count = count.min(MAX_CANDIDATES).min(ids.len());
        let order = |id: &u32| (std::cmp::Reverse(logits[*id as usize]), *id);
        if count > 0 && count < ids.len() {
            ids.select_nth_unstable_by_key(count - 1, order);
        }
        ids.truncate(count);
        ids.sort_unstable_by_key(order);
        Self { chosen: candidate(token_id), top: ids.into_iter().map(candidate).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_equal_logits_have_half_each_and_the_lower_id_first() {
        let found = TokenLogprobs::of(&[7, 65_536 * 4, 65_536 * 4], 2, 2);
        let ids: Vec<_> = found.top.iter().map(|candidate| candidate.token_id).collect();
        assert_eq!(ids, [1, 2]);
        assert!((found.chosen.logprob - 0.5f64.ln()).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn probabilities_of_all_tokens_sum_to_one(
            logits in proptest::collection::vec(-2_000_000i32..2_000_000, 1..20),
        ) {
            let found = TokenLogprobs::of(&logits, 0, MAX_CANDIDATES);
            let sum: f64 = found.top.iter().map(|candidate| candidate.logprob.exp()).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9);
            prop_assert!(found.top.windows(2).all(|pair| pair[0].logprob >= pair[1].logprob));
        }
    }
}
