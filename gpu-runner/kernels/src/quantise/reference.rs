//! The CPU twin.

use stoa_exact::{RowScale, quantise_row};

/// Quantised rows of fixed rows.
pub fn reference(input: &[i32], width: usize) -> Vec<u32> {
    input.chunks_exact(width).flat_map(quantised).collect()
}

/// One quantised row: codes, scale, three zeros.
pub(crate) fn quantised(row: &[i32]) -> Vec<u32> {
    let mut codes = vec![0i8; row.len()];
    let scale = quantise_row(row, &mut codes);
    pack(&codes, scale, 3)
}

/// Codes as words, the scale, then `zeros` zero words.
pub(crate) fn pack(codes: &[i8], scale: RowScale, zeros: usize) -> Vec<u32> {
    let mut words: Vec<u32> = bytemuck::pod_collect_to_vec(codes);
    words.push(scale.pack());
    words.extend(std::iter::repeat_n(0, zeros));
    words
}
