//! Tests of the whole: a lie is located and refuted.

use std::{string::ToString, vec::Vec};

use proptest::prelude::*;
use stoa_exact::Choice;

use crate::{
    Claim, Commitment, Ids, Kind, Part, Tensor, Tensors, Trace, element,
    merkle::{self, LEAF_BYTES},
    record,
    testing::{Draw, IDS, Small, claim},
};

fn tensors(trace: &Trace) -> Vec<Tensor> {
    let shape = trace.shape();
    (0..shape.tensors()).filter_map(|number| shape.tensor(number)).collect()
}

#[test]
fn every_element_of_every_tensor_is_what_its_inputs_make() {
    let model = Small::new(1);
    let trace = record(&model, claim()).unwrap();
    for tensor in tensors(&trace) {
        let elements = trace.shape().elements(tensor.part);
        let size = if tensor.kind() == Kind::Words { 4 } else { 1 };
        assert_eq!(trace.bytes(tensor).len() as u64, elements * size, "{}", tensor.name());
        let mut varied = std::collections::BTreeSet::new();
        for index in 0..elements {
            let expected = trace.element(tensor, index).unwrap();
            let actual = element(&model, &trace, claim(), tensor, index).unwrap();
            assert_eq!(actual, expected, "{} {index}", tensor.name());
            varied.insert(actual);
        }
        assert!(varied.len() > 1, "{} does not vary, so it shows nothing", tensor.name());
        element(&model, &trace, claim(), tensor, elements).unwrap_err();
    }
}

/// Flips one bit, finds it by bisection, opens the leaf and computes the element again.
fn a_flipped_bit_is_refuted(
    model: &Small,
    honest: &Trace,
    own: &Commitment,
    tensor: Tensor,
    draw: &mut Draw,
) {
    let mut lie = honest.clone();
    let bytes = lie.bytes_mut(tensor).unwrap();
    let bit = draw.below(8 * bytes.len() as u64);
    bytes[(bit / 8) as usize] ^= 1 << (bit % 8);
    let claimed = Commitment::of(&lie);
    assert_ne!(claimed.root(), own.root());

    let found = claimed.first_difference(own).unwrap();
    assert_eq!(found.tensor, tensor);
    assert_eq!(found.leaf, bit / 8 / LEAF_BYTES as u64);
    assert!(found.compared <= 40, "{}", found.compared);
    let index = found.element(&lie, honest).unwrap();

    // The liar has opened the leaf that it is bound to.
    let leaf = lie.bytes(tensor).chunks(LEAF_BYTES).nth(found.leaf as usize).unwrap();
    let tree = claimed.tensor(tensor).unwrap();
    let path = tree.path(found.leaf);
    let root = merkle::root_of_path(merkle::leaf(leaf), found.leaf, tree.leaves(), &path).unwrap();
    assert_eq!(root, tree.root());

    // All inputs are agreed on: they come from the lying trace itself.
    let truth = element(model, &lie, claim(), tensor, index).unwrap();
    assert_eq!(Some(truth), honest.element(tensor, index));
    assert_ne!(Some(truth), lie.element(tensor, index), "{} {index}", tensor.name());
}

#[test]
fn a_flipped_bit_in_any_tensor_is_located_and_refuted() {
    let model = Small::new(2);
    let honest = record(&model, claim()).unwrap();
    let own = Commitment::of(&honest);
    let mut draw = Draw(20_261_121);
    for tensor in tensors(&honest) {
        for _ in 0..8 {
            a_flipped_bit_is_refuted(&model, &honest, &own, tensor, &mut draw);
        }
    }
}

#[test]
fn a_lie_that_is_computed_on_consistently_is_refuted_where_it_begins() {
    let (model, other) = (Small::new(3), Small::new(4));
    let honest = record(&model, claim()).unwrap();
    let lie = record(&other, claim()).unwrap();
    let found = Commitment::of(&lie).first_difference(&Commitment::of(&honest)).unwrap();
    assert_eq!(found.tensor, Tensor::new(0, Part::Embedding));
    let index = found.element(&lie, &honest).unwrap();
    let truth = element(&model, &lie, claim(), found.tensor, index).unwrap();
    assert_ne!(Some(truth), lie.element(found.tensor, index));
}

#[test]
fn other_samplers_and_ids_change_the_trace_where_they_act() {
    let model = Small::new(5);
    let honest = Commitment::of(&record(&model, claim()).unwrap());
    let greedy = Claim { choice: Choice { temperature_milli: 0, ..claim().choice }, ..claim() };
    let found = Commitment::of(&record(&model, greedy).unwrap()).first_difference(&honest).unwrap();
    assert_eq!(found.tensor.part, Part::Tokens);
    let mut ids = IDS;
    ids[10] = 6;
    let other = Claim { ids: Ids::all(&ids), ..claim() };
    let found = Commitment::of(&record(&model, other).unwrap()).first_difference(&honest).unwrap();
    assert_eq!((found.tensor.part, found.leaf), (Part::Embedding, 1));
    let unknown = Claim { ids: Ids::all(&[300]), ..claim() };
    assert_eq!(record(&model, unknown), None);
}

/// Everything that a single element reads, so that a dispute's size is known.
struct Counting<'a>(&'a Trace, core::cell::Cell<u64>);

impl Tensors for Counting<'_> {
    fn words(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i32>> {
        self.1.set(self.1.get() + 4 * u64::from(count));
        self.0.words(tensor, start, count)
    }

    fn codes(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i8>> {
        self.1.set(self.1.get() + u64::from(count));
        self.0.codes(tensor, start, count)
    }
}

#[test]
fn an_element_reads_no_more_than_one_row_of_each_input() {
    let model = Small::new(6);
    let trace = record(&model, claim()).unwrap();
    for tensor in tensors(&trace) {
        let counting = Counting(&trace, core::cell::Cell::new(0));
        let last = trace.shape().elements(tensor.part) - 1;
        element(&model, &counting, claim(), tensor, last).unwrap();
        assert!(counting.1.get() <= 4 * 300, "{} reads {} bytes", tensor.name(), counting.1.get());
    }
}

#[test]
fn what_is_not_open_is_named() {
    struct Nothing;
    impl Tensors for Nothing {
        fn words(&self, _: Tensor, _: u64, _: u32) -> Option<Vec<i32>> {
            None
        }
        fn codes(&self, _: Tensor, _: u64, _: u32) -> Option<Vec<i8>> {
            None
        }
    }
    let tensor = Tensor::new(1, Part::Down);
    let error = element(&Small::new(7), &Nothing, claim(), tensor, 5).unwrap_err();
    assert_eq!(error.to_string(), "elements 0 and on of tensor GatedCodes in layer 1 are not open");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_flip_in_any_model_is_refuted(seed: u64, number: u32, at: u64) {
        let model = Small::new(seed);
        let honest = record(&model, claim()).unwrap();
        let own = Commitment::of(&honest);
        let all = tensors(&honest);
        let tensor = all[number as usize % all.len()];
        a_flipped_bit_is_refuted(&model, &honest, &own, tensor, &mut Draw(at));
    }
}
