//! A whole dispute, played by a claimant who lies about one element and a challenger who does not.

use alloc::{collections::BTreeSet, string::String, vec::Vec};

use stoa_exact::SEMANTICS_VERSION;

use super::{Party, Synthetic, label, manifest_text};
use crate::{
    Book, Claim, Forest, Ids, Part, Source, Task, Tensor, TraceClaim, Unopened,
    dispute::{Move, Next, Phase, Refused, Side, State, Terms, Verdict, frontier, write_numbers},
    element,
    merkle::{LEAF_BYTES, Node, range_path},
    openings, partial, witness,
};

/// What a dispute is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// The tensor.
    pub tensor: Tensor,
    /// The element.
    pub index: u64,
}

/// The messages of a dispute, in order.
pub struct Script {
    /// What the claimant has signed.
    pub claim: TraceClaim,
    /// The challenger's root.
    pub challenger_root: Node,
    /// The model's manifest.
    pub manifest: Vec<u8>,
    /// Siblings of its record.
    pub manifest_path: Vec<Node>,
    /// What the challenger shows first.
    pub reveal: Vec<u8>,
    /// The moves and who makes them.
    pub moves: Vec<(Side, Move)>,
    /// How it ends.
    pub verdict: Verdict,
}

impl Case {
    /// An element of every kind of operation at the last position, where rows are longest, in the last layer.
    pub fn all(contents: &Synthetic) -> Vec<Self> {
        let shape = &contents.shape;
        let mut cases = Vec::new();
        for part in Part::ALL {
            let outside = Tensor::new(1, *part).name() == Tensor::new(0, *part).name();
            let tensor = Tensor::new(if outside { 0 } else { shape.layers - 1 }, *part);
            let last = shape.elements(*part) - 1;
            let kinds = if *part == Part::Softmax { 3 } else { 1 };
            cases.extend((0..kinds).rev().map(|kind| Self { tensor, index: last - kind }));
        }
        cases
    }

    /// Its name in a table.
    pub fn label(&self, contents: &Synthetic) -> String {
        let detail = match (self.tensor.part, self.index % 3) {
            (Part::Softmax, 0) => "largest score",
            (Part::Softmax, 1) => "sum",
            (Part::Softmax, _) => "largest bits",
            (Part::Tokens, _) if contents.choice.temperature_milli == 0 => "greedy",
            (Part::Tokens, _) => "drawn",
            _ => "",
        };
        label(self.tensor.part.name(), detail)
    }
}

/// What a liar claims: a value, and for a long row the contributions that make it.
struct Lie {
    value: i32,
    stated: Vec<i64>,
    /// The chunk whose contribution is false.
    chunk: u32,
}

impl Script {
    /// Plays a dispute to its end. `honest` lets the claimant tell the truth and the challenger lie.
    pub fn play(contents: &Synthetic, case: Case, honest: bool) -> Result<Self, Refused> {
        let ids = contents.ids();
        let claim = Claim { ids: Ids::all(&ids), choice: contents.choice };
        let at = (case.tensor, case.index);
        let truth = element(contents, contents, claim, at.0, at.1)?;
        let lie = lie(contents, claim, case, truth)?;
        let chunks = partial::chunks(&contents.shape, contents.choice, at.0, at.1);
        let (stated, chunk) = match honest {
            true => (partial::partials(contents, contents, claim, at)?, 0),
            false => (lie.stated.clone(), lie.chunk),
        };
        let tasks = match chunks {
            1 => alloc::vec![Task::Element],
            _ => alloc::vec![Task::Finish(&stated), Task::Chunk(&stated, chunk)],
        };
        let needs =
            |task: &Task<'_>| witness((contents, contents), contents.manifest, claim, at, *task);
        let needs = tasks.iter().map(needs).collect::<Result<Vec<_>, Unopened>>()?;
        let size = if case.tensor.kind() == crate::Kind::Words { 4 } else { 1 };
        let number = contents.shape.number(case.tensor);
        let mut leaves: BTreeSet<(Source, u32)> = needs.iter().flatten().copied().collect();
        leaves.insert((Source::Tensor(number), (case.index * size / LEAF_BYTES as u64) as u32));
        leaves.insert((Source::Ids, 0));
        let party = |value| Party::new(contents, (at.0, at.1, value), &leaves);
        let (true_party, false_party) = (party(truth), party(lie.value));
        let (claimant, challenger) = match honest {
            true => (true_party, false_party),
            false => (false_party, true_party),
        };
        let signed = TraceClaim {
            receipt_digest: [1; 32],
            model_root: claimant.model_root(),
            input_hash: [3; 32],
            output_hash: [4; 32],
            ids_root: claimant.ids_root(),
            trace_root: claimant.trace_root(),
            semantics_version: SEMANTICS_VERSION,
            prompt_tokens: 1,
            choice: contents.choice,
            shape: contents.shape,
        };
        let manifest = manifest_text(&contents.manifest).into_bytes();
        let table = Table {
            parties: [claimant, challenger],
            case,
            tensor: number,
            size,
            stated,
            chunk,
            needs,
        };
        table.play(signed, manifest)
    }
}

/// A value that is not the truth, and contributions that make it.
fn lie(contents: &Synthetic, claim: Claim<'_>, case: Case, truth: i32) -> Result<Lie, Refused> {
    let at = (case.tensor, case.index);
    let chunks = partial::chunks(&contents.shape, contents.choice, at.0, at.1);
    if chunks == 1 {
        return Ok(Lie { value: truth ^ 1, stated: Vec::new(), chunk: 0 });
    }
    let honest = partial::partials(contents, contents, claim, at)?;
    let arity = partial::partial(contents, contents, claim, at, &honest, 0)?.len();
    let head = honest.len() - arity * chunks as usize;
    for place in (head..honest.len()).rev() {
        for change in [1, -1, 1 << 10, 1 << 18, 1 << 24] {
            let mut stated = honest.clone();
            stated[place] += change;
            let made = partial::finish(contents, contents, claim, at, &stated)?;
            let chunk = ((place - head) / arity) as u32;
            if let Some(value) = made.filter(|value| *value != truth) {
                return Ok(Lie { value, stated, chunk });
            }
        }
    }
    Err(Refused::Contributions)
}

/// The parties at a table.
struct Table<'a> {
    /// Claimant, challenger.
    parties: [Party<'a>; 2],
    case: Case,
    /// Number of the disputed tensor, and bytes of its elements.
    tensor: u32,
    size: u64,
    stated: Vec<i64>,
    chunk: u32,
    /// Leaves for each task.
    needs: Vec<BTreeSet<(Source, u32)>>,
}

impl Table<'_> {
    fn party(&self, side: Side) -> &Party<'_> {
        &self.parties[usize::from(side == Side::Challenger)]
    }

    fn play(&self, claim: TraceClaim, manifest: Vec<u8>) -> Result<Script, Refused> {
        let challenger_root = self.party(Side::Challenger).trace_root();
        let manifest_path = self.party(Side::Claimant).manifest_path();
        let terms = Terms::new(claim, challenger_root, &manifest, &manifest_path)?;
        let first = State {
            phase: Phase::Descend(Side::Claimant),
            claimant: claim.trace_root,
            challenger: challenger_root,
            tensor: None,
            height: u64::from(claim.shape.tensors()).next_power_of_two().trailing_zeros(),
            index: 0,
            element: 0,
            value: 0,
            stated: [0; 32],
        };
        let reveal = self.reveal(Side::Challenger, &first, &terms);
        let mut state = State::open(&terms, &reveal)?;
        let mut moves = Vec::new();
        loop {
            let side = state.turn();
            let made = self.next(side, &state, &terms);
            let next = state.play(side, &terms, &made)?;
            moves.push((side, made));
            match next {
                Next::Goes(next) => state = next,
                Next::Ends(verdict) => {
                    let challenger_root = terms.challenger_root;
                    return Ok(Script {
                        claim,
                        challenger_root,
                        manifest,
                        manifest_path,
                        reveal,
                        moves,
                        verdict,
                    });
                }
            }
        }
    }

    /// The party's node at a place.
    fn node(&self, side: Side, tensor: Option<u32>, height: u32, index: u64) -> Node {
        let tree = match tensor {
            None => Forest::Tensors,
            Some(number) => Forest::Content(Source::Tensor(number)),
        };
        self.party(side).node(tree, height, index)
    }

    /// What a party shows below its node.
    fn reveal(&self, side: Side, state: &State, terms: &Terms) -> Vec<u8> {
        let (height, places) = frontier(state, terms);
        let node = |place: u64| match state.tensor.is_none() && height == 0 {
            true => self.party(side).tensor_root(place as u32),
            false => self.node(side, state.tensor, height, place),
        };
        places.flat_map(node).collect()
    }

    fn leaf(&self, side: Side) -> Vec<u8> {
        let number = (self.case.index * self.size / LEAF_BYTES as u64) as u32;
        self.party(side).leaf(Source::Tensor(self.tensor), number)
    }

    fn openings(&self, side: Side, task: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for opening in openings(&self.needs[task], self.party(side)) {
            opening.write(&mut bytes);
        }
        bytes
    }

    fn next(&self, side: Side, state: &State, terms: &Terms) -> Move {
        let index = self.case.index;
        match state.phase {
            Phase::Descend(side) => self.descend(side, state, terms),
            Phase::Leaf => Move::Leaf { leaf: self.leaf(side) },
            Phase::Element => {
                let leaf = self.leaf(Side::Claimant);
                match self.needs.len() {
                    1 => Move::Refute { index, leaf, openings: self.openings(side, 0) },
                    _ => Move::Ask { index, leaf },
                }
            }
            Phase::Contributions => Move::State {
                stated: write_numbers(&self.stated),
                openings: self.openings(side, 0),
            },
            Phase::Chunk => Move::Chunk {
                chunk: self.chunk.into(),
                stated: write_numbers(&self.stated),
                openings: self.openings(side, 1),
            },
        }
    }

    fn descend(&self, side: Side, state: &State, terms: &Terms) -> Move {
        let (height, places) = frontier(state, terms);
        let node = |side: Side, place: u64| self.node(side, state.tensor, height, place);
        let differs = |place: &u64| node(Side::Claimant, *place) != node(Side::Challenger, *place);
        let index = places.clone().find(differs).unwrap_or(places.start);
        let is_root_of_tensor = state.tensor.is_none() && height == 0;
        let path = |side: Side| {
            let first = match is_root_of_tensor {
                true => self.party(side).tensor_root(index as u32),
                false => node(side, index),
            };
            let inner = |up: u32, place: u64| {
                self.node(side, state.tensor, height + up, (places.start >> up) + place)
            };
            let width = places.end - places.start;
            let mut path = alloc::vec![first];
            path.extend(range_path(index - places.start, 1, width, inner));
            path
        };
        let other = if side == Side::Claimant { Side::Challenger } else { Side::Claimant };
        let mut below = State { height, index, ..*state };
        if is_root_of_tensor {
            let leaves = self.party(side).width(Forest::Content(Source::Tensor(index as u32)));
            below.tensor = Some(index as u32);
            (below.height, below.index) = (leaves.max(1).next_power_of_two().trailing_zeros(), 0);
        }
        let reveal = match (below.tensor.is_some() && below.height == 0, side) {
            (false, side) => self.reveal(side, &below, terms),
            (true, Side::Claimant) => self.leaf(side),
            (true, Side::Challenger) => Vec::new(),
        };
        Move::Descend { index, own: path(side), other: path(other), reveal }
    }
}
