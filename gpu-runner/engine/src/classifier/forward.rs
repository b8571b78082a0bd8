//! One input through all layers.

use stoa_exact::{divide_rounded, relu};
use stoa_simd::Isa;

use super::{
    config::{Layer, Shape},
    model::ClassifierModel,
};
use crate::{
    integer::matrix::Matrix,
    product::{Products, Quantised},
};

/// The outputs of the last layer for an input of the model's shape, fixed values.
pub fn forward(model: &ClassifierModel, isa: Isa, input: &[i32]) -> Vec<i32> {
    let mut shape = model.config.input;
    let mut values = input.to_vec();
    for ((layer, output), matrix) in model.config.layers.iter().zip(&model.matrices) {
        values = apply(isa, layer, matrix.as_ref(), (shape, *output), values);
        shape = *output;
    }
    values
}

fn apply(
    isa: Isa,
    layer: &Layer,
    matrix: Option<&Matrix>,
    (input, output): (Shape, Shape),
    mut values: Vec<i32>,
) -> Vec<i32> {
    match (layer, matrix) {
        (Layer::Conv2d { kernel, stride, padding, .. }, Some(matrix)) => {
            let window = Window { side: *kernel, stride: *stride, padding: *padding };
            convolve(isa, matrix, (input, output), window, &values)
        }
        (_, Some(matrix)) => {
            let row = |_, place: &mut [i32]| place.copy_from_slice(&values);
            let row = Quantised::of_rows(isa, (1, values.len()), row);
            let mut outputs = vec![0; matrix.rows as usize];
            Products::of(isa, matrix, &row).row(0, &mut outputs);
            outputs
        }
        (Layer::MaxPool { kernel }, None) => {
            pooled((input, output), *kernel, &values, |square| square.fold(i32::MIN, i32::max))
        }
        (Layer::AvgPool { kernel }, None) => {
            let area = kernel * kernel;
            pooled((input, output), *kernel, &values, |square| {
                divide_rounded(square.map(i64::from).sum(), area)
            })
        }
        (Layer::Relu, None) => {
            values.iter_mut().for_each(|value| *value = relu(*value));
            values
        }
        (layer, None) => {
            if let Some(gelu) = layer.gelu() {
                isa.gelu(gelu, &mut values);
            }
            values
        }
    }
}

#[derive(Clone, Copy)]
struct Window {
    side: u32,
    stride: u32,
    padding: u32,
}

/// Products of the filters with every patch. The map is quantised as one row, so all patches have its scale, and
/// what lies outside has code 0.
fn convolve(
    isa: Isa,
    matrix: &Matrix,
    (input, output): (Shape, Shape),
    window: Window,
    values: &[i32],
) -> Vec<i32> {
    let mut codes = vec![0; values.len()];
    let scale = isa.quantise_row(values, &mut codes);
    let count = output.height as usize * output.width as usize;
    let mut patches = Vec::with_capacity(count * matrix.columns as usize);
    for y in 0..output.height {
        for x in 0..output.width {
            patch(input, window, (y, x), &codes, &mut patches);
        }
    }
    let patches = Quantised::of_codes(patches, vec![scale; count]);
    let products = Products::of(isa, matrix, &patches);
    let mut maps = vec![0; output.values() as usize];
    let mut row = vec![0; matrix.rows as usize];
    for pixel in 0..count {
        products.row(pixel, &mut row);
        for (map, value) in maps.chunks_exact_mut(count).zip(&row) {
            map[pixel] = *value;
        }
    }
    maps
}

fn patch(input: Shape, window: Window, at: (u32, u32), codes: &[i8], patch: &mut Vec<i8>) {
    let Window { side, stride, padding } = window;
    // A place left of or above the map wraps to a large number, which is outside, too.
    let place = |index: u32, offset: u32| (index * stride + offset).wrapping_sub(padding);
    let (height, width) = (input.height as usize, input.width as usize);
    for map in codes.chunks_exact(height * width) {
        for dy in 0..side {
            let y = place(at.0, dy) as usize;
            for dx in 0..side {
                let x = place(at.1, dx) as usize;
                let is_inside = y < height && x < width;
                patch.push(if is_inside { map[y * width + x] } else { 0 });
            }
        }
    }
}

/// One value for every square.
fn pooled(
    (input, output): (Shape, Shape),
    kernel: u32,
    values: &[i32],
    of_square: impl Fn(&mut dyn Iterator<Item = i32>) -> i32,
) -> Vec<i32> {
    let (width, side) = (input.width as usize, kernel as usize);
    let mut pooled = Vec::with_capacity(output.values() as usize);
    for map in values.chunks_exact(input.height as usize * width) {
        for y in 0..output.height as usize {
            for x in 0..output.width as usize {
                let rows =
                    (y * side..(y + 1) * side).flat_map(|y| &map[y * width + x * side..][..side]);
                pooled.push(of_square(&mut rows.copied()));
            }
        }
    }
    pooled
}
