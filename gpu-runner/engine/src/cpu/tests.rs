//! The executor against the definition, written down plainly; one hash over random schedules.

use std::sync::Arc;

use rayon::ThreadPoolBuilder;
use stoa_exact::{
    Choice, RowScale, add_fixed,
    attention::{HeadCache, ScoreScale, attend_capped},
    dot, dot_int4, embed_element, geglu, matvec_element, quantise_row, rms_norm, rope_head, swiglu,
};
use stoa_simd::{Isa, MAX_TOKENS};
use stoa_trace::{Claim, Ids, Part, Tensor, Tensors, record};

use super::{CpuExecutor, CpuOptions};
use crate::{
    Executor, StepToken,
    folder::config::Activation,
    integer::{
        matrix::{Codes, Int4Codes, Matrix},
        model::{IntegerModel, Layer},
        traced::TRACE,
    },
    synthetic::{Shape, Synthetic, Variant, split_mix},
};

pub const SHAPE: Shape = Shape {
    hidden: 96,
    inner: 224,
    layers: 2,
    heads: 6,
    groups: 2,
    head: 16,
    vocab: 203,
    context: 80,
};

fn codes(row: &[i32]) -> (Vec<i8>, RowScale) {
    let mut codes = vec![0; row.len()];
    let scale = quantise_row(row, &mut codes);
    (codes, scale)
}

fn product(matrix: &Matrix, row: &[i32]) -> Vec<i32> {
    let (codes, scale) = codes(row);
    let width = matrix.columns as usize;
    let element = |row: usize| {
        let sum = match &matrix.codes {
            Codes::Int8(weights) => dot(&weights[row * width..][..width], &codes),
            Codes::Int4(Int4Codes { group, pairs, group_scales }) => {
                let groups = width / *group as usize;
                let scales = &group_scales[row * groups..][..groups];
                dot_int4(&codes, &pairs[row * width / 2..][..width / 2], scales)
            }
        };
        let product = matvec_element(sum, scale, matrix.scales[row]);
        matrix.biases.as_ref().map_or(product, |biases| add_fixed(product, biases[row]))
    };
    (0..matrix.rows as usize).map(element).collect()
}

fn normed(row: &[i32], weights: &[i32], epsilon: u64) -> Vec<i32> {
    let mut output = vec![0; row.len()];
    rms_norm(row, weights, epsilon, &mut output);
    output
}

/// Adds `delta`, normed where there are weights.
fn add(model: &IntegerModel, row: &mut [i32], delta: &[i32], end_norm: Option<&Vec<i32>>) {
    let normed = end_norm.map(|weights| normed(delta, weights, model.epsilon));
    let delta = normed.as_deref().unwrap_or(delta);
    row.iter_mut().zip(delta).for_each(|(value, delta)| *value = add_fixed(*value, *delta));
}

/// Codes and scales of all positions, one head after the other: `[groups]`.
type Heads = Vec<(Vec<i8>, Vec<RowScale>)>;

fn push(heads: &mut Heads, row: &[i32], head: usize) {
    for ((all, scales), slot) in heads.iter_mut().zip(row.chunks_exact(head)) {
        let (codes, scale) = codes(slot);
        all.extend(codes);
        scales.push(scale);
    }
}

/// Norm and rotation of query and key heads.
fn turn(model: &IntegerModel, layer: &Layer, position: usize, row: &mut [i32]) {
    let config = &model.config;
    for (index, slot) in row.chunks_exact_mut(config.head as usize).enumerate() {
        if let Some(norms) = &layer.head_norms {
            let is_query = index < config.heads as usize;
            let weights = if is_query { &norms.query } else { &norms.key };
            let normed = normed(slot, weights, model.head_epsilon);
            slot.copy_from_slice(&normed);
        }
        let table = &model.rotaries[layer.attention.rotary];
        let (cos, sin) = table.angles(position as u32);
        rope_head(&mut slot[..table.width as usize], cos, sin);
    }
}

/// One query head over the last positions of its window.
fn attended(
    model: &IntegerModel,
    layer: &Layer,
    query: &[i32],
    heads: [&Heads; 2],
    group: usize,
) -> Vec<i32> {
    let head = query.len();
    let (query, scale) = codes(query);
    let all = heads[0][group].1.len();
    let count = layer.attention.window.map_or(all, |window| all.min(window as usize));
    let part = |heads: &Heads| {
        let (codes, scales) = &heads[group];
        (codes[(all - count) * head..].to_vec(), scales[all - count..].to_vec())
    };
    let ((key_codes, key_scales), (value_codes, value_scales)) = (part(heads[0]), part(heads[1]));
    let mut scratch = (vec![0; count], vec![0; head]);
    let mut output = vec![0; head];
    attend_capped(
        &query,
        ScoreScale::of_query(scale, model.score),
        model.score_cap,
        HeadCache { codes: &key_codes, scales: &key_scales },
        HeadCache { codes: &value_codes, scales: &value_scales },
        (&mut scratch.0, &mut scratch.1),
        &mut output,
    );
    output
}

/// Logits after every id: `stoa-exact` and nothing else, one position after the other.
fn definition(model: &IntegerModel, ids: &[u32]) -> Vec<Vec<i32>> {
    let config = &model.config;
    let head = config.head as usize;
    let empty = || vec![(Vec::new(), Vec::new()); config.groups as usize];
    let mut caches: Vec<(Heads, Heads)> = model.layers.iter().map(|_| (empty(), empty())).collect();
    let mut rows = Vec::new();
    for (position, id) in ids.iter().enumerate() {
        let mut residual = vec![0; config.hidden as usize];
        for (value, code) in residual.iter_mut().zip(model.embedding.int8_row(*id).unwrap()) {
            let scale = model.embedding.scales[*id as usize];
            *value = embed_element((*code).into(), scale, model.embedding_factor);
        }
        for (layer, (keys, values)) in model.layers.iter().zip(&mut caches) {
            let input = normed(&residual, &layer.attention_norm, model.epsilon);
            let mut all = product(&layer.projection, &input);
            let value_start = (config.heads + config.groups) as usize * head;
            turn(model, layer, position, &mut all[..value_start]);
            let query_width = config.query_width() as usize;
            push(keys, &all[query_width..value_start], head);
            push(values, &all[value_start..], head);
            let queries = all[..query_width].chunks_exact(head).enumerate();
            let mixed: Vec<i32> = queries
                .flat_map(|(index, query)| {
                    let group = index / (config.heads / config.groups) as usize;
                    attended(model, layer, query, [keys, values], group)
                })
                .collect();
            let output = product(&layer.output, &mixed);
            add(model, &mut residual, &output, layer.attention_end_norm.as_ref());
            let input = normed(&residual, &layer.feed_norm, model.epsilon);
            let both = product(&layer.gate_up, &input);
            let (gates, ups) = both.split_at(config.inner as usize);
            let gated = gates.iter().zip(ups).map(|(gate, up)| match config.activation {
                Activation::Silu => swiglu(*gate, *up),
                Activation::Gelu(kind) => geglu(kind, *gate, *up),
            });
            let gated: Vec<i32> = gated.collect();
            add(model, &mut residual, &product(&layer.down, &gated), layer.feed_end_norm.as_ref());
        }
        let logits = product(model.head(), &normed(&residual, &model.final_norm, model.epsilon));
        let capped = logits.iter().map(|x| model.logit_cap.map_or(*x, |cap| cap.apply(*x)));
        rows.push(capped.collect());
    }
    rows
}

/// Numbers below a limit.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        (split_mix(&mut self.0) % limit as u64) as usize
    }
}

fn executor(model: &Arc<IntegerModel>, isa: Isa, threads: usize, sequences: u32) -> CpuExecutor {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let options = CpuOptions { isa, sequences, pool: Some(Arc::new(pool)) };
    CpuExecutor::with_options(Arc::clone(model), options)
}

/// Runs all `sequences` to their ends in steps of random sequences and lengths.
fn scheduled(
    executor: &mut CpuExecutor,
    sequences: &[Vec<u32>],
    draw: &mut Draw,
) -> Vec<Vec<Vec<i32>>> {
    let mut rows = vec![Vec::new(); sequences.len()];
    let mut done = vec![0; sequences.len()];
    while done.iter().zip(sequences).any(|(done, ids)| *done < ids.len()) {
        let mut step = Vec::new();
        for (number, ids) in sequences.iter().enumerate() {
            let room = (MAX_TOKENS - step.len()).min(ids.len() - done[number]);
            let take = if draw.below(3) == 0 { 0 } else { draw.below(room + 1) };
            for (position, id) in ids.iter().enumerate().skip(done[number]).take(take) {
                step.push(StepToken {
                    sequence: number as u32,
                    position: position as u32,
                    id: *id,
                    wants_logits: true,
                });
            }
            done[number] += take;
        }
        if step.is_empty() {
            continue;
        }
        executor
            .step(&step, &mut |index, row| rows[step[index].sequence as usize].push(row.to_vec()))
            .unwrap();
    }
    rows
}

/// Runs random schedules of a model on every unit and several thread counts.
fn assert_schedules(shape: Shape, variant: Variant, rounds: u32) {
    let seed = std::env::var("STOA_SCHEDULE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or(20_261_121);
    println!("{variant:?}: replay with STOA_SCHEDULE_SEED={seed}");
    let mut draw = Draw(seed);
    let model = Synthetic::of_variant(shape, variant, seed).unwrap().model();
    let sequences: Vec<Vec<u32>> = [80, 1, 33, 64, 7]
        .iter()
        .map(|length| (0..*length).map(|_| draw.below(shape.vocab as usize) as u32).collect())
        .collect();
    let expected: Vec<_> = sequences.iter().map(|ids| definition(&model, ids)).collect();
    for isa in Isa::available() {
        for threads in [1, 2, 5] {
            let mut executor = executor(&model, isa, threads, sequences.len() as u32);
            for round in 0..rounds {
                let actual = scheduled(&mut executor, &sequences, &mut draw);
                let name = isa.name();
                assert!(
                    actual == expected,
                    "{variant:?}, {name}, {threads} threads, round {round}, seed {seed}"
                );
            }
        }
    }
}

#[test]
fn every_schedule_unit_and_thread_count_gives_the_bits_of_the_definition() {
    assert_schedules(SHAPE, Variant::Llama, 3);
}

#[test]
fn so_does_a_layer_with_everything_that_any_family_has() {
    assert_schedules(SHAPE, Variant::Everything, 1);
}

#[test]
fn so_do_int4_weights_of_every_group_width() {
    let shape = Shape { hidden: 128, inner: 256, heads: 8, ..SHAPE };
    for group in [32, 64, 128] {
        assert_schedules(shape, Variant::Int4 { group }, 1);
    }
}

#[test]
fn only_wanted_logits_are_handed_over() {
    let model = Synthetic::new(SHAPE, 5).unwrap().model();
    let mut executor = executor(&model, Isa::best(), 2, 1);
    let ids = [5, 9, 200, 31];
    let expected = definition(&model, &ids);
    let token = |(position, id): (u32, &u32)| StepToken {
        sequence: 0,
        position,
        id: *id,
        wants_logits: position % 2 == 1,
    };
    let tokens: Vec<StepToken> = (0..).zip(&ids).map(token).collect();
    let mut rows = Vec::new();
    executor.step(&tokens, &mut |index, row| rows.push((index, row.to_vec()))).unwrap();
    assert_eq!(rows, [(1, expected[1].clone()), (3, expected[3].clone())]);
}

#[test]
fn the_trace_of_a_llama_holds_the_logits_of_the_definition_and_of_another_model_nothing() {
    let choice = Choice { temperature_milli: 0, top_k: 0, top_p_milli: 0, seed: 0, position: 0 };
    let ids = [5, 9, 200, 31];
    let claim = || Claim { ids: Ids::all(&ids), choice };
    let model = Synthetic::new(SHAPE, 5).unwrap().model();
    let trace = record(&*model, claim()).unwrap();
    let words = trace.words(Tensor::new(0, Part::Logits), 0, 4 * SHAPE.vocab).unwrap();
    assert_eq!(words, definition(&model, &ids).concat());
    let other = Synthetic::of_variant(SHAPE, Variant::Everything, 5).unwrap().model();
    assert!(record(&*other, claim()).is_none());
    let error = other.require_llama(TRACE).unwrap_err().to_string();
    assert!(error.starts_with("the trace has nothing for biases of products"), "{error}");
}
