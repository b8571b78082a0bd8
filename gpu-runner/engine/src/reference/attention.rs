//! Attention of whole rows.

use super::{FloatModel, Rows, capped, dot, norm, weights::FloatLayer};
use crate::integer::{real::sin_cos, rotary::score_factor};

/// Query, key and value heads of one position, side by side.
struct Heads {
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
}

impl FloatModel {
    /// The mixed values of every position, before the output projection.
    pub(super) fn attention(&self, index: usize, layer: &FloatLayer, rows: &[Vec<f32>]) -> Rows {
        let config = &self.config;
        let attention = config.attention[index];
        let heads = rows.iter().enumerate().map(|(position, row)| {
            self.heads(layer, layer.projection.apply(row), attention.rotary, position)
        });
        let heads: Vec<Heads> = heads.collect();
        (0..rows.len())
            .map(|position| {
                let seen = position + 1;
                let count = attention.window.map_or(seen, |window| seen.min(window as usize));
                self.mixed(&heads[position].query, &heads[seen - count..seen])
            })
            .collect()
    }

    fn heads(
        &self,
        layer: &FloatLayer,
        mut query: Vec<f32>,
        rotary: usize,
        position: usize,
    ) -> Heads {
        let config = &self.config;
        let mut key = query.split_off(config.query_width() as usize);
        let value = key.split_off((config.groups * config.head) as usize);
        let norms = layer.head_norms.as_ref();
        for (row, weights) in [
            (&mut query, norms.map(|norms| &norms.query)),
            (&mut key, norms.map(|norms| &norms.key)),
        ] {
            for head in row.chunks_exact_mut(config.head as usize) {
                if let Some(weights) = weights {
                    head.copy_from_slice(&norm(head, weights, config.epsilon));
                }
                rotate(&self.frequencies[rotary], head, position);
            }
        }
        Heads { query, key, value }
    }

    /// Every query head over the positions that it sees.
    fn mixed(&self, query: &[f32], seen: &[Heads]) -> Vec<f32> {
        let config = &self.config;
        let head = config.head as usize;
        let per_group = (config.heads / config.groups) as usize;
        let factor = score_factor(config.rotaries[0].scaling) as f32;
        let scale = factor / (config.score_width as f32).sqrt();
        let mut row = Vec::with_capacity(query.len());
        for (index, query) in query.chunks_exact(head).enumerate() {
            let at = index / per_group * head;
            let scores = seen.iter().map(|heads| dot(query, &heads.key[at..][..head]) * scale);
            let scores = capped(scores.collect(), config.score_cap);
            let max = scores.iter().copied().fold(f32::MIN, f32::max);
            let shares: Vec<f32> = scores.iter().map(|score| (score - max).exp()).collect();
            let total: f32 = shares.iter().sum();
            row.extend((0..head).map(|i| {
                let parts = shares.iter().zip(seen).map(|(p, heads)| p * heads.value[at + i]);
                parts.sum::<f32>() / total
            }));
        }
        row
    }
}

/// Rotates the first elements of a head, two for each frequency.
fn rotate(frequencies: &[f64], head: &mut [f32], position: usize) {
    let half = frequencies.len();
    for (pair, frequency) in frequencies.iter().enumerate() {
        let (sin, cos) = sin_cos(position as f64 * frequency);
        let (low, high) = (f64::from(head[pair]), f64::from(head[half + pair]));
        head[pair] = (low * cos - high * sin) as f32;
        head[half + pair] = (high * cos + low * sin) as f32;
    }
}
