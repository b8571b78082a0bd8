//! What a back end does: steps of tokens, of one sequence or of many.

use crate::EngineError;

/// One token of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepToken {
    /// Number of the sequence, below [`Capacity::sequences`].
    pub sequence: u32,
    /// Its place in the sequence; what was cached from there on is overwritten.
    pub position: u32,
    /// The token.
    pub id: u32,
    /// Whether the logits after it are wanted.
    pub wants_logits: bool,
}

/// What an executor holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Sequences with keys and values of their own.
    pub sequences: u32,
    /// Most tokens of one step.
    pub step_tokens: u32,
    /// Positions of a sequence.
    pub context: u32,
    /// Number of token ids.
    pub vocab: u32,
}

impl Capacity {
    /// Refuses a step that does not fit: tokens of one sequence stand together in order of position, without
    /// gaps, and sequences in order of number.
    pub fn check(&self, tokens: &[StepToken]) -> Result<(), EngineError> {
        let refuse = |rule| Err(EngineError::InvalidStep { rule });
        if tokens.is_empty() || tokens.len() > self.step_tokens as usize {
            return refuse(
                "a step has at least one token and at most as many as the back end takes",
            );
        }
        for token in tokens {
            if token.sequence >= self.sequences {
                return refuse("a sequence is below the number of sequences");
            }
            if token.position >= self.context {
                return refuse("a position is below the context");
            }
            if token.id >= self.vocab {
                return refuse("a token id is below the vocabulary size");
            }
        }
        let follows = |pair: &[StepToken]| match pair[0].sequence == pair[1].sequence {
            true => pair[0].position + 1 == pair[1].position,
            false => pair[0].sequence < pair[1].sequence,
        };
        if !tokens.windows(2).all(follows) {
            return refuse("sequences come in order, their positions without gaps");
        }
        Ok(())
    }
}

/// Takes the logits of a step: the token's index in the step and its row, valid during the call.
pub type OnLogits<'a> = dyn FnMut(usize, &[i32]) + 'a;

/// Runs tokens through the model and keeps their keys and values.
pub trait Executor: Send {
    /// What fits.
    fn capacity(&self) -> Capacity;

    /// Runs one step. How tokens are cut into steps, and which sequences share one, cannot change a bit.
    fn step(
        &mut self,
        tokens: &[StepToken],
        on_logits: &mut OnLogits<'_>,
    ) -> Result<(), EngineError>;

    /// The cache of keys and values, where sequences can have as much of it as they need; `None` where every
    /// sequence has the whole context, used or not.
    fn elastic(&mut self) -> Option<&mut dyn ElasticCache> {
        None
    }

    /// Runs `ids` at `position..` of sequence 0 in as few steps as fit; returns the integer logits after every
    /// id when `logits` is set, nothing otherwise.
    fn run(
        &mut self,
        position: u32,
        ids: &[u32],
        logits: bool,
    ) -> Result<Vec<Vec<i32>>, EngineError> {
        let size = self.capacity().step_tokens as usize;
        let mut rows = Vec::new();
        let starts = (position..).step_by(size);
        for (start, ids) in starts.zip(ids.chunks(size)) {
            let token = |(position, id): (u32, &u32)| StepToken {
                sequence: 0,
                position,
                id: *id,
                wants_logits: logits,
            };
            let tokens: Vec<StepToken> = (start..).zip(ids).map(token).collect();
            self.step(&tokens, &mut |_, row| rows.push(row.to_vec()))?;
        }
        Ok(rows)
    }
}

/// Keys and values in pieces that sequences take and give back.
pub trait ElasticCache {
    /// Bytes that one position of one sequence takes.
    fn position_bytes(&self) -> u64;

    /// Positions that are taken and copied together: 1, or those of a page.
    fn page_positions(&self) -> u32;

    /// Positions of all sequences together, where that was decided at load.
    fn limit_positions(&self) -> Option<u64>;

    /// Gives `sequence` room for `positions` positions, 0 gives its memory back. Its first `keep` positions
    /// stay, the rest is lost.
    fn resize(&mut self, sequence: u32, positions: u32, keep: u32);

    /// Copies the first `positions` positions of `from`, whole pages, to `to`, which has room for them.
    fn copy(&mut self, from: u32, to: u32, positions: u32);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(tokens: &[(u32, u32, u32)]) -> bool {
        let capacity = Capacity { sequences: 2, step_tokens: 3, context: 8, vocab: 10 };
        let token = |(sequence, position, id): &(u32, u32, u32)| StepToken {
            sequence: *sequence,
            position: *position,
            id: *id,
            wants_logits: false,
        };
        let tokens: Vec<StepToken> = tokens.iter().map(token).collect();
        capacity.check(&tokens).is_err()
    }

    #[test]
    fn steps_that_do_not_fit_are_refused() {
        assert!(!refused(&[(0, 6, 9), (0, 7, 0), (1, 3, 1)]));
        assert!(refused(&[]));
        assert!(refused(&[(0, 0, 0), (0, 1, 0), (0, 2, 0), (0, 3, 0)]));
        assert!(refused(&[(2, 0, 0)]));
        assert!(refused(&[(0, 8, 0)]));
        assert!(refused(&[(0, 0, 10)]));
        assert!(refused(&[(0, 0, 0), (0, 0, 0)]), "the same position twice");
        assert!(refused(&[(0, 0, 0), (0, 2, 0)]), "a gap");
        assert!(refused(&[(1, 0, 0), (0, 0, 0)]), "sequences out of order");
        assert!(refused(&[(0, 0, 0), (1, 0, 0), (0, 1, 0)]), "one sequence in two places");
    }
}
