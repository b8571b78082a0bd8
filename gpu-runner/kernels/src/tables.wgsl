// For kernels that bind `tables`: 96 seeds of the reciprocal square root, 257 powers of two in Q30, twice 1025 shares of GELU (erf, tanh).

fn exp2_interpolated(y: u32) -> u32 {
    let index = EXP2_OFFSET + ((y >> 8u) & 255u);
    let left = tables[index];
    return left - (((left - tables[index + 1u]) * (y & 255u)) >> 8u);
}

// 2^-y in Q30 for y in Q16.
fn exp2_negative_q30(y: u32) -> u32 {
    let n = y >> 16u;
    return select(exp2_interpolated(y) >> (n & 31u), 0u, n >= 31u);
}

// 2^-y in Q15 for y in Q16.
fn exp2_negative_q15(y: u32) -> u32 {
    let n = y >> 16u;
    let rounded = (exp2_interpolated(y) + (1u << ((n + 14u) & 31u))) >> ((n + 15u) & 31u);
    return select(rounded, 0u, n >= 16u);
}

fn multiply_shift_30(a: u32, b: u32) -> u32 {
    return shift_low(multiply_wide(a, b), 30u);
}

// 2^30 / sqrt(f / 2^30) for f in [2^30, 2^32).
fn rsqrt_q30(f: u32) -> u32 {
    var r = tables[(f >> 25u) - 32u];
    for (var step = 0u; step < 2u; step += 1u) {
        let product = multiply_shift_30(f, multiply_shift_30(r, r));
        r = shift_low(multiply_wide(r, (3u << 30u) - product), 31u);
    }
    return min(r, 1u << 30u);
}
