//! The CPU twin.

use stoa_exact::{
    FIXED_MAX, RowScale, SoftCap,
    attention::{MixScale, ScoreScale, mix_weight, softmax_numerator},
    dot,
};

use super::Shape;
use crate::StepRow;

/// What the kernel reads.
pub struct Inputs<'a> {
    /// The tokens.
    pub rows: &'a [StepRow],
    /// Page numbers.
    pub pages: &'a [u32],
    /// `[tokens][heads]` head rows.
    pub queries: &'a [u32],
    /// `[pages][groups][page]` head rows.
    pub keys: &'a [u32],
    /// Like the keys.
    pub values: &'a [u32],
}

/// `[tokens][heads * head]` fixed values.
pub fn reference(shape: Shape, inputs: &Inputs<'_>) -> Vec<i32> {
    let cache = shape.cache;
    let stride = cache.stride() as usize;
    let mut output = Vec::new();
    for (token, queries) in
        inputs.rows.iter().zip(inputs.queries.chunks_exact(cache.heads as usize * stride))
    {
        for (head, query) in (0..cache.heads).zip(queries.chunks_exact(stride)) {
            output.extend(mixed(shape, inputs, *token, head, query));
        }
    }
    output
}

/// One query head of one token.
fn mixed(shape: Shape, inputs: &Inputs<'_>, token: StepRow, head: u32, query: &[u32]) -> Vec<i32> {
    let cache = shape.cache;
    let group = head / (cache.heads / cache.groups);
    let end = token.position + 1;
    let rows: Vec<usize> = (end - end.min(shape.window)..end)
        .map(|position| {
            let page = inputs.pages[(token.pages + position / cache.page) as usize];
            cache.row(group, page * cache.page + position % cache.page)
        })
        .collect();
    let unpacked = |rows: &'_ [u32], at: usize| -> (Vec<i8>, RowScale) {
        let row = &rows[at..][..cache.stride() as usize];
        let (codes, scale) = row.split_at(row.len() - 1);
        (bytemuck::pod_collect_to_vec(codes), RowScale::unpack(scale[0]))
    };
    let (query_codes, query_scale) = unpacked(query, 0);
    let scale = ScoreScale::of_query(query_scale, shape.score);
    let score = |row: &usize| {
        let (codes, key) = unpacked(inputs.keys, *row);
        let score = scale.score(dot(&query_codes, &codes), key);
        if shape.cap == 0 { score } else { SoftCap::new(shape.cap as i32).apply(score) }
    };
    let scores: Vec<i32> = rows.iter().map(score).collect();
    let max = scores.iter().fold(-FIXED_MAX, |max, score| max.max(*score));
    let values: Vec<(Vec<i8>, RowScale)> =
        rows.iter().map(|row| unpacked(inputs.values, *row)).collect();
    let max_bits = values.iter().fold(1, |max, (_, scale)| max.max(scale.bits));
    let mut numerators = 0;
    let mut sums = vec![0i64; cache.head as usize];
    for (score, (codes, value)) in scores.iter().zip(&values) {
        let numerator = softmax_numerator(*score, max);
        numerators += numerator;
        let weight = mix_weight(numerator, *value, max_bits);
        for (sum, code) in sums.iter_mut().zip(codes) {
            *sum += i64::from(weight) * i64::from(*code);
        }
    }
    let mix = MixScale::of_sum(numerators, max_bits);
    sums.into_iter().map(|sum| mix.apply(sum)).collect()
}
