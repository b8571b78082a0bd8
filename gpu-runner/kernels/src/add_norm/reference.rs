//! The CPU twin.

use stoa_exact::{add_fixed, rms_norm};

use super::Shape;

/// Adds the norm of every row of `input` to the row of `residual`.
pub fn reference(shape: Shape, input: &[i32], weights: &[i32], residual: &mut [i32]) {
    let width = shape.width as usize;
    let mut normed = vec![0; width];
    for (row, sums) in input.chunks_exact(width).zip(residual.chunks_exact_mut(width)) {
        rms_norm(row, weights, shape.epsilon, &mut normed);
        sums.iter_mut().zip(&normed).for_each(|(sum, value)| *sum = add_fixed(*sum, *value));
    }
}
