//! The CPU twin.

use stoa_exact::{quantise_row, rope_head};

use super::Shape;
use crate::quantise::pack;

/// What the kernel writes.
pub struct Heads {
    /// `[tokens][heads]` head rows.
    pub queries: Vec<u32>,
    /// `[groups][context]` head rows, zero where nothing was written.
    pub keys: Vec<u32>,
    /// Like the keys.
    pub values: Vec<u32>,
}

/// Head rows of `projected` (`[tokens][heads + 2 * groups][head]`) from `position` on.
pub fn reference(shape: Shape, position: u32, projected: &[i32], rope: &[i32]) -> Heads {
    let (head, stride) = (shape.head as usize, shape.stride() as usize);
    let cache = vec![0; shape.cache_words() as usize];
    let mut result = Heads { queries: Vec::new(), keys: cache.clone(), values: cache };
    let slots = shape.heads + 2 * shape.groups;
    let angles = rope.chunks_exact(head).skip(position as usize);
    for ((token, row), angle) in
        (position..).zip(projected.chunks_exact(slots as usize * head)).zip(angles)
    {
        let (cos, sin) = angle.split_at(head / 2);
        for (slot, values) in (0..slots).zip(row.chunks_exact(head)) {
            let mut values = values.to_vec();
            if slot < shape.heads + shape.groups {
                rope_head(&mut values, cos, sin);
            }
            let mut codes = vec![0; head];
            let scale = quantise_row(&values, &mut codes);
            let words = pack(&codes, scale, 0);
            let at = |group: u32| ((group * shape.context + token) as usize) * stride;
            if slot < shape.heads {
                result.queries.extend(words);
            } else if slot < shape.heads + shape.groups {
                result.keys[at(slot - shape.heads)..][..stride].copy_from_slice(&words);
            } else {
                let group = slot - shape.heads - shape.groups;
                result.values[at(group)..][..stride].copy_from_slice(&words);
            }
        }
    }
    result
}
