// For kernels that normalise: the factor of a row from the sum of its squares. Needs `tables`.

struct Norm {
    multiplier: i32,
    shift: u32,
}

var<workgroup> norm_max: atomic<u32>;
// The sum of squares as norm_high * 2^16 + norm_low: exact in any order.
var<workgroup> norm_low: atomic<u32>;
var<workgroup> norm_high: atomic<u32>;

fn clear_norm() {
    atomicStore(&norm_max, 0u);
    atomicStore(&norm_low, 0u);
    atomicStore(&norm_high, 0u);
}

// Bits that are cut off magnitudes so that squares fit 30 bits.
fn cut_of(largest: u32) -> u32 {
    return max(32u - countLeadingZeros(largest), 15u) - 15u;
}

// The low and the high half words of the square of a magnitude, added to `sum`.
fn add_square(sum: vec2<u32>, magnitude: u32, cut: u32) -> vec2<u32> {
    let small = magnitude >> (cut & 31u);
    let square = small * small;
    return sum + vec2<u32>(square & 0xffffu, square >> 16u);
}

fn norm_of_sum(low_part: u32, high_part: u32, cut: u32, epsilon: Wide) -> Norm {
    let shifted = high_part << 16u;
    let low = shifted + low_part;
    let high = (high_part >> 16u) + select(0u, 1u, low < shifted);
    let epsilon_shift = (2u * cut) & 31u;
    let epsilon_low = shift_low(epsilon, epsilon_shift);
    let total_low = low + epsilon_low;
    let total_high = high + (epsilon.high >> (epsilon_shift & 31u)) + select(0u, 1u, total_low < low);
    let some_low = select(total_low, 1u, (total_low | total_high) == 0u);
    let zeros_high = countLeadingZeros(total_high) & 30u;
    let zeros_low = countLeadingZeros(some_low) & 30u;
    let carried = select(some_low >> ((32u - zeros_high) & 31u), 0u, zeros_high == 0u);
    let f_high = (total_high << (zeros_high & 31u)) | carried;
    let f = select(some_low << (zeros_low & 31u), f_high, total_high != 0u);
    let even = select(32u + zeros_low, zeros_high, total_high != 0u);
    return Norm(i32(rsqrt_q30(f)), 31u + cut - even / 2u);
}

fn apply_norm(value: i32, norm: Norm, weight: i32) -> i32 {
    return requantise(requantise(value, norm.multiplier, norm.shift), weight, 30u);
}
