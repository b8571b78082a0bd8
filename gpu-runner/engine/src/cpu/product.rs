//! Products of a weight matrix with the rows of a step, and the quantisation that comes before them.

use rayon::prelude::*;
use stoa_exact::RowScale;
use stoa_simd::Int4Rows;

use super::{
    Pass,
    arena::{BLOCK_ROWS, Quantised},
};
use crate::{
    folder::config::Activation,
    integer::matrix::{Codes, Int4Codes, Matrix},
};

/// Multiplications below which waking another core costs more than it brings.
const TASK_PRODUCTS: usize = 1 << 16;
/// What one element of a row costs (norm, rounding, quantisation), in int8 multiplications.
const ELEMENT_PRODUCTS: usize = 32;

/// Tokens that one task of element-wise work takes.
pub fn tokens_per_task(width: usize) -> usize {
    TASK_PRODUCTS.div_ceil(width * ELEMENT_PRODUCTS)
}

impl Pass<'_> {
    /// `count` rows of `width` values, written by `fill`, then quantised into `input`.
    pub fn quantise(
        &self,
        width: usize,
        count: usize,
        rows: &mut [i32],
        input: &mut Quantised,
        fill: impl Fn(usize, &mut [i32]) + Sync,
    ) {
        let rows = rows[..count * width].par_chunks_mut(width);
        let codes = input.codes[..count * width].par_chunks_mut(width);
        let work = rows.zip(codes).zip(&mut input.scales[..count]).enumerate();
        work.with_min_len(tokens_per_task(width)).for_each(|(token, ((row, codes), scale))| {
            fill(token, row);
            *scale = self.isa.quantise_row(row, codes);
        });
    }

    /// `matrix` times the first `count` rows of `input`, in blocks.
    pub fn product(&self, matrix: &Matrix, count: usize, input: &Quantised, blocks: &mut [i32]) {
        if count == 0 {
            return;
        }
        let block = BLOCK_ROWS * count;
        let work = blocks[..matrix.rows as usize * count].par_chunks_mut(block).enumerate();
        work.with_min_len(blocks_per_task(matrix, count)).for_each(|(index, output)| {
            self.block(matrix, index * BLOCK_ROWS, count, input, output);
        });
    }

    /// Gate and up products, multiplied: each block holds `[tokens][rows]` gated values, then the ups.
    pub fn gated_product(&self, matrix: &Matrix, input: &Quantised, blocks: &mut [i32]) {
        let (count, inner) = (self.tokens.len(), matrix.rows as usize / 2);
        let block = 2 * BLOCK_ROWS * count;
        let work = blocks[..2 * inner * count].par_chunks_mut(block).enumerate();
        work.with_min_len(blocks_per_task(matrix, 2 * count)).for_each(|(index, output)| {
            let (gates, ups) = output.split_at_mut(output.len() / 2);
            let first = index * BLOCK_ROWS;
            self.block(matrix, first, count, input, gates);
            self.block(matrix, inner + first, count, input, ups);
            match self.model.config.activation {
                Activation::Silu => self.isa.swiglu(gates, ups),
                Activation::Gelu(kind) => self.isa.geglu(kind, gates, ups),
            }
        });
    }

    /// Rows from `first` on, as many as `output` has room for, times `count` rows of `input`.
    fn block(
        &self,
        matrix: &Matrix,
        first: usize,
        count: usize,
        input: &Quantised,
        output: &mut [i32],
    ) {
        let (columns, rows) = (matrix.columns as usize, output.len() / count);
        let codes = &input.codes[..count * columns];
        match &matrix.codes {
            Codes::Int8(weights) => {
                let weights = &weights[first * columns..][..rows * columns];
                self.isa.products(weights, codes, columns, output);
            }
            Codes::Int4(Int4Codes { group, pairs, group_scales }) => {
                let group = *group as usize;
                let groups = columns / group;
                let weights = Int4Rows {
                    pairs: &pairs[first * columns / 2..][..rows * columns / 2],
                    group_scales: &group_scales[first * groups..][..rows * groups],
                    group,
                };
                self.isa.int4_products(weights, codes, columns, output);
            }
        }
        let scales: &[RowScale] = &input.scales[..count];
        for (scale, sums) in scales.iter().zip(output.chunks_exact_mut(rows)) {
            self.isa.scale_products(sums, *scale, &matrix.scales[first..][..rows]);
            if let Some(biases) = &matrix.biases {
                self.isa.add_row(sums, &biases[first..][..rows]);
            }
        }
    }
}

fn blocks_per_task(matrix: &Matrix, count: usize) -> usize {
    TASK_PRODUCTS.div_ceil(BLOCK_ROWS * matrix.columns as usize * count)
}
