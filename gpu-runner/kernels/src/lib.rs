//! WGSL kernels beside their CPU twins.
