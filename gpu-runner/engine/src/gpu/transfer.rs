//! The way of a step's words to the device and of its results back: buffers made once.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use stoa_kernels::{Gpu, KernelError};

/// Buffers that are written in turn, so that the host need not wait for the step before.
const BUFFERS: usize = 2;

const PENDING: u8 = 0;
const MAPPED: u8 = 1;
const FAILED: u8 = 2;

/// Words on their way to the device.
pub struct Uploads {
    buffers: Vec<Upload>,
    next: usize,
}

struct Upload {
    buffer: wgpu::Buffer,
    state: Arc<AtomicU8>,
}

impl Uploads {
    /// Room for `words` words a step.
    pub fn new(gpu: &Gpu, words: u64) -> Self {
        let upload = |_| Upload {
            buffer: gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("upload"),
                size: words * 4,
                usage: wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: true,
            }),
            state: Arc::new(AtomicU8::new(MAPPED)),
        };
        Self { buffers: (0..BUFFERS).map(upload).collect(), next: 0 }
    }

    /// Records the copy of `words` to `target`; [`Uploads::submitted`] follows the submission.
    pub fn record(
        &mut self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        words: &[u32],
        target: &wgpu::Buffer,
    ) -> Result<(), KernelError> {
        let Upload { buffer, state } = &self.buffers[self.next];
        if state.load(Ordering::Acquire) == PENDING {
            gpu.wait()?;
        }
        if state.load(Ordering::Acquire) != MAPPED {
            return Err(KernelError::ReadBack);
        }
        let bytes: &[u8] = bytemuck::cast_slice(words);
        let range = 0..bytes.len() as u64;
        let mut view = buffer.get_mapped_range_mut(range).map_err(|_| KernelError::ReadBack)?;
        view.copy_from_slice(bytes);
        drop(view);
        buffer.unmap();
        state.store(PENDING, Ordering::Release);
        encoder.copy_buffer_to_buffer(buffer, 0, target, 0, bytes.len() as u64);
        Ok(())
    }

    /// Asks for the buffer back once the device has read it.
    pub fn submitted(&mut self) {
        let Upload { buffer, state } = &self.buffers[self.next];
        let state = Arc::clone(state);
        buffer.map_async(wgpu::MapMode::Write, .., move |result| {
            state.store(if result.is_ok() { MAPPED } else { FAILED }, Ordering::Release);
        });
        self.next = (self.next + 1) % self.buffers.len();
    }
}
