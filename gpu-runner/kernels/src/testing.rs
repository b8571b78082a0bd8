//! The adapter of the tests: opened once, missing loudly.

use std::sync::OnceLock;

use crate::Gpu;

/// The adapter; `None` only when `STOA_SKIP_GPU=1` says so.
pub fn gpu(test: &str) -> Option<&'static Gpu> {
    static GPU: OnceLock<Option<Gpu>> = OnceLock::new();
    let gpu = GPU.get_or_init(|| {
        if std::env::var("STOA_SKIP_GPU").as_deref() == Ok("1") {
            return None;
        }
        let message = "no adapter: install a Vulkan driver (Mesa's lavapipe needs no GPU), or set \
                       STOA_SKIP_GPU=1 to skip the GPU tests by name";
        Some(Gpu::open().expect(message))
    });
    if gpu.is_none() {
        eprintln!("SKIPPED (STOA_SKIP_GPU=1): {test}");
    }
    gpu.as_ref()
}
