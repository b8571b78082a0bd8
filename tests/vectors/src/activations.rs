//! SiLU, GELU, the gated products, the soft cap, ReLU.

use stoa_exact::{FIXED_MAX, Gelu, SoftCap, geglu, gelu, relu, silu, swiglu};

use crate::{draw::Draw, file::VectorFile};

/// Files of this group.
pub fn files() -> Vec<VectorFile> {
    vec![single(), gated(), capped()]
}

fn values(seed: u64, count: usize) -> Vec<i32> {
    let mut draw = Draw::new(seed);
    let mut values =
        vec![0, 1, -1, 65536, -65536, FIXED_MAX, -FIXED_MAX, (8 << 16) - 1, 8 << 16, -(8 << 16)];
    values.resize_with(count, || draw.fixed());
    values
}

fn single() -> VectorFile {
    let cases = values(41, 96).into_iter().map(|x| {
        let (erf, tanh) = (gelu(Gelu::Erf, x), gelu(Gelu::Tanh, x));
        vec![x.into(), silu(x).into(), erf.into(), tanh.into(), relu(x).into()]
    });
    VectorFile::new("activation", &["x"], &["silu", "gelu_erf", "gelu_tanh", "relu"], cases)
}

fn gated() -> VectorFile {
    let pairs = values(42, 64).into_iter().zip(values(43, 64).into_iter().rev());
    let cases = pairs.map(|(gate, up)| {
        let (erf, tanh) = (geglu(Gelu::Erf, gate, up), geglu(Gelu::Tanh, gate, up));
        vec![gate.into(), up.into(), swiglu(gate, up).into(), erf.into(), tanh.into()]
    });
    VectorFile::new("gated", &["gate", "up"], &["silu", "gelu_erf", "gelu_tanh"], cases)
}

fn capped() -> VectorFile {
    let mut draw = Draw::new(44);
    let caps = [65536, 30 << 16, 50 << 16, 1, FIXED_MAX];
    let cases = values(45, 80).into_iter().enumerate().map(|(index, x)| {
        let cap = caps
            .get(index % 6)
            .copied()
            .unwrap_or_else(|| draw.between(1, FIXED_MAX.into()) as i32);
        vec![x.into(), cap.into(), SoftCap::new(cap).apply(x).into()]
    });
    VectorFile::new("soft_cap", &["x", "cap"], &["result"], cases)
}
