// Fixed rows whose largest magnitude stands in `row_max`.

override MAX_SLOT: u32;

@group(0) @binding(0) var<storage, read> input: array<vec4<i32>>;

fn prepare(token: u32, local: u32) -> RowScale {
    let scale = row_scale_of(atomicLoad(&row_max[MAX_SLOT * STEP_TOKENS + token]));
    for (var cell = local; cell < CELLS; cell += THREADS) {
        let word = (token * CELLS + cell) * 4u;
        codes[cell] = vec4<u32>(
            quantise_four(input[word], scale),
            quantise_four(input[word + 1u], scale),
            quantise_four(input[word + 2u], scale),
            quantise_four(input[word + 3u], scale),
        );
    }
    workgroupBarrier();
    return scale;
}
