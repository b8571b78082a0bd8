//! The adapter: opened once, with uploads and downloads of word buffers.

use std::sync::{Arc, Mutex, PoisonError, mpsc};

use wgpu::util::DeviceExt;

use crate::KernelError;

/// What the driver says of the adapter; a statement, not a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdapterDescription {
    /// Name of the adapter.
    pub name: String,
    /// `Vulkan`, `Metal` or `DX12`.
    pub api: String,
    /// Driver and its version.
    pub driver: String,
    /// True for processors that emulate a GPU (lavapipe, WARP).
    pub is_software: bool,
}

/// An open device.
pub struct Gpu {
    /// The device.
    pub device: wgpu::Device,
    /// Its only queue.
    pub queue: wgpu::Queue,
    /// Limits that the device was opened with: all that the adapter offers.
    pub limits: wgpu::Limits,
    description: AdapterDescription,
    pipelines: Option<wgpu::PipelineCache>,
    failure: Arc<Mutex<Failure>>,
}

/// What the device complained about; wgpu's default would be a panic.
#[derive(Default)]
enum Failure {
    #[default]
    None,
    Unread(wgpu::Error),
    Lost(String),
    Read,
}

impl Gpu {
    /// Opens the fastest Vulkan, Metal or DX12 adapter. OpenGL is left out: its signed `%` and its reads past
    /// the end differ.
    pub fn open() -> Result<Self, KernelError> {
        Self::open_with(|_| None)
    }

    /// The same with the pipelines of an earlier start: the bytes of [`Gpu::compiled`] on the same adapter and driver,
    /// unchanged, where the adapter keeps pipelines at all.
    pub fn open_with(
        earlier: impl FnOnce(&AdapterDescription) -> Option<Vec<u8>>,
    ) -> Result<Self, KernelError> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
        descriptor.flags = wgpu::InstanceFlags::empty();
        let instance = wgpu::Instance::new(descriptor);
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = pollster::block_on(instance.request_adapter(&options))
            .map_err(|_| KernelError::NoAdapter)?;
        let description = describe(&adapter.get_info());
        let limits = adapter.limits();
        let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
            label: Some("stoa"),
            required_limits: limits.clone(),
            required_features: adapter.features() & wgpu::Features::PIPELINE_CACHE,
            ..Default::default()
        }))
        .map_err(|source| KernelError::DeviceRefused {
            adapter: description.name.clone(),
            source,
        })?;
        let failure = Arc::new(Mutex::new(Failure::None));
        let sink = Arc::clone(&failure);
        device.on_uncaptured_error(Arc::new(move |error| {
            let mut failure = sink.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(*failure, Failure::None) {
                *failure = Failure::Unread(error);
            }
        }));
        let sink = Arc::clone(&failure);
        device.set_device_lost_callback(move |_, reason| {
            *sink.lock().unwrap_or_else(PoisonError::into_inner) = Failure::Lost(reason);
        });
        let keeps_pipelines = device.features().contains(wgpu::Features::PIPELINE_CACHE);
        let pipelines = keeps_pipelines
            .then(|| crate::pipeline_cache::create(&device, earlier(&description).as_deref()));
        Ok(Self { device, queue, limits, description, pipelines, failure })
    }

    /// Waits for all submitted work.
    pub fn wait(&self) -> Result<(), KernelError> {
        self.device.poll(wgpu::PollType::wait_indefinitely()).map_err(|_| KernelError::ReadBack)?;
        self.check()
    }

    /// The first complaint of the device, if it ever had one; from then on no result is trusted.
    pub fn check(&self) -> Result<(), KernelError> {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *failure, Failure::Read) {
            Failure::None => {
                *failure = Failure::None;
                Ok(())
            }
            Failure::Unread(source) => Err(KernelError::Device { source }),
            Failure::Lost(reason) => Err(KernelError::Lost { reason }),
            Failure::Read => Err(KernelError::ReadBack),
        }
    }

    /// The pipelines that were compiled, for [`Gpu::open_with`]; `None` where the adapter keeps none.
    pub fn compiled(&self) -> Option<Vec<u8>> {
        self.pipelines.as_ref()?.get_data()
    }

    /// Where compiled pipelines are looked up and kept.
    pub(crate) fn pipelines(&self) -> Option<&wgpu::PipelineCache> {
        self.pipelines.as_ref()
    }

    /// What the driver says of the adapter.
    pub fn description(&self) -> &AdapterDescription {
        &self.description
    }

    /// A storage buffer with this content.
    pub fn upload(&self, label: &str, bytes: &[u8]) -> wgpu::Buffer {
        self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some(label),
            contents: bytes,
            usage: wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::UNIFORM
                | wgpu::BufferUsages::COPY_SRC
                | wgpu::BufferUsages::COPY_DST,
        })
    }

    /// A zeroed storage buffer of `words` 32-bit words.
    pub fn scratch(&self, label: &str, words: u64) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: words * 4,
            usage: wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_SRC
                | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// A buffer that results are copied to and read from.
    pub fn staging(&self, words: u64) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("staging"),
            size: words * 4,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// Reads the first `words` words of a staging buffer after all submitted work.
    pub fn read(&self, staging: &wgpu::Buffer, words: u64) -> Result<Vec<u32>, KernelError> {
        let mut content = Vec::new();
        self.read_with(staging, words, |words| content.extend_from_slice(words))?;
        Ok(content)
    }

    /// The same without a copy: the words are valid during the call.
    pub fn read_with(
        &self,
        staging: &wgpu::Buffer,
        words: u64,
        take: impl FnOnce(&[u32]),
    ) -> Result<(), KernelError> {
        self.check()?;
        let (sender, receiver) = mpsc::channel();
        staging.map_async(wgpu::MapMode::Read, 0..words * 4, move |result| {
            // The receiver lives until the poll below has returned.
            let _ = sender.send(result);
        });
        self.wait()?;
        receiver.recv().map_err(|_| KernelError::ReadBack)?.map_err(|_| KernelError::ReadBack)?;
        let view = staging.get_mapped_range(0..words * 4).map_err(|_| KernelError::ReadBack)?;
        match bytemuck::try_cast_slice(&view[..]) {
            Ok(words) => take(words),
            Err(_) => take(&bytemuck::pod_collect_to_vec::<u8, u32>(&view[..])),
        }
        drop(view);
        staging.unmap();
        Ok(())
    }

    /// Copies a whole buffer back; for self-tests and tests.
    pub fn download(&self, buffer: &wgpu::Buffer) -> Result<Vec<u32>, KernelError> {
        let words = buffer.size() / 4;
        let staging = self.staging(words);
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, words * 4);
        self.queue.submit([encoder.finish()]);
        self.read(&staging, words)
    }
}

fn describe(info: &wgpu::AdapterInfo) -> AdapterDescription {
    let api = match info.backend {
        wgpu::Backend::Vulkan => "Vulkan",
        wgpu::Backend::Metal => "Metal",
        wgpu::Backend::Dx12 => "DX12",
        _ => "other",
    };
    AdapterDescription {
        name: info.name.clone(),
        api: api.to_owned(),
        driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
        is_software: info.device_type == wgpu::DeviceType::Cpu,
    }
}
