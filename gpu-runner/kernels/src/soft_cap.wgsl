// cap * tanh(x / cap) where CAP is not 0. Needs `tables`.

override CAP: u32 = 0u;
override CAP_RATE: u32 = 0u;
override CAP_SHIFT: u32 = 0u;

fn capped(x: i32) -> i32 {
    if (CAP == 0u) {
        return x;
    }
    let y = requantise(abs(x), i32(CAP_RATE), CAP_SHIFT);
    let e = exp2_negative_q30(u32(y));
    let reciprocal = 0x80000000u / (((1u << 30u) + e + (1u << 14u)) >> 15u);
    let tanh_q30 = requantise(i32((1u << 30u) - e), i32(reciprocal), 16u);
    let value = requantise(tanh_q30, i32(CAP), 30u);
    return select(value, -value, x < 0);
}
