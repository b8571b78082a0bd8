// Purpose: one query head over the cached keys and values of its sequence, two passes over the scores, no rescaling; the largest magnitude of each token's row.
// In/out: step; queries [tokens][HEADS][HEAD/4 + 1]; keys, values [pages][GROUPS][PAGE][HEAD/4 + 1]; tables; scratch [tokens][HEADS][CONTEXT]; output [tokens][HEADS * HEAD], Q14.16; row_max [2][64].
// Dispatch: (HEADS, tokens, 1); one workgroup a head, 64 positions at a time.
// Bounds: HEAD a multiple of 8, at most 256; CONTEXT <= 2^16, so that each 8-bit limb of a weighted sum fits 31 bits; WINDOW >= 1.
// Class: bit-exact.

override HEADS: u32;
override GROUPS: u32;
override HEAD: u32;
override CONTEXT: u32;
override PAGE: u32;
// Positions that a token sees, its own included.
override WINDOW: u32;
override SCORE_MANTISSA: u32;
override SCORE_SHIFT: u32;

@group(0) @binding(0) var<storage, read> step: Step;
@group(0) @binding(1) var<storage, read> queries: array<u32>;
@group(0) @binding(2) var<storage, read> keys: array<u32>;
@group(0) @binding(3) var<storage, read> values: array<u32>;
@group(0) @binding(4) var<storage, read> tables: array<u32>;
@group(0) @binding(5) var<storage, read_write> scratch: array<i32>;
@group(0) @binding(6) var<storage, read_write> output: array<i32>;
@group(0) @binding(7) var<storage, read_write> row_max: array<atomic<u32>>;

var<workgroup> score_max: atomic<i32>;
var<workgroup> bits_max: atomic<u32>;
var<workgroup> numerator_sum: atomic<u32>;
// Per thread: four sums of the high byte of the weights times codes, then four of the low byte.
var<workgroup> limbs: array<i32, 512>;

// First word of the row of a position in the keys and in the values.
fn cache_row(pages: u32, group: u32, position: u32) -> u32 {
    let page = position / PAGE;
    let row = (step.pages[pages + page] * GROUPS + group) * PAGE + (position - page * PAGE);
    return row * (HEAD / 4u + 1u);
}

fn score(query_base: u32, key_base: u32) -> i32 {
    let words = HEAD / 4u;
    var product = 0;
    for (var word = 0u; word < words; word += 1u) {
        product += dot4I8Packed(queries[query_base + word], keys[key_base + word]);
    }
    let query = unpack_scale(queries[query_base + words]);
    let key = unpack_scale(keys[key_base + words]);
    let mantissa = (query.mantissa * SCORE_MANTISSA + (1u << 14u)) >> 15u;
    let shift = SCORE_SHIFT + 31u - query.bits - key.bits;
    return capped(requantise(product, i32(mantissa * key.mantissa), shift));
}

fn mix_weight(numerator: u32, value: RowScale, max_bits: u32) -> u32 {
    let shift = 15u + max_bits - value.bits;
    let rounded = (numerator * value.mantissa + (1u << ((shift - 1u) & 31u))) >> (shift & 31u);
    return select(rounded, 0u, shift > 31u);
}

// (high * 256 + low) / sum of the numerators, in fixed point.
fn mixed(high: i32, low: i32, sum: u32, max_bits: u32) -> i32 {
    let shifted = u32(high) << 8u;
    let total_low = shifted + u32(low);
    let carry = select(0u, 1u, total_low < shifted);
    let total_high = u32(high >> 24u) + u32(low >> 31u) + carry;
    let negative = (total_high >> 31u) == 1u;
    let magnitude_low = select(total_low, ~total_low + 1u, negative);
    let borrow = select(0u, 1u, total_low == 0u);
    let magnitude_high = select(total_high, ~total_high + borrow, negative);

    let length = 32u - countLeadingZeros(sum);
    let reciprocal = 0x80000000u / (sum >> ((length - 16u) & 31u));
    let multiplier = (reciprocal * 33026u + (1u << 15u)) >> 16u;
    let product = multiply_wide(magnitude_low, multiplier);
    let wide = Wide(product.low, product.high + magnitude_high * multiplier);
    return with_sign(round_shift(wide, 21u + length - max_bits), negative);
}

@compute @workgroup_size(64)
fn attention(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let words = HEAD / 4u;
    let token = step.rows[group.y & 63u];
    let end = token.position + 1u;
    let first = end - min(end, WINDOW);
    let query_base = (group.y * HEADS + group.x) * (words + 1u);
    let key_head = group.x / (HEADS / GROUPS);
    let scratch_base = (group.y * HEADS + group.x) * CONTEXT;
    if (local == 0u) {
        atomicStore(&score_max, -i32(FIXED_MAX));
        atomicStore(&bits_max, 1u);
        atomicStore(&numerator_sum, 0u);
    }
    workgroupBarrier();

    var local_max = -i32(FIXED_MAX);
    var local_bits = 1u;
    for (var t = first + local; t < end; t += 64u) {
        let base = cache_row(token.pages, key_head, t);
        let value = score(query_base, base);
        scratch[scratch_base + t] = value;
        local_max = max(local_max, value);
        local_bits = max(local_bits, values[base + words] >> 16u);
    }
    atomicMax(&score_max, local_max);
    atomicMax(&bits_max, local_bits);
    workgroupBarrier();

    let largest = atomicLoad(&score_max);
    let max_bits = atomicLoad(&bits_max);
    var numerators = 0u;
    for (var t = first + local; t < end; t += 64u) {
        let numerator = exp2_negative_q15(u32(largest - scratch[scratch_base + t]));
        numerators += numerator;
        let scale = unpack_scale(values[cache_row(token.pages, key_head, t) + words]);
        scratch[scratch_base + t] = i32(mix_weight(numerator, scale, max_bits));
    }
    atomicAdd(&numerator_sum, numerators);
    storageBarrier();
    workgroupBarrier();

    // Threads as [slices][words]: each slice takes every slices-th position.
    let slices = 64u / words;
    let slice = local / words;
    let word = local - slice * words;
    var high = vec4<i32>(0);
    var low = vec4<i32>(0);
    if (slice < slices) {
        for (var t = first + slice; t < end; t += slices) {
            let weight = scratch[scratch_base + t];
            let codes = unpack_codes(values[cache_row(token.pages, key_head, t) + word]);
            high += codes * (weight >> 8u);
            low += codes * (weight & 255);
        }
    }
    for (var i = 0u; i < 4u; i += 1u) {
        limbs[local * 8u + i] = high[i];
        limbs[local * 8u + 4u + i] = low[i];
    }
    workgroupBarrier();

    if (local < words) {
        let sum = atomicLoad(&numerator_sum);
        var row_largest = 0u;
        for (var i = 0u; i < 4u; i += 1u) {
            var total_high = 0;
            var total_low = 0;
            for (var s = 0u; s < slices; s += 1u) {
                total_high += limbs[(s * words + local) * 8u + i];
                total_low += limbs[(s * words + local) * 8u + 4u + i];
            }
            let value = mixed(total_high, total_low, sum, max_bits);
            let index = (group.y * HEADS + group.x) * HEAD + local * 4u + i;
            output[index] = value;
            row_largest = max(row_largest, u32(abs(value)));
        }
        atomicMax(&row_max[group.y], row_largest);
    }
}
