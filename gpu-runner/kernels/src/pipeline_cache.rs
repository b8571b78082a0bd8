//! Pipelines that an earlier start compiled.

#![allow(unsafe_code)] // wgpu marks the call because the driver reads the bytes; see below

/// A cache with the bytes of an earlier one, or an empty one.
pub fn create(device: &wgpu::Device, data: Option<&[u8]>) -> wgpu::PipelineCache {
    let descriptor =
        wgpu::PipelineCacheDescriptor { label: Some("pipelines"), data, fallback: true };
    // SAFETY: the bytes are what `get_data` gave on this adapter with this driver, unchanged: callers hand over
    // nothing whose hash they have not checked. wgpu compares adapter and driver again and falls back to an empty
    // cache.
    unsafe { device.create_pipeline_cache(&descriptor) }
}
