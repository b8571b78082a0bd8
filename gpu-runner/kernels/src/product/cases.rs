//! Adversarial operands for products, and the comparison of a kernel with the twin on them.

use stoa_exact::RowScale;

use super::{Format, Output, ROW_MAX_WORDS, RowMax, Shape, Shard, Source, reference::Operands};
use crate::{
    Gpu, Kernel, KernelError, MAX_STEP_TOKENS, StepRow, Vectors,
    matmul::Rows,
    quantise::{pack, quantised},
    step_words, tables,
};

/// How a kernel is dispatched for a number of rows and tokens.
pub(crate) type Workgroups<'a> = &'a dyn Fn(u32, u32) -> [u32; 2];

/// Operands of one run.
struct Case {
    shard: Shard,
    tokens: u32,
    input: Vec<u32>,
    norm_weights: Vec<i32>,
    weights: Vec<u8>,
    group_scales: Vec<u8>,
    scales: Vec<[u32; 2]>,
    output: Vec<i32>,
}

/// Codes whose sums are as large as they get, and pass 2^24 on their way wherever the width allows it: all equal,
/// falling back to almost nothing, or just beside the largest.
fn extreme(kind: u32, columns: usize) -> Vec<i8> {
    let mut codes = vec![127; columns];
    match kind % 5 {
        0 => {}
        1 => codes.fill(-127),
        2 => codes[columns / 2..].fill(-127),
        3 => codes[columns - 1] = 1,
        _ => codes.iter_mut().step_by(2).for_each(|code| *code = -127),
    }
    codes
}

/// A row as the source wants it: of these codes, or of values of any magnitude.
fn input_row(
    source: Source,
    codes: Option<Vec<i8>>,
    vectors: &mut Vectors,
    columns: usize,
) -> Vec<u32> {
    let is_given = source == Source::Given;
    match codes {
        Some(codes) if is_given => pack(&codes, RowScale { mantissa: 1 << 15, bits: 23 }, 3),
        Some(codes) => codes.iter().map(|code| (i32::from(*code) << 16) as u32).collect(),
        None if is_given => quantised(&vectors.fixed_row(columns)),
        None => bytemuck::pod_collect_to_vec(&vectors.fixed_row(columns)),
    }
}

/// Weights and group scales of so many rows, every fourth of them extreme.
fn weights(shape: Shape, rows: u32, vectors: &mut Vectors) -> (Vec<u8>, Vec<u8>) {
    let columns = shape.columns as usize;
    let mut codes = |row: u32| match row % 4 {
        0 => extreme(row / 4, columns),
        _ => vectors.codes(columns),
    };
    match shape.format {
        Format::Int8 => {
            let codes = (0..rows).flat_map(|row| bytemuck::pod_collect_to_vec(&codes(row)));
            (codes.collect(), Vec::new())
        }
        Format::Int4 { group } => {
            // 127 to 7, -127 to -8; the largest scale is the one whose sums still fit 31 bits.
            let half = |code: i8| (code >> 4) as u8 & 15;
            let pairs = |row| -> Vec<u8> {
                let codes = codes(row);
                codes.chunks_exact(2).map(|pair| half(pair[0]) | (half(pair[1]) << 4)).collect()
            };
            let pairs = (0..rows).flat_map(pairs).collect();
            let largest = (i32::MAX as u32 / (127 * 8 * shape.columns)).min(255);
            let scales = (0..rows * (shape.columns / group)).map(|index| match index % 3 {
                0 => vectors.below(largest + 1) as u8,
                _ => largest as u8,
            });
            (pairs, scales.collect())
        }
    }
}

impl Case {
    /// Numbers of rows and tokens that leave a tail of every tile; every fourth row of weights and every third
    /// token is extreme. Four seeds in order see all sizes.
    fn new(shape: Shape, seed: u64) -> Self {
        let vectors = &mut Vectors::new(seed);
        let columns = shape.columns as usize;
        let tokens = [33, 1, 17, 3][seed as usize % 4];
        let pairs = matches!(shape.output, Output::Gated(_));
        let rows = if pairs { [70, 2, 14] } else { [71, 1, 14] }[seed as usize % 3];
        let width = if pairs { (rows + 2) / 2 } else { rows + 2 };
        let shard = Shard { first_row: 2, rows, output_stride: width + 1 };
        let mut input = Vec::new();
        for token in 0..tokens {
            let codes = (token % 3 == 1).then(|| extreme(token / 3, columns));
            input.extend(input_row(shape.source, codes, vectors, columns));
        }
        let (weights, group_scales) = weights(shape, rows, vectors);
        let scales = (0..rows).map(|row| {
            let bias = if row % 3 == 0 { vectors.fixed_row(1)[0] } else { 0 };
            [vectors.weight_scale().pack(), bias as u32]
        });
        let scales = scales.collect();
        let output = (0..tokens).flat_map(|_| vectors.fixed_row(width as usize + 1)).collect();
        // Equal weights keep extreme rows extreme.
        let norm_weights = match seed % 2 {
            0 => vec![(columns.isqrt() as i32) << 16; columns],
            _ => vectors.fixed_row(columns),
        };
        Self { shard, tokens, input, norm_weights, weights, group_scales, scales, output }
    }

    /// The `row_max` buffer before the run: what the source needs, zero for what is gated.
    fn row_max(&self, shape: Shape) -> Vec<u32> {
        let mut words = vec![0; ROW_MAX_WORDS as usize];
        if let Source::Scaled(slot) = shape.source {
            let rows = self.input.chunks_exact(shape.columns as usize);
            let largest = |row: &[u32]| row.iter().map(|v| (*v as i32).unsigned_abs()).max();
            let places = words[slot as usize * MAX_STEP_TOKENS..].iter_mut();
            places.zip(rows).for_each(|(word, row)| *word = largest(row).unwrap_or_default());
        }
        words
    }
}

/// Runs a kernel and the twin on the case of `seed` and compares outputs and row maxima.
pub(crate) fn self_test(
    gpu: &Gpu,
    kernel: &Kernel,
    shape: Shape,
    (rows, workgroups): (Rows, Workgroups<'_>),
    seed: u64,
) -> Result<(), KernelError> {
    let mut case = Case::new(shape, seed);
    let mut maxima = case.row_max(shape);
    let mut step = Vec::new();
    // The other number is wrong on purpose: the kernel takes the one of its rows.
    let all = vec![StepRow::default(); if rows == Rows::All { case.tokens } else { 0 } as usize];
    let wanted = vec![0; if rows == Rows::Wanted { case.tokens } else { 0 } as usize];
    step_words(&mut step, &all, &wanted, &[0]);
    let output = gpu.upload("output", bytemuck::cast_slice(&case.output));
    let row_max = gpu.upload("row_max", bytemuck::cast_slice(&maxima));
    let second = match shape.source {
        Source::Normed { .. } => gpu.upload("norm", bytemuck::cast_slice(&case.norm_weights)),
        _ => gpu.upload("step", bytemuck::cast_slice(&step)),
    };
    // Whole words.
    let mut scales = case.group_scales.clone();
    scales.resize(scales.len().next_multiple_of(4).max(4), 0);
    let group_scales = gpu.upload("group scales", &scales);
    let buffers = [
        &gpu.upload("input", bytemuck::cast_slice(&case.input)),
        &second,
        &gpu.upload("tables", bytemuck::cast_slice(&tables::words())),
        &gpu.upload("weights", bytemuck::cast_slice(&case.weights)),
        &gpu.upload("scales", bytemuck::cast_slice(&case.scales)),
        &output,
        &row_max,
        &gpu.upload("shard", bytemuck::cast_slice(&case.shard.words())),
        &group_scales,
    ];
    let bound = &buffers[..super::bindings(shape).len()];
    kernel.run(gpu, bound, workgroups(case.shard.rows, case.tokens));

    let operands = Operands {
        input: &case.input,
        norm_weights: &case.norm_weights,
        weights: &case.weights,
        group_scales: &case.group_scales,
        scales: &case.scales,
    };
    let gated = super::reference(shape, case.shard, &operands, &mut case.output);
    if matches!(shape.output, Output::Gated(_)) {
        let places = maxima[RowMax::Gated as usize * MAX_STEP_TOKENS..].iter_mut();
        places.zip(gated).for_each(|(word, largest)| *word = (*word).max(largest));
    }
    kernel.compare(&gpu.download(&output)?, bytemuck::cast_slice(&case.output))?;
    kernel.compare(&gpu.download(&row_max)?, &maxima)
}
