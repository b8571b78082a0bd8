//! The contributions to a token that is drawn with a temperature.
//!
//! Before the chunks: the logit at which top-k ends and the one at which top-p ends, [`NONE`] where it does not
//! act. They are right if the counts and weights on both sides of them say so.

use alloc::{vec, vec::Vec};

use stoa_exact::{Choice, candidate_weight, draw_below};

use super::{CHUNK, MAX, Stated};
use crate::{Model, Part, Tensor, Tensors, Unopened, element::Inputs};

/// Numbers before the chunks: the end of top-k, the end of top-p.
pub(super) const HEAD: usize = 2;
/// Numbers of a chunk: the columns below.
pub(super) const WORDS: usize = 7;

/// No end: all candidates are kept.
const NONE: i64 = i32::MIN as i64;

/// Largest logit.
const LARGEST: usize = 0;
/// How many lie above the end of top-k, and at it; what those above weigh.
const ABOVE_K: usize = 1;
const AT_K: usize = 2;
const WEIGHT_K: usize = 3;
/// What those above the end of top-p weigh, and how many lie at it.
const WEIGHT_P: usize = 4;
const AT_P: usize = 5;
/// Where in the chunk the drawn token is, -1 in every other chunk.
const PICKED: usize = 6;

/// Most that the candidates of a chunk weigh.
const MAX_WEIGHT: i64 = (CHUNK as i64) << 30;

/// Which candidates are kept, what they weigh, and where the draw falls.
struct Plan {
    /// Logit at which the kept ones end.
    end: i64,
    /// How many at the end are kept, the first ones.
    ties: i64,
    /// What one at the end weighs.
    weight: i64,
    /// The draw among the weights of the kept ones.
    draw: i64,
    /// Columns that count for this end.
    columns: (usize, usize),
}

fn ends(choice: Choice, vocab: u32) -> (bool, bool) {
    (
        choice.top_k != 0 && choice.top_k < vocab,
        choice.top_p_milli != 0 && choice.top_p_milli < 1000,
    )
}

/// The two ends that an honest party states.
pub(super) fn thresholds<M: Model, T: Tensors>(
    inputs: &Inputs<'_, M, T>,
    position: u32,
) -> Result<[i64; HEAD], Unopened> {
    let choice = inputs.claim.choice;
    let mut logits = inputs.row(Tensor::new(0, Part::Logits), position)?;
    logits.sort_unstable_by(|one, other| other.cmp(one));
    let max = logits.first().copied().unwrap_or_default();
    let (by_count, by_share) = ends(choice, inputs.shape.vocab);
    let mut head = [NONE; HEAD];
    if by_count {
        logits.truncate(choice.top_k as usize);
        head[0] = logits.last().copied().map_or(NONE, i64::from);
    }
    head[1] = head[0];
    if by_share {
        let weight = |logit: &i32| candidate_weight(max, *logit, choice);
        let needed = logits.iter().map(weight).sum::<u64>() * u64::from(choice.top_p_milli);
        let mut sum = 0;
        let last = logits.iter().find(|logit| {
            sum += weight(logit);
            sum * 1000 >= needed
        });
        head[1] = last.copied().map_or(NONE, i64::from);
    }
    Ok(head)
}

/// What one chunk contributes.
pub(super) fn contribution(
    logits: &[i32],
    choice: Choice,
    vocab: u32,
    stated: Stated<'_>,
    chunk: u32,
) -> Vec<i64> {
    let max = stated.largest(LARGEST, -MAX..=MAX).unwrap_or(0) as i32;
    let weight = |logit: i32| candidate_weight(max, logit, choice) as i64;
    let (end_k, end_p) = match stated.head {
        [end_k, end_p] => (*end_k, *end_p),
        _ => (NONE, NONE),
    };
    let above = |end: i64| logits.iter().copied().filter(move |logit| i64::from(*logit) > end);
    let at = |end: i64| logits.iter().filter(|logit| i64::from(**logit) == end).count() as i64;
    let mut words = vec![0; WORDS];
    words[LARGEST] = logits.iter().copied().max().unwrap_or_default().into();
    words[ABOVE_K] = above(end_k).count() as i64;
    words[AT_K] = at(end_k);
    words[WEIGHT_K] = above(end_k).map(weight).sum();
    words[WEIGHT_P] = above(end_p).map(weight).sum();
    words[AT_P] = at(end_p);
    words[PICKED] = -1;
    if let Some(plan) = Plan::of(choice, vocab, stated)
        && let Some((place, before, mut ties)) = plan.find(stated)
        && place == chunk as usize
    {
        let mut prefix = before;
        let picked = logits.iter().position(|logit| {
            let logit = *logit;
            if i64::from(logit) > plan.end {
                prefix += weight(logit);
            } else if i64::from(logit) == plan.end && ties > 0 {
                ties -= 1;
                prefix += plan.weight;
            }
            prefix > plan.draw
        });
        words[PICKED] = picked.map_or(-1, |picked| picked as i64);
    }
    words
}

/// The token that the contributions make.
pub(super) fn token(choice: Choice, vocab: u32, stated: Stated<'_>) -> Option<i32> {
    let plan = Plan::of(choice, vocab, stated)?;
    let (chunk, ..) = plan.find(stated)?;
    for (number, words) in stated.chunks().enumerate() {
        let picked = *words.get(PICKED)?;
        let is_right = match number == chunk {
            true => (0..i64::from(CHUNK)).contains(&picked),
            false => picked == -1,
        };
        if !is_right {
            return None;
        }
    }
    let picked = *stated.chunks().nth(chunk)?.get(PICKED)?;
    let token = i32::try_from(chunk as i64 * i64::from(CHUNK) + picked).ok()?;
    ((token as u32) < vocab).then_some(token)
}

impl Plan {
    /// From the stated ends and sums; `None` where they contradict one another.
    fn of(choice: Choice, vocab: u32, stated: Stated<'_>) -> Option<Self> {
        let max = stated.largest(LARGEST, -MAX..=MAX)? as i32;
        let &[end_k, end_p] = stated.head else { return None };
        let weight_of = |end: i64| -> Option<i64> {
            if end == NONE {
                return Some(0);
            }
            let end = i32::try_from(end).ok().filter(|end| i64::from(*end).abs() <= MAX)?;
            Some(candidate_weight(max, end, choice) as i64)
        };
        let count = 0..=i64::from(CHUNK);
        let weights = 0..=MAX_WEIGHT;
        let (by_count, by_share) = ends(choice, vocab);
        let (above, at) = (stated.sum(ABOVE_K, count.clone())?, stated.sum(AT_K, count.clone())?);
        let (weight_above, weight_at) = (stated.sum(WEIGHT_K, weights.clone())?, weight_of(end_k)?);
        let top_k = i64::from(choice.top_k);
        let ties = if by_count { top_k.checked_sub(above)? } else { 0 };
        let is_end = match by_count {
            true => end_k != NONE && (1..=at).contains(&ties),
            false => end_k == NONE,
        };
        if !is_end {
            return None;
        }
        let whole = weight_above.checked_add(ties.checked_mul(weight_at)?)?;
        if !by_share {
            let columns = (WEIGHT_K, AT_K);
            let is_same = end_p == end_k;
            return is_same.then(|| Self::drawn(choice, (end_k, ties, weight_at), whole, columns));
        }
        let (above_p, at_p) = (stated.sum(WEIGHT_P, weights)?, stated.sum(AT_P, count)?);
        let weight_at = weight_of(end_p)?;
        let share = i64::from(choice.top_p_milli);
        let needed = whole.checked_mul(share)?;
        let reached = match end_p == end_k {
            true => whole,
            false => above_p.checked_add(at_p.checked_mul(weight_at)?)?,
        };
        let is_end = end_p != NONE
            && end_p >= end_k
            && reached.checked_mul(1000)? >= needed
            && above_p.checked_mul(1000)? < needed;
        if !is_end {
            return None;
        }
        let missing = needed - above_p * 1000;
        let step = weight_at.checked_mul(1000)?.max(1);
        let ties = missing / step + i64::from(missing % step != 0);
        let whole = above_p.checked_add(ties.checked_mul(weight_at)?)?;
        Some(Self::drawn(choice, (end_p, ties, weight_at), whole, (WEIGHT_P, AT_P)))
    }

    fn drawn(
        choice: Choice,
        (end, ties, weight): (i64, i64, i64),
        whole: i64,
        columns: (usize, usize),
    ) -> Self {
        let draw = draw_below(whole.max(0) as u64, choice) as i64;
        Self { end, ties, weight, draw, columns }
    }

    /// The chunk that the draw falls in, what all before it weigh, and how many at the end are left for it.
    fn find(&self, stated: Stated<'_>) -> Option<(usize, i64, i64)> {
        let (mut before, mut left) = (0i64, self.ties);
        for (number, words) in stated.chunks().enumerate() {
            let (above, at) = (*words.get(self.columns.0)?, *words.get(self.columns.1)?);
            let kept = at.min(left);
            let weight = above.checked_add(kept.checked_mul(self.weight)?)?;
            let behind = before.checked_add(weight)?;
            if behind > self.draw {
                return Some((number, before, left));
            }
            (before, left) = (behind, left - kept);
        }
        None
    }
}
