//! The CPU twin.

use stoa_exact::{WeightScale, embed_element};

use super::Shape;
use crate::product::Shard;

/// Writes the row of every id that the shard holds; other rows of `residual` stay.
pub fn reference(
    shape: Shape,
    shard: Shard,
    ids: &[u32],
    weights: &[i8],
    scales: &[[u32; 2]],
    residual: &mut [i32],
) {
    let width = shard.output_stride as usize;
    for (id, output) in ids.iter().zip(residual.chunks_exact_mut(width)) {
        let Some(row) = id.checked_sub(shard.first_row).filter(|row| *row < shard.rows) else {
            continue;
        };
        let row = row as usize;
        let scale = WeightScale::unpack(scales[row][0]);
        for (value, code) in output.iter_mut().zip(&weights[row * width..][..width]) {
            *value = embed_element((*code).into(), scale, shape.factor);
        }
    }
}
