// Rows of the residual stream: RMSNorm, then quantisation.

@group(0) @binding(0) var<storage, read> input: array<vec4<i32>>;
@group(0) @binding(1) var<storage, read> norm_weights: array<vec4<i32>>;

var<workgroup> normed_max: atomic<u32>;

fn prepare(token: u32, local: u32) -> RowScale {
    if (local == 0u) {
        atomicStore(&normed_max, 0u);
    }
    let norm = norm_of_row(token, local);
    var largest = 0u;
    for (var word = local; word < CELLS * 4u; word += THREADS) {
        largest = max(largest, largest_magnitude(normalised(token, word, norm)));
    }
    atomicMax(&normed_max, largest);
    workgroupBarrier();
    let scale = row_scale_of(atomicLoad(&normed_max));
    for (var cell = local; cell < CELLS; cell += THREADS) {
        let word = cell * 4u;
        codes[cell] = vec4<u32>(
            quantise_four(normalised(token, word, norm), scale),
            quantise_four(normalised(token, word + 1u, norm), scale),
            quantise_four(normalised(token, word + 2u, norm), scale),
            quantise_four(normalised(token, word + 3u, norm), scale),
        );
    }
    workgroupBarrier();
    return scale;
}
