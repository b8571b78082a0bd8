//! Which pages hold which positions of which sequence, and what a step tells the kernels of it.

use stoa_kernels::StepRow;

use crate::{
    EngineError, StepToken,
    pages::{OutOfPages, PAGE_POSITIONS, PageCopy, PageTable, Pages},
};

/// The pages of all sequences, and the rows of the step that is being made.
pub struct Tables {
    pages: Pages,
    sequences: Vec<Sequence>,
    /// One for every token of the step.
    pub rows: Vec<StepRow>,
    /// Tokens of the step whose logits are wanted.
    pub wanted: Vec<u32>,
    /// Page numbers of the sequences of the step, one sequence behind the other.
    pub list: Vec<u32>,
    /// Pages to copy before the step writes.
    pub copies: Vec<PageCopy>,
}

#[derive(Default)]
struct Sequence {
    table: PageTable,
    /// Positions whose keys and values are there.
    cached: u32,
}

/// Tokens of one sequence in a step.
struct Run<'a> {
    sequence: usize,
    from: u32,
    tokens: &'a [StepToken],
}

impl Run<'_> {
    fn to(&self) -> u32 {
        self.from + self.tokens.len() as u32
    }
}

fn runs(tokens: &[StepToken]) -> impl Iterator<Item = Run<'_>> {
    tokens.chunk_by(|a, b| a.sequence == b.sequence).map(|tokens| Run {
        sequence: tokens[0].sequence as usize,
        from: tokens[0].position,
        tokens,
    })
}

impl Tables {
    /// Empty sequences over `pages` free pages.
    pub fn new(sequences: u32, pages: u32) -> Self {
        Self {
            pages: Pages::new(pages),
            sequences: (0..sequences).map(|_| Sequence::default()).collect(),
            rows: Vec::new(),
            wanted: Vec::new(),
            list: Vec::new(),
            copies: Vec::new(),
        }
    }

    /// Takes the pages that a checked step writes, and fills its rows. What is refused changes nothing.
    pub fn prepare(&mut self, tokens: &[StepToken]) -> Result<(), EngineError> {
        self.check(tokens)?;
        self.rows.clear();
        self.wanted.clear();
        self.list.clear();
        self.copies.clear();
        let Self { pages, sequences, rows, wanted, list, copies } = self;
        // What sequences give back comes first: others of the same step may need it.
        for run in runs(tokens) {
            sequences[run.sequence].table.truncate(pages, run.to());
        }
        for run in runs(tokens) {
            let Sequence { table, cached } = &mut sequences[run.sequence];
            let copy = |copy| copies.push(copy);
            table.prepare(pages, run.from, run.to(), copy).map_err(out_of_pages)?;
            *cached = run.to();
            let first = list.len() as u32;
            list.extend(table.pages().iter().map(|page| page.index()));
            for token in run.tokens {
                if token.wants_logits {
                    wanted.push(rows.len() as u32);
                }
                let page = table.pages()[(token.position / PAGE_POSITIONS) as usize];
                rows.push(StepRow {
                    id: token.id,
                    position: token.position,
                    pages: first,
                    slot: page.index() * PAGE_POSITIONS + token.position % PAGE_POSITIONS,
                });
            }
        }
        Ok(())
    }

    /// Gives back the pages of a sequence behind its first `keep` positions.
    pub fn keep(&mut self, sequence: u32, keep: u32) {
        if let Some(Sequence { table, cached }) = self.sequences.get_mut(sequence as usize) {
            table.truncate(&mut self.pages, keep);
            *cached = keep.min(*cached);
        }
    }

    /// Gives `to` the first `positions` of `from`: the same pages, until one of them writes.
    pub fn share(&mut self, from: u32, to: u32, positions: u32) {
        let Self { pages, sequences, .. } = self;
        let places = [from as usize, to as usize];
        // One sequence has nothing to share with itself.
        if let Ok([from, to]) = sequences.get_disjoint_mut(places) {
            to.table.truncate(pages, 0);
            to.cached = positions.min(from.cached);
            to.table = from.table.share(pages, to.cached);
        }
    }

    /// Positions that sequences can have together, whatever part of its last page each of them uses.
    pub fn positions(&self) -> u64 {
        let (pages, sequences) = (u64::from(self.pages.count()), self.sequences.len() as u64);
        // A single sequence may have all; the pages of one context are always there.
        pages.saturating_sub(sequences - 1) * u64::from(PAGE_POSITIONS)
    }

    fn check(&self, tokens: &[StepToken]) -> Result<(), EngineError> {
        let (mut needed, mut free) = (0, self.pages.free());
        for run in runs(tokens) {
            let Sequence { table, cached } = &self.sequences[run.sequence];
            if run.from > *cached {
                let (sequence, position) = (run.sequence as u32, run.from);
                return Err(EngineError::NotCached { sequence, position, cached: *cached });
            }
            needed += table.needed(&self.pages, run.from, run.to());
            free += table.freed(&self.pages, run.to());
        }
        if needed > free { Err(out_of_pages(OutOfPages { needed, free })) } else { Ok(()) }
    }
}

fn out_of_pages(OutOfPages { needed, free }: OutOfPages) -> EngineError {
    EngineError::CacheFull { needed, free }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(sequence: u32, positions: std::ops::Range<u32>) -> Vec<StepToken> {
        let token = |position| StepToken { sequence, position, id: 7, wants_logits: false };
        positions.map(token).collect()
    }

    #[test]
    fn sequences_write_to_pages_of_their_own_and_find_them_in_the_list() {
        let mut tables = Tables::new(2, 4);
        let step = [tokens(0, 0..33), tokens(1, 0..1)].concat();
        tables.prepare(&step).unwrap();
        assert_eq!(tables.list, [0, 1, 2]);
        let slots: Vec<u32> = tables.rows.iter().map(|row| row.slot).collect();
        let expected: Vec<u32> = (0..33).chain([64]).collect();
        assert_eq!(slots, expected);
        assert_eq!((tables.rows[0].pages, tables.rows[33].pages), (0, 2));
    }

    #[test]
    fn a_step_that_does_not_fit_is_refused_whole() {
        let mut tables = Tables::new(2, 2);
        let step = [tokens(0, 0..33), tokens(1, 0..1)].concat();
        let refused = tables.prepare(&step);
        assert!(
            matches!(refused, Err(EngineError::CacheFull { needed: 3, free: 2 })),
            "{refused:?}"
        );
        tables.prepare(&tokens(1, 0..64)).unwrap();
        assert!(tables.prepare(&tokens(0, 0..1)).is_err());
        // A sequence that begins again needs what it held only as far as it goes.
        tables.prepare(&[tokens(0, 0..1), tokens(1, 0..2)].concat()).unwrap();
        tables.keep(1, 0);
        tables.prepare(&tokens(0, 1..40)).unwrap();
    }

    #[test]
    fn what_nobody_wrote_is_not_read() {
        let mut tables = Tables::new(1, 2);
        tables.prepare(&tokens(0, 0..3)).unwrap();
        let refused = tables.prepare(&tokens(0, 4..5));
        let expected = EngineError::NotCached { sequence: 0, position: 4, cached: 3 };
        assert_eq!(refused.unwrap_err().to_string(), expected.to_string());
        tables.prepare(&tokens(0, 1..2)).unwrap();
        assert!(tables.prepare(&tokens(0, 3..4)).is_err(), "position 2 was overwritten by nothing");
    }
}
