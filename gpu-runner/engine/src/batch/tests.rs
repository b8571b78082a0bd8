//! Random schedules, cancellations, little memory and defects: the answers stay those of each request alone.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rayon::ThreadPoolBuilder;
use stoa_simd::Isa;

use super::*;
use crate::{
    Capacity, CpuOptions, OnLogits, Sampler,
    synthetic::{Shape, Synthetic},
};

const SHAPE: Shape = Shape {
    hidden: 32,
    inner: 64,
    layers: 2,
    heads: 4,
    groups: 2,
    head: 8,
    vocab: 61,
    context: 96,
};
const SEED: u64 = 20_261_121;
/// Bytes of one position: keys and values of two layers and two groups, 8 codes and 8 bytes of scale each.
const POSITION_BYTES: u64 = 2 * 2 * 2 * 16;

fn options(sequences: u32) -> CpuOptions {
    let pool = ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    CpuOptions { isa: Isa::best(), sequences, pool: Some(Arc::new(pool)) }
}

fn limits(answers: u32, positions: u64, step_tokens: u32, kept_texts: u32) -> BatchLimits {
    BatchLimits { answers, cache_bytes: positions * POSITION_BYTES, step_tokens, kept_texts }
}

fn batch(model: &Synthetic, limits: BatchLimits) -> Batch {
    model.batch(options(limits.answers + limits.kept_texts), limits)
}

/// Request `number`: some share their beginning, some are long, some are drawn.
fn request(number: u32) -> SequenceRequest {
    let beginning = (0..20 * (number % 3)).map(|at| (at * 7 + number % 2) % SHAPE.vocab);
    let own = (0..1 + number % 5).map(|at| (at + 11 * number) % SHAPE.vocab);
    let sampler = Sampler {
        temperature_milli: 700 * (number % 3),
        top_k: 0,
        top_p_milli: if number.is_multiple_of(2) { 900 } else { 0 },
        seed: number.into(),
    };
    let max_new_tokens = 1 + number % 7;
    SequenceRequest { prompt_token_ids: beginning.chain(own).collect(), max_new_tokens, sampler }
}

/// The answer of one request by the executor and the sampler alone.
fn alone(model: &Synthetic, request: &SequenceRequest) -> Vec<u32> {
    let mut executor = model.cpu(options(1));
    let mut ids = request.prompt_token_ids.clone();
    let mut rows = executor.run(0, &ids, true).unwrap();
    let Sampler { temperature_milli, top_k, top_p_milli, seed } = request.sampler;
    for _ in 0..request.max_new_tokens {
        let position = ids.len() as u32;
        let choice = stoa_exact::Choice { temperature_milli, top_k, top_p_milli, seed, position };
        let id = stoa_exact::sample(rows.last().unwrap(), choice).unwrap();
        rows = executor.run(position, &[id], true).unwrap();
        ids.push(id);
    }
    ids.split_off(request.prompt_token_ids.len())
}

/// Tokens by answer, and which answers ended by themselves.
#[derive(Default)]
struct Heard {
    tokens: BTreeMap<AnswerId, Vec<u32>>,
    finished: Vec<AnswerId>,
    failed: Vec<(AnswerId, String)>,
}

impl Heard {
    fn step(&mut self, batch: &mut Batch) -> BatchStep {
        batch.step(&mut |id, event| match event {
            BatchEvent::Token { event, finished, logits } => {
                assert_eq!(logits.len(), SHAPE.vocab as usize);
                self.tokens.entry(id).or_default().push(event.token_id);
                self.finished.extend(finished.map(|_| id));
            }
            BatchEvent::Failed(error) => self.failed.push((id, error.to_string())),
        })
    }
}

const REQUESTS: u32 = 12;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Arrivals, cancellations, step sizes, memory and kept texts at random: every answer that ends is the one of
    /// its request alone, and every one that is broken off is the beginning of it.
    #[test]
    fn whatever_runs_beside_it_an_answer_is_the_one_of_its_request(
        arrivals in proptest::collection::vec((0..REQUESTS, 0u32..4, 0u32..12), 1..20),
        (answers, positions) in (1u32..6, 60u64..400), step_tokens in 1u32..80, kept_texts in 0u32..4,
    ) {
        let model = Synthetic::new(SHAPE, SEED).unwrap();
        let expected: Vec<_> = (0..REQUESTS).map(|number| alone(&model, &request(number))).collect();
        let mut batch = batch(&model, limits(answers, positions, step_tokens, kept_texts));
        let (mut heard, mut numbers) = (Heard::default(), BTreeMap::new());
        let mut running: Vec<(AnswerId, u32)> = Vec::new();
        for (number, scope, breaks_off_after) in arrivals {
            let (request, scope) = (request(number), scope.to_string());
            let begun = loop {
                match batch.begin(&request, &scope).unwrap() {
                    Some(begun) => break begun,
                    None => heard.step(&mut batch),
                };
            };
            prop_assert!((begun.reused_tokens as usize) < request.prompt_token_ids.len());
            numbers.insert(begun.id, number);
            running.push((begun.id, breaks_off_after));
            heard.step(&mut batch);
            running.retain_mut(|(id, left)| {
                *left = left.saturating_sub(1);
                if *left == 1 { batch.end(*id) }
                *left != 1
            });
            let usage = batch.usage();
            prop_assert!(usage.used_positions <= usage.limit_positions);
            prop_assert!(usage.running_positions <= usage.used_positions);
        }
        while heard.step(&mut batch).answers > 0 {}
        prop_assert!(heard.failed.is_empty());
        for (id, number) in numbers {
            let (expected, tokens) = (&expected[number as usize], heard.tokens.remove(&id).unwrap_or_default());
            prop_assert_eq!(&tokens[..], &expected[..tokens.len()]);
            prop_assert!(tokens.len() == expected.len() || !heard.finished.contains(&id));
        }
        prop_assert_eq!(batch.usage().running_positions, 0);
    }
}

#[test]
fn a_beginning_that_was_computed_is_found_and_changes_no_bit() {
    let model = Synthetic::new(SHAPE, SEED).unwrap();
    let mut batch = batch(&model, limits(2, 400, 64, 4));
    let question = |own: u32| SequenceRequest {
        prompt_token_ids: (0..40).chain([own]).collect(),
        max_new_tokens: 4,
        sampler: Sampler { temperature_milli: 900, top_k: 0, top_p_milli: 0, seed: 5 },
    };
    let mut heard = Heard::default();
    let mut ask = |own: u32, scope: &str| {
        let begun = batch.begin(&question(own), scope).unwrap().unwrap();
        let mut run = 0;
        loop {
            let done = heard.step(&mut batch);
            run += done.prompt_tokens;
            if done.answers == 0 {
                break;
            }
        }
        (begun.reused_tokens, run, heard.tokens.remove(&begun.id).unwrap())
    };
    let expected = [50, 51].map(|own| alone(&model, &question(own)));
    assert_eq!(ask(50, "a"), (0, 41, expected[0].clone()));
    assert_eq!(ask(51, "a"), (40, 1, expected[1].clone()));
    assert_eq!(ask(50, "a"), (40, 1, expected[0].clone()), "all but the last token");
    assert_eq!(ask(51, "b"), (0, 41, expected[1].clone()), "another caller's texts are not seen");
}

#[test]
fn prompts_are_read_in_pieces_beside_answers_that_go_on() {
    let model = Synthetic::new(SHAPE, SEED).unwrap();
    let mut batch = batch(&model, limits(3, 400, 8, 0));
    let mut long = request(0);
    (long.prompt_token_ids, long.max_new_tokens) = ((0..50).collect(), 2);
    let mut short = long.clone();
    (short.prompt_token_ids, short.max_new_tokens) = (vec![3], 30);
    let short = batch.begin(&short, "").unwrap().unwrap().id;
    batch.begin(&long, "").unwrap().unwrap();
    let mut heard = Heard::default();
    for step in 1..=7 {
        let done = heard.step(&mut batch);
        assert_eq!((done.answers, done.tokens), (2, 8));
        assert_eq!(heard.tokens[&short].len(), step, "a token a step, whatever is read beside it");
    }
}

#[test]
fn what_can_never_fit_is_refused_with_its_size() {
    let model = Synthetic::new(SHAPE, SEED).unwrap();
    let mut batch = batch(&model, limits(2, 30, 64, 0));
    let mut large = request(0);
    (large.prompt_token_ids, large.max_new_tokens) = (vec![1; 20], 11);
    let refused = batch.begin(&large, "").unwrap_err();
    assert!(matches!(refused, EngineError::CacheTooSmall { positions: 31, limit: 30 }));
    large.max_new_tokens = 10;
    assert!(batch.begin(&large, "").unwrap().is_some());
    let small = SequenceRequest { prompt_token_ids: vec![1], max_new_tokens: 1, ..large };
    assert!(batch.begin(&small, "").unwrap().is_none(), "it waits for memory");
}

/// An executor that fails, or panics, on one token.
struct Defective<E> {
    executor: E,
    poison: u32,
    panics: bool,
}

impl<E: Executor> Executor for Defective<E> {
    fn capacity(&self) -> Capacity {
        self.executor.capacity()
    }

    fn step(&mut self, tokens: &[StepToken], on: &mut OnLogits<'_>) -> Result<(), EngineError> {
        if tokens.iter().any(|token| token.id == self.poison) {
            assert!(!self.panics, "asked to panic");
            return Err(EngineError::InvalidStep { rule: "no poison" });
        }
        self.executor.step(tokens, on)
    }
}

/// A device that goes away takes what was kept with it; nothing of it may be found again.
#[test]
fn after_a_step_in_which_nobody_goes_on_nothing_is_reused() {
    let model = Synthetic::new(SHAPE, SEED).unwrap();
    let poison = 60;
    let executor = Box::new(Defective { executor: model.cpu(options(3)), poison, panics: false });
    let mut batch = Batch::new(executor, limits(2, 400, 64, 2), None, Vec::new());
    let question = |ids: &[u32]| SequenceRequest {
        prompt_token_ids: ids.to_vec(),
        max_new_tokens: 1,
        sampler: Sampler { temperature_milli: 0, top_k: 0, top_p_milli: 0, seed: 0 },
    };
    let mut heard = Heard::default();
    let mut ask = |ids: &[u32]| {
        let begun = batch.begin(&question(ids), "").unwrap().unwrap();
        heard.step(&mut batch);
        begun.reused_tokens
    };
    assert_eq!(ask(&[1, 2, 3]), 0);
    assert_eq!(ask(&[1, 2, 3, 4]), 3);
    assert_eq!(ask(&[9, poison]), 0);
    assert_eq!(ask(&[1, 2, 3, 4]), 0);
    assert_eq!(ask(&[1, 2, 3, 4]), 3);
    assert_eq!(heard.failed.len(), 1);
}

#[test]
fn a_step_that_fails_costs_only_the_answer_that_fails_by_itself() {
    let model = Synthetic::new(SHAPE, SEED).unwrap();
    let healthy: Vec<SequenceRequest> = [4, 7].map(request).into();
    let expected: Vec<_> = healthy.iter().map(|request| alone(&model, request)).collect();
    let harmless = |id: &u32| !expected.iter().flatten().any(|token| token == id);
    let poison = (0..SHAPE.vocab)
        .filter(|id| !healthy.iter().any(|request| request.prompt_token_ids.contains(id)));
    let poison = poison.filter(harmless).next().unwrap();
    for panics in [false, true] {
        let executor = Box::new(Defective { executor: model.cpu(options(3)), poison, panics });
        let mut batch = Batch::new(executor, limits(3, 400, 64, 0), None, Vec::new());
        let mut sick = request(1);
        sick.prompt_token_ids.push(poison);
        let sick = batch.begin(&sick, "").unwrap().unwrap().id;
        let ids = healthy.iter().map(|request| batch.begin(request, "").unwrap().unwrap().id);
        let ids: Vec<_> = ids.collect();
        let mut heard = Heard::default();
        while heard.step(&mut batch).answers > 0 {}
        assert_eq!((heard.failed.len(), heard.failed[0].0), (1, sick));
        for (id, expected) in ids.iter().zip(&expected) {
            assert_eq!(heard.tokens[id], *expected);
        }
    }
}
