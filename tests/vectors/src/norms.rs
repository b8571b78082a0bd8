//! RMSNorm, LayerNorm, L2 norm, mean pooling.

use stoa_exact::{bounds::MAX_EPSILON, l2_normalise, layer_norm, mean_pool, rms_norm};

use crate::{draw::Draw, file::VectorFile};

const WIDTH: usize = 32;

/// Files of this group.
pub fn files() -> Vec<VectorFile> {
    vec![rms(), layer(), l2(), pooled()]
}

fn epsilon(draw: &mut Draw, index: usize) -> u64 {
    match index {
        0 => 0,
        1 => MAX_EPSILON,
        _ => draw.between(0, MAX_EPSILON as i64) as u64 >> draw.between(0, 45),
    }
}

fn rms() -> VectorFile {
    let mut draw = Draw::new(21);
    let cases = (0..32).map(|index| {
        let (row, weights) = (draw.row(WIDTH), draw.row(WIDTH));
        let epsilon = epsilon(&mut draw, index);
        let mut output = vec![0; WIDTH];
        rms_norm(&row, &weights, epsilon, &mut output);
        vec![row.into(), weights.into(), (epsilon as i64).into(), output.into()]
    });
    VectorFile::new("rms_norm", &["row", "weights", "epsilon"], &["output"], cases)
}

fn layer() -> VectorFile {
    let mut draw = Draw::new(22);
    let cases = (0..32).map(|index| {
        let (row, weights, biases) = (draw.row(WIDTH), draw.row(WIDTH), draw.row(WIDTH));
        let epsilon = epsilon(&mut draw, index);
        let mut output = vec![0; WIDTH];
        layer_norm(&row, &weights, &biases, epsilon, &mut output);
        vec![row.into(), weights.into(), biases.into(), (epsilon as i64).into(), output.into()]
    });
    VectorFile::new("layer_norm", &["row", "weights", "biases", "epsilon"], &["output"], cases)
}

fn l2() -> VectorFile {
    let mut draw = Draw::new(23);
    let cases = (0..16).map(|_| {
        let row = draw.row(WIDTH);
        let mut output = vec![0; WIDTH];
        l2_normalise(&row, &mut output);
        vec![row.into(), output.into()]
    });
    VectorFile::new("l2_norm", &["row"], &["output"], cases)
}

fn pooled() -> VectorFile {
    let mut draw = Draw::new(24);
    let cases = (1..9).map(|count| {
        let rows = draw.row(4 * count);
        let mut output = vec![0; 4];
        mean_pool(&rows, &mut output);
        vec![rows.into(), 4u32.into(), output.into()]
    });
    VectorFile::new("mean_pool", &["rows", "width"], &["output"], cases)
}
