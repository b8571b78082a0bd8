// Shared by every kernel: the integer helpers of stoa-exact, function for function.

const FIXED_MAX: u32 = 0x3fffffffu;
const EXP2_OFFSET: u32 = 96u;
const GELU_OFFSET: u32 = 353u;

struct Wide {
    low: u32,
    high: u32,
}

struct RowScale {
    mantissa: u32,
    bits: u32,
}

// Exact 32 x 32 -> 64 bit product by 16-bit limbs.
fn multiply_wide(a: u32, b: u32) -> Wide {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let cross_a = (a >> 16u) * (b & 0xffffu);
    let cross_b = (a & 0xffffu) * (b >> 16u);
    let middle = (low >> 16u) + (cross_a & 0xffffu) + (cross_b & 0xffffu);
    let high = (a >> 16u) * (b >> 16u) + (cross_a >> 16u) + (cross_b >> 16u) + (middle >> 16u);
    return Wide((middle << 16u) | (low & 0xffffu), high);
}

// value >> shift for shift 0 to 31, low word.
fn shift_low(value: Wide, shift: u32) -> u32 {
    let carried = select(value.high << ((32u - shift) & 31u), 0u, shift == 0u);
    return (value.low >> (shift & 31u)) | carried;
}

// round(value / 2^shift) half up, shift 0 to 62, value below 2^63, saturated at FIXED_MAX.
fn round_shift(value: Wide, shift: u32) -> u32 {
    let half_low = select(0u, 1u << ((shift - 1u) & 31u), shift > 0u && shift <= 32u);
    let half_high = select(0u, 1u << ((shift - 33u) & 31u), shift > 32u);
    let low = value.low + half_low;
    let high = value.high + half_high + select(0u, 1u, low < half_low);
    let far = shift >= 32u;
    let near_low = shift_low(Wide(low, high), shift & 31u);
    let result_low = select(near_low, high >> ((shift - 32u) & 31u), far);
    let result_high = select(high >> (shift & 31u), 0u, far);
    return select(min(result_low, FIXED_MAX), FIXED_MAX, result_high != 0u);
}

fn with_sign(magnitude: u32, negative: bool) -> i32 {
    return select(i32(magnitude), -i32(magnitude), negative);
}

fn requantise(value: i32, multiplier: i32, shift: u32) -> i32 {
    let product = multiply_wide(u32(abs(value)), u32(abs(multiplier)));
    return with_sign(round_shift(product, shift), (value ^ multiplier) < 0);
}

fn add_fixed(a: i32, b: i32) -> i32 {
    return clamp(a + b, -i32(FIXED_MAX), i32(FIXED_MAX));
}

fn row_scale_of(row_max: u32) -> RowScale {
    let largest = max(row_max, 1u);
    let bits = 32u - countLeadingZeros(largest);
    let up = largest << ((15u - bits) & 31u);
    let down = largest >> ((bits - 15u) & 31u);
    return RowScale(select(down, up, bits <= 15u) + 1u, bits);
}

fn pack_scale(scale: RowScale) -> u32 {
    return scale.mantissa | (scale.bits << 16u);
}

fn unpack_scale(word: u32) -> RowScale {
    return RowScale(word & 0xffffu, word >> 16u);
}

// Four int8 codes of four fixed values, lowest byte first.
fn quantise_four(values: vec4<i32>, scale: RowScale) -> u32 {
    let multiplier = i32((127u << 23u) / scale.mantissa);
    let shift = scale.bits + 8u;
    let a = u32(requantise(values.x, multiplier, shift)) & 0xffu;
    let b = u32(requantise(values.y, multiplier, shift)) & 0xffu;
    let c = u32(requantise(values.z, multiplier, shift)) & 0xffu;
    let d = u32(requantise(values.w, multiplier, shift)) & 0xffu;
    return a | (b << 8u) | (c << 16u) | (d << 24u);
}

fn unpack_codes(word: u32) -> vec4<i32> {
    return vec4<i32>(
        bitcast<i32>(word << 24u) >> 24u,
        bitcast<i32>(word << 16u) >> 24u,
        bitcast<i32>(word << 8u) >> 24u,
        bitcast<i32>(word) >> 24u,
    );
}

fn largest_magnitude(values: vec4<i32>) -> u32 {
    let magnitudes = abs(values);
    return u32(max(max(magnitudes.x, magnitudes.y), max(magnitudes.z, magnitudes.w)));
}
