//! Pieces of a model, a trace or the token ids, with the proof that they stand under a root.

use alloc::vec::Vec;

use stoa_exact::WeightScale;

use crate::{
    Kind, Manifest, MatrixRow, Model, Norm, Shape, Table, Tensor, Tensors,
    commitment::record_named,
    merkle::{LEAF_BYTES, Node, leaf, root_of_path, root_of_range},
};

/// What an opening is a piece of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A tensor, by its number.
    Tensor(u32),
    /// A section of the model, by its number.
    Section(u32),
    /// The token ids.
    Ids,
}

/// Consecutive leaves of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// What they belong to.
    pub source: Source,
    /// Number of the first leaf.
    pub first: u32,
    /// Their bytes.
    pub bytes: Vec<u8>,
    /// Siblings up to the root of the content.
    pub siblings: Vec<Node>,
    /// Siblings of the record up to the root of the trace or the model; none for ids.
    pub path: Vec<Node>,
}

/// Bytes of an opening before its content.
const HEADER_BYTES: usize = 1 + 4 + 4 + 4 + 1 + 1;

impl Opening {
    /// Appends the opening to a message.
    pub fn write(&self, message: &mut Vec<u8>) {
        let (kind, number) = match self.source {
            Source::Tensor(number) => (0, number),
            Source::Section(number) => (1, number),
            Source::Ids => (2, 0),
        };
        message.push(kind);
        message.extend(number.to_le_bytes());
        message.extend(self.first.to_le_bytes());
        message.extend((self.bytes.len() as u32).to_le_bytes());
        message.extend([self.siblings.len() as u8, self.path.len() as u8]);
        message.extend(&self.bytes);
        message.extend(self.siblings.iter().chain(&self.path).flatten());
    }

    /// Reads all openings of a message; `None` when it does not end with one.
    pub fn read_all(mut message: &[u8]) -> Option<Vec<Self>> {
        let mut openings = Vec::new();
        while !message.is_empty() {
            let (header, rest) = message.split_at_checked(HEADER_BYTES)?;
            let word = |at: usize| header.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
            let source = match *header.first()? {
                0 => Source::Tensor(word(1)?),
                1 => Source::Section(word(1)?),
                2 => Source::Ids,
                _ => return None,
            };
            let (bytes, rest) = rest.split_at_checked(word(9)? as usize)?;
            let (siblings, rest) = nodes(rest, *header.get(13)?)?;
            let (path, rest) = nodes(rest, *header.get(14)?)?;
            openings.push(Self { source, first: word(5)?, bytes: bytes.into(), siblings, path });
            message = rest;
        }
        Some(openings)
    }
}

fn nodes(bytes: &[u8], count: u8) -> Option<(Vec<Node>, &[u8])> {
    let (nodes, rest) = bytes.split_at_checked(32 * usize::from(count))?;
    Some((nodes.as_chunks::<32>().0.to_vec(), rest))
}

/// The roots that openings are held against.
#[derive(Debug, Clone, Copy)]
pub struct Roots {
    /// Of the trace of the party that opens.
    pub trace: Node,
    /// Tensors below this number are agreed on; others are not accepted.
    pub agreed_tensors: u32,
    /// Of the model.
    pub model: Node,
    /// Of the token ids.
    pub ids: Node,
}

/// An opened piece.
struct Piece {
    source: Source,
    start: u64,
    bytes: Vec<u8>,
    /// The same as codes, where the source holds codes.
    codes: Vec<i8>,
}

/// What has been opened and proven: a part of a model and of a trace.
pub struct Opened {
    manifest: Manifest,
    shape: Shape,
    pieces: Vec<Piece>,
    /// Position of the first known id, and the ids.
    ids: (u32, Vec<u32>),
}

impl Opened {
    /// Proves every opening; `None` when one does not stand under its root.
    pub fn prove(
        manifest: Manifest,
        positions: u32,
        roots: &Roots,
        openings: Vec<Opening>,
    ) -> Option<Self> {
        let shape = Shape { positions, ..manifest.shape };
        let mut opened = Self { manifest, shape, pieces: Vec::new(), ids: (0, Vec::new()) };
        for opening in openings {
            opened.add(roots, opening)?;
        }
        Some(opened)
    }

    fn add(&mut self, roots: &Roots, opening: Opening) -> Option<()> {
        let Opening { source, first, bytes, siblings, path } = opening;
        let (start, root) = (u64::from(first) * LEAF_BYTES as u64, |length: u64| {
            content_root(&bytes, first, length, &siblings)
        });
        let mut is_codes = false;
        match source {
            Source::Ids => {
                // The last token of the answer is drawn, not read.
                let root = root(4 * (u64::from(self.shape.positions) + 1))?;
                (path.is_empty() && root == roots.ids).then_some(())?;
                let words = bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
                self.ids = ((start / 4) as u32, words.collect());
                return Some(());
            }
            Source::Tensor(number) => {
                (number < roots.agreed_tensors).then_some(())?;
                let tensor = self.shape.tensor(number)?;
                let length = self.shape.bytes(tensor);
                let record = record_named(&tensor.name(), length, &root(length)?);
                let tensors = self.shape.tensors().into();
                let own = root_of_path(record, number.into(), tensors, &path)?;
                (own == roots.trace).then_some(())?;
                is_codes |= tensor.kind() == Kind::Codes;
            }
            Source::Section(number) => {
                let section = self.manifest.section(number)?;
                let record = record_named(&section.name, section.bytes, &root(section.bytes)?);
                let sections = self.manifest.sections().into();
                let own = root_of_path(record, number.into(), sections, &path)?;
                (own == roots.model).then_some(())?;
                is_codes |= self.manifest.is_codes(number);
            }
        }
        let codes =
            if is_codes { bytes.iter().map(|byte| *byte as i8).collect() } else { Vec::new() };
        self.pieces.push(Piece { source, start, bytes, codes });
        Some(())
    }

    /// The known ids, as a claim has them.
    pub fn ids(&self) -> crate::Ids<'_> {
        crate::Ids { positions: self.shape.positions, first: self.ids.0, known: &self.ids.1 }
    }

    /// The piece that holds some bytes of a source, and where in it they begin.
    fn find(&self, source: Source, start: u64, count: u64) -> Option<(&Piece, usize)> {
        let end = start.checked_add(count)?;
        let piece = self.pieces.iter().find(|piece| {
            piece.source == source
                && piece.start <= start
                && end <= piece.start + piece.bytes.len() as u64
        })?;
        Some((piece, (start - piece.start) as usize))
    }

    fn words_of(&self, source: Source, start: u64, count: u32) -> Option<Vec<i32>> {
        let bytes = 4 * u64::from(count);
        let (piece, at) = self.find(source, start.checked_mul(4)?, bytes)?;
        let words = piece.bytes.get(at..at + bytes as usize)?.as_chunks::<4>().0;
        Some(words.iter().map(|word| i32::from_le_bytes(*word)).collect())
    }

    fn codes_of(&self, source: Source, start: u64, count: u32) -> Option<&[i8]> {
        if count == 0 {
            return Some(&[]);
        }
        let (piece, at) = self.find(source, start, count.into())?;
        piece.codes.get(at..at + count as usize)
    }

    fn word_of(&self, source: Source, index: u64) -> Option<i32> {
        self.words_of(source, index, 1)?.first().copied()
    }
}

/// Root of a content of `length` bytes in which `bytes` are the leaves from `first` on.
pub fn content_root(bytes: &[u8], first: u32, length: u64, siblings: &[Node]) -> Option<Node> {
    let start = u64::from(first) * LEAF_BYTES as u64;
    let end = start + bytes.len() as u64;
    let is_whole = end == length || end < length && end.is_multiple_of(LEAF_BYTES as u64);
    if bytes.is_empty() || !is_whole {
        return None;
    }
    let leaves = bytes.chunks(LEAF_BYTES).map(leaf).collect();
    root_of_range(leaves, first.into(), length.div_ceil(LEAF_BYTES as u64), siblings)
}

impl Model for Opened {
    fn shape(&self, positions: u32) -> Shape {
        Shape { positions, ..self.manifest.shape }
    }

    fn constants(&self) -> (u64, WeightScale) {
        (self.manifest.epsilon, self.manifest.score)
    }

    fn row(&self, table: Table, layer: u32, row: u32) -> Option<MatrixRow<'_>> {
        self.columns(table, layer, row, (0, self.manifest.size(table).1))
    }

    fn columns(
        &self,
        table: Table,
        layer: u32,
        row: u32,
        (start, count): (u32, u32),
    ) -> Option<MatrixRow<'_>> {
        let (rows, width) = self.manifest.size(table);
        if row >= rows || start.checked_add(count)? > width {
            return None;
        }
        let section = self.manifest.scales(table, layer);
        let scale = self.word_of(Source::Section(section), row.into())?;
        let at = u64::from(row) * u64::from(width) + u64::from(start);
        let codes = self.codes_of(Source::Section(section + 1), at, count)?;
        Some(MatrixRow { codes, scale: WeightScale::unpack(scale as u32) })
    }

    fn norm(&self, norm: Norm, layer: u32, index: u32) -> Option<i32> {
        self.word_of(Source::Section(self.manifest.norm(norm, layer)), index.into())
    }

    fn rotary(&self, position: u32, pair: u32) -> Option<(i32, i32)> {
        let (head, table) = (self.manifest.shape.head, Source::Section(self.manifest.rotary()));
        let at = u64::from(position) * u64::from(head) + u64::from(pair);
        Some((self.word_of(table, at)?, self.word_of(table, at + u64::from(head / 2))?))
    }
}

impl Tensors for Opened {
    fn words(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i32>> {
        self.words_of(Source::Tensor(self.shape.number(tensor)), start, count)
    }

    fn codes(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i8>> {
        let codes = self.codes_of(Source::Tensor(self.shape.number(tensor)), start, count)?;
        Some(codes.to_vec())
    }
}
