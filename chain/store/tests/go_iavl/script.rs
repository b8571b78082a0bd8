//! Random histories, told by their seed.

use std::{collections::BTreeMap, fmt::Write as _};

/// How much happens.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub stores: usize,
    /// Height of the first commit.
    pub initial: u64,
    pub blocks: u64,
    /// Most writes of a block.
    pub writes: u64,
    /// Different keys of a store.
    pub keys: u64,
    pub proofs: u64,
}

pub const STORES: [&str; 5] = ["acc", "bank", "consensus", "upgrade", "wasm"];

/// The first stores have no empty values, which cannot be proven.
const STORES_WITH_PROOFS: usize = 2;

struct Random(u64);

impl Random {
    /// SplitMix64.
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    /// Of different lengths, some prefixes of others.
    fn key(&mut self, scale: Scale) -> Vec<u8> {
        let number = self.next(scale.keys);
        let length = 1 + (number % 11) as usize;
        let mut key = number.to_le_bytes().repeat(2);
        key.truncate(length.max(3));
        key
    }

    fn value(&mut self, may_be_empty: bool) -> Vec<u8> {
        let length = self.next(12) as usize + usize::from(!may_be_empty);
        self.next(u64::MAX).to_be_bytes().repeat(2)[..length].to_vec()
    }
}

/// A script for the program in `tests/go`.
pub fn script(seed: u64, scale: Scale) -> String {
    let mut random = Random(seed);
    let mut script = format!("# seed {seed}, {scale:?}\n");
    let names = &STORES[..scale.stores];
    writeln!(script, "stores {}\ninitial {}", names.join(" "), scale.initial).unwrap();
    let mut last: BTreeMap<(usize, Vec<u8>), Vec<u8>> = BTreeMap::new();
    for _ in 0..scale.blocks {
        let writes = match random.next(8) {
            0 => 0,
            1 => 1,
            _ => random.next(scale.writes) + 1,
        };
        for _ in 0..writes {
            let (store, key) = (random.next(scale.stores as u64) as usize, random.key(scale));
            let (name, key_hex) = (names[store], hex::encode(&key));
            if random.next(10) < 3 {
                writeln!(script, "del {name} {key_hex}").unwrap();
                last.remove(&(store, key));
                continue;
            }
            let same = last.get(&(store, key.clone())).filter(|_| random.next(6) == 0).cloned();
            let value = same.unwrap_or_else(|| random.value(store >= STORES_WITH_PROOFS));
            let value_hex = if value.is_empty() { "-".to_owned() } else { hex::encode(&value) };
            writeln!(script, "set {name} {key_hex} {value_hex}").unwrap();
            last.insert((store, key), value);
        }
        script.push_str("commit\n");
    }
    for _ in 0..scale.proofs {
        let store = random.next(scale.stores.min(STORES_WITH_PROOFS) as u64) as usize;
        let height = scale.initial + random.next(scale.blocks);
        let mut key = random.key(scale);
        match random.next(4) {
            0 => key.push(0),
            1 => key.truncate(1),
            _ => {}
        }
        writeln!(script, "prove {height} {} {}", names[store], hex::encode(key)).unwrap();
    }
    script
}
