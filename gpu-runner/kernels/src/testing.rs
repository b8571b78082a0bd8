//! The adapter of the tests: opened once, missing loudly; and kernels that are wrong on purpose.

use std::sync::OnceLock;

use crate::{Gpu, Kernel, KernelError, Recipe};

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

/// Runs the self-test of a recipe on 12 seeds.
pub fn assert_equal(
    gpu: &Gpu,
    recipe: &Recipe,
    what: &str,
    self_test: impl Fn(&Kernel, u64) -> Result<(), KernelError>,
) {
    let kernel = recipe.compile(gpu);
    gpu.check().unwrap();
    for seed in 0..12 {
        self_test(&kernel, seed).unwrap_or_else(|error| panic!("{what} seed {seed}: {error}"));
    }
}

/// Changes one place of a kernel's text at a time: every mistake must be refused, with the kernel named, by the
/// seeds that each start of the engine runs.
pub fn assert_refused(
    gpu: &Gpu,
    recipe: &Recipe,
    mistakes: &[(&str, &str)],
    self_test: impl Fn(&Kernel, u64) -> Result<(), KernelError>,
) {
    for (right, wrong) in mistakes {
        let mut recipe = recipe.clone();
        let places = recipe.sources.iter().map(|text| text.matches(right).count()).sum::<usize>();
        assert!(places > 0, "{}: `{right}` is not in its text", recipe.name);
        for source in &mut recipe.sources {
            *source = source.replace(right, wrong).into();
        }
        let kernel = recipe.compile(gpu);
        gpu.check().unwrap();
        let found = crate::SELF_TEST_SEEDS.iter().find_map(|seed| self_test(&kernel, *seed).err());
        let is_named =
            matches!(&found, Some(KernelError::Mismatch { kernel, .. }) if *kernel == recipe.name);
        assert!(is_named, "{}: `{wrong}` was not refused: {found:?}", recipe.name);
    }
}
