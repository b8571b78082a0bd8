//! The CPU twin.

use stoa_exact::swiglu;

use crate::quantise::quantised;

/// Quantised rows of `silu(gate) * up`, from rows of `width` gates and `width` ups.
pub fn reference(gate_up: &[i32], width: usize) -> Vec<u32> {
    let rows = gate_up.chunks_exact(2 * width);
    rows.flat_map(|row| {
        let (gates, ups) = row.split_at(width);
        let products: Vec<i32> = gates.iter().zip(ups).map(|(g, u)| swiglu(*g, *u)).collect();
        quantised(&products)
    })
    .collect()
}
