// Purpose: RMSNorm of residual rows, then dynamic int8 quantisation.
// In/out: input [tokens][WIDTH] and weights [WIDTH], Q14.16; tables; output [tokens][WIDTH/4 + 4] words: codes, the row scale, three zeros.
// Dispatch: (1, tokens, 1); one workgroup a row.
// Bounds: WIDTH a multiple of 16, at most 2^16, so that the sum of 30-bit squares stays below 2^47.
// Class: bit-exact.

override WIDTH: u32;
override EPSILON_LOW: u32;
override EPSILON_HIGH: u32;

@group(0) @binding(0) var<storage, read> input: array<vec4<i32>>;
@group(0) @binding(1) var<storage, read> weights: array<vec4<i32>>;
@group(0) @binding(2) var<storage, read> tables: array<u32>;
@group(0) @binding(3) var<storage, read_write> output: array<u32>;

struct Norm {
    multiplier: i32,
    shift: u32,
}

var<workgroup> input_max: atomic<u32>;
var<workgroup> output_max: atomic<u32>;
// The sum of squares as sum_high * 2^16 + sum_low: exact in any order.
var<workgroup> sum_low: atomic<u32>;
var<workgroup> sum_high: atomic<u32>;

fn norm_of_sum(low_part: u32, high_part: u32, cut: u32) -> Norm {
    let shifted = high_part << 16u;
    let low = shifted + low_part;
    let high = (high_part >> 16u) + select(0u, 1u, low < shifted);
    let epsilon_shift = (2u * cut) & 31u;
    let epsilon_low = shift_low(Wide(EPSILON_LOW, EPSILON_HIGH), epsilon_shift);
    let total_low = low + epsilon_low;
    let total_high = high + (EPSILON_HIGH >> (epsilon_shift & 31u)) + select(0u, 1u, total_low < low);
    let some_low = select(total_low, 1u, (total_low | total_high) == 0u);
    let zeros_high = countLeadingZeros(total_high) & 30u;
    let zeros_low = countLeadingZeros(some_low) & 30u;
    let carried = select(some_low >> ((32u - zeros_high) & 31u), 0u, zeros_high == 0u);
    let f_high = (total_high << (zeros_high & 31u)) | carried;
    let f = select(some_low << (zeros_low & 31u), f_high, total_high != 0u);
    let even = select(32u + zeros_low, zeros_high, total_high != 0u);
    return Norm(i32(rsqrt_q30(f)), 31u + cut - even / 2u);
}

fn normalised(row: u32, word: u32, norm: Norm) -> vec4<i32> {
    let x = input[row * (WIDTH / 4u) + word];
    let w = weights[word];
    var y: vec4<i32>;
    for (var i = 0u; i < 4u; i += 1u) {
        y[i] = requantise(requantise(x[i], norm.multiplier, norm.shift), w[i], 30u);
    }
    return y;
}

@compute @workgroup_size(64)
fn rms_norm(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let words = WIDTH / 4u;
    if (local == 0u) {
        atomicStore(&input_max, 0u);
        atomicStore(&output_max, 0u);
        atomicStore(&sum_low, 0u);
        atomicStore(&sum_high, 0u);
    }
    workgroupBarrier();
    var largest = 0u;
    for (var word = local; word < words; word += 64u) {
        largest = max(largest, largest_magnitude(input[group.y * words + word]));
    }
    atomicMax(&input_max, largest);
    workgroupBarrier();
    let bits = 32u - countLeadingZeros(atomicLoad(&input_max));
    let cut = max(bits, 15u) - 15u;
    var low = 0u;
    var high = 0u;
    for (var word = local; word < words; word += 64u) {
        let magnitudes = vec4<u32>(abs(input[group.y * words + word])) >> vec4<u32>(cut & 31u);
        let squares = magnitudes * magnitudes;
        for (var i = 0u; i < 4u; i += 1u) {
            low += squares[i] & 0xffffu;
            high += squares[i] >> 16u;
        }
    }
    atomicAdd(&sum_low, low);
    atomicAdd(&sum_high, high);
    workgroupBarrier();
    let norm = norm_of_sum(atomicLoad(&sum_low), atomicLoad(&sum_high), cut);
    largest = 0u;
    for (var word = local; word < words; word += 64u) {
        largest = max(largest, largest_magnitude(normalised(group.y, word, norm)));
    }
    atomicMax(&output_max, largest);
    workgroupBarrier();
    let scale = row_scale_of(atomicLoad(&output_max));
    let base = group.y * (words + 4u);
    for (var word = local; word < words; word += 64u) {
        output[base + word] = quantise_four(normalised(group.y, word, norm), scale);
    }
    if (local < 4u) {
        output[base + words + local] = select(0u, pack_scale(scale), local == 0u);
    }
}
