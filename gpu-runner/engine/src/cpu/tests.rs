//! The executor against the definition, written down plainly; one hash over random schedules.

use std::sync::Arc;

use rayon::ThreadPoolBuilder;
use stoa_exact::{
    RowScale, add_fixed,
    attention::{HeadCache, ScoreScale, attend},
    embed_row, matvec, quantise_row, rms_norm, rope_head, swiglu,
};
use stoa_simd::{Isa, MAX_TOKENS};

use super::{CpuExecutor, CpuOptions};
use crate::{
    Executor, StepToken,
    integer::{matrix::Matrix, model::IntegerModel},
    synthetic::{Shape, Synthetic, split_mix},
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
    let mut output = vec![0; matrix.rows as usize];
    matvec(&codes, scale, &matrix.codes, &matrix.scales, &mut output);
    output
}

fn normed(model: &IntegerModel, row: &[i32], weights: &[i32]) -> Vec<i32> {
    let mut output = vec![0; row.len()];
    rms_norm(row, weights, model.epsilon, &mut output);
    output
}

fn add(row: &mut [i32], delta: &[i32]) {
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

/// Logits after every id: `stoa-exact` and nothing else, one position after the other.
fn definition(model: &IntegerModel, ids: &[u32]) -> Vec<Vec<i32>> {
    let config = &model.config;
    let head = config.head as usize;
    let empty = || vec![(Vec::new(), Vec::new()); config.groups as usize];
    let mut caches: Vec<(Heads, Heads)> = model.layers.iter().map(|_| (empty(), empty())).collect();
    let mut rows = Vec::new();
    for (position, id) in ids.iter().enumerate() {
        let mut residual = vec![0; config.hidden as usize];
        let scale = model.embedding.scales[*id as usize];
        embed_row(model.embedding.row(*id), scale, &mut residual);
        for (layer, (keys, values)) in model.layers.iter().zip(&mut caches) {
            let mut all =
                product(&layer.projection, &normed(model, &residual, &layer.attention_norm));
            let (cos, sin) = model.rope[position * head..][..head].split_at(head / 2);
            let value_start = (config.heads + config.groups) as usize * head;
            all[..value_start].chunks_exact_mut(head).for_each(|slot| rope_head(slot, cos, sin));
            let query_width = config.query_width() as usize;
            push(keys, &all[query_width..value_start], head);
            push(values, &all[value_start..], head);
            let mut mixed = vec![0; query_width];
            for (index, out) in mixed.chunks_exact_mut(head).enumerate() {
                let (query, scale) = codes(&all[index * head..][..head]);
                let group = index / (config.heads / config.groups) as usize;
                let part = |heads: &Heads| heads[group].clone();
                let ((key_codes, key_scales), (value_codes, value_scales)) =
                    (part(keys), part(values));
                let mut scratch = (vec![0; position + 1], vec![0; head]);
                attend(
                    &query,
                    ScoreScale::of_query(scale, model.score),
                    HeadCache { codes: &key_codes, scales: &key_scales },
                    HeadCache { codes: &value_codes, scales: &value_scales },
                    (&mut scratch.0, &mut scratch.1),
                    out,
                );
            }
            add(&mut residual, &product(&layer.output, &mixed));
            let both = product(&layer.gate_up, &normed(model, &residual, &layer.feed_norm));
            let (gates, ups) = both.split_at(config.inner as usize);
            let gated: Vec<i32> = gates.iter().zip(ups).map(|(g, u)| swiglu(*g, *u)).collect();
            add(&mut residual, &product(&layer.down, &gated));
        }
        rows.push(product(model.head(), &normed(model, &residual, &model.final_norm)));
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
            for position in done[number]..done[number] + take {
                step.push(StepToken {
                    sequence: number as u32,
                    position: position as u32,
                    id: ids[position],
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

#[test]
fn every_schedule_unit_and_thread_count_gives_the_bits_of_the_definition() {
    let seed = std::env::var("STOA_SCHEDULE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or(20_261_121);
    println!("replay with STOA_SCHEDULE_SEED={seed}");
    let mut draw = Draw(seed);
    let model = Synthetic::new(SHAPE, seed).model();
    let sequences: Vec<Vec<u32>> = [80, 1, 33, 64, 7]
        .iter()
        .map(|length| (0..*length).map(|_| draw.below(SHAPE.vocab as usize) as u32).collect())
        .collect();
    let expected: Vec<_> = sequences.iter().map(|ids| definition(&model, ids)).collect();
    for isa in Isa::available() {
        for threads in [1, 2, 5] {
            let mut executor = executor(&model, isa, threads, sequences.len() as u32);
            for round in 0..3 {
                let actual = scheduled(&mut executor, &sequences, &mut draw);
                let name = isa.name();
                assert!(
                    actual == expected,
                    "{name}, {threads} threads, round {round}, seed {seed}"
                );
            }
        }
    }
}

#[test]
fn only_wanted_logits_are_handed_over() {
    let model = Synthetic::new(SHAPE, 5).model();
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
