//! int8 keys and values of one layer of one sequence, `[groups][context][head]`.

use stoa_exact::{RowScale, attention::HeadCache};
use stoa_simd::Isa;

use crate::folder::config::ModelConfig;

/// Keys and values of one layer.
pub struct LayerCache {
    head: usize,
    context: usize,
    keys: Half,
    values: Half,
}

struct Half {
    codes: Vec<i8>,
    scales: Vec<RowScale>,
}

impl LayerCache {
    /// An empty cache for the whole context.
    pub fn new(config: &ModelConfig) -> Self {
        let (head, context) = (config.head as usize, config.context as usize);
        let rows = config.groups as usize * context;
        let half = || Half { codes: vec![0; rows * head], scales: vec![RowScale::default(); rows] };
        Self { head, context, keys: half(), values: half() }
    }

    /// Quantises and stores the key and value heads of one position.
    pub fn write(&mut self, isa: Isa, position: u32, keys: &[i32], values: &[i32]) {
        for (half, rows) in [(&mut self.keys, keys), (&mut self.values, values)] {
            for (group, row) in rows.chunks_exact(self.head).enumerate() {
                let index = group * self.context + position as usize;
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
        let first = group * self.context + end - rows;
        let part = |half: &'a Half| HeadCache {
            codes: &half.codes[first * self.head..][..rows * self.head],
            scales: &half.scales[first..][..rows],
        };
        (part(&self.keys), part(&self.values))
    }
}
