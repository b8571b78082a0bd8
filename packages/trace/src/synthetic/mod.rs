//! A model and a trace of any size that are made up where they are looked at, and disputes about them.
//!
//! Purpose: play and measure disputes about models that do not fit a test: of 8 B parameters and 8,192 positions there
//! exist the opened leaves alone; every other node of a tree is a number of the seed.
//! Invariants: a byte is a function of the seed and its place, so both parties hold the same; only the disputed
//! element differs.

mod book;
mod script;

use alloc::{format, string::String, vec::Vec};

use stoa_exact::{Choice, ROPE_ONE, WeightScale};

use crate::{
    Kind, Manifest, MatrixRow, Model, Norm, Shape, Source, Table, Tensor, Tensors,
    merkle::LEAF_BYTES,
};
pub use book::{Party, manifest_text};
pub use script::{Case, Script};

/// Codes that repeat, so that any row is a slice of them; a prime, so that rows differ.
const POOL: usize = 65_521;
/// Longest row.
const MAX_ROW: usize = 131_072;

/// Contents by a seed.
pub struct Synthetic {
    /// Sizes and constants.
    pub manifest: Manifest,
    /// Sizes with the positions of the trace.
    pub shape: Shape,
    /// How tokens are drawn.
    pub choice: Choice,
    pool: Vec<i8>,
}

/// SplitMix64 of a place.
fn mix(parts: [u64; 3]) -> u64 {
    parts.iter().fold(0x2545_f491_4f6c_dd1d, |state: u64, part| {
        let mut z = (state ^ part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

/// A number for every source.
fn tag(source: Source) -> u64 {
    match source {
        Source::Tensor(number) => u64::from(number),
        Source::Section(number) => 1 << 32 | u64::from(number),
        Source::Ids => 1 << 33,
    }
}

impl Synthetic {
    /// Of a model's sizes (with its context) and the positions of a trace.
    pub fn new(model: Shape, tied: bool, positions: u32, choice: Choice) -> Self {
        let score = WeightScale { mantissa: 16_970, shift: 29 };
        let manifest = Manifest { shape: model, tied, epsilon: 1_374_389, score };
        let code = |place: usize| (mix([7, place as u64, 0]) % 255) as i8;
        let pool = (0..POOL + MAX_ROW).map(|place| code(place % POOL).max(-127)).collect();
        Self { manifest, shape: Shape { positions, ..model }, choice, pool }
    }

    /// Id at a position.
    pub fn id(&self, position: u64) -> u32 {
        (mix([tag(Source::Ids), position, 1]) % u64::from(self.shape.vocab)) as u32
    }

    /// The ids that are read.
    pub fn ids(&self) -> Vec<u32> {
        (0..self.shape.positions.into()).map(|position| self.id(position)).collect()
    }

    /// One word of a source: in the range that the semantics give it.
    fn word(&self, source: Source, index: u64) -> i32 {
        let random = mix([tag(source), index, 2]);
        let spread = (random % (1 << 21)) as i32 - (1 << 20);
        match source {
            Source::Ids => self.id(index) as i32,
            Source::Section(number) if number == self.manifest.rotary() => {
                (random % (2 * ROPE_ONE as u64)) as i32 - ROPE_ONE
            }
            Source::Section(number) => {
                let section = self.manifest.section(number);
                match section.is_some_and(|section| section.name.ends_with(".scales")) {
                    true => {
                        let mantissa = (1 << 14) + (random % (1 << 14)) as u32;
                        WeightScale { mantissa, shift: 28 + (random >> 40) as u32 % 3 }.pack()
                            as i32
                    }
                    false => 200_000 + (random % 400_000) as i32,
                }
            }
            Source::Tensor(number) => match self.shape.tensor(number).map(|tensor| tensor.part) {
                Some(crate::Part::Softmax) => match index % 3 {
                    0 => 1 << 20,
                    1 => (1 << 20) + (random % (1 << 20)) as i32,
                    _ => 20,
                },
                Some(part) if part.name().ends_with(".scales") => {
                    let mantissa = (1 << 14) + 1 + (random % (1 << 14)) as i32;
                    mantissa | (10 + (random >> 40) as i32 % 11) << 16
                }
                _ => spread,
            },
        }
    }

    fn slice(&self, source: Source, start: u64, count: u32) -> &[i8] {
        let at =
            ((mix([tag(source), 0, 3]) % POOL as u64 + start % POOL as u64) % POOL as u64) as usize;
        self.pool.get(at..at + count as usize).unwrap_or_default()
    }

    fn is_codes(&self, source: Source) -> bool {
        match source {
            Source::Tensor(number) => {
                self.shape.tensor(number).is_some_and(|tensor| tensor.kind() == Kind::Codes)
            }
            Source::Section(number) => self.manifest.is_codes(number),
            Source::Ids => false,
        }
    }

    /// Bytes of a source.
    fn length(&self, source: Source) -> u64 {
        match source {
            Source::Tensor(number) => {
                self.shape.tensor(number).map_or(0, |tensor| self.shape.bytes(tensor))
            }
            Source::Section(number) => {
                self.manifest.section(number).map_or(0, |section| section.bytes)
            }
            Source::Ids => 4 * (u64::from(self.shape.positions) + 1),
        }
    }

    /// Bytes of one leaf.
    fn leaf(&self, source: Source, leaf: u32) -> Vec<u8> {
        let start = u64::from(leaf) * LEAF_BYTES as u64;
        let count = (self.length(source) - start).min(LEAF_BYTES as u64);
        if self.is_codes(source) {
            return self
                .slice(source, start, count as u32)
                .iter()
                .map(|code| *code as u8)
                .collect();
        }
        let words = (start / 4..(start + count) / 4).map(|index| self.word(source, index));
        words.flat_map(i32::to_le_bytes).collect()
    }

    fn tensor(&self, tensor: Tensor) -> Source {
        Source::Tensor(self.shape.number(tensor))
    }
}

impl Model for Synthetic {
    fn shape(&self, positions: u32) -> Shape {
        Shape { positions, ..self.shape }
    }

    fn constants(&self) -> (u64, WeightScale) {
        (self.manifest.epsilon, self.manifest.score)
    }

    fn row(&self, table: Table, layer: u32, row: u32) -> Option<MatrixRow<'_>> {
        let (scales, columns) = (self.manifest.scales(table, layer), self.manifest.size(table).1);
        let start = u64::from(row) * u64::from(columns);
        let codes = self.slice(Source::Section(scales + 1), start, columns);
        let scale = self.word(Source::Section(scales), row.into());
        Some(MatrixRow { codes, scale: WeightScale::unpack(scale as u32) })
    }

    fn norm(&self, norm: Norm, layer: u32, index: u32) -> Option<i32> {
        Some(self.word(Source::Section(self.manifest.norm(norm, layer)), index.into()))
    }

    fn rotary(&self, position: u32, pair: u32) -> Option<(i32, i32)> {
        let (head, table) = (u64::from(self.shape.head), Source::Section(self.manifest.rotary()));
        let at = u64::from(position) * head + u64::from(pair);
        Some((self.word(table, at), self.word(table, at + head / 2)))
    }
}

impl Tensors for Synthetic {
    fn words(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i32>> {
        let source = self.tensor(tensor);
        Some((start..start + u64::from(count)).map(|index| self.word(source, index)).collect())
    }

    fn codes(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i8>> {
        Some(self.slice(self.tensor(tensor), start, count).to_vec())
    }
}

/// Name of a part of a case, for tables.
fn label(part: &str, detail: &str) -> String {
    if detail.is_empty() { part.into() } else { format!("{part} ({detail})") }
}
