//! The CPU twin.

use stoa_exact::rms_norm;

use super::Shape;
use crate::quantise::quantised;

/// Quantised rows of the normalised input rows.
pub fn reference(shape: Shape, input: &[i32], weights: &[i32]) -> Vec<u32> {
    let mut normalised = vec![0; shape.width as usize];
    let rows = input.chunks_exact(shape.width as usize);
    rows.flat_map(|row| {
        rms_norm(row, weights, shape.epsilon, &mut normalised);
        quantised(&normalised)
    })
    .collect()
}
