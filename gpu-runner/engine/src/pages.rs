//! Pages of the key-value cache: who holds which, counted; pure, so both back ends use it.
//!
//! A *page* is room for the keys and values of [`PAGE_POSITIONS`] positions in every layer. A sequence has a
//! [`PageTable`]: the pages of its positions in order. Sequences that begin alike may hold the same pages; whoever
//! writes into a shared page gets a copy first.
//! Invariants: a page is free or held, never both; it becomes free with its last holder; what is refused changes
//! nothing.

/// Positions of one page.
pub const PAGE_POSITIONS: u32 = 32;

/// Number of a page, below the number of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Page(u32);

impl Page {
    /// Its number: the place in the cache.
    pub fn index(self) -> u32 {
        self.0
    }
}

/// A page whose content goes to another one before that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageCopy {
    /// Where the content is.
    pub from: Page,
    /// Where it is wanted.
    pub to: Page,
}

/// The step would need more pages than are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfPages {
    /// Pages that the step needs.
    pub needed: u32,
    /// Pages that are free, or become free by the step itself.
    pub free: u32,
}

/// All pages of a cache.
#[derive(Debug)]
pub struct Pages {
    /// Holders of each page; 0 is free.
    holders: Vec<u32>,
    /// Free pages; the last is taken next.
    free: Vec<Page>,
}

impl Pages {
    /// `count` free pages; the lowest is taken first.
    pub fn new(count: u32) -> Self {
        Self { holders: vec![0; count as usize], free: (0..count).rev().map(Page).collect() }
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.holders.len() as u32
    }

    /// Pages that nobody holds.
    pub fn free(&self) -> u32 {
        self.free.len() as u32
    }

    /// A free page with one holder; its content is whatever was there.
    pub fn take(&mut self) -> Option<Page> {
        let page = self.free.pop()?;
        self.holders[page.0 as usize] = 1;
        Some(page)
    }

    /// One holder more.
    pub fn share(&mut self, page: Page) {
        self.holders[page.0 as usize] += 1;
    }

    /// One holder less; true when it was the last and the page is free.
    pub fn give_back(&mut self, page: Page) -> bool {
        let holders = &mut self.holders[page.0 as usize];
        *holders = holders.saturating_sub(1);
        let is_free = *holders == 0;
        if is_free {
            self.free.push(page);
        }
        is_free
    }

    /// Whether more than one holder reads the page, so that none may write it.
    pub fn is_shared(&self, page: Page) -> bool {
        self.holders[page.0 as usize] > 1
    }
}

/// The pages of one sequence, in order of its positions.
#[derive(Debug, Default)]
pub struct PageTable {
    pages: Vec<Page>,
}

impl PageTable {
    /// The pages in order: position `p` is in page `p / PAGE_POSITIONS` at `p % PAGE_POSITIONS`.
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// Pages that [`PageTable::prepare`] would take for positions `from..to`.
    pub fn needed(&self, pages: &Pages, from: u32, to: u32) -> u32 {
        let held = self.pages.len() as u32;
        let new = to.div_ceil(PAGE_POSITIONS).saturating_sub(held);
        new + self.shared_in(pages, from, to).count() as u32
    }

    /// Pages that [`PageTable::prepare`] would give back: those behind `to` that nobody else holds.
    pub fn freed(&self, pages: &Pages, to: u32) -> u32 {
        let kept = to.div_ceil(PAGE_POSITIONS) as usize;
        let behind = self.pages.iter().skip(kept).filter(|page| !pages.is_shared(**page));
        behind.count() as u32
    }

    /// Makes `from..to` writable: pages behind `to` are given back, missing ones taken, shared ones exchanged for
    /// pages of its own. The copies are handed to `on_copy`, to be made before anything is written.
    ///
    /// `from` is at most one behind the last position that was prepared: positions have no gaps.
    pub fn prepare(
        &mut self,
        pages: &mut Pages,
        from: u32,
        to: u32,
        mut on_copy: impl FnMut(PageCopy),
    ) -> Result<(), OutOfPages> {
        let needed = self.needed(pages, from, to);
        let free = pages.free() + self.freed(pages, to);
        let refused = OutOfPages { needed, free };
        if needed > free {
            return Err(refused);
        }
        self.truncate(pages, to);
        let first = (from / PAGE_POSITIONS) as usize;
        for page in self.pages.iter_mut().skip(first) {
            if pages.is_shared(*page) {
                let own = pages.take().ok_or(refused)?;
                on_copy(PageCopy { from: *page, to: own });
                pages.give_back(*page);
                *page = own;
            }
        }
        while (self.pages.len() as u32) < to.div_ceil(PAGE_POSITIONS) {
            self.pages.push(pages.take().ok_or(refused)?);
        }
        Ok(())
    }

    /// Gives back the pages behind the first `positions`; 0 gives back all.
    pub fn truncate(&mut self, pages: &mut Pages, positions: u32) {
        let kept = (positions.div_ceil(PAGE_POSITIONS) as usize).min(self.pages.len());
        for page in self.pages.drain(kept..).rev() {
            pages.give_back(page);
        }
    }

    /// A table that begins with the first `positions` of this one: it holds the same pages.
    pub fn share(&self, pages: &mut Pages, positions: u32) -> Self {
        let shared = self.pages.iter().take(positions.div_ceil(PAGE_POSITIONS) as usize).copied();
        let shared: Vec<Page> = shared.collect();
        shared.iter().for_each(|page| pages.share(*page));
        Self { pages: shared }
    }

    /// Shared pages among those of `from..to`.
    fn shared_in(&self, pages: &Pages, from: u32, to: u32) -> impl Iterator<Item = Page> {
        let first = (from / PAGE_POSITIONS) as usize;
        let end = to.div_ceil(PAGE_POSITIONS) as usize;
        let count = end.saturating_sub(first);
        self.pages.iter().skip(first).take(count).copied().filter(|page| pages.is_shared(*page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(table: &PageTable) -> Vec<u32> {
        table.pages().iter().map(|page| page.index()).collect()
    }

    #[test]
    fn pages_are_taken_as_positions_come_and_given_back_with_the_last_holder() {
        let mut pages = Pages::new(4);
        let mut table = PageTable::default();
        table.prepare(&mut pages, 0, 1, |_| panic!("nothing to copy")).unwrap();
        table.prepare(&mut pages, 1, PAGE_POSITIONS, |_| panic!("nothing to copy")).unwrap();
        assert_eq!(numbers(&table), [0]);
        table.prepare(&mut pages, PAGE_POSITIONS, PAGE_POSITIONS + 1, |_| panic!()).unwrap();
        assert_eq!((numbers(&table), pages.free()), (vec![0, 1], 2));
        let mut other = table.share(&mut pages, PAGE_POSITIONS);
        table.truncate(&mut pages, 0);
        assert_eq!(pages.free(), 3, "the other still holds the first");
        other.truncate(&mut pages, 0);
        assert_eq!(pages.free(), 4);
    }

    #[test]
    fn a_shared_page_is_copied_before_it_is_written_and_the_holder_keeps_its_own() {
        let mut pages = Pages::new(3);
        let mut table = PageTable::default();
        table.prepare(&mut pages, 0, 40, |_| {}).unwrap();
        let mut other = table.share(&mut pages, 40);
        let mut copies = Vec::new();
        other.prepare(&mut pages, 40, 41, |copy| copies.push(copy)).unwrap();
        assert_eq!(copies, [PageCopy { from: Page(1), to: Page(2) }]);
        assert_eq!((numbers(&table), numbers(&other)), (vec![0, 1], vec![0, 2]));
        table.prepare(&mut pages, 40, 41, |_| panic!("it is the only holder now")).unwrap();
    }

    #[test]
    fn what_does_not_fit_is_refused_and_changes_nothing() {
        let mut pages = Pages::new(2);
        let mut table = PageTable::default();
        table.prepare(&mut pages, 0, PAGE_POSITIONS, |_| {}).unwrap();
        let mut other = table.share(&mut pages, PAGE_POSITIONS);
        let refused = other.prepare(&mut pages, 5, PAGE_POSITIONS + 1, |_| panic!("a copy"));
        assert_eq!(refused, Err(OutOfPages { needed: 2, free: 1 }));
        assert_eq!((numbers(&other), pages.free()), (vec![0], 1));
    }

    /// What a sequence should read: a stamp for each position.
    type Content = Vec<u64>;

    proptest! {
        /// Sequences write, share and leave in any order: each reads what it wrote, whoever shares its pages.
        #[test]
        fn every_sequence_reads_its_own_history(
            count in 1u32..12,
            moves in proptest::collection::vec((0usize..4, 0usize..4, 0u32..100, 1u32..70), 1..60),
        ) {
            let mut pages = Pages::new(count);
            let mut memory = vec![[0u64; PAGE_POSITIONS as usize]; count as usize];
            let mut tables: [PageTable; 4] = Default::default();
            let mut expected: [Content; 4] = Default::default();
            let mut stamp = 0;
            for (who, other, from, length) in moves {
                if from == 99 && who != other {
                    let positions = length.min(expected[other].len() as u32);
                    tables[who].truncate(&mut pages, 0);
                    tables[who] = tables[other].share(&mut pages, positions);
                    expected[who] = expected[other][..positions as usize].to_vec();
                } else if from == 98 {
                    tables[who].truncate(&mut pages, 0);
                    expected[who].clear();
                } else {
                    let from = from.min(expected[who].len() as u32);
                    let copy = |copy: PageCopy| {
                        memory[copy.to.index() as usize] = memory[copy.from.index() as usize];
                    };
                    if tables[who].prepare(&mut pages, from, from + length, copy).is_ok() {
                        expected[who].truncate(from as usize);
                        for position in from..from + length {
                            stamp += 1;
                            let page = tables[who].pages()[(position / PAGE_POSITIONS) as usize];
                            memory[page.index() as usize][(position % PAGE_POSITIONS) as usize] = stamp;
                            expected[who].push(stamp);
                        }
                    }
                }
                for (table, content) in tables.iter().zip(&expected) {
                    for (position, stamp) in content.iter().enumerate() {
                        let page = table.pages()[position / PAGE_POSITIONS as usize];
                        prop_assert_eq!(
                            memory[page.index() as usize][position % PAGE_POSITIONS as usize],
                            *stamp
                        );
                    }
                }
                let mut held: Vec<Page> = tables.iter().flat_map(|t| t.pages()).copied().collect();
                held.sort();
                held.dedup();
                prop_assert_eq!(held.len() as u32 + pages.free(), count);
            }
        }
    }
}
