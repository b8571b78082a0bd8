//! Writes GGUF files, for benchmarks beside llama.cpp and for tests; nothing is served from them.

use std::io::{self, Write};

use super::metadata::Value;

/// Alignment of the tensors.
const ALIGNMENT: u64 = 32;

/// How a written tensor is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TensorKind {
    /// 32-bit floats.
    F32,
    /// Half precision.
    F16,
    /// 8 bits and a scale for every 32.
    Q8_0,
}

impl TensorKind {
    fn number(self) -> u32 {
        match self {
            Self::F32 => 0,
            Self::F16 => 1,
            Self::Q8_0 => 8,
        }
    }

    /// Bytes of so many weights.
    pub fn bytes(self, weights: u64) -> u64 {
        match self {
            Self::F32 => weights * 4,
            Self::F16 => weights * 2,
            Self::Q8_0 => weights / 32 * 34,
        }
    }
}

/// The header of a file, entry by entry; the contents follow in the order of the tensors.
#[derive(Debug, Default)]
pub struct GgufWriter {
    keys: u64,
    metadata: Vec<u8>,
    tensors: u64,
    directory: Vec<u8>,
    /// Bytes of the contents so far.
    data: u64,
}

impl GgufWriter {
    /// Adds a text.
    pub fn text(&mut self, key: &str, text: &str) {
        self.key(key, &Value::Text(text.to_owned()));
    }

    /// Adds a whole number of 32 bits.
    pub fn number(&mut self, key: &str, number: u32) {
        self.key(key, &Value::Unsigned(number.into()));
    }

    /// Adds a 32-bit float.
    pub fn real(&mut self, key: &str, real: f32) {
        self.key(key, &Value::Single(real));
    }

    /// Adds a flag.
    pub fn flag(&mut self, key: &str, flag: bool) {
        self.key(key, &Value::Flag(flag));
    }

    /// Adds a list of texts.
    pub fn texts<'a>(&mut self, key: &str, texts: impl IntoIterator<Item = &'a str>) {
        let texts = texts.into_iter().map(|text| Value::Text(text.to_owned()));
        self.key(key, &Value::List(texts.collect()));
    }

    /// Adds a list of whole numbers of 32 bits.
    pub fn numbers(&mut self, key: &str, numbers: impl IntoIterator<Item = u32>) {
        let numbers = numbers.into_iter().map(|number| Value::Unsigned(number.into()));
        self.key(key, &Value::List(numbers.collect()));
    }

    /// Adds a list of 32-bit floats.
    pub fn reals(&mut self, key: &str, reals: impl IntoIterator<Item = f32>) {
        self.key(key, &Value::List(reals.into_iter().map(Value::Single).collect()));
    }

    /// Adds a tensor of rows and columns (or of columns alone) to the directory.
    pub fn tensor(&mut self, name: &str, shape: &[u32], kind: TensorKind) {
        text(&mut self.directory, name);
        self.directory.extend((shape.len() as u32).to_le_bytes());
        // The fastest dimension comes first.
        let sizes = shape.iter().rev().map(|size| u64::from(*size));
        sizes.clone().for_each(|size| self.directory.extend(size.to_le_bytes()));
        self.directory.extend(kind.number().to_le_bytes());
        self.directory.extend(self.data.to_le_bytes());
        self.data += kind.bytes(sizes.product()).next_multiple_of(ALIGNMENT);
        self.tensors += 1;
    }

    /// Writes the header; [`GgufWriter::content`] follows for every tensor.
    pub fn header(&self, out: &mut impl Write) -> io::Result<()> {
        let mut header = Vec::new();
        header.extend(b"GGUF");
        header.extend(3u32.to_le_bytes());
        header.extend(self.tensors.to_le_bytes());
        header.extend(self.keys.to_le_bytes());
        header.extend(&self.metadata);
        header.extend(&self.directory);
        Self::content(out, &header)
    }

    /// Writes the content of a tensor and the padding behind it.
    pub fn content(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
        let length = bytes.len() as u64;
        let padding = length.next_multiple_of(ALIGNMENT) - length;
        out.write_all(bytes)?;
        out.write_all(&[0; ALIGNMENT as usize][..padding as usize])
    }

    fn key(&mut self, key: &str, value: &Value) {
        text(&mut self.metadata, key);
        self.metadata.extend(kind(value).to_le_bytes());
        if let Value::List(values) = value {
            let element = values.first().map_or(8, kind);
            self.metadata.extend(element.to_le_bytes());
            self.metadata.extend((values.len() as u64).to_le_bytes());
            values.iter().for_each(|value| scalar(&mut self.metadata, value));
        } else {
            scalar(&mut self.metadata, value);
        }
        self.keys += 1;
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend((text.len() as u64).to_le_bytes());
    bytes.extend(text.as_bytes());
}

fn kind(value: &Value) -> u32 {
    match value {
        Value::Unsigned(_) => 4,
        Value::Single(_) => 6,
        Value::Flag(_) => 7,
        Value::Text(_) => 8,
        Value::List(_) => 9,
        Value::Signed(_) => 11,
        Value::Double(_) => 12,
    }
}

fn scalar(bytes: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Unsigned(number) => bytes.extend((*number as u32).to_le_bytes()),
        Value::Signed(number) => bytes.extend(number.to_le_bytes()),
        Value::Single(real) => bytes.extend(real.to_le_bytes()),
        Value::Double(real) => bytes.extend(real.to_le_bytes()),
        Value::Flag(flag) => bytes.push((*flag).into()),
        Value::Text(content) => text(bytes, content),
        Value::List(values) => values.iter().for_each(|value| scalar(bytes, value)),
    }
}
