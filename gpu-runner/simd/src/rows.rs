//! Whole rows of fixed values: norm, quantisation, rounding of products, gated products, caps, rotation, residual.

use stoa_exact::{FIXED_MAX, Gelu, LayerNorm, RmsNorm, RowScale, SoftCap, WeightScale};

use crate::{isa::Isa, lanes};

impl Isa {
    /// `stoa_exact::quantise_row`.
    pub fn quantise_row(self, row: &[i32], codes: &mut [i8]) -> RowScale {
        self.vectorised(|| {
            let max = row.iter().fold(0, |max: u32, value| max.max(value.unsigned_abs()));
            let scale = RowScale::of_max(max);
            let (multiplier, shift) = (scale.reciprocal() as i32, scale.bits + 8);
            for (code, value) in codes.iter_mut().zip(row) {
                *code = lanes::requantise(*value, multiplier, shift) as i8;
            }
            scale
        })
    }

    /// `stoa_exact::rms_norm`.
    pub fn rms_norm(self, row: &[i32], weights: &[i32], epsilon: u64, output: &mut [i32]) {
        let RmsNorm { multiplier, shift } = RmsNorm::of_row(row, epsilon);
        self.vectorised(|| {
            for ((out, value), weight) in output.iter_mut().zip(row).zip(weights) {
                let unit = lanes::requantise(*value, multiplier as i32, shift);
                *out = lanes::requantise(unit, *weight, 30);
            }
        });
    }

    /// Adds [`Isa::rms_norm`] of `row` to `residual` (`stoa_exact::add_fixed`).
    pub fn add_rms_norm(self, row: &[i32], weights: &[i32], epsilon: u64, residual: &mut [i32]) {
        let RmsNorm { multiplier, shift } = RmsNorm::of_row(row, epsilon);
        self.vectorised(|| {
            for ((out, value), weight) in residual.iter_mut().zip(row).zip(weights) {
                let unit = lanes::requantise(*value, multiplier as i32, shift);
                *out = lanes::add_fixed(*out, lanes::requantise(unit, *weight, 30));
            }
        });
    }

    /// `stoa_exact::layer_norm`, in place.
    pub fn layer_norm(self, row: &mut [i32], weights: &[i32], biases: &[i32], epsilon: u64) {
        let LayerNorm { mean, norm: RmsNorm { multiplier, shift } } =
            LayerNorm::of_row(row, epsilon);
        self.vectorised(|| {
            for ((value, weight), bias) in row.iter_mut().zip(weights).zip(biases) {
                let centred = value.wrapping_sub(mean);
                let unit = lanes::requantise(centred, multiplier as i32, shift);
                *value = lanes::add_fixed(lanes::requantise(unit, *weight, 30), *bias);
            }
        });
    }

    /// `stoa_exact::gelu` of every element, in place.
    pub fn gelu(self, kind: Gelu, row: &mut [i32]) {
        let table = kind.table();
        self.vectorised(|| row.iter_mut().for_each(|value| *value = lanes::gelu(table, *value)));
    }

    /// `stoa_exact::matvec_element` of every sum in place; `weights[i]` is the scale of sum `i`.
    pub fn scale_products(self, sums: &mut [i32], scale: RowScale, weights: &[WeightScale]) {
        self.vectorised(|| {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                let multiplier = scale.mantissa.wrapping_mul(weight.mantissa) as i32;
                let shift = weight.shift.wrapping_add(15).wrapping_sub(scale.bits);
                *sum = lanes::requantise(*sum, multiplier, shift);
            }
        });
    }

    /// `stoa_exact::swiglu` of every pair, into `gates`.
    pub fn swiglu(self, gates: &mut [i32], ups: &[i32]) {
        self.vectorised(|| {
            for (gate, up) in gates.iter_mut().zip(ups) {
                *gate = lanes::swiglu(*gate, *up);
            }
        });
    }

    /// `stoa_exact::geglu` of every pair, into `gates`.
    pub fn geglu(self, kind: Gelu, gates: &mut [i32], ups: &[i32]) {
        let table = kind.table();
        self.vectorised(|| {
            for (gate, up) in gates.iter_mut().zip(ups) {
                *gate = lanes::geglu(table, *gate, *up);
            }
        });
    }

    /// [`SoftCap::apply`] of every value in place; returns the largest.
    pub fn soft_cap(self, cap: SoftCap, row: &mut [i32]) -> i32 {
        let (rate, shift) = cap.rate();
        let cap = [cap.cap(), rate, shift as i32];
        self.vectorised(|| {
            let mut max = -FIXED_MAX;
            for value in row {
                *value = lanes::soft_cap(cap, *value);
                max = max.max(*value);
            }
            max
        })
    }

    /// `stoa_exact::rope_head`.
    pub fn rope_head(self, head: &mut [i32], cos: &[i32], sin: &[i32]) {
        let (low, high) = head.split_at_mut(head.len() / 2);
        self.vectorised(|| {
            for (((low, high), cos), sin) in low.iter_mut().zip(high).zip(cos).zip(sin) {
                (*low, *high) = lanes::rope_pair(*low, *high, *cos, *sin);
            }
        });
    }

    /// `stoa_exact::add_fixed` of every pair, into `row`.
    pub fn add_row(self, row: &mut [i32], delta: &[i32]) {
        self.vectorised(|| {
            for (value, delta) in row.iter_mut().zip(delta) {
                *value = lanes::add_fixed(*value, *delta);
            }
        });
    }
}
