// Purpose: norms and rotates query and key heads, quantises all heads, writes keys and values to their pages, clears the row maxima of the layer.
// In/out: step; projected [tokens][(HEADS + 2*GROUPS) * HEAD], Q14.16; rope [positions][2][ROTARY/2], Q1.30; head_norms [2][HEAD], Q14.16; tables; queries [tokens][HEADS][HEAD/4 + 1]; keys and values [pages][GROUPS][PAGE][HEAD/4 + 1] words: codes, then the scale; row_max [2][64].
// Dispatch: (HEADS + 2*GROUPS, tokens, 1); one workgroup a head.
// Bounds: HEAD a multiple of 8, at most 256; ROTARY even, at most HEAD; every slot is below pages * PAGE.
// Class: bit-exact.

override HEADS: u32;
override GROUPS: u32;
override HEAD: u32;
override PAGE: u32;
// Elements of a head that are rotated, the first ones.
override ROTARY: u32;
// 1: query and key heads are normed before the rotation.
override HEAD_NORM: u32;
override EPSILON_LOW: u32;
override EPSILON_HIGH: u32;

@group(0) @binding(0) var<storage, read> step: Step;
@group(0) @binding(1) var<storage, read> projected: array<i32>;
@group(0) @binding(2) var<storage, read> rope: array<i32>;
@group(0) @binding(3) var<storage, read> head_norms: array<i32>;
@group(0) @binding(4) var<storage, read> tables: array<u32>;
@group(0) @binding(5) var<storage, read_write> queries: array<u32>;
@group(0) @binding(6) var<storage, read_write> keys: array<u32>;
@group(0) @binding(7) var<storage, read_write> values: array<u32>;
@group(0) @binding(8) var<storage, read_write> row_max: array<u32>;

var<workgroup> rotated: array<i32, 256>;
var<workgroup> head_max: atomic<u32>;

// First word of a key-value head's row in its page.
fn cache_row(group: u32, slot: u32) -> u32 {
    let page = slot / PAGE;
    return ((page * GROUPS + group) * PAGE + (slot - page * PAGE)) * (HEAD / 4u + 1u);
}

fn write_word(head: u32, token: u32, word: u32, content: u32) {
    let slot = step.rows[token & 63u].slot;
    if (head < HEADS) {
        queries[(token * HEADS + head) * (HEAD / 4u + 1u) + word] = content;
    } else if (head < HEADS + GROUPS) {
        keys[cache_row(head - HEADS, slot) + word] = content;
    } else {
        values[cache_row(head - HEADS - GROUPS, slot) + word] = content;
    }
}

fn norm_of_head(base: u32, local: u32) -> Norm {
    if (local == 0u) {
        clear_norm();
    }
    workgroupBarrier();
    for (var i = local; i < HEAD; i += 64u) {
        atomicMax(&norm_max, u32(abs(projected[base + i])));
    }
    workgroupBarrier();
    let cut = cut_of(atomicLoad(&norm_max));
    var sum = vec2<u32>(0u);
    for (var i = local; i < HEAD; i += 64u) {
        sum = add_square(sum, u32(abs(projected[base + i])), cut);
    }
    atomicAdd(&norm_low, sum.x);
    atomicAdd(&norm_high, sum.y);
    workgroupBarrier();
    let epsilon = Wide(EPSILON_LOW, EPSILON_HIGH);
    return norm_of_sum(atomicLoad(&norm_low), atomicLoad(&norm_high), cut, epsilon);
}

// An element of a head, normed where query and key heads are.
fn element(head: u32, at: u32, i: u32, norm: Norm) -> i32 {
    let value = projected[at + i];
    if (HEAD_NORM == 0u || head >= HEADS + GROUPS) {
        return value;
    }
    return apply_norm(value, norm, head_norms[select(0u, HEAD, head >= HEADS) + i]);
}

@compute @workgroup_size(64)
fn rope_cache(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let half = ROTARY / 2u;
    let base = (group.y * (HEADS + 2u * GROUPS) + group.x) * HEAD;
    let angle = step.rows[group.y & 63u].position * ROTARY;
    let turned = select(0u, half, group.x < HEADS + GROUPS);
    var norm = Norm(0, 0u);
    if (HEAD_NORM == 1u) {
        norm = norm_of_head(base, local);
    }
    if (local == 0u) {
        atomicStore(&head_max, 0u);
    }
    if (group.x == 0u && local < 2u) {
        row_max[local * 64u + group.y] = 0u;
    }
    workgroupBarrier();
    var largest = 0u;
    for (var i = local; i < turned; i += 64u) {
        let low = element(group.x, base, i, norm);
        let high = element(group.x, base, half + i, norm);
        let cosine = rope[angle + i];
        let sine = rope[angle + half + i];
        let turned_low = add_fixed(requantise(low, cosine, 30u), -requantise(high, sine, 30u));
        let turned_high = add_fixed(requantise(high, cosine, 30u), requantise(low, sine, 30u));
        rotated[i] = turned_low;
        rotated[half + i] = turned_high;
        largest = max(largest, u32(max(abs(turned_low), abs(turned_high))));
    }
    for (var i = 2u * turned + local; i < HEAD; i += 64u) {
        let value = element(group.x, base, i, norm);
        rotated[i] = value;
        largest = max(largest, u32(abs(value)));
    }
    atomicMax(&head_max, largest);
    workgroupBarrier();
    let scale = row_scale_of(atomicLoad(&head_max));
    for (var word = local; word < HEAD / 4u; word += 64u) {
        let at = word * 4u;
        let four = vec4<i32>(rotated[at], rotated[at + 1u], rotated[at + 2u], rotated[at + 3u]);
        write_word(group.x, group.y, word, quantise_four(four, scale));
    }
    if (local == 0u) {
        write_word(group.x, group.y, HEAD / 4u, pack_scale(scale));
    }
}
