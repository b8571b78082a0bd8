//! Attention of every token over all tokens of its text.

use rayon::prelude::*;
use stoa_exact::{
    RowScale, WeightScale,
    attention::{MixScale, ScoreScale},
};
use stoa_simd::{Isa, MAX_TOKENS};

/// Where the heads of a text's queries, keys and values stand.
#[derive(Clone, Copy)]
pub struct Heads {
    /// The vector unit.
    pub isa: Isa,
    /// Number of heads.
    pub count: usize,
    /// Width of one.
    pub width: usize,
    /// Constant of the scores.
    pub score: WeightScale,
}

/// What one task needs: one head of one text.
#[derive(Default)]
struct Scratch {
    queries: Quantised,
    keys: Quantised,
    values: Quantised,
    scores: Vec<i32>,
    sums: Vec<i64>,
}

#[derive(Default)]
struct Quantised {
    codes: Vec<i8>,
    scales: Vec<RowScale>,
}

impl Heads {
    /// `mixed` `[heads][tokens][width]` from `projected` `[tokens][queries, keys, values of all heads]` of one text.
    pub fn attend(&self, projected: &[i32], mixed: &mut [i32]) {
        let tokens = mixed.len() / (self.count * self.width);
        let heads = mixed.par_chunks_exact_mut(tokens * self.width).enumerate();
        heads.for_each_init(Scratch::default, |scratch, (head, mixed)| {
            self.head(projected, head, scratch, mixed);
        });
    }

    fn head(&self, projected: &[i32], head: usize, scratch: &mut Scratch, mixed: &mut [i32]) {
        let Scratch { queries, keys, values, scores, sums } = scratch;
        let stride = self.count * self.width;
        for (part, which) in [(&mut *queries, 0), (&mut *keys, 1), (&mut *values, 2)] {
            self.quantise(projected, which * stride + head * self.width, part);
        }
        let (isa, width, tokens) = (self.isa, self.width, keys.scales.len());
        scores.resize(tokens * MAX_TOKENS, 0);
        sums.resize(width, 0);
        let max_bits = values.scales.iter().fold(1, |max, scale| max.max(scale.bits));
        let chunks =
            queries.codes.chunks(MAX_TOKENS * width).zip(queries.scales.chunks(MAX_TOKENS));
        for ((codes, scales), mixed) in chunks.zip(mixed.chunks_mut(MAX_TOKENS * width)) {
            let scores = &mut scores[..tokens * scales.len()];
            isa.products(&keys.codes, codes, width, scores);
            let rows = scores.chunks_exact_mut(tokens).zip(mixed.chunks_exact_mut(width));
            for ((scores, mixed), query) in rows.zip(scales) {
                let scale = ScoreScale::of_query(*query, self.score);
                let max = isa.scores(scores, scale, &keys.scales);
                let numerators = isa.mix_weights(scores, max, &values.scales, max_bits);
                isa.mix(scores, &values.codes, sums);
                let mix = MixScale::of_sum(numerators, max_bits);
                mixed.iter_mut().zip(sums.iter()).for_each(|(out, sum)| *out = mix.apply(*sum));
            }
        }
    }

    /// One head of every token, from element `first` of its row on.
    fn quantise(&self, projected: &[i32], first: usize, part: &mut Quantised) {
        let rows = projected.chunks_exact(3 * self.count * self.width);
        part.codes.resize(rows.len() * self.width, 0);
        part.scales.clear();
        let work = rows.zip(part.codes.chunks_exact_mut(self.width));
        part.scales.extend(
            work.map(|(row, codes)| self.isa.quantise_row(&row[first..][..self.width], codes)),
        );
    }
}
