//! Operators of `stoa-exact` without branches and without overflow checks, so that loops of them become vector
//! code. The definition's bounds exclude every overflow; `tests/` compares each one with the definition.

use stoa_exact::{EXP2_TABLE, FIXED_MAX, GELU_ENTRIES, LOG2_E_Q29};

/// `stoa_exact::requantise`.
#[inline(always)]
pub fn requantise(value: i32, multiplier: i32, shift: u32) -> i32 {
    let product =
        u64::from(value.unsigned_abs()).wrapping_mul(u64::from(multiplier.unsigned_abs()));
    // Half of one step; 0 for shift 0.
    let half = 1u64.wrapping_shl(shift) >> 1;
    let rounded = product.wrapping_add(half).wrapping_shr(shift).min(FIXED_MAX as u64) as i32;
    let sign = (value ^ multiplier) >> 31;
    (rounded ^ sign).wrapping_sub(sign)
}

/// `stoa_exact::add_fixed`.
#[inline(always)]
pub fn add_fixed(a: i32, b: i32) -> i32 {
    a.wrapping_add(b).clamp(-FIXED_MAX, FIXED_MAX)
}

/// `2^-y` in Q30 before the shift by the whole part.
#[inline(always)]
fn interpolate(y: u32) -> u32 {
    let index = ((y >> 8) & 255) as usize;
    let (left, right) = (EXP2_TABLE[index], EXP2_TABLE[index + 1]);
    left.wrapping_sub(left.wrapping_sub(right).wrapping_mul(y & 255) >> 8)
}

/// `stoa_exact::exp2_negative_q15`.
#[inline(always)]
pub fn exp2_negative_q15(y: u32) -> u32 {
    let n = y >> 16;
    let rounded = interpolate(y).wrapping_add(1u32.wrapping_shl(n.wrapping_add(14)));
    let value = rounded.wrapping_shr(n.wrapping_add(15));
    if n >= 16 { 0 } else { value }
}

/// `stoa_exact::exp2_negative_q30`.
#[inline(always)]
fn exp2_negative_q30(y: u32) -> u32 {
    let n = y >> 16;
    let value = interpolate(y).wrapping_shr(n);
    if n >= 31 { 0 } else { value }
}

/// `floor(2^31 / d)` for `d` in `[2^15, 2^16]`, bit by bit: no vector unit divides integers.
#[inline(always)]
fn reciprocal(d: u32) -> u32 {
    // The dividend's bits after the first 16: the remainder is 2^15, then 16 zeros come in.
    let mut remainder = 1u32 << 15;
    let mut quotient = 0u32;
    for _ in 0..17 {
        let fits = u32::from(remainder >= d);
        // The smaller one is the remainder: a difference below zero wraps to a large number.
        remainder = remainder.min(remainder.wrapping_sub(d)) << 1;
        quotient = (quotient << 1) | fits;
    }
    quotient
}

/// `stoa_exact::swiglu`.
#[inline(always)]
pub fn swiglu(gate: i32, up: i32) -> i32 {
    let y = requantise(gate.wrapping_abs(), LOG2_E_Q29, 29);
    let e = exp2_negative_q30(y as u32);
    let denominator = (1u32 << 30).wrapping_add(e).wrapping_add(1 << 14) >> 15;
    let product = requantise(gate, reciprocal(denominator) as i32, 16);
    let negative = requantise(product, e as i32, 30);
    requantise(if gate < 0 { negative } else { product }, up, 16)
}

/// `stoa_exact::gelu` with the table of a form of GELU.
#[inline(always)]
pub fn gelu(table: &[u32; GELU_ENTRIES], x: i32) -> i32 {
    let magnitude = x.unsigned_abs();
    let index = magnitude >> 9;
    // From the last entry on the share is one; the entries read then are not used.
    let at = (index as usize).min(GELU_ENTRIES - 2);
    let (left, right) = (table[at], table[at + 1]);
    let between = left.wrapping_add(right.wrapping_sub(left).wrapping_mul(magnitude & 511) >> 9);
    let share = if index >= GELU_ENTRIES as u32 - 1 { 1 << 30 } else { between };
    let share = if x < 0 { (1u32 << 30).wrapping_sub(share) } else { share };
    requantise(x, share as i32, 30)
}

/// `stoa_exact::geglu` with the table of a form of GELU.
#[inline(always)]
pub fn geglu(table: &[u32; GELU_ENTRIES], gate: i32, up: i32) -> i32 {
    requantise(gelu(table, gate), up, 16)
}

/// `stoa_exact::SoftCap::apply` of a cap with its rate and shift.
#[inline(always)]
pub fn soft_cap([cap, rate, shift]: [i32; 3], x: i32) -> i32 {
    let e = exp2_negative_q30(requantise(x.wrapping_abs(), rate, shift as u32) as u32);
    let denominator = (1u32 << 30).wrapping_add(e).wrapping_add(1 << 14) >> 15;
    let tanh = requantise((1i32 << 30).wrapping_sub(e as i32), reciprocal(denominator) as i32, 16);
    let capped = requantise(tanh, cap, 30);
    let sign = x >> 31;
    (capped ^ sign).wrapping_sub(sign)
}

/// `stoa_exact::rope_pair`.
#[inline(always)]
pub fn rope_pair(low: i32, high: i32, cos: i32, sin: i32) -> (i32, i32) {
    let rotated_low = add_fixed(requantise(low, cos, 30), requantise(high, sin, 30).wrapping_neg());
    let rotated_high = add_fixed(requantise(high, cos, 30), requantise(low, sin, 30));
    (rotated_low, rotated_high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reciprocal_is_the_quotient_for_every_divisor() {
        for d in 1 << 15..=1 << 16 {
            assert_eq!(reciprocal(d), (1 << 31) / d);
        }
    }

    #[test]
    fn powers_of_two_equal_the_definition_around_every_step() {
        for y in (0..1 << 22).chain((1 << 30)..(1 << 30) + 300).chain(u32::MAX - 300..u32::MAX) {
            assert_eq!(exp2_negative_q15(y), stoa_exact::exp2_negative_q15(y), "{y}");
            assert_eq!(exp2_negative_q30(y), stoa_exact::exp2_negative_q30(y), "{y}");
        }
    }
}
