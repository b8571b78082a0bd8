// RMSNorm of a row of `input` by THREADS threads; for kernels that bind `input` and `norm_weights`.

override WIDTH: u32;
override EPSILON_LOW: u32;
override EPSILON_HIGH: u32;

fn norm_of_row(row: u32, local: u32) -> Norm {
    let words = WIDTH / 4u;
    if (local == 0u) {
        clear_norm();
    }
    workgroupBarrier();
    var largest = 0u;
    for (var word = local; word < words; word += THREADS) {
        largest = max(largest, largest_magnitude(input[row * words + word]));
    }
    atomicMax(&norm_max, largest);
    workgroupBarrier();
    let cut = cut_of(atomicLoad(&norm_max));
    var sum = vec2<u32>(0u);
    for (var word = local; word < words; word += THREADS) {
        let magnitudes = vec4<u32>(abs(input[row * words + word]));
        sum = add_square(add_square(sum, magnitudes.x, cut), magnitudes.y, cut);
        sum = add_square(add_square(sum, magnitudes.z, cut), magnitudes.w, cut);
    }
    atomicAdd(&norm_low, sum.x);
    atomicAdd(&norm_high, sum.y);
    workgroupBarrier();
    let epsilon = Wide(EPSILON_LOW, EPSILON_HIGH);
    return norm_of_sum(atomicLoad(&norm_low), atomicLoad(&norm_high), cut, epsilon);
}

fn normalised(row: u32, word: u32, norm: Norm) -> vec4<i32> {
    let x = input[row * (WIDTH / 4u) + word];
    let w = norm_weights[word];
    return vec4<i32>(
        apply_norm(x.x, norm, w.x),
        apply_norm(x.y, norm, w.y),
        apply_norm(x.z, norm, w.z),
        apply_norm(x.w, norm, w.w),
    );
}
