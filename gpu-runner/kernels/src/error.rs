//! Why a kernel cannot run or may not serve.

/// Failures of adapters and kernels.
#[derive(Debug, thiserror::Error)]
pub enum KernelError {
    /// No Vulkan, Metal or DX12 adapter answered.
    #[error("no Vulkan, Metal or DX12 adapter was found")]
    NoAdapter,
    /// The adapter did not give a device.
    #[error("adapter {adapter} refused to open: {source}")]
    DeviceRefused {
        /// Name of the adapter.
        adapter: String,
        /// The driver's reason.
        source: wgpu::RequestDeviceError,
    },
    /// A kernel computes something else than its CPU twin.
    #[error(
        "kernel {kernel} differs from its CPU twin at element {element}: {actual} instead of {expected}"
    )]
    Mismatch {
        /// Name of the kernel.
        kernel: &'static str,
        /// First element that differs.
        element: usize,
        /// Word of the adapter.
        actual: u32,
        /// Word of the CPU twin.
        expected: u32,
    },
    /// The device refused a command or ran out of memory.
    #[error("the device failed: {source}")]
    Device {
        /// What wgpu or the driver said.
        source: wgpu::Error,
    },
    /// The driver gave the device up.
    #[error("the device was lost: {reason}")]
    Lost {
        /// What the driver said.
        reason: String,
    },
    /// A buffer could not be read back: the device was lost.
    #[error("the device was lost while a result was read back")]
    ReadBack,
}
