//! Which leaves a computation reads: what a party must open for it.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::cell::RefCell;

use stoa_exact::WeightScale;

use crate::{
    Claim, Manifest, MatrixRow, Model, Norm, Opening, Part, Shape, Source, Table, Tensor, Tensors,
    Unopened, element,
    merkle::{LEAF_BYTES, Node, range_path},
    partial,
};

/// One of the trees of a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Forest {
    /// Over the bytes of a source.
    Content(Source),
    /// Over the records of the tensors.
    Tensors,
    /// Over the records of the model's sections.
    Sections,
}

/// What a party holds: bytes and nodes of everything.
pub trait Book {
    /// Bytes of consecutive leaves; the last leaf of a content is shorter.
    fn leaves(&self, source: Source, first: u32, count: u32) -> Vec<u8>;
    /// Number of leaves of a tree.
    fn width(&self, tree: Forest) -> u64;
    /// A node `height` levels above the leaves.
    fn node(&self, tree: Forest, height: u32, index: u64) -> Node;
}

/// What is computed in a dispute about an element.
#[derive(Debug, Clone, Copy)]
pub enum Task<'a> {
    /// The element from whole rows.
    Element,
    /// The element from what is stated.
    Finish(&'a [i64]),
    /// One chunk's contribution.
    Chunk(&'a [i64], u32),
}

/// Logs what is read.
struct Recording<'a, M, T> {
    model: &'a M,
    trace: &'a T,
    manifest: Manifest,
    shape: Shape,
    leaves: RefCell<BTreeSet<(Source, u32)>>,
}

/// The leaves that a task reads.
pub fn witness(
    (model, trace): (&impl Model, &impl Tensors),
    manifest: Manifest,
    claim: Claim<'_>,
    (tensor, index): (Tensor, u64),
    task: Task<'_>,
) -> Result<BTreeSet<(Source, u32)>, Unopened> {
    let shape = Shape { positions: claim.ids.positions, ..manifest.shape };
    let recording =
        Recording { model, trace, manifest, shape, leaves: RefCell::new(BTreeSet::new()) };
    let at = (tensor, index);
    match task {
        Task::Element => {
            element(&recording, &recording, claim, tensor, index)?;
        }
        Task::Finish(stated) => {
            partial::finish(&recording, &recording, claim, at, stated)?;
        }
        Task::Chunk(stated, chunk) => {
            partial::partial(&recording, &recording, claim, at, stated, chunk)?;
        }
    }
    if tensor.part == Part::Embedding {
        let position = index / u64::from(shape.hidden);
        recording.note(Source::Ids, 4 * position, 4);
    }
    Ok(recording.leaves.into_inner())
}

/// The openings of some leaves, neighbours together.
pub fn openings(leaves: &BTreeSet<(Source, u32)>, book: &impl Book) -> Vec<Opening> {
    let mut ranges: BTreeMap<(Source, u32), u32> = BTreeMap::new();
    for (source, leaf) in leaves {
        match ranges.iter_mut().next_back() {
            Some(((other, first), count)) if other == source && *first + *count == *leaf => {
                *count += 1;
            }
            _ => {
                ranges.insert((*source, *leaf), 1);
            }
        }
    }
    let open = |((source, first), count): ((Source, u32), u32)| {
        let path = |tree: Forest, first: u64, count: u32| {
            let node = |height: u32, index: u64| book.node(tree, height, index);
            range_path(first, count.into(), book.width(tree), node)
        };
        Opening {
            source,
            first,
            bytes: book.leaves(source, first, count),
            siblings: path(Forest::Content(source), first.into(), count),
            path: match source {
                Source::Tensor(number) => path(Forest::Tensors, number.into(), 1),
                Source::Section(number) => path(Forest::Sections, number.into(), 1),
                Source::Ids => Vec::new(),
            },
        }
    };
    ranges.into_iter().map(open).collect()
}

impl<M: Model, T: Tensors> Recording<'_, M, T> {
    fn note(&self, source: Source, start: u64, bytes: u64) {
        if bytes == 0 {
            return;
        }
        let leaf = |byte: u64| (byte / LEAF_BYTES as u64) as u32;
        let touched = (leaf(start)..=leaf(start + bytes - 1)).map(|leaf| (source, leaf));
        self.leaves.borrow_mut().extend(touched);
    }
}

impl<M: Model, T: Tensors> Model for Recording<'_, M, T> {
    fn shape(&self, positions: u32) -> Shape {
        self.model.shape(positions)
    }

    fn constants(&self) -> (u64, WeightScale) {
        self.model.constants()
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
        let (scales, width) = (self.manifest.scales(table, layer), self.manifest.size(table).1);
        self.note(Source::Section(scales), 4 * u64::from(row), 4);
        let at = u64::from(row) * u64::from(width) + u64::from(start);
        self.note(Source::Section(scales + 1), at, count.into());
        self.model.columns(table, layer, row, (start, count))
    }

    fn norm(&self, norm: Norm, layer: u32, index: u32) -> Option<i32> {
        self.note(Source::Section(self.manifest.norm(norm, layer)), 4 * u64::from(index), 4);
        self.model.norm(norm, layer, index)
    }

    fn rotary(&self, position: u32, pair: u32) -> Option<(i32, i32)> {
        let head = u64::from(self.shape.head);
        for place in [pair.into(), u64::from(pair) + head / 2] {
            let at = 4 * (u64::from(position) * head + place);
            self.note(Source::Section(self.manifest.rotary()), at, 4);
        }
        self.model.rotary(position, pair)
    }
}

impl<M: Model, T: Tensors> Tensors for Recording<'_, M, T> {
    fn words(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i32>> {
        let source = Source::Tensor(self.shape.number(tensor));
        self.note(source, 4 * start, 4 * u64::from(count));
        self.trace.words(tensor, start, count)
    }

    fn codes(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i8>> {
        self.note(Source::Tensor(self.shape.number(tensor)), start, count.into());
        self.trace.codes(tensor, start, count)
    }
}
