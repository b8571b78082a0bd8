//! A matrix on the adapter, cut by rows into shards that fit a binding.

use stoa_kernels::{
    Gpu,
    matvec::{MAX_SHARD_ROWS, Shard},
};

use crate::integer::matrix::{Codes, Matrix};

/// One shard: weights, scales and its place.
pub struct GpuShard {
    /// Codes.
    pub weights: wgpu::Buffer,
    /// Packed scales.
    pub scales: wgpu::Buffer,
    /// The `shard` uniform.
    pub uniform: wgpu::Buffer,
    /// Rows and output place.
    pub shard: Shard,
}

/// Uploads `matrix`; `output_stride` is the width of an output row.
pub fn upload(gpu: &Gpu, name: &str, matrix: &Matrix, output_stride: u32) -> Vec<GpuShard> {
    // Other codes are refused before anything is uploaded.
    let Codes::Int8(codes) = &matrix.codes else { return Vec::new() };
    let columns = matrix.columns as usize;
    let binding_rows = gpu.limits.max_storage_buffer_binding_size / u64::from(matrix.columns);
    let rows_per_shard = binding_rows.clamp(1, MAX_SHARD_ROWS.into()) as usize;
    let words = matrix.scale_words();
    let shards = codes.chunks(rows_per_shard * columns).zip(words.chunks(rows_per_shard));
    let starts = (0u32..).step_by(rows_per_shard);
    starts
        .zip(shards)
        .map(|(first_row, (codes, scales))| {
            let shard = Shard { first_row, rows: scales.len() as u32, output_stride };
            GpuShard {
                weights: gpu.upload(name, bytemuck::cast_slice(codes)),
                scales: gpu.upload(name, bytemuck::cast_slice(scales)),
                uniform: gpu.upload(name, bytemuck::cast_slice(&shard.words())),
                shard,
            }
        })
        .collect()
}
