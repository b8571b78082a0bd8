//! A stream cut into chunks.

use std::io;

use sha2::{Digest as _, Sha256};

use super::{CHUNK_BYTES, MAX_CHUNKS};

/// Hands over every chunk as soon as it is full.
pub(super) struct Chunks<F> {
    full: F,
    present: Vec<u8>,
    hashes: Vec<[u8; 32]>,
}

impl<F: FnMut(u32, &[u8]) -> io::Result<()>> Chunks<F> {
    /// `full` gets each chunk with its number.
    pub(super) fn new(full: F) -> Self {
        Self { full, present: Vec::with_capacity(CHUNK_BYTES), hashes: Vec::new() }
    }

    /// Hands over the rest; returns the hashes of all chunks.
    pub(super) fn finish(mut self) -> io::Result<Vec<[u8; 32]>> {
        if !self.present.is_empty() {
            self.hand_over()?;
        }
        Ok(self.hashes)
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let number = u32::try_from(self.hashes.len()).unwrap_or(u32::MAX);
        if self.hashes.len() >= MAX_CHUNKS {
            let text = format!("the state needs more than {MAX_CHUNKS} chunks");
            return Err(io::Error::other(text));
        }
        self.hashes.push(Sha256::digest(&self.present).into());
        (self.full)(number, &self.present)?;
        self.present.clear();
        Ok(())
    }
}

impl<F: FnMut(u32, &[u8]) -> io::Result<()>> io::Write for Chunks<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = CHUNK_BYTES.saturating_sub(self.present.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.present.extend(taken);
        if self.present.len() >= CHUNK_BYTES {
            self.hand_over()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn all_chunks_but_the_last_are_full_and_together_they_are_the_stream() {
        for length in [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 5] {
            let stream: Vec<u8> = (0..length).map(|place| place as u8).collect();
            let mut found = Vec::new();
            let mut chunks = Chunks::new(|number, bytes: &[u8]| {
                assert_eq!(number as usize, found.len());
                found.push(bytes.to_vec());
                Ok(())
            });
            for part in stream.chunks(1_000_003) {
                chunks.write_all(part).unwrap();
            }
            let hashes = chunks.finish().unwrap();
            assert_eq!(hashes.len(), length.div_ceil(CHUNK_BYTES));
            for (chunk, hash) in found.iter().zip(hashes) {
                assert_eq!(hash, <[u8; 32]>::from(Sha256::digest(chunk)));
            }
            assert!(found.iter().rev().skip(1).all(|chunk| chunk.len() == CHUNK_BYTES));
            assert_eq!(found.concat(), stream);
        }
    }
}
