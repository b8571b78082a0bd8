//! Products of a weight matrix with many rows, for models that see all of their input at once.

use rayon::prelude::*;
use stoa_exact::RowScale;
use stoa_simd::{Isa, MAX_TOKENS};

use crate::integer::matrix::{Codes, Matrix};

/// Rows of a weight matrix that one task multiplies.
const BLOCK_ROWS: usize = 64;

/// Quantised rows, `[rows][width]`.
pub struct Quantised {
    codes: Vec<i8>,
    scales: Vec<RowScale>,
    width: usize,
}

impl Quantised {
    /// `count` rows of `width` values, written by `fill`, quantised.
    pub fn of_rows(
        isa: Isa,
        (count, width): (usize, usize),
        fill: impl Fn(usize, &mut [i32]) + Sync,
    ) -> Self {
        let mut codes = vec![0; count * width];
        let mut scales = vec![RowScale::default(); count];
        let work = codes.par_chunks_exact_mut(width).zip(&mut scales).enumerate();
        work.for_each_init(
            || vec![0; width],
            |row, (token, (codes, scale))| {
                fill(token, row);
                *scale = isa.quantise_row(row, codes);
            },
        );
        Self { codes, scales, width }
    }

    /// Rows that are quantised already, one scale a row.
    pub fn of_codes(codes: Vec<i8>, scales: Vec<RowScale>) -> Self {
        let width = codes.len() / scales.len().max(1);
        Self { codes, scales, width }
    }
}

/// Products in the order in which they are made: for every [`MAX_TOKENS`] rows, for every [`BLOCK_ROWS`] outputs,
/// `[rows][outputs]`.
pub struct Products {
    blocks: Vec<i32>,
    outputs: usize,
    rows: usize,
}

impl Products {
    /// `matrix` times every row of `input`, rounded, plus its biases. Each weight is read once for [`MAX_TOKENS`] rows.
    pub fn of(isa: Isa, matrix: &Matrix, input: &Quantised) -> Self {
        let (rows, columns) = (input.scales.len(), input.width);
        let outputs = matrix.rows as usize;
        let mut blocks = vec![0; rows * outputs];
        let inputs =
            input.codes.par_chunks(MAX_TOKENS * columns).zip(input.scales.par_chunks(MAX_TOKENS));
        let work = blocks.par_chunks_mut(MAX_TOKENS * outputs).zip(inputs);
        work.for_each(|(part, (codes, scales))| {
            let blocks = part.par_chunks_mut(BLOCK_ROWS * scales.len()).enumerate();
            blocks.for_each(|(index, block)| {
                let first = index * BLOCK_ROWS;
                let count = block.len() / scales.len();
                if let Codes::Int8(weights) = &matrix.codes {
                    let weights = &weights[first * columns..][..count * columns];
                    isa.products(weights, codes, columns, block);
                }
                for (scale, sums) in scales.iter().zip(block.chunks_exact_mut(count)) {
                    isa.scale_products(sums, *scale, &matrix.scales[first..][..count]);
                    if let Some(biases) = &matrix.biases {
                        isa.add_row(sums, &biases[first..][..count]);
                    }
                }
            });
        });
        Self { blocks, outputs, rows }
    }

    /// The outputs of one row.
    pub fn row(&self, index: usize, row: &mut [i32]) {
        let part = index / MAX_TOKENS * MAX_TOKENS;
        let (within, height) = (index - part, MAX_TOKENS.min(self.rows - part));
        let blocks = &self.blocks[part * self.outputs..][..height * self.outputs];
        let places = row.chunks_mut(BLOCK_ROWS).zip(blocks.chunks(BLOCK_ROWS * height));
        for (place, block) in places {
            place.copy_from_slice(&block[within * place.len()..][..place.len()]);
        }
    }
}
