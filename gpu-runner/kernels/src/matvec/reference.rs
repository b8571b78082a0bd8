//! The CPU twin.

use stoa_exact::{RowScale, WeightScale, add_fixed, dot, matvec_element};

use super::{Output, Shape, Shard};

/// `output[token][first_row + row]` for every token and row of the shard, in the kernel's layouts.
pub fn reference(
    shape: Shape,
    shard: Shard,
    activations: &[u32],
    weights: &[i8],
    scales: &[u32],
    output: &mut [i32],
) {
    let columns = shape.columns as usize;
    let tokens = activations.chunks_exact(columns / 4 + 4);
    for (token, outputs) in tokens.zip(output.chunks_exact_mut(shard.output_stride as usize)) {
        let codes: &[i8] = bytemuck::cast_slice(&token[..columns / 4]);
        let scale = RowScale::unpack(token[columns / 4]);
        let rows = weights.chunks_exact(columns).zip(scales);
        for (value, (row, weight)) in outputs[shard.first_row as usize..].iter_mut().zip(rows) {
            let product = matvec_element(dot(row, codes), scale, WeightScale::unpack(*weight));
            *value = match shape.output {
                Output::Store => product,
                Output::Accumulate => add_fixed(*value, product),
            };
        }
    }
}
