//! The `step` buffer: tokens of any sequences, which of them want logits, and where their pages are.

/// Most tokens of one step: the length of the lists in the `step` buffer.
pub const MAX_STEP_TOKENS: usize = 64;
/// Words before the page numbers.
pub const STEP_HEADER_WORDS: usize = 4 + 5 * MAX_STEP_TOKENS;

/// One token of a step as kernels see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StepRow {
    /// The token.
    pub id: u32,
    /// Its place in its sequence.
    pub position: u32,
    /// Where the page numbers of its sequence begin in the list of page numbers.
    pub pages: u32,
    /// Row of the cache for its key and value: page times positions of a page, plus the place in the page.
    pub slot: u32,
}

/// Writes the buffer's words into `words`, whose memory is used again; `wanted` are indices into `rows`.
///
/// At most [`MAX_STEP_TOKENS`] rows; what is behind them is left out.
pub fn step_words(words: &mut Vec<u32>, rows: &[StepRow], wanted: &[u32], pages: &[u32]) {
    words.clear();
    words.extend([rows.len() as u32, wanted.len() as u32, 0, 0]);
    for row in rows.iter().take(MAX_STEP_TOKENS) {
        words.extend([row.id, row.position, row.pages, row.slot]);
    }
    words.resize(4 + 4 * MAX_STEP_TOKENS, 0);
    words.extend(wanted.iter().take(MAX_STEP_TOKENS));
    words.resize(STEP_HEADER_WORDS, 0);
    words.extend(pages);
}
