// Purpose: rotates query and key heads, quantises query, key and value heads, writes keys and values to the cache.
// In/out: step; projected [tokens][(HEADS + 2*GROUPS) * HEAD], Q14.16; rope [positions][2][HEAD/2], Q1.30; queries [tokens][HEADS][HEAD/4 + 1]; keys and values [GROUPS][CONTEXT][HEAD/4 + 1] words: codes, then the scale.
// Dispatch: (HEADS + 2*GROUPS, tokens, 1); one workgroup a head.
// Bounds: HEAD a multiple of 8, at most 256; position + tokens <= CONTEXT.
// Class: bit-exact.

override HEADS: u32;
override GROUPS: u32;
override HEAD: u32;
override CONTEXT: u32;

struct Step {
    position: u32,
    tokens: u32,
    reserved: vec2<u32>,
    ids: array<u32, 64>,
}

@group(0) @binding(0) var<storage, read> step: Step;
@group(0) @binding(1) var<storage, read> projected: array<i32>;
@group(0) @binding(2) var<storage, read> rope: array<i32>;
@group(0) @binding(3) var<storage, read_write> queries: array<u32>;
@group(0) @binding(4) var<storage, read_write> keys: array<u32>;
@group(0) @binding(5) var<storage, read_write> values: array<u32>;

var<workgroup> rotated: array<i32, 256>;
var<workgroup> row_max: atomic<u32>;

fn write_word(slot: u32, token: u32, word: u32, content: u32) {
    let stride = HEAD / 4u + 1u;
    let position = step.position + token;
    if (slot < HEADS) {
        queries[(token * HEADS + slot) * stride + word] = content;
    } else if (slot < HEADS + GROUPS) {
        keys[((slot - HEADS) * CONTEXT + position) * stride + word] = content;
    } else {
        values[((slot - HEADS - GROUPS) * CONTEXT + position) * stride + word] = content;
    }
}

@compute @workgroup_size(64)
fn rope_cache(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let half = HEAD / 2u;
    let base = (group.y * (HEADS + 2u * GROUPS) + group.x) * HEAD;
    let angle = (step.position + group.y) * HEAD;
    if (local == 0u) {
        atomicStore(&row_max, 0u);
    }
    workgroupBarrier();
    for (var i = local; i < half; i += 64u) {
        var low = projected[base + i];
        var high = projected[base + half + i];
        if (group.x < HEADS + GROUPS) {
            let cosine = rope[angle + i];
            let sine = rope[angle + half + i];
            let turned_low = add_fixed(requantise(low, cosine, 30u), -requantise(high, sine, 30u));
            high = add_fixed(requantise(high, cosine, 30u), requantise(low, sine, 30u));
            low = turned_low;
        }
        rotated[i] = low;
        rotated[half + i] = high;
        atomicMax(&row_max, u32(max(abs(low), abs(high))));
    }
    workgroupBarrier();
    let scale = row_scale_of(atomicLoad(&row_max));
    for (var word = local; word < HEAD / 4u; word += 64u) {
        let at = word * 4u;
        let four = vec4<i32>(rotated[at], rotated[at + 1u], rotated[at + 2u], rotated[at + 3u]);
        write_word(group.x, group.y, word, quantise_four(four, scale));
    }
    if (local == 0u) {
        write_word(group.x, group.y, HEAD / 4u, pack_scale(scale));
    }
}
