//! A small random model of the tests.

use std::vec::Vec;

use stoa_exact::{Choice, ROPE_ONE, WeightScale};

use crate::{Claim, Ids, MatrixRow, Model, Norm, Shape, Table};

/// A stream of numbers (SplitMix64).
pub struct Draw(pub u64);

impl Draw {
    /// The next 64 bits.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.word() % limit
    }
}

/// Two layers, two query heads on each of two key-value heads, random weights.
pub struct Small {
    shape: Shape,
    matrices: Vec<(Vec<i8>, Vec<WeightScale>)>,
    norms: Vec<i32>,
    rotary: Vec<(i32, i32)>,
}

const TABLES: [Table; 6] =
    [Table::Embedding, Table::Projection, Table::Output, Table::GateUp, Table::Down, Table::Logits];

/// Ids of the tests' claims.
pub const IDS: [u32; 11] = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];

/// The claim of the tests: drawn with every part of the sampler.
pub fn claim() -> Claim<'static> {
    let choice =
        Choice { temperature_milli: 900, top_k: 12, top_p_milli: 900, seed: 7, position: 0 };
    Claim { ids: Ids::all(&IDS), choice }
}

impl Small {
    /// Draws a model.
    pub fn new(seed: u64) -> Self {
        let shape = Shape {
            hidden: 32,
            inner: 64,
            layers: 2,
            heads: 4,
            groups: 2,
            head: 8,
            vocab: 300,
            positions: IDS.len() as u32,
        };
        let mut draw = Draw(seed);
        let mut matrices = Vec::new();
        for layer in 0..shape.layers {
            for table in TABLES {
                let (rows, columns) = size(&shape, table);
                let codes = (0..rows * columns).map(|_| (draw.below(255) as i64 - 127) as i8);
                let codes = codes.collect();
                let shift = if table == Table::Embedding { 28 } else { 29 };
                let scale = |draw: &mut Draw| WeightScale {
                    mantissa: (1 << 14) + draw.below(1 << 14) as u32,
                    shift: shift + layer,
                };
                matrices.push((codes, (0..rows).map(|_| scale(&mut draw)).collect()));
            }
        }
        let norms = (0..3 * shape.hidden).map(|_| 200_000 + draw.below(400_000) as i32).collect();
        let rotary = (0..shape.positions * shape.head / 2).map(|_| {
            let one = ROPE_ONE as u64;
            ((draw.below(2 * one) as i64 - one as i64) as i32, draw.below(one) as i32)
        });
        let rotary = rotary.collect();
        Self { shape, matrices, norms, rotary }
    }
}

fn size(shape: &Shape, table: Table) -> (u32, u32) {
    match table {
        Table::Embedding | Table::Logits => (shape.vocab, shape.hidden),
        Table::Projection => ((shape.heads + 2 * shape.groups) * shape.head, shape.hidden),
        Table::Output => (shape.hidden, shape.heads * shape.head),
        Table::GateUp => (2 * shape.inner, shape.hidden),
        Table::Down => (shape.hidden, shape.inner),
    }
}

impl Model for Small {
    fn shape(&self, positions: u32) -> Shape {
        Shape { positions, ..self.shape }
    }

    fn constants(&self) -> (u64, WeightScale) {
        (1_374_389, WeightScale { mantissa: 16_970, shift: 29 })
    }

    fn row(&self, table: Table, layer: u32, row: u32) -> Option<MatrixRow<'_>> {
        let place = TABLES.iter().position(|other| *other == table)?;
        let (codes, scales) = self.matrices.get(layer as usize * TABLES.len() + place)?;
        let width = size(&self.shape, table).1 as usize;
        let codes = codes.get(row as usize * width..)?.get(..width)?;
        Some(MatrixRow { codes, scale: *scales.get(row as usize)? })
    }

    fn norm(&self, norm: Norm, _layer: u32, index: u32) -> Option<i32> {
        self.norms.get((norm as u32 * self.shape.hidden + index) as usize).copied()
    }

    fn rotary(&self, position: u32, pair: u32) -> Option<(i32, i32)> {
        self.rotary.get((position * self.shape.head / 2 + pair) as usize).copied()
    }
}
