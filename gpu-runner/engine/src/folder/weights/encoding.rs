//! How weights are stored, and what they are as f32.
//!
//! The block formats are those of GGUF: 32 weights (or 256) share a scale in half precision.

use half::{bf16, f16};
use safetensors::Dtype;

/// A storage format that this engine reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// 32-bit floats.
    F32,
    /// Half precision.
    F16,
    /// The upper half of 32-bit floats.
    Bf16,
    /// 4 bits and a scale for every 32.
    Q4_0,
    /// 4 bits, a scale and a smallest value for every 32.
    Q4_1,
    /// 8 bits and a scale for every 32.
    Q8_0,
    /// 4 bits in eight groups of 32 with 6-bit scales and smallest values, for every 256.
    Q4K,
    /// Like Q4K with a fifth bit.
    Q5K,
    /// 6 bits in sixteen groups of 16 with 8-bit scales, for every 256.
    Q6K,
}

impl Encoding {
    /// The format of a safetensors file.
    pub fn of_safetensors(dtype: Dtype) -> Option<Self> {
        match dtype {
            Dtype::F32 => Some(Self::F32),
            Dtype::F16 => Some(Self::F16),
            Dtype::BF16 => Some(Self::Bf16),
            _ => None,
        }
    }

    /// The format that a GGUF file gives by number.
    pub fn of_gguf(kind: u32) -> Option<Self> {
        match kind {
            0 => Some(Self::F32),
            1 => Some(Self::F16),
            2 => Some(Self::Q4_0),
            3 => Some(Self::Q4_1),
            8 => Some(Self::Q8_0),
            12 => Some(Self::Q4K),
            13 => Some(Self::Q5K),
            14 => Some(Self::Q6K),
            30 => Some(Self::Bf16),
            _ => None,
        }
    }

    /// Weights of a block, and its bytes.
    pub fn block(self) -> (usize, usize) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::Bf16 => (1, 2),
            Self::Q4_0 => (32, 18),
            Self::Q4_1 => (32, 20),
            Self::Q8_0 => (32, 34),
            Self::Q4K => (256, 144),
            Self::Q5K => (256, 176),
            Self::Q6K => (256, 210),
        }
    }

    /// The weights of whole blocks as f32.
    pub fn widen(self, bytes: &[u8]) -> Vec<f32> {
        let (count, size) = self.block();
        let mut values = Vec::with_capacity(bytes.len() / size * count);
        match self {
            Self::F32 => values.extend(bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b))),
            Self::F16 => {
                values.extend(bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()));
            }
            Self::Bf16 => {
                values.extend(bytes.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()));
            }
            Self::Q4_0 => each(bytes, |block: &[u8; 18]| {
                let scale = half(block, 0);
                nibbles(&block[2..], &mut values, |code| (f32::from(code) - 8.0) * scale);
            }),
            Self::Q4_1 => each(bytes, |block: &[u8; 20]| {
                let (scale, low) = (half(block, 0), half(block, 2));
                nibbles(&block[4..], &mut values, |code| f32::from(code) * scale + low);
            }),
            Self::Q8_0 => each(bytes, |block: &[u8; 34]| {
                let scale = half(block, 0);
                values.extend(block[2..].iter().map(|code| f32::from(*code as i8) * scale));
            }),
            Self::Q4K => each(bytes, |block: &[u8; 144]| {
                groups(block, &[], &block[16..], &mut values);
            }),
            Self::Q5K => each(bytes, |block: &[u8; 176]| {
                groups(block, &block[16..48], &block[48..], &mut values);
            }),
            Self::Q6K => each(bytes, |block: &[u8; 210]| six_bits(block, &mut values)),
        }
        values
    }
}

fn each<const N: usize>(bytes: &[u8], f: impl FnMut(&[u8; N])) {
    bytes.as_chunks().0.iter().for_each(f);
}

fn half(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

/// The lower halves of all bytes, then the upper ones.
fn nibbles(bytes: &[u8], values: &mut Vec<f32>, value: impl Fn(u8) -> f32) {
    values.extend(bytes.iter().map(|byte| value(byte & 15)));
    values.extend(bytes.iter().map(|byte| value(byte >> 4)));
}

/// Q4K and Q5K: scale, scale of the smallest values, 12 bytes with eight 6-bit pairs, fifth bits, codes.
fn groups(block: &[u8], fifth: &[u8], codes: &[u8], values: &mut Vec<f32>) {
    let (scale, low) = (half(block, 0), half(block, 2));
    let packed = &block[4..16];
    for (pair, codes) in codes.chunks_exact(32).enumerate() {
        for (group, shift) in [(2 * pair, 0), (2 * pair + 1, 4)] {
            let (share, offset) = six_bit_pair(packed, group);
            let (scale, low) = (scale * f32::from(share), low * f32::from(offset));
            values.extend(codes.iter().enumerate().map(|(at, byte)| {
                let high = fifth.get(at).map_or(0, |bits| bits >> group & 1) << 4;
                scale * f32::from((byte >> shift & 15) | high) - low
            }));
        }
    }
}

/// Scale and smallest value of a group: the last four keep their upper two bits beside the first four.
fn six_bit_pair(packed: &[u8], group: usize) -> (u8, u8) {
    if group < 4 {
        return (packed[group] & 63, packed[group + 4] & 63);
    }
    let low = packed[group + 4];
    (low & 15 | packed[group - 4] >> 6 << 4, low >> 4 | packed[group] >> 6 << 4)
}

/// Q6K: 128 bytes of lower halves, 64 bytes of upper pairs, 16 scales, one scale for all.
fn six_bits(block: &[u8; 210], values: &mut Vec<f32>) {
    let scale = half(block, 208);
    for part in 0..2 {
        let (low, high) = (&block[64 * part..][..64], &block[128 + 32 * part..][..32]);
        let scales = &block[192 + 8 * part..][..8];
        for quarter in 0..4 {
            values.extend((0..32).map(|at| {
                let byte = low[32 * (quarter & 1) + at];
                let four = if quarter < 2 { byte & 15 } else { byte >> 4 };
                let two = high[at] >> (2 * quarter) & 3;
                let code = f32::from((four | two << 4) as i8 - 32);
                scale * f32::from(scales[2 * quarter + at / 16] as i8) * code
            }));
        }
    }
}
