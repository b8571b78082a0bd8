//! Rotation, cache and attention of a step.

use rayon::prelude::*;
use stoa_exact::attention::{HeadCache, MixScale, ScoreScale};

use super::{
    Pass,
    arena::{Arena, BLOCK_ROWS, HeadScratch, pieces},
    cache::LayerCache,
    product::tokens_per_task,
};
use crate::{
    folder::config::{LayerAttention, MAX_HEAD_WIDTH},
    integer::model::Layer,
};

impl Pass<'_> {
    /// Queries, keys and values out of the products, rotated; keys and values go into the caches.
    pub fn project(&self, layer: &Layer, caches: &mut [LayerCache], arena: &mut Arena) {
        let config = &self.model.config;
        let (head, count) = (config.head as usize, self.tokens.len());
        let (query, width) = (config.query_width() as usize, config.projected_width() as usize);
        let rotated = (config.heads + config.groups) as usize * head;
        let Arena { projected, blocks, .. } = arena;
        let rows = projected[..count * width].par_chunks_mut(width).enumerate();
        rows.with_min_len(tokens_per_task(width)).for_each(|(token, row)| {
            let pieces = pieces(blocks, width, count, token);
            row.chunks_mut(BLOCK_ROWS).zip(pieces).for_each(|(a, b)| a.copy_from_slice(b));
            if let Some(norms) = &layer.head_norms {
                let (queries, keys) = row[..rotated].split_at_mut(query);
                self.norm_heads(queries, &norms.query);
                self.norm_heads(keys, &norms.key);
            }
            let table = &self.model.rotaries[layer.attention.rotary];
            let (cos, sin) = table.angles(self.tokens[token].position);
            let heads = row[..rotated].chunks_exact_mut(head);
            heads.for_each(|slot| {
                self.isa.rope_head(&mut slot[..table.width as usize], cos, sin);
            });
        });
        for (token, row) in self.tokens.iter().zip(projected.chunks_exact(width)) {
            let (keys, values) = row[query..].split_at(rotated - query);
            caches[token.sequence as usize].write(self.isa, token.position, keys, values);
        }
    }

    /// The norm of every head, in place.
    fn norm_heads(&self, heads: &mut [i32], weights: &[i32]) {
        let mut copy = [0; MAX_HEAD_WIDTH as usize];
        let copy = &mut copy[..weights.len()];
        for head in heads.chunks_exact_mut(weights.len()) {
            copy.copy_from_slice(head);
            self.isa.rms_norm(copy, weights, self.model.head_epsilon, head);
        }
    }

    /// Attention of every token over its own sequence; a task is one token and one key-value head.
    pub fn attend(&self, layer: LayerAttention, caches: &[LayerCache], arena: &mut Arena) {
        let config = &self.model.config;
        let (head, groups) = (config.head as usize, config.groups as usize);
        let (query, width) = (config.query_width() as usize, config.projected_width() as usize);
        let share = query / groups;
        let positions = self.tokens.iter().map(|token| token.position as usize + 1).max();
        let Arena { projected, mixed, heads, .. } = arena;
        let tasks = mixed[..self.tokens.len() * query].par_chunks_mut(share).enumerate();
        let per_task = tokens_per_task(share * positions.unwrap_or_default() / head + head);
        tasks.with_min_len(per_task).for_each(|(task, output)| {
            let (index, group) = (task / groups, task % groups);
            let token = self.tokens[index];
            let queries = &projected[index * width + group * share..][..share];
            let cache = &caches[token.sequence as usize];
            let mut scratch = HeadScratch::of_thread(heads);
            let heads = cache.head(group, token.position, layer.window);
            self.group(heads, queries, &mut scratch, output);
        });
    }

    /// The query heads that share one key-value head: one pass over the keys for all of them.
    fn group(
        &self,
        (keys, values): (HeadCache<'_>, HeadCache<'_>),
        queries: &[i32],
        scratch: &mut HeadScratch,
        output: &mut [i32],
    ) {
        let (isa, head) = (self.isa, self.model.config.head as usize);
        let HeadScratch { queries: codes, query_scales, scores, sums } = scratch;
        let rows = queries.chunks_exact(head).zip(codes.chunks_exact_mut(head));
        for ((row, codes), scale) in rows.zip(query_scales.iter_mut()) {
            *scale = isa.quantise_row(row, codes);
        }
        let count = keys.scales.len();
        let scores = &mut scores[..query_scales.len() * count];
        let chunk = stoa_simd::MAX_TOKENS;
        for (codes, scores) in codes.chunks(chunk * head).zip(scores.chunks_mut(chunk * count)) {
            isa.products(keys.codes, codes, head, scores);
        }
        let max_bits = values.scales.iter().fold(1, |max, scale| max.max(scale.bits));
        let heads = scores.chunks_exact_mut(count).zip(output.chunks_exact_mut(head));
        for ((scores, output), query) in heads.zip(query_scales.iter()) {
            let scale = ScoreScale::of_query(*query, self.model.score);
            let mut max = isa.scores(scores, scale, keys.scales);
            if let Some(cap) = self.model.score_cap {
                max = isa.soft_cap(cap, scores);
            }
            let numerators = isa.mix_weights(scores, max, values.scales, max_bits);
            isa.mix(scores, values.codes, sums);
            let mix = MixScale::of_sum(numerators, max_bits);
            for (out, sum) in output.iter_mut().zip(sums.iter()) {
                *out = mix.apply(*sum);
            }
        }
    }
}
