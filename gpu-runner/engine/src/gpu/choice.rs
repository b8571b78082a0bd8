//! Which variant computes the products of a step, by its number of rows.

use super::plan::Method;

/// Numbers of rows that have a choice of their own; a step takes the first that is not smaller.
pub const BUCKETS: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];

/// One method for each bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice([Method; BUCKETS.len()]);

impl Default for Choice {
    /// One token by itself, more in the smallest tile that takes them.
    fn default() -> Self {
        Self(BUCKETS.map(|rows| match rows {
            1 => Method::Vector,
            _ => Method::Tiled(stoa_kernels::matmul::tile_for(rows)),
        }))
    }
}

impl Choice {
    /// The same method for all.
    pub fn only(method: Method) -> Self {
        Self([method; BUCKETS.len()])
    }

    /// What is fastest in each bucket, by the times of [`Method::ALL`]; the first among equals.
    pub fn fastest<T: Ord>(times: [[T; Method::ALL.len()]; BUCKETS.len()]) -> Self {
        Self(times.map(|times| {
            let fastest = times.iter().zip(Method::ALL).min_by(|a, b| a.0.cmp(b.0));
            fastest.map_or(Method::Vector, |(_, method)| method)
        }))
    }

    /// The method for a number of rows.
    pub fn method(&self, rows: u32) -> Method {
        let bucket = BUCKETS.iter().position(|most| *most >= rows);
        self.0[bucket.unwrap_or(BUCKETS.len() - 1)]
    }

    /// A byte a bucket.
    pub fn to_bytes(self) -> Vec<u8> {
        self.0.iter().map(|method| method.place() as u8).collect()
    }

    /// What [`Choice::to_bytes`] gave; `None` for anything else.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; BUCKETS.len()] = bytes.try_into().ok()?;
        let mut choice = Self::default();
        for (method, byte) in choice.0.iter_mut().zip(bytes) {
            *method = *Method::ALL.get(byte as usize)?;
        }
        Some(choice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_is_chosen_kept_and_read_again() {
        let times = BUCKETS.map(|rows| [rows, 5, 9]);
        let choice = Choice::fastest(times);
        assert_eq!(choice.method(4), Method::Vector);
        assert_eq!(choice.method(5), Method::Tiled(0));
        assert_eq!(choice.method(1000), Method::Tiled(0));
        assert_eq!(Choice::of_bytes(&choice.to_bytes()), Some(choice));
        assert_eq!(Choice::of_bytes(&[0; 6]), None);
        assert_eq!(Choice::of_bytes(&[0, 0, 3, 0, 0, 0, 0]), None);
    }
}
