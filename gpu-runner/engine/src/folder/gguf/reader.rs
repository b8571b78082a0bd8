//! Reads the header of a GGUF file: little-endian numbers, texts and lists, every length checked before it is used.

use std::io::Read;

use super::{
    GgufError,
    metadata::{Metadata, Value},
};

/// Most bytes of a header: metadata with the vocabulary, and the directory of tensors.
pub const MAX_HEADER_BYTES: u64 = 256 << 20;
/// Most metadata keys.
pub const MAX_KEYS: u64 = 1 << 16;
/// Most tensors.
pub const MAX_TENSORS: u64 = 1 << 16;
/// Longest key or tensor name in bytes.
pub const MAX_NAME_BYTES: u64 = 1 << 10;
/// Longest text in bytes: a whole `tokenizer.json` has its place here.
pub const MAX_TEXT_BYTES: u64 = 64 << 20;
/// Most elements of a list.
pub const MAX_LIST: u64 = 1 << 23;
/// Most dimensions of a tensor.
pub const MAX_DIMENSIONS: u32 = 4;

/// An entry of the directory, as written.
pub struct RawTensor {
    pub name: String,
    /// Sizes, the one that changes fastest first.
    pub sizes: Vec<u64>,
    pub kind: u32,
    /// From the beginning of the data.
    pub offset: u64,
}

/// The header of a file.
pub struct Header {
    pub metadata: Metadata,
    pub tensors: Vec<RawTensor>,
    /// Bytes of the header, without the padding behind it.
    pub length: u64,
}

/// Reads a header from the beginning of `input`, of which `length` bytes exist.
pub fn read_header(input: impl Read, length: u64) -> Result<Header, GgufError> {
    let mut reader = Reader { input, read: 0, limit: length.min(MAX_HEADER_BYTES) };
    if reader.bytes::<4>()? != *b"GGUF" {
        return Err(GgufError::Magic);
    }
    let version = reader.u32()?;
    if version != 2 && version != 3 {
        return Err(GgufError::Version { found: version });
    }
    let tensors = bounded("the number of tensors", reader.u64()?, MAX_TENSORS)?;
    let keys = bounded("the number of keys", reader.u64()?, MAX_KEYS)?;
    let mut metadata = Metadata::default();
    for _ in 0..keys {
        let key = reader.text("the length of a key", MAX_NAME_BYTES)?;
        let kind = reader.u32()?;
        let value = reader.value(kind)?;
        metadata.insert(key, value)?;
    }
    let tensors = (0..tensors).map(|_| reader.tensor()).collect::<Result<_, _>>()?;
    Ok(Header { metadata, tensors, length: reader.read })
}

fn bounded(what: &'static str, found: u64, limit: u64) -> Result<u64, GgufError> {
    if found > limit {
        return Err(GgufError::TooMuch { what, found, limit });
    }
    Ok(found)
}

struct Reader<R> {
    input: R,
    read: u64,
    limit: u64,
}

impl<R: Read> Reader<R> {
    /// Reserves `count` bytes of what is left, so that nothing is allocated for bytes that do not exist.
    fn take(&mut self, count: u64) -> Result<(), GgufError> {
        let read = self.read.checked_add(count).filter(|read| *read <= self.limit);
        self.read = read.ok_or(GgufError::Truncated)?;
        Ok(())
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], GgufError> {
        self.take(N as u64)?;
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes).map_err(|_| GgufError::Truncated)?;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, GgufError> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, GgufError> {
        self.bytes().map(u64::from_le_bytes)
    }

    fn text(&mut self, what: &'static str, limit: u64) -> Result<String, GgufError> {
        let length = bounded(what, self.u64()?, limit)?;
        self.take(length)?;
        let mut bytes = vec![0; length as usize];
        self.input.read_exact(&mut bytes).map_err(|_| GgufError::Truncated)?;
        String::from_utf8(bytes).map_err(|_| GgufError::NotText)
    }

    fn value(&mut self, kind: u32) -> Result<Value, GgufError> {
        if kind != 9 {
            return self.scalar(kind);
        }
        let element = self.u32()?;
        let count = bounded("the length of a list", self.u64()?, MAX_LIST)?;
        // Every element has a byte at least: a count beyond the file ends here, not in the allocator.
        if count > self.limit - self.read {
            return Err(GgufError::Truncated);
        }
        (0..count).map(|_| self.scalar(element)).collect::<Result<_, _>>().map(Value::List)
    }

    fn scalar(&mut self, kind: u32) -> Result<Value, GgufError> {
        Ok(match kind {
            0 => Value::Unsigned(u8::from_le_bytes(self.bytes()?).into()),
            1 => Value::Signed(i8::from_le_bytes(self.bytes()?).into()),
            2 => Value::Unsigned(u16::from_le_bytes(self.bytes()?).into()),
            3 => Value::Signed(i16::from_le_bytes(self.bytes()?).into()),
            4 => Value::Unsigned(self.u32()?.into()),
            5 => Value::Signed(i32::from_le_bytes(self.bytes()?).into()),
            6 => Value::Single(f32::from_le_bytes(self.bytes()?)),
            7 => Value::Flag(self.bytes::<1>()? != [0]),
            8 => Value::Text(self.text("the length of a text", MAX_TEXT_BYTES)?),
            10 => Value::Unsigned(self.u64()?),
            11 => Value::Signed(i64::from_le_bytes(self.bytes()?)),
            12 => Value::Double(f64::from_le_bytes(self.bytes()?)),
            kind => return Err(GgufError::Kind { kind }),
        })
    }

    fn tensor(&mut self) -> Result<RawTensor, GgufError> {
        let name = self.text("the length of a name", MAX_NAME_BYTES)?;
        let dimensions = u64::from(self.u32()?);
        let dimensions = bounded("the number of dimensions", dimensions, MAX_DIMENSIONS.into())?;
        let sizes = (0..dimensions).map(|_| self.u64()).collect::<Result<_, _>>()?;
        Ok(RawTensor { name, sizes, kind: self.u32()?, offset: self.u64()? })
    }
}
