//! One pass: all tokens of some texts through the model, every text on its own.

use rayon::prelude::*;
use stoa_exact::{SoftCap, WeightScale, l2_normalise, mean_pool, relu};
use stoa_simd::Isa;

use super::{
    attention::Heads,
    config::{Activation, Head},
    model::{EncoderModel, Layer, Norm, Ranking},
    pooling::Pooling,
};
use crate::{
    integer::matrix::Matrix,
    product::{Products, Quantised},
};

/// tanh itself: a cap at one.
const TANH: SoftCap = SoftCap::new(1 << 16);
/// The factor of an embedding that is not scaled: 1.
const UNSCALED: WeightScale = WeightScale { mantissa: 1 << 14, shift: 14 };

/// A text or a pair of texts in ids; a pair has two segments where the model knows more than one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Ids, special ones included.
    pub ids: Vec<u32>,
    /// Segment of every id.
    pub segments: Vec<u32>,
}

impl Tokens {
    /// One text: every token is of segment 0.
    pub fn of_ids(ids: Vec<u32>) -> Self {
        Self { segments: vec![0; ids.len()], ids }
    }
}

/// A pass of a model on a vector unit.
pub struct Pass<'a> {
    /// The model.
    pub model: &'a EncoderModel,
    /// The vector unit.
    pub isa: Isa,
}

impl Pass<'_> {
    /// The result of every text: an embedding in Q30, or one score as a fixed value.
    pub fn run(&self, texts: &[Tokens]) -> Vec<Vec<i32>> {
        let rows = self.rows(texts);
        let hidden = self.model.config.hidden as usize;
        let mut rest = rows.as_slice();
        let mut results = Vec::new();
        for text in texts {
            let (rows, behind) = rest.split_at(text.ids.len() * hidden);
            rest = behind;
            results.push(self.result(rows));
        }
        results
    }

    /// Rows of the last layer, `[tokens of all texts][hidden]`.
    pub fn rows(&self, texts: &[Tokens]) -> Vec<i32> {
        let mut residual = self.embed(texts);
        for layer in &self.model.layers {
            self.attention_block(layer, texts, &mut residual);
            self.feed_forward(layer, &mut residual);
        }
        residual
    }

    fn embed(&self, texts: &[Tokens]) -> Vec<i32> {
        let EncoderModel { tokens, positions, segments, embedding_norm, .. } = self.model;
        let hidden = self.model.config.hidden as usize;
        let places = texts.iter().flat_map(|text| {
            let ids = text.ids.iter().zip(&text.segments);
            (0u32..).zip(ids).map(|(position, (id, segment))| [*id, position, *segment])
        });
        let places: Vec<[u32; 3]> = places.collect();
        let mut rows = vec![0; places.len() * hidden];
        let work = rows.par_chunks_exact_mut(hidden).zip(&places);
        work.for_each_init(
            || vec![0; hidden],
            |part, (row, [id, position, segment])| {
                tokens.embed_row(*id, UNSCALED, row);
                for (table, index) in [(positions, position), (segments, segment)] {
                    table.embed_row(*index, UNSCALED, part);
                    self.isa.add_row(row, part);
                }
                self.normalise(embedding_norm, row);
            },
        );
        rows
    }

    fn attention_block(&self, layer: &Layer, texts: &[Tokens], residual: &mut [i32]) {
        let config = &self.model.config;
        let (hidden, width) = (config.hidden as usize, config.head_width() as usize);
        let products = self.products(&layer.projection, residual);
        let mut projected = vec![0; 3 * residual.len()];
        projected.par_chunks_exact_mut(3 * hidden).enumerate().for_each(|(token, row)| {
            products.row(token, row);
        });
        let heads = Heads { isa: self.isa, count: hidden / width, width, score: self.model.score };
        let mut mixed = vec![0; residual.len()];
        let mut parts = Vec::new();
        let (mut projected, mut rest) = (projected.as_slice(), mixed.as_mut_slice());
        // Where the rows of a text begin, and how many there are, for every token.
        let mut places = Vec::new();
        for text in texts {
            let words = text.ids.len() * hidden;
            let (mixed, behind) = rest.split_at_mut(words);
            let (of_text, others) = projected.split_at(3 * words);
            (projected, rest) = (others, behind);
            parts.push((of_text, mixed));
            let first = places.len();
            places.extend((0..text.ids.len()).map(|_| (first, text.ids.len())));
        }
        parts.into_par_iter().for_each(|(projected, mixed)| heads.attend(projected, mixed));
        let input = Quantised::of_rows(self.isa, (places.len(), hidden), |token, row| {
            let (first, count) = places[token];
            let mixed = &mixed[first * hidden..][..count * hidden];
            for (head, out) in row.chunks_exact_mut(width).enumerate() {
                let index = head * count + token - first;
                out.copy_from_slice(&mixed[index * width..][..width]);
            }
        });
        let products = Products::of(self.isa, &layer.output, &input);
        self.accumulate(&products, &layer.attention_norm, residual);
    }

    fn feed_forward(&self, layer: &Layer, residual: &mut [i32]) {
        let config = &self.model.config;
        let count = residual.len() / config.hidden as usize;
        let ups = self.products(&layer.up, residual);
        let shape = (count, config.inner as usize);
        let input = Quantised::of_rows(self.isa, shape, |token, row| {
            ups.row(token, row);
            match config.activation {
                Activation::Gelu(kind) => self.isa.gelu(kind, row),
                Activation::Relu => row.iter_mut().for_each(|value| *value = relu(*value)),
            }
        });
        let products = Products::of(self.isa, &layer.down, &input);
        self.accumulate(&products, &layer.feed_norm, residual);
    }

    /// Products of the quantised residual rows.
    fn products(&self, matrix: &Matrix, residual: &[i32]) -> Products {
        let hidden = self.model.config.hidden as usize;
        let shape = (residual.len() / hidden, hidden);
        let input = Quantised::of_rows(self.isa, shape, |token, row| {
            row.copy_from_slice(&residual[token * hidden..][..hidden]);
        });
        Products::of(self.isa, matrix, &input)
    }

    /// Adds products to the residual rows and normalises these.
    fn accumulate(&self, products: &Products, norm: &Norm, residual: &mut [i32]) {
        let hidden = self.model.config.hidden as usize;
        let rows = residual.par_chunks_exact_mut(hidden).enumerate();
        rows.for_each_init(
            || vec![0; hidden],
            |delta, (token, row)| {
                products.row(token, delta);
                self.isa.add_row(row, delta);
                self.normalise(norm, row);
            },
        );
    }

    fn normalise(&self, norm: &Norm, row: &mut [i32]) {
        self.isa.layer_norm(row, &norm.weights, &norm.biases, self.model.epsilon);
    }

    fn result(&self, rows: &[i32]) -> Vec<i32> {
        let hidden = self.model.config.hidden as usize;
        let first = &rows[..hidden];
        if let Some(ranking) = &self.model.ranking {
            return score(self.isa, ranking, first);
        }
        if self.model.config.head == Head::Embedding(Pooling::Mean) {
            let mut mean = vec![0; hidden];
            mean_pool(rows, &mut mean);
            return unit(&mean);
        }
        unit(first)
    }
}

fn unit(row: &[i32]) -> Vec<i32> {
    let mut unit = vec![0; row.len()];
    l2_normalise(row, &mut unit);
    unit
}

/// Dense, tanh, dense.
fn score(isa: Isa, ranking: &Ranking, row: &[i32]) -> Vec<i32> {
    let capped = project(isa, &ranking.dense, row).into_iter().map(|value| TANH.apply(value));
    project(isa, &ranking.score, &capped.collect::<Vec<_>>())
}

fn project(isa: Isa, matrix: &Matrix, row: &[i32]) -> Vec<i32> {
    let input = Quantised::of_rows(isa, (1, row.len()), |_, place| place.copy_from_slice(row));
    let mut output = vec![0; matrix.rows as usize];
    Products::of(isa, matrix, &input).row(0, &mut output);
    output
}
