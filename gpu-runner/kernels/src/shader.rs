//! Shared WGSL text that kernels are made of.

/// Integer helpers of `stoa-exact`, in front of every kernel.
pub const FIXED: &str = include_str!("fixed.wgsl");
/// Table lookups; for kernels that bind `tables`.
pub const TABLES: &str = include_str!("tables.wgsl");
/// The `step` buffer.
pub const STEP: &str = include_str!("step.wgsl");
/// Norm factors.
pub const NORM: &str = include_str!("norm.wgsl");
/// RMSNorm of a row of `input`.
pub const ROW_NORM: &str = include_str!("row_norm.wgsl");
/// Activations.
pub const ACTIVATION: &str = include_str!("activation.wgsl");
/// Soft caps.
pub const SOFT_CAP: &str = include_str!("soft_cap.wgsl");
/// int8 weights of products.
pub const WEIGHTS8: &str = include_str!("weights8.wgsl");
/// int4 weights of products.
pub const WEIGHTS4: &str = include_str!("weights4.wgsl");
/// Outputs of products.
pub const PRODUCT: &str = include_str!("product.wgsl");

/// Every WGSL text of this crate: what compiled pipelines and measured choices belong to.
pub const SOURCES: [&str; 21] = [
    FIXED,
    TABLES,
    STEP,
    NORM,
    ROW_NORM,
    ACTIVATION,
    SOFT_CAP,
    WEIGHTS8,
    WEIGHTS4,
    PRODUCT,
    include_str!("add_norm/add_norm.wgsl"),
    include_str!("attention/attention.wgsl"),
    include_str!("embed/embed.wgsl"),
    include_str!("matmul/matmul.wgsl"),
    include_str!("matvec/given.wgsl"),
    include_str!("matvec/matvec.wgsl"),
    include_str!("matvec/normed.wgsl"),
    include_str!("matvec/scaled.wgsl"),
    include_str!("quantise/quantise.wgsl"),
    include_str!("rms_norm/rms_norm.wgsl"),
    include_str!("rope_cache/rope_cache.wgsl"),
];
