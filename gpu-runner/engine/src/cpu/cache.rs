//! int8 keys and values of one layer of one sequence, `[groups][positions][head]`.

use stoa_exact::{RowScale, attention::HeadCache};
use stoa_simd::Isa;

use super::CpuExecutor;
use crate::{executor::ElasticCache, folder::config::ModelConfig};

/// Keys and values of one layer. It has no memory before the first position is written or room is asked for.
pub struct LayerCache {
    groups: usize,
    head: usize,
    context: usize,
    /// Positions that there is room for.
    positions: usize,
    keys: Half,
    values: Half,
}

#[derive(Default)]
struct Half {
    codes: Vec<i8>,
    scales: Vec<RowScale>,
}

impl LayerCache {
    /// An empty cache.
    pub fn new(config: &ModelConfig) -> Self {
        Self {
            groups: config.groups as usize,
            head: config.head as usize,
            context: config.context as usize,
            positions: 0,
            keys: Half::default(),
            values: Half::default(),
        }
    }

    /// Bytes of one position in one layer.
    pub fn position_bytes(config: &ModelConfig) -> u64 {
        let row = u64::from(config.head) + size_of::<RowScale>() as u64;
        2 * u64::from(config.groups) * row
    }

    /// Takes memory for `positions` positions and keeps the first `keep`.
    pub fn resize(&mut self, positions: usize, keep: usize) {
        let (groups, head) = (self.groups, self.head);
        let keep = keep.min(positions).min(self.positions);
        for half in [&mut self.keys, &mut self.values] {
            let rows = groups * positions;
            let mut wider =
                Half { codes: vec![0; rows * head], scales: vec![RowScale::default(); rows] };
            wider.take(half, (groups, head), (positions, self.positions), keep);
            *half = wider;
        }
        self.positions = positions;
    }

    /// Copies the first `positions` positions of another sequence.
    pub fn copy(&mut self, from: &Self, positions: usize) {
        let (to, shape) = (self.positions, (self.groups, self.head));
        let keep = positions.min(to).min(from.positions);
        self.keys.take(&from.keys, shape, (to, from.positions), keep);
        self.values.take(&from.values, shape, (to, from.positions), keep);
    }

    /// Quantises and stores the key and value heads of one position.
    pub fn write(&mut self, isa: Isa, position: u32, keys: &[i32], values: &[i32]) {
        if position as usize >= self.positions {
            // Nobody said how long the sequence gets.
            self.resize(self.context, self.positions);
        }
        for (half, rows) in [(&mut self.keys, keys), (&mut self.values, values)] {
            for (group, row) in rows.chunks_exact(self.head).enumerate() {
                let index = group * self.positions + position as usize;
                let codes = &mut half.codes[index * self.head..][..self.head];
                half.scales[index] = isa.quantise_row(row, codes);
            }
        }
    }

    /// Keys and values of one group up to and including `position`: all of them, or the last of a window.
    pub fn head<'a>(
        &'a self,
        group: usize,
        position: u32,
        window: Option<u32>,
    ) -> (HeadCache<'a>, HeadCache<'a>) {
        let end = position as usize + 1;
        let rows = window.map_or(end, |window| end.min(window as usize));
        let first = group * self.positions + end - rows;
        let part = |half: &'a Half| HeadCache {
            codes: &half.codes[first * self.head..][..rows * self.head],
            scales: &half.scales[first..][..rows],
        };
        (part(&self.keys), part(&self.values))
    }
}

impl Half {
    /// Takes the first `keep` rows of every group of `from`; `(to, of)` are the rows that a group has here and there.
    fn take(
        &mut self,
        from: &Self,
        (groups, head): (usize, usize),
        (to, of): (usize, usize),
        keep: usize,
    ) {
        for group in 0..groups {
            let codes = &from.codes[group * of * head..][..keep * head];
            self.codes[group * to * head..][..keep * head].copy_from_slice(codes);
            let scales = &from.scales[group * of..][..keep];
            self.scales[group * to..][..keep].copy_from_slice(scales);
        }
    }
}

impl ElasticCache for CpuExecutor {
    fn position_bytes(&self) -> u64 {
        LayerCache::position_bytes(&self.model.config) * self.model.layers.len() as u64
    }

    fn page_positions(&self) -> u32 {
        1
    }

    fn limit_positions(&self) -> Option<u64> {
        None
    }

    fn resize(&mut self, sequence: u32, positions: u32, keep: u32) {
        for layer in &mut self.caches {
            layer[sequence as usize].resize(positions as usize, keep as usize);
        }
    }

    fn copy(&mut self, from: u32, to: u32, positions: u32) {
        for layer in &mut self.caches {
            // One sequence has nothing to copy to itself.
            if let Ok([from, to]) = layer.get_disjoint_mut([from as usize, to as usize]) {
                to.copy(from, positions as usize);
            }
        }
    }
}
