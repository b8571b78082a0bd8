//! The CPU twin of both kernels.

use stoa_exact::{
    Gelu, RowScale, SoftCap, WeightScale, add_fixed, dot, dot_int4, geglu, matvec_element,
    quantise_row, rms_norm, swiglu,
};

use super::{Activation, Format, Output, Shape, Shard, Source};

/// What a product reads.
pub struct Operands<'a> {
    /// Rows: quantised or fixed, as the shape's source says.
    pub input: &'a [u32],
    /// Weights of the norm.
    pub norm_weights: &'a [i32],
    /// Codes of the shard, as the shape's format says.
    pub weights: &'a [u8],
    /// Group scales of int4 weights, `[rows][columns / group]`.
    pub group_scales: &'a [u8],
    /// Packed scale and bias of each row of the shard.
    pub scales: &'a [[u32; 2]],
}

/// Writes the shard's part of every row of `output`; returns the largest magnitude of each row that was gated.
pub fn reference(
    shape: Shape,
    shard: Shard,
    operands: &Operands<'_>,
    output: &mut [i32],
) -> Vec<u32> {
    let columns = shape.columns as usize;
    let width = match shape.source {
        Source::Given => columns / 4 + 4,
        Source::Scaled(_) | Source::Normed { .. } => columns,
    };
    let rows = operands.input.chunks_exact(width);
    let outputs = output.chunks_exact_mut(shard.output_stride as usize);
    rows.zip(outputs)
        .map(|(input, output)| {
            let (codes, scale) = prepared(shape, operands, input);
            let products = products(shape, operands, &codes, scale);
            placed(shape, shard, &products, output)
        })
        .collect()
}

/// Codes and scale of one row.
fn prepared(shape: Shape, operands: &Operands<'_>, input: &[u32]) -> (Vec<i8>, RowScale) {
    let columns = shape.columns as usize;
    let mut codes = vec![0; columns];
    let fixed: &[i32] = bytemuck::cast_slice(input);
    let scale = match shape.source {
        Source::Given => {
            codes.copy_from_slice(bytemuck::cast_slice(&input[..columns / 4]));
            RowScale::unpack(input[columns / 4])
        }
        Source::Scaled(_) => quantise_row(fixed, &mut codes),
        Source::Normed { epsilon } => {
            let mut normed = vec![0; columns];
            rms_norm(fixed, operands.norm_weights, epsilon, &mut normed);
            quantise_row(&normed, &mut codes)
        }
    };
    (codes, scale)
}

fn products(shape: Shape, operands: &Operands<'_>, codes: &[i8], scale: RowScale) -> Vec<i32> {
    let product = |(row, [weight, bias]): (usize, &[u32; 2])| {
        let sum = row_sum(shape, operands, row, codes);
        let value = matvec_element(sum, scale, WeightScale::unpack(*weight));
        let value = add_fixed(value, *bias as i32);
        if shape.cap == 0 { value } else { SoftCap::new(shape.cap as i32).apply(value) }
    };
    operands.scales.iter().enumerate().map(product).collect()
}

/// The exact sum of one row of weights.
fn row_sum(shape: Shape, operands: &Operands<'_>, row: usize, codes: &[i8]) -> i32 {
    let columns = shape.columns as usize;
    match shape.format {
        Format::Int8 => {
            dot(bytemuck::cast_slice(&operands.weights[row * columns..][..columns]), codes)
        }
        Format::Int4 { group } => {
            let groups = columns / group as usize;
            let weights = &operands.weights[row * columns / 2..][..columns / 2];
            dot_int4(codes, weights, &operands.group_scales[row * groups..][..groups])
        }
    }
}

/// Puts products into an output row; the largest magnitude of what was gated.
fn placed(shape: Shape, shard: Shard, products: &[i32], output: &mut [i32]) -> u32 {
    let first = shard.first_row as usize;
    match shape.output {
        Output::Store => output[first..][..products.len()].copy_from_slice(products),
        Output::Accumulate => {
            let sums = output[first..].iter_mut().zip(products);
            sums.for_each(|(sum, product)| *sum = add_fixed(*sum, *product));
        }
        Output::Gated(activation) => {
            let values = products.chunks_exact(2).map(|pair| gated(activation, pair[0], pair[1]));
            let mut largest = 0;
            for (place, value) in output[first / 2..].iter_mut().zip(values) {
                *place = value;
                largest = largest.max(value.unsigned_abs());
            }
            return largest;
        }
    }
    0
}

fn gated(activation: Activation, gate: i32, up: i32) -> i32 {
    match activation {
        Activation::Silu => swiglu(gate, up),
        Activation::GeluErf => geglu(Gelu::Erf, gate, up),
        Activation::GeluTanh => geglu(Gelu::Tanh, gate, up),
    }
}
