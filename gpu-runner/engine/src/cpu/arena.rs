//! Memory of a step, allocated once for the largest step: a token allocates nothing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use stoa_exact::RowScale;
use stoa_simd::MAX_TOKENS;

use crate::folder::config::ModelConfig;

/// Rows of a weight matrix that one task multiplies; the unit in which products lie in memory.
pub const BLOCK_ROWS: usize = 64;

/// Quantised rows, `[tokens][width]`.
pub struct Quantised {
    /// Codes.
    pub codes: Vec<i8>,
    /// One scale a token.
    pub scales: Vec<RowScale>,
}

/// Activations of at most [`MAX_TOKENS`] tokens.
pub struct Arena {
    /// The residual stream, `[tokens][hidden]`.
    pub residual: Vec<i32>,
    /// Rows before quantisation, `[tokens][width]`.
    pub rows: Vec<i32>,
    /// The input of a product.
    pub input: Quantised,
    /// Products: for each block of [`BLOCK_ROWS`] weight rows `[tokens][rows of the block]`.
    pub blocks: Vec<i32>,
    /// Queries, keys and values, `[tokens][projected]`.
    pub projected: Vec<i32>,
    /// Attention's output, `[tokens][query width]`.
    pub mixed: Vec<i32>,
    /// One row of logits.
    pub logits: Vec<i32>,
    /// Indices of the tokens whose logits are wanted.
    pub wanted: Vec<usize>,
    /// Scratch of attention, one a thread.
    pub heads: Vec<Mutex<HeadScratch>>,
}

/// What one task of attention needs: the query heads of one group.
pub struct HeadScratch {
    /// `[heads of the group][head]`.
    pub queries: Vec<i8>,
    /// One scale a head.
    pub query_scales: Vec<RowScale>,
    /// `[heads of the group][positions]`.
    pub scores: Vec<i32>,
    /// `[head]`.
    pub sums: Vec<i64>,
}

impl Arena {
    /// Room for steps of one token; larger steps make it grow once.
    pub fn new(config: &ModelConfig, threads: usize) -> Self {
        let mut arena = Self {
            residual: Vec::new(),
            rows: Vec::new(),
            input: Quantised { codes: Vec::new(), scales: Vec::new() },
            blocks: Vec::new(),
            projected: Vec::new(),
            mixed: Vec::new(),
            logits: vec![0; config.vocab as usize],
            wanted: Vec::with_capacity(MAX_TOKENS),
            heads: (0..threads).map(|_| Mutex::new(HeadScratch::new(config))).collect(),
        };
        arena.reserve(config, 1, 1);
        arena
    }

    /// Grows to `tokens` tokens of which `wanted` want logits; never shrinks.
    pub fn reserve(&mut self, config: &ModelConfig, tokens: usize, wanted: usize) {
        let (hidden, inner) = (config.hidden as usize, config.inner as usize);
        let (query, projected) = (config.query_width() as usize, config.projected_width() as usize);
        let widest = hidden.max(inner).max(query);
        let products = tokens * projected.max(hidden).max(2 * inner);
        grow(&mut self.residual, tokens * hidden);
        grow(&mut self.rows, tokens * widest);
        grow(&mut self.input.codes, tokens * widest);
        grow(&mut self.input.scales, tokens);
        grow(&mut self.blocks, products.max(wanted * config.vocab as usize));
        grow(&mut self.projected, tokens * projected);
        grow(&mut self.mixed, tokens * query);
    }
}

fn grow<T: Clone + Default>(buffer: &mut Vec<T>, length: usize) {
    if buffer.len() < length {
        buffer.resize(length, T::default());
    }
}

impl HeadScratch {
    fn new(config: &ModelConfig) -> Self {
        let (head, per_group) = (config.head as usize, (config.heads / config.groups) as usize);
        Self {
            queries: vec![0; per_group * head],
            query_scales: vec![RowScale::default(); per_group],
            scores: vec![0; per_group * config.context as usize],
            sums: vec![0; head],
        }
    }

    /// The scratch of the thread that calls.
    pub fn of_thread(all: &[Mutex<Self>]) -> MutexGuard<'_, Self> {
        let index = rayon::current_thread_index().unwrap_or_default();
        // A panic leaves only scratch behind, which every task overwrites before reading.
        all[index % all.len()].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `token`'s row out of blocks of products: pieces of at most [`BLOCK_ROWS`] values, in order.
///
/// `stride` is how many words of a block belong to one of its rows: the number of tokens, or twice that for
/// blocks that hold gates and ups.
pub fn pieces(
    blocks: &[i32],
    width: usize,
    stride: usize,
    token: usize,
) -> impl Iterator<Item = &[i32]> {
    (0..width).step_by(BLOCK_ROWS).map(move |first| {
        let rows = BLOCK_ROWS.min(width - first);
        &blocks[first * stride + token * rows..][..rows]
    })
}
