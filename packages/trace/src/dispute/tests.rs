//! Whole disputes about every kind of operation, and moves that nobody may make.

use std::vec::Vec;

use proptest::prelude::*;
use stoa_exact::Choice;

use super::*;
use crate::{
    Claim, Ids, Part, Shape, Source, element, partial,
    synthetic::{Case, Party, Script, Synthetic},
};

const GREEDY: Choice =
    Choice { temperature_milli: 0, top_k: 0, top_p_milli: 0, seed: 7, position: 0 };

/// Rows of several chunks in every reduction, and an untied output.
fn wide(choice: Choice) -> Synthetic {
    let shape = Shape {
        hidden: 2080,
        inner: 3000,
        layers: 3,
        heads: 4,
        groups: 2,
        head: 32,
        vocab: 5000,
        positions: 4096,
    };
    Synthetic::new(shape, false, 2500, choice)
}

fn drawn(top_k: u32, top_p_milli: u32) -> Choice {
    Choice { temperature_milli: 4000, top_k, top_p_milli, ..GREEDY }
}

#[test]
fn every_lie_is_refuted_and_every_truth_is_upheld() {
    for choice in [GREEDY, drawn(50, 900)] {
        let contents = wide(choice);
        for case in Case::all(&contents) {
            let label = case.label(&contents);
            let lie = Script::play(&contents, case, false).unwrap();
            assert_eq!(lie.verdict, Verdict::Refuted, "{label}");
            let truth = Script::play(&contents, case, true).unwrap();
            assert_eq!(truth.verdict, Verdict::Upheld, "{label}");
        }
    }
}

#[test]
fn moves_out_of_turn_tampered_or_cut_are_refused_without_a_change() {
    let contents = wide(GREEDY);
    let cases = Case::all(&contents);
    let of = |part| *cases.iter().find(|case| case.tensor.part == part).unwrap();
    for part in [Part::Embedding, Part::Down, Part::Scores] {
        let script = Script::play(&contents, of(part), false).unwrap();
        let terms = terms(&script);
        let mut state = State::open(&terms, &script.reveal).unwrap();
        assert!(State::open(&terms, &script.reveal[32..]).is_err());
        for (side, made) in &script.moves {
            let other = if *side == Side::Claimant { Side::Challenger } else { Side::Claimant };
            assert_eq!(state.play(other, &terms, made), Err(Refused::Turn));
            let bytes = made.to_bytes();
            assert_eq!(Move::from_bytes(&bytes).as_ref(), Ok(made));
            // Every 61st byte: proofs, indices, lengths, leaves.
            let is_proof = |at: &usize| {
                // Which element or chunk is doubted is the challenger's to say.
                matches!(made, Move::Descend { .. }) || !(1..9).contains(at)
            };
            for at in (0..bytes.len()).step_by(61).chain([0, 1, 9]).filter(is_proof) {
                let mut tampered = bytes.clone();
                tampered[at] ^= 1;
                if let Ok(tampered) = Move::from_bytes(&tampered) {
                    let next = state.play(*side, &terms, &tampered);
                    assert!(next.is_err(), "{part:?} byte {at}: {next:?}");
                }
                assert!(Move::from_bytes(&bytes[..at]).is_err(), "{at}");
            }
            match state.play(*side, &terms, made).unwrap() {
                Next::Goes(next) => {
                    assert_eq!(State::from_bytes(&next.to_bytes()), Ok(next));
                    state = next;
                }
                Next::Ends(verdict) => assert_eq!(verdict, Verdict::Refuted),
            }
        }
    }
}

fn terms(script: &Script) -> Terms {
    let Script { claim, challenger_root, manifest, manifest_path, .. } = script;
    Terms::new(*claim, *challenger_root, manifest, manifest_path).unwrap()
}

#[test]
fn terms_are_those_of_the_models_own_manifest() {
    let contents = wide(GREEDY);
    let script = Script::play(&contents, Case::all(&contents)[0], false).unwrap();
    let Script { claim, challenger_root, manifest, manifest_path, .. } = &script;
    let refused = |claim: TraceClaim, manifest: &[u8], path: &[Node]| {
        Terms::new(claim, *challenger_root, manifest, path).unwrap_err()
    };
    let mut other = *claim;
    other.shape.hidden += 1;
    assert_eq!(refused(other, manifest, manifest_path), Refused::Manifest);
    let mut other = *claim;
    other.shape.positions = 4097;
    assert_eq!(refused(other, manifest, manifest_path), Refused::Manifest);
    let longer = [&manifest[..], b"hidden 1\n"].concat();
    assert_eq!(refused(*claim, &longer, manifest_path), Refused::Manifest);
    assert_eq!(refused(*claim, manifest, &manifest_path[1..]), Refused::Manifest);
    let terms = terms(&script);
    let read = Terms::from_bytes(&terms.to_bytes()).unwrap();
    assert_eq!((read.claim, read.challenger_root), (terms.claim, terms.challenger_root));
    assert_eq!(read.manifest, terms.manifest);
    assert!(Terms::from_bytes(&terms.to_bytes()[1..]).is_err());
    let same = Terms { challenger_root: claim.trace_root, ..terms };
    assert_eq!(State::open(&same, &script.reveal), Err(Refused::Difference));
}

#[test]
fn who_goes_past_the_first_difference_is_refused() {
    // Two lies of one claimant: the first counts.
    let contents = wide(GREEDY);
    let cases = Case::all(&contents);
    let early = Script::play(&contents, cases[0], false).unwrap();
    let late = Script::play(&contents, cases[20], false).unwrap();
    let (early_terms, late_terms) = (terms(&early), terms(&late));
    let claim = early.claim;
    let mixed = Terms { challenger_root: late_terms.challenger_root, ..early_terms };
    let state = State::open(&mixed, &late.reveal);
    // Both scripts hold other made-up nodes, so the roots differ from the first tensor on.
    let state = state.unwrap();
    assert_eq!(state.claimant, claim.trace_root);
    let (_, step) = &late.moves[0];
    assert!(state.play(Side::Claimant, &mixed, step).is_err());
}

#[test]
fn openings_of_what_is_not_agreed_on_are_not_accepted() {
    let contents = wide(GREEDY);
    let cases = Case::all(&contents);
    let case = *cases.iter().find(|case| case.tensor.part == Part::Scores).unwrap();
    let script = Script::play(&contents, case, false).unwrap();
    let terms = terms(&script);
    let Some((_, Move::Refute { openings, .. })) = script.moves.last() else { panic!("no end") };
    let number = contents.shape.number(case.tensor);
    assert!(terms.opened(Side::Challenger, number, openings).is_ok());
    let codes = contents.shape.number(Tensor::new(2, Part::RotatedCodes));
    for before in [0, codes] {
        let refused = terms.opened(Side::Challenger, before, openings);
        assert!(matches!(refused, Err(Refused::Proof)), "{before}");
    }
}

#[test]
fn an_answer_that_is_not_drawn_from_its_own_trace_contradicts_itself() {
    let contents = wide(GREEDY);
    let token = Case { tensor: Tensor::new(0, Part::Tokens), index: 700 };
    let number = contents.shape.number(token.tensor);
    let leaves = [(Source::Tensor(number), 2), (Source::Ids, 2)].into_iter().collect();
    for (drawn, expected) in [(0, Verdict::Upheld), (1, Verdict::Refuted)] {
        let value = contents.id(701) as i32 ^ drawn;
        let party = Party::new(&contents, (token.tensor, token.index, value), &leaves);
        let script = Script::play(&contents, token, false).unwrap();
        let mut terms = terms(&script);
        terms.claim.trace_root = party.trace_root();
        terms.claim.ids_root = party.ids_root();
        let mut bytes = Vec::new();
        for opening in crate::openings(&leaves, &party) {
            opening.write(&mut bytes);
        }
        assert_eq!(contradicts(&terms, 700, &bytes), Ok(expected));
        terms.claim.prompt_tokens = 701;
        assert_eq!(contradicts(&terms, 700, &bytes), Ok(expected));
        terms.claim.prompt_tokens = 702;
        assert_eq!(contradicts(&terms, 700, &bytes), Err(Refused::Message));
        assert!(matches!(contradicts(&terms, 800, &bytes), Err(Refused::Unopened(_))));
        assert_eq!(contradicts(&terms, 2500, &bytes), Err(Refused::Message));
        terms.claim.trace_root[0] ^= 1;
        assert_eq!(contradicts(&terms, 800, &bytes), Err(Refused::Proof));
    }
}

/// Elements at random places: the parts of a row make what the row makes.
fn parts_make_the_whole(
    contents: &Synthetic,
    tensor: Tensor,
    index: u64,
) -> Result<(), TestCaseError> {
    let ids = contents.ids();
    let claim = Claim { ids: Ids::all(&ids), choice: contents.choice };
    let at = (tensor, index);
    let chunks = partial::chunks(&contents.shape, contents.choice, tensor, index);
    let stated = partial::partials(contents, contents, claim, at).unwrap();
    if stated.is_empty() {
        prop_assert_eq!(chunks, 1);
        return Ok(());
    }
    let whole = element(contents, contents, claim, tensor, index).unwrap();
    let made = partial::finish(contents, contents, claim, at, &stated).unwrap();
    prop_assert_eq!(made, Some(whole), "{} {}", tensor.name(), index);
    for chunk in 0..chunks {
        let own = partial::partial(contents, contents, claim, at, &stated, chunk).unwrap();
        let stands = partial::stated_of(&contents.shape, contents.choice, at, &stated, chunk);
        prop_assert_eq!(stands, Some(own.as_slice()));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_parts_of_a_row_make_what_the_row_makes(
        number: u32,
        index: u64,
        top_k in prop_oneof![Just(0u32), 1u32..9000],
        top_p_milli in 0u32..1100,
        temperature_milli in prop_oneof![Just(0u32), 1u32..10_000],
        seed: u64,
    ) {
        let contents = wide(Choice { temperature_milli, top_k, top_p_milli, seed, position: 0 });
        let shape = &contents.shape;
        let tensor = shape.tensor(number % shape.tensors()).unwrap();
        parts_make_the_whole(&contents, tensor, index % shape.elements(tensor.part))?;
        let tokens = Tensor::new(0, Part::Tokens);
        parts_make_the_whole(&contents, tokens, index % shape.elements(Part::Tokens))?;
    }

    /// A liar may state anything; the honest party must always be able to answer.
    #[test]
    fn no_statement_stops_the_computation_of_a_chunk(
        number: u32,
        index: u64,
        noise in proptest::collection::vec(any::<i64>(), 64),
        small in proptest::collection::vec(-3i64..1025, 64),
    ) {
        for choice in [GREEDY, drawn(50, 900)] {
            let contents = wide(choice);
            let shape = &contents.shape;
            let ids = contents.ids();
            let claim = Claim { ids: Ids::all(&ids), choice };
            for tensor in [shape.tensor(number % shape.tensors()).unwrap(), Tensor::new(0, Part::Tokens)] {
                let at = (tensor, index % shape.elements(tensor.part));
                let honest = partial::partials(&contents, &contents, claim, at).unwrap();
                for noise in [&noise, &small] {
                    let mut stated = honest.clone();
                    for (number, noise) in stated.iter_mut().zip(noise) {
                        if noise & 1 == 0 {
                            *number = *noise;
                        }
                    }
                    for chunk in 0..partial::chunks(shape, choice, at.0, at.1) {
                        let own = partial::partial(&contents, &contents, claim, at, &stated, chunk).unwrap();
                        prop_assert_eq!(own.is_empty(), honest.is_empty());
                    }
                    let made = partial::finish(&contents, &contents, claim, at, &stated).unwrap();
                    let whole = element(&contents, &contents, claim, at.0, at.1).unwrap();
                    // Whatever is stated: if it makes another element, the contribution of some chunk is another one.
                    if made.is_some_and(|made| made != whole) {
                        let is_false = |chunk| {
                            let own = partial::partial(&contents, &contents, claim, at, &stated, chunk).unwrap();
                            partial::stated_of(shape, choice, at, &stated, chunk) != Some(own.as_slice())
                        };
                        prop_assert!((0..partial::chunks(shape, choice, at.0, at.1)).any(is_false));
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_are_written_in_one_way(numbers in proptest::collection::vec(any::<i64>(), 0..20), cut: usize) {
        let bytes = write_numbers(&numbers);
        prop_assert_eq!(read_numbers(&bytes), Some(numbers));
        if let Some(last) = bytes.last() {
            prop_assert!(*last < 128);
            prop_assert_eq!(read_numbers(&[&bytes[..bytes.len() - 1], &[*last | 128]].concat()), None);
        }
        let cut: Vec<u8> = bytes.iter().copied().take(cut % (bytes.len() + 1)).collect();
        prop_assert!(read_numbers(&cut).is_none_or(|numbers| write_numbers(&numbers) == cut));
        prop_assert_eq!(read_numbers(&[255; 11]), None);
    }
}
