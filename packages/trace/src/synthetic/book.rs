//! The trees of a party over a synthetic model and trace.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

use super::{Synthetic, mix, tag};
use crate::{
    Book, Forest, Kind, Manifest, Source, Tensor,
    commitment::{record_named, record_of},
    dispute::STEP_LEVELS,
    merkle::{LEAF_BYTES, Node, Tree, join, leaf},
};

/// The text of a manifest.
pub fn manifest_text(manifest: &Manifest) -> String {
    let Manifest { shape, tied, epsilon, score } = manifest;
    format!(
        "stoa-exact-model\narchitecture LlamaForCausalLM\nsemantics_version {}\nhidden {}\ninner {}\nlayers {}\n\
         heads {}\ngroups {}\nhead {}\nvocab {}\ncontext {}\ntied {}\nepsilon {epsilon}\nscore_mantissa {}\n\
         score_shift {}\n",
        stoa_exact::SEMANTICS_VERSION,
        shape.hidden,
        shape.inner,
        shape.layers,
        shape.heads,
        shape.groups,
        shape.head,
        shape.vocab,
        shape.positions,
        u8::from(*tied),
        score.mantissa,
        score.shift,
    )
}

/// What a party holds: the contents, its own value of one element, and trees over the leaves that matter.
pub struct Party<'a> {
    contents: &'a Synthetic,
    /// The disputed tensor, its element and the party's value.
    own: (Tensor, u64, i32),
    known: BTreeMap<(Source, u32, u64), Node>,
    tensors: Tree,
    sections: Tree,
}

impl<'a> Party<'a> {
    /// Trees over `leaves`, and over whatever the seed says elsewhere.
    pub fn new(
        contents: &'a Synthetic,
        own: (Tensor, u64, i32),
        leaves: &BTreeSet<(Source, u32)>,
    ) -> Self {
        let nothing = || Tree::of_nodes(Vec::new());
        let mut party =
            Self { contents, own, known: BTreeMap::new(), tensors: nothing(), sections: nothing() };
        for (source, number) in leaves {
            let node = leaf(&party.leaf(*source, *number));
            party.known.insert((*source, 0, u64::from(*number)), node);
        }
        party.grow();
        let shape = &contents.shape;
        let record = |number: u32| {
            let tensor = shape.tensor(number).unwrap_or(own.0);
            record_of(tensor, shape.bytes(tensor), &party.root(Source::Tensor(number)))
        };
        let tensors = Tree::of_nodes((0..shape.tensors()).map(record).collect());
        let manifest = manifest_text(&contents.manifest);
        let section = |number: u32| match (number, contents.manifest.section(number)) {
            (0, _) => {
                let root = leaf(manifest.as_bytes());
                record_named("manifest", manifest.len() as u64, &root)
            }
            (_, Some(section)) => {
                record_named(&section.name, section.bytes, &party.root(Source::Section(number)))
            }
            (_, None) => made_up(Source::Section(number), u32::MAX, 0),
        };
        let sections = Tree::of_nodes((0..contents.manifest.sections()).map(section).collect());
        (party.tensors, party.sections) = (tensors, sections);
        party
    }

    /// Computes the nodes above known leaves.
    fn grow(&mut self) {
        let mut level: BTreeSet<(Source, u64)> =
            self.known.keys().map(|(source, _, index)| (*source, *index)).collect();
        let mut height = 0;
        while !level.is_empty() {
            let mut above = BTreeSet::new();
            for (source, index) in level {
                let width = self.width_at(source, height);
                if width <= 1 {
                    continue;
                }
                let node = |index: u64| self.content_node(source, height, index);
                let (left, right) = (index & !1, index | 1);
                let joined =
                    if right < width { join(&node(left), &node(right)) } else { node(left) };
                self.known.insert((source, height + 1, index / 2), joined);
                above.insert((source, index / 2));
            }
            (level, height) = (above, height + 1);
        }
    }

    fn width_at(&self, source: Source, height: u32) -> u64 {
        self.contents.length(source).div_ceil(LEAF_BYTES as u64).div_ceil(1 << height)
    }

    /// A node: known, made up where a step of a dispute can end, and what those below make elsewhere.
    fn content_node(&self, source: Source, height: u32, index: u64) -> Node {
        if let Some(known) = self.known.get(&(source, height, index)) {
            return *known;
        }
        if height == 0 || (self.height(source) - height).is_multiple_of(STEP_LEVELS) {
            return made_up(source, height, index);
        }
        let below = |index: u64| self.content_node(source, height - 1, index);
        match 2 * index + 1 < self.width_at(source, height - 1) {
            true => join(&below(2 * index), &below(2 * index + 1)),
            false => below(2 * index),
        }
    }

    /// Levels above the leaves.
    fn height(&self, source: Source) -> u32 {
        self.width_at(source, 0).max(1).next_power_of_two().trailing_zeros()
    }

    fn root(&self, source: Source) -> Node {
        self.content_node(source, self.height(source), 0)
    }

    /// Root of the trace.
    pub fn trace_root(&self) -> Node {
        self.tensors.root()
    }

    /// Root of the model.
    pub fn model_root(&self) -> Node {
        self.sections.root()
    }

    /// Root of the ids.
    pub fn ids_root(&self) -> Node {
        self.root(Source::Ids)
    }

    /// Siblings of the manifest's record.
    pub fn manifest_path(&self) -> Vec<Node> {
        self.sections.path(0)
    }

    /// Root of one tensor.
    pub fn tensor_root(&self, number: u32) -> Node {
        self.root(Source::Tensor(number))
    }

    /// Bytes of a leaf, with the party's value of the disputed element.
    pub fn leaf(&self, source: Source, number: u32) -> Vec<u8> {
        let mut bytes = self.contents.leaf(source, number);
        let (tensor, index, value) = self.own;
        if source == Source::Tensor(self.contents.shape.number(tensor)) {
            let size = if tensor.kind() == Kind::Words { 4 } else { 1 };
            let start = u64::from(number) * LEAF_BYTES as u64;
            if let Some(at) = (index * size).checked_sub(start)
                && let Some(place) = bytes.get_mut(at as usize..(at + size) as usize)
            {
                place.copy_from_slice(&value.to_le_bytes()[..size as usize]);
            }
        }
        bytes
    }
}

/// A node under which nobody looks.
fn made_up(source: Source, height: u32, index: u64) -> Node {
    let mut node = [0; 32];
    for (number, part) in node.chunks_exact_mut(8).enumerate() {
        let word = mix([tag(source), u64::from(height) << 40 | index, 4 + number as u64]);
        part.copy_from_slice(&word.to_le_bytes());
    }
    node
}

impl Book for Party<'_> {
    fn leaves(&self, source: Source, first: u32, count: u32) -> Vec<u8> {
        (first..first + count).flat_map(|number| self.leaf(source, number)).collect()
    }

    fn width(&self, tree: Forest) -> u64 {
        match tree {
            Forest::Content(source) => self.width_at(source, 0),
            Forest::Tensors => self.tensors.leaves(),
            Forest::Sections => self.sections.leaves(),
        }
    }

    fn node(&self, tree: Forest, height: u32, index: u64) -> Node {
        match tree {
            Forest::Content(source) => self.content_node(source, height, index),
            Forest::Tensors => self.tensors.node(height, index).unwrap_or_default(),
            Forest::Sections => self.sections.node(height, index).unwrap_or_default(),
        }
    }
}
