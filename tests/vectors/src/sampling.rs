//! Draws: greedy, temperature, top-k, top-p.

use stoa_exact::{Choice, FIXED_MAX, sample};

use crate::{draw::Draw, file::VectorFile};

/// Files of this group.
pub fn files() -> Vec<VectorFile> {
    let mut draw = Draw::new(51);
    let cases = (0..64).map(|index| {
        let count = draw.between(1, 40);
        // Few distinct values, so that ties are common; every eighth row holds extremes.
        let logits: Vec<i32> = (0..count)
            .map(|_| match index % 8 {
                7 => [FIXED_MAX, -FIXED_MAX, 0][draw.between(0, 2) as usize],
                _ => (draw.between(-20, 20) << 14) as i32,
            })
            .collect();
        let choice = Choice {
            temperature_milli: if index % 4 == 0 { 0 } else { draw.between(1, 2000) as u32 },
            top_k: draw.between(0, 24) as u32,
            top_p_milli: draw.between(0, 1100) as u32,
            // Numbers that every JSON reader keeps.
            seed: draw.between(0, (1 << 53) - 1) as u64,
            position: draw.word() as u32,
        };
        let token = sample(&logits, choice).unwrap_or_default();
        vec![
            logits.into(),
            choice.temperature_milli.into(),
            choice.top_k.into(),
            choice.top_p_milli.into(),
            (choice.seed as i64).into(),
            choice.position.into(),
            token.into(),
        ]
    });
    let inputs = &["logits", "temperature_milli", "top_k", "top_p_milli", "seed", "position"];
    vec![VectorFile::new("sample", inputs, &["token"], cases)]
}
