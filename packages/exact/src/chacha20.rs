//! The ChaCha20 block function of RFC 8439.

const CONSTANTS: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// One block of key stream for a key, a block counter and a nonce (all little-endian words).
pub fn chacha20_block(key: [u32; 8], counter: u32, nonce: [u32; 3]) -> [u32; 16] {
    let mut initial = [0; 16];
    initial[..4].copy_from_slice(&CONSTANTS);
    initial[4..12].copy_from_slice(&key);
    initial[12] = counter;
    initial[13..].copy_from_slice(&nonce);
    let mut state = initial;
    for _ in 0..10 {
        for i in 0..4 {
            quarter_round(&mut state, [i, i + 4, i + 8, i + 12]);
        }
        for i in 0..4 {
            quarter_round(&mut state, [i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12]);
        }
    }
    for (word, start) in state.iter_mut().zip(initial) {
        *word = word.wrapping_add(start);
    }
    state
}

fn quarter_round(state: &mut [u32; 16], [a, b, c, d]: [usize; 4]) {
    for (first, second, third, distance) in
        [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)]
    {
        state[first] = state[first].wrapping_add(state[second]);
        state[third] = (state[third] ^ state[first]).rotate_left(distance);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_block_of_rfc_8439_section_2_3_2() {
        let key = core::array::from_fn(|i| {
            let byte = 4 * i as u32;
            u32::from_le_bytes([byte as u8, byte as u8 + 1, byte as u8 + 2, byte as u8 + 3])
        });
        let block = chacha20_block(key, 1, [0x0900_0000, 0x4a00_0000, 0]);
        assert_eq!(block[..4], [0xe4e7_f110, 0x1559_3bd1, 0x1fdd_0f50, 0xc471_20a3]);
        assert_eq!(block[12..], [0xd19c_12b5, 0xb94e_16de, 0xe883_d0cb, 0x4e3c_50a2]);
    }
}
