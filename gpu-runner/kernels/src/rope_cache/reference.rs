//! The CPU twin.

use stoa_exact::{quantise_row, rms_norm, rope_head};

use super::Shape;
use crate::{StepRow, quantise::pack};

/// What the kernel reads.
pub struct Inputs<'a> {
    /// The tokens.
    pub rows: &'a [StepRow],
    /// `[tokens][heads + 2 * groups][head]`.
    pub projected: &'a [i32],
    /// `[positions][2][rotary / 2]`.
    pub rope: &'a [i32],
    /// Norm weights of query heads, then of key heads.
    pub head_norms: &'a [i32],
}

/// What the kernel writes.
pub struct Heads {
    /// `[tokens][heads]` head rows.
    pub queries: Vec<u32>,
    /// `[pages][groups][page]` head rows, zero where nothing was written.
    pub keys: Vec<u32>,
    /// Like the keys.
    pub values: Vec<u32>,
}

/// Head rows of every token.
pub fn reference(shape: Shape, inputs: &Inputs<'_>) -> Heads {
    let (head, stride) = (shape.head as usize, shape.stride() as usize);
    let cache = vec![0; shape.cache_words() as usize];
    let mut result = Heads { queries: Vec::new(), keys: cache.clone(), values: cache };
    let slots = shape.heads + 2 * shape.groups;
    let projected = inputs.projected.chunks_exact(slots as usize * head);
    for (token, row) in inputs.rows.iter().zip(projected) {
        let rotary = shape.rotary as usize;
        let angles = &inputs.rope[token.position as usize * rotary..][..rotary];
        let (cos, sin) = angles.split_at(rotary / 2);
        for (slot, values) in (0..slots).zip(row.chunks_exact(head)) {
            let mut values = values.to_vec();
            if slot < shape.heads + shape.groups {
                if let Some(epsilon) = shape.head_norm {
                    let weights = if slot < shape.heads { 0 } else { head };
                    let weights = &inputs.head_norms[weights..][..head];
                    rms_norm(&values.clone(), weights, epsilon, &mut values);
                }
                rope_head(&mut values[..rotary], cos, sin);
            }
            let mut codes = vec![0; head];
            let scale = quantise_row(&values, &mut codes);
            let words = pack(&codes, scale, 0);
            let at = |group: u32| shape.row(group, token.slot);
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
