//! A matrix on the adapter, cut by rows into shards that fit a binding.

use stoa_kernels::{Gpu, product::Shard};

use crate::integer::matrix::Matrix;

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
            let codes: Vec<i8> = sources().flat_map(|row| matrix.row(row)).copied().collect();
            let scale = |row: u32| [matrix.scales[row as usize].pack(), 0u32];
            let scales: Vec<[u32; 2]> = sources().map(scale).collect();
            let shard = Shard { first_row, rows, output_stride };
            GpuShard {
                weights: gpu.upload(name, bytemuck::cast_slice(&codes)),
                scales: gpu.upload(name, bytemuck::cast_slice(&scales)),
                uniform: gpu.upload(name, bytemuck::cast_slice(&shard.words())),
                shard,
            }
        })
        .collect()
}
