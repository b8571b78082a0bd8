//! A matrix on the adapter, cut by rows into shards that fit a binding.

use stoa_kernels::{Gpu, product::Shard};

use crate::integer::matrix::{Codes, Matrix};

/// Most rows of one shard: the dispatch limit of 65,535 workgroups of 32 rows.
const MAX_SHARD_ROWS: u64 = 65_535 * 32;

/// The order in which rows lie on the adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As in the matrix.
    Plain,
    /// The matrix is gates above ups; on the adapter each gate is followed by its up.
    Pairs,
}

/// One shard: weights, scales and its place.
pub struct GpuShard {
    /// Codes.
    pub weights: wgpu::Buffer,
    /// Scales of groups of int4 weights.
    pub group_scales: Option<wgpu::Buffer>,
    /// Packed scale and bias of each row.
    pub scales: wgpu::Buffer,
    /// The `shard` uniform.
    pub uniform: wgpu::Buffer,
    /// Rows and output place.
    pub shard: Shard,
}

impl GpuShard {
    /// The same weights for rows of another width.
    pub fn with_stride(&self, gpu: &Gpu, output_stride: u32) -> Self {
        let shard = Shard { output_stride, ..self.shard };
        Self {
            weights: self.weights.clone(),
            group_scales: self.group_scales.clone(),
            scales: self.scales.clone(),
            uniform: gpu.upload("shard", bytemuck::cast_slice(&shard.words())),
            shard,
        }
    }
}

/// Uploads `matrix`; `output_stride` is the width of an output row.
pub fn upload(
    gpu: &Gpu,
    name: &str,
    matrix: &Matrix,
    output_stride: u32,
    order: Order,
) -> Vec<GpuShard> {
    let binding_rows = gpu.limits.max_storage_buffer_binding_size / u64::from(matrix.columns);
    // Even, so that no shard ends between a gate and its up.
    let rows_per_shard = (binding_rows.min(MAX_SHARD_ROWS) as u32 & !1).max(2);
    let source = |row: u32| match order {
        Order::Plain => row,
        Order::Pairs => row / 2 + (row % 2) * (matrix.rows / 2),
    };
    let starts = (0..matrix.rows).step_by(rows_per_shard as usize);
    starts
        .map(|first_row| {
            let rows = rows_per_shard.min(matrix.rows - first_row);
            let sources = || (first_row..first_row + rows).map(source);
            let (weights, group_scales) = match &matrix.codes {
                Codes::Int8(codes) => (gathered(codes, matrix.rows, sources()), None),
                Codes::Int4(codes) => {
                    let mut scales = gathered(&codes.group_scales, matrix.rows, sources());
                    scales.resize(scales.len().next_multiple_of(4), 0); // whole words
                    (gathered(&codes.pairs, matrix.rows, sources()), Some(scales))
                }
            };
            let scale = |row: u32| {
                let bias = matrix.biases.as_ref().map_or(0, |biases| biases[row as usize]);
                [matrix.scales[row as usize].pack(), bias as u32]
            };
            let scales: Vec<[u32; 2]> = sources().map(scale).collect();
            let shard = Shard { first_row, rows, output_stride };
            GpuShard {
                weights: gpu.upload(name, bytemuck::cast_slice(&weights)),
                group_scales: group_scales.map(|scales| gpu.upload(name, &scales)),
                scales: gpu.upload(name, bytemuck::cast_slice(&scales)),
                uniform: gpu.upload(name, bytemuck::cast_slice(&shard.words())),
                shard,
            }
        })
        .collect()
}

/// The rows of `cells` in another order.
fn gathered<T: bytemuck::Pod>(cells: &[T], rows: u32, order: impl Iterator<Item = u32>) -> Vec<u8> {
    let width = cells.len() / rows.max(1) as usize;
    let rows = order.map(|row| &cells[row as usize * width..][..width]);
    rows.flat_map(bytemuck::cast_slice::<T, u8>).copied().collect()
}
