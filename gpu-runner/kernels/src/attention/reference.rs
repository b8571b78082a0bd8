//! The CPU twin.

use stoa_exact::{
    RowScale,
    attention::{HeadCache, ScoreScale, attend},
};

use super::Shape;

/// `[tokens][heads * head]` fixed values from head rows of queries, keys and values.
pub fn reference(shape: Shape, position: u32, tokens: u32, heads: [&[u32]; 3]) -> Vec<i32> {
    let [queries, keys, values] = heads;
    let cache = shape.cache;
    let (head, stride) = (cache.head as usize, cache.stride() as usize);
    let mut output = vec![0; (tokens * cache.heads) as usize * head];
    let rows = queries.chunks_exact(stride).zip(output.chunks_exact_mut(head));
    for ((query, out), index) in rows.zip(0u32..) {
        let positions = (position + index / cache.heads + 1) as usize;
        let group = (index % cache.heads) / (cache.heads / cache.groups);
        let first = (group * cache.context) as usize * stride;
        let (key_codes, key_scales) = unpacked(&keys[first..][..positions * stride], head);
        let (value_codes, value_scales) = unpacked(&values[first..][..positions * stride], head);
        let (query_codes, query_scales) = unpacked(query, head);
        attend(
            &query_codes,
            ScoreScale::of_query(query_scales[0], shape.score),
            HeadCache { codes: &key_codes, scales: &key_scales },
            HeadCache { codes: &value_codes, scales: &value_scales },
            (&mut vec![0; positions], &mut vec![0; head]),
            out,
        );
    }
    output
}

fn unpacked(rows: &[u32], head: usize) -> (Vec<i8>, Vec<RowScale>) {
    let (mut codes, mut scales) = (Vec::new(), Vec::new());
    for row in rows.chunks_exact(head / 4 + 1) {
        codes.extend_from_slice(bytemuck::cast_slice(&row[..head / 4]));
        scales.push(RowScale::unpack(row[head / 4]));
    }
    (codes, scales)
}
