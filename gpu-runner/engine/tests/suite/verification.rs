//! Answers and traces of the shipped model: the true ones hold, every lie is found where it begins.

use std::ops::ControlFlow;

use stoa_engine::{
    Checker, Divergence, FinishReason, GenerateRequest, Generation, GenerationClaim, Sampler,
    TraceDivergence,
};
use stoa_trace::{Claim, Commitment, Ids, Part, Shape, Tensor, Trace, element, merkle};

use crate::common::{cpu, shipped};

const PROMPT: &str = "Returns the number of";
const SAMPLER: Sampler =
    Sampler { temperature_milli: 800, top_k: 40, top_p_milli: 900, seed: 2026 };
/// Positions of the traces: prompt and answer of this many tokens.
const NEW_TOKENS: u32 = 8;

/// An answer of the engine, one token a pass.
fn answer(max_new_tokens: u32) -> Generation {
    let request = GenerateRequest { prompt: PROMPT.to_owned(), max_new_tokens, sampler: SAMPLER };
    cpu(&shipped()).generate(&request, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn claim_of(answer: &Generation, max_new_tokens: u32) -> GenerationClaim<'_> {
    GenerationClaim {
        prompt_token_ids: &answer.prompt_token_ids,
        output_token_ids: &answer.output_token_ids,
        sampler: SAMPLER,
        max_new_tokens,
        finish_reason: answer.finish_reason,
    }
}

/// A stream of numbers (SplitMix64).
struct Stream(u64);

impl Stream {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A tensor of every part, with a layer where it has one.
fn any_tensor(shape: Shape, part: Part, stream: &mut Stream) -> Tensor {
    let outside = Tensor::new(1, part).name() == Tensor::new(0, part).name();
    let layer = if outside { 0 } else { stream.below(shape.layers.into()) as u32 };
    Tensor::new(layer, part)
}

#[test]
fn a_flipped_bit_in_any_tensor_of_the_shipped_model_is_located_and_refuted() {
    // A long run: STOA_FLIPS=1000; another one: STOA_SEED.
    let (flips, seed) = (number("STOA_FLIPS", 4), number("STOA_SEED", 20_261_121));
    eprintln!("STOA_SEED={seed} STOA_FLIPS={flips}");
    let mut stream = Stream(seed);
    let answer = answer(NEW_TOKENS);
    let checker = Checker::load(&shipped()).unwrap();
    let claim = claim_of(&answer, NEW_TOKENS);
    let honest = checker.trace(&claim).unwrap();
    assert_eq!(checker.first_divergence(&claim, &honest).unwrap(), None);
    let (shape, own) = (honest.shape(), Commitment::of(&honest));
    let ids = [&answer.prompt_token_ids[..], &answer.output_token_ids].concat();
    let choice = stoa_exact::Choice {
        temperature_milli: SAMPLER.temperature_milli,
        top_k: SAMPLER.top_k,
        top_p_milli: SAMPLER.top_p_milli,
        seed: SAMPLER.seed,
        position: 0,
    };
    let words = Claim { ids: Ids::all(&ids[..ids.len() - 1]), choice };
    let mut lie = honest.clone();
    for part in Part::ALL {
        for _ in 0..flips {
            let tensor = any_tensor(shape, *part, &mut stream);
            let bit = stream.below(8 * honest.bytes(tensor).len() as u64);
            let mut flip = || lie.bytes_mut(tensor).unwrap()[(bit / 8) as usize] ^= 1 << (bit % 8);
            flip();
            let context = format!("{} bit {bit} (STOA_SEED={seed})", tensor.name());
            let index = located(&lie, &honest, &own, (tensor, bit / 8), &context);
            // What the element is computed from lies before it, so both parties agree on it.
            let truth = element(checker.weights(), &lie, words, tensor, index).unwrap();
            assert_eq!(Some(truth), honest.element(tensor, index), "{context}");
            assert_ne!(Some(truth), lie.element(tensor, index), "{context}");
            // Back again.
            lie.bytes_mut(tensor).unwrap()[(bit / 8) as usize] ^= 1 << (bit % 8);
        }
    }
    assert_eq!(lie, honest);
}

/// Goes down from the roots to the flipped byte, opens its leaf, and returns the element.
fn located(
    lie: &Trace,
    honest: &Trace,
    own: &Commitment,
    (tensor, byte): (Tensor, u64),
    context: &str,
) -> u64 {
    let claimed = Commitment::of(lie);
    let found = claimed.first_difference(own).unwrap();
    let leaf = byte / merkle::LEAF_BYTES as u64;
    assert_eq!((found.tensor, found.leaf), (tensor, leaf), "{context}");
    let tree = claimed.tensor(tensor).unwrap();
    let bytes = lie.bytes(tensor).chunks(merkle::LEAF_BYTES).nth(leaf as usize).unwrap();
    let path = tree.path(leaf);
    let root = merkle::root_of_path(merkle::leaf(bytes), leaf, tree.leaves(), &path);
    assert_eq!(root, Some(tree.root()), "{context}");
    found.element(lie, honest).unwrap()
}

#[test]
fn a_lie_in_a_trace_is_reported_by_its_first_element() {
    let answer = answer(3);
    let checker = Checker::load(&shipped()).unwrap();
    let claim = claim_of(&answer, 3);
    let mut lie = checker.trace(&claim).unwrap();
    let tensor = Tensor::new(2, Part::Gated);
    lie.bytes_mut(tensor).unwrap()[4 * 700 + 1] ^= 1;
    lie.bytes_mut(Tensor::new(3, Part::Down)).unwrap()[0] ^= 1;
    let Some(TraceDivergence::Element { tensor: found, index, claimed, expected }) =
        checker.first_divergence(&claim, &lie).unwrap()
    else {
        panic!("not found")
    };
    assert_eq!((found, index, claimed ^ expected), (tensor, 700, 256));
    let shorter = GenerationClaim { output_token_ids: &answer.output_token_ids[..2], ..claim };
    let found = checker.first_divergence(&shorter, &lie).unwrap();
    assert!(matches!(found, Some(TraceDivergence::Shape { .. })), "{found:?}");
}

#[test]
fn a_true_answer_holds_and_every_changed_token_is_named() {
    let answer = answer(40);
    let mut checker = Checker::load(&shipped()).unwrap();
    let claim = claim_of(&answer, 40);
    assert_eq!(checker.check(&claim).unwrap(), None);
    for index in [0, 7, answer.output_token_ids.len() - 1] {
        let mut output = answer.output_token_ids.clone();
        output[index] = (output[index] + 1) % 2048;
        let lie = GenerationClaim { output_token_ids: &output, ..claim };
        let found = checker.check(&lie).unwrap();
        let expected = answer.output_token_ids[index];
        let index = index as u32;
        let claimed = output[index as usize];
        assert_eq!(found, Some(Divergence::Token { index, claimed, expected }));
    }
    let other_seed = GenerationClaim { sampler: Sampler { seed: 1, ..SAMPLER }, ..claim };
    assert!(matches!(checker.check(&other_seed).unwrap(), Some(Divergence::Token { .. })));
}

#[test]
fn an_answer_that_ends_elsewhere_is_refused() {
    let answer = answer(12);
    let mut checker = Checker::load(&shipped()).unwrap();
    let claim = claim_of(&answer, 12);
    assert_eq!(
        answer.finish_reason,
        FinishReason::Length,
        "the case needs an answer of full length"
    );
    let ending = Divergence::Ending { expected_tokens: 12, expected_reason: FinishReason::Length };
    let cut = GenerationClaim { output_token_ids: &answer.output_token_ids[..11], ..claim };
    assert_eq!(checker.check(&cut).unwrap(), Some(ending));
    let other_reason = GenerationClaim { finish_reason: FinishReason::Stop, ..claim };
    assert_eq!(checker.check(&other_reason).unwrap(), Some(ending));
    let longer = GenerationClaim { max_new_tokens: 11, ..claim };
    let ending = Divergence::Ending { expected_tokens: 11, expected_reason: FinishReason::Length };
    assert_eq!(checker.check(&longer).unwrap(), Some(ending));
}

#[test]
fn claims_that_no_model_could_make_are_refused_not_run() {
    let answer = answer(3);
    let mut checker = Checker::load(&shipped()).unwrap();
    let claim = claim_of(&answer, 3);
    for (prompt, output) in [
        (&[][..], &[1][..]),
        (&[1][..], &[][..]),
        (&[1, 2048][..], &[1][..]),
        (&[1][..], &[2048][..]),
        (&[1; 500][..], &[1; 13][..]),
    ] {
        let lie = GenerationClaim { prompt_token_ids: prompt, output_token_ids: output, ..claim };
        checker.check(&lie).unwrap_err();
        checker.trace(&lie).unwrap_err();
    }
}

#[test]
fn the_text_of_an_answer_is_made_of_its_ids() {
    let answer = answer(40);
    let checker = Checker::load(&shipped()).unwrap();
    assert_eq!(checker.encode(PROMPT).unwrap().unwrap(), answer.prompt_token_ids);
    assert_eq!(checker.decode(&answer.output_token_ids).unwrap().unwrap(), answer.text);
}

/// Nanoseconds that this process has computed: on a machine that others use, wall time says nothing.
fn computed_ns() -> Option<u64> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let of_task = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(path.join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    Some(tasks.filter_map(|task| of_task(task.ok()?.path())).sum())
}

#[test]
fn what_a_check_costs_is_printed_for_the_record() {
    // Alone: STOA_ROUNDS=20 and this test's name; the other tests of the process compute beside it.
    let rounds = number("STOA_ROUNDS", 1);
    let request =
        GenerateRequest { prompt: PROMPT.to_owned(), max_new_tokens: 480, sampler: SAMPLER };
    let engine = cpu(&shipped());
    let mut checker = Checker::load(&shipped()).unwrap();
    for _ in 0..rounds {
        let begin = computed_ns();
        let answer = engine.generate(&request, &mut |_| ControlFlow::Continue(())).unwrap();
        let decoded = computed_ns();
        assert_eq!(checker.check(&claim_of(&answer, 480)).unwrap(), None);
        let checked = computed_ns();
        let since = |from: Option<u64>, to: Option<u64>| Some((to? - from?) as f64 / 1e6);
        let tokens = answer.output_token_ids.len();
        match since(begin, decoded).zip(since(decoded, checked)) {
            Some((decode, check)) => eprintln!(
                "{tokens} tokens: {decode:.1} ms of computing decoded, {check:.1} ms checked, {:.0} %",
                100.0 * check / decode
            ),
            None => eprintln!("{tokens} tokens; this system does not say what was computed"),
        }
    }
}
