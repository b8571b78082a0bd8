//! The executor under random schedules, in little memory, and with a device that goes away.

use std::sync::Arc;

use super::{choice::Choice, disk::Disk, *};
use crate::{
    Batch, BatchEvent, BatchLimits, BatchStep, CpuOptions, Sampler, SequenceRequest,
    cpu::CpuExecutor,
    pages::PAGE_POSITIONS,
    synthetic::{Shape, Synthetic, Variant, split_mix},
};

const SHAPE: Shape = Shape {
    hidden: 96,
    inner: 224,
    layers: 2,
    heads: 6,
    groups: 2,
    head: 16,
    vocab: 203,
    context: 80,
};

/// An executor for `sequences` sequences; `None` only when `STOA_SKIP_GPU=1` says so.
fn executor(model: &Arc<IntegerModel>, options: GpuOptions, test: &str) -> Option<GpuExecutor> {
    if std::env::var("STOA_SKIP_GPU").as_deref() == Ok("1") {
        eprintln!("SKIPPED (STOA_SKIP_GPU=1): {test}");
        return None;
    }
    Some(GpuExecutor::with_options(model, options).unwrap())
}

fn below(seed: &mut u64, limit: usize) -> usize {
    (split_mix(seed) % limit as u64) as usize
}

fn token(sequence: usize, position: usize, ids: &[u32]) -> StepToken {
    let (sequence, at) = (sequence as u32, position as u32);
    StepToken { sequence, position: at, id: ids[position], wants_logits: true }
}

/// Logits after every id of every sequence, in steps of random sequences and lengths.
fn scheduled(
    executor: &mut dyn Executor,
    sequences: &[Vec<u32>],
    seed: &mut u64,
) -> Vec<Vec<Vec<i32>>> {
    let most = executor.capacity().step_tokens as usize;
    let mut rows = vec![Vec::new(); sequences.len()];
    let mut done = vec![0; sequences.len()];
    while done.iter().zip(sequences).any(|(done, ids)| *done < ids.len()) {
        let mut step = Vec::new();
        for (number, ids) in sequences.iter().enumerate() {
            let room = (most - step.len()).min(ids.len() - done[number]);
            let take = match below(seed, 4) {
                0 => 0,
                1 => room.min(1),
                _ => below(seed, room + 1),
            };
            let tokens = done[number]..done[number] + take;
            step.extend(tokens.map(|position| token(number, position, ids)));
            done[number] += take;
        }
        if step.is_empty() {
            continue;
        }
        let mut take = |index: usize, row: &[i32]| {
            let token: StepToken = step[index];
            rows[token.sequence as usize].push(row.to_vec());
        };
        executor.step(&step, &mut take).unwrap();
    }
    rows
}

fn random_sequences(lengths: &[usize], seed: &mut u64) -> Vec<Vec<u32>> {
    let ids = |length: &usize| (0..*length).map(|_| below(seed, 203) as u32).collect();
    lengths.iter().map(ids).collect()
}

fn expected(model: &Arc<IntegerModel>, sequences: &[Vec<u32>]) -> Vec<Vec<Vec<i32>>> {
    let mut twin = CpuExecutor::with_options(Arc::clone(model), CpuOptions::default());
    sequences.iter().map(|ids| twin.run(0, ids, true).unwrap()).collect()
}

/// Random schedules of a model end with the bits of the CPU; `rounds` of them in pages that others left.
fn assert_schedules(shape: Shape, variant: Variant, rounds: u32) {
    let seed = std::env::var("STOA_SCHEDULE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or(20_261_121);
    println!("replay with STOA_SCHEDULE_SEED={seed}");
    let model = Synthetic::of_variant(shape, variant, seed).unwrap().model();
    let mut state = seed;
    let sequences = random_sequences(&[80, 1, 33, 64, 7], &mut state);
    let expected = expected(&model, &sequences);
    let options = GpuOptions { sequences: 5, ..GpuOptions::default() };
    let Some(mut gpu) = executor(&model, options, "random schedules") else { return };
    for round in 0..rounds {
        let actual = scheduled(&mut gpu, &sequences, &mut state);
        assert!(actual == expected, "{variant:?}, round {round}, seed {seed}");
    }
}

#[test]
fn every_schedule_gives_the_bits_of_the_cpu() {
    assert_schedules(SHAPE, Variant::Llama, 4);
}

#[test]
fn every_part_of_every_family_gives_the_bits_of_the_cpu() {
    assert_schedules(SHAPE, Variant::Everything, 2);
}

#[test]
fn int4_weights_give_the_bits_of_the_cpu() {
    for group in [32, 64] {
        let shape = Shape { hidden: 128, inner: 192, heads: 8, ..SHAPE };
        assert_schedules(shape, Variant::Int4 { group }, 1);
    }
}

#[test]
fn a_cache_that_is_too_small_refuses_and_serves_again_when_pages_come_back() {
    let model = Synthetic::new(SHAPE, 3).unwrap().model();
    let options = GpuOptions { sequences: 3, cache_bytes: 0, kept_dir: None };
    let Some(mut gpu) = executor(&model, options, "small cache") else { return };
    let sequences = random_sequences(&[80, 80, 80], &mut 9);
    let expected = expected(&model, &sequences);
    let step = |number: usize, range: std::ops::Range<usize>| -> Vec<StepToken> {
        range.map(|position| token(number, position, &sequences[number])).collect()
    };
    // Five pages: three of one context, and one more for each other sequence.
    let beginning = 0..PAGE_POSITIONS as usize + 1;
    gpu.step(&step(0, 0..64), &mut |_, _| {}).unwrap();
    gpu.step(&step(0, 64..80), &mut |_, _| {}).unwrap();
    gpu.step(&step(1, beginning.clone()), &mut |_, _| {}).unwrap();
    let refused = gpu.step(&step(2, beginning.clone()), &mut |_, _| panic!("no logits"));
    assert!(matches!(refused, Err(EngineError::CacheFull { needed: 2, free: 0 })), "{refused:?}");
    gpu.resize(0, 0, 0);
    let mut rows = Vec::new();
    gpu.step(&step(2, beginning), &mut |_, row| rows.push(row.to_vec())).unwrap();
    assert!(rows == expected[2][..rows.len()]);
    let gone = gpu.step(&[token(0, 40, &sequences[0])], &mut |_, _| panic!("no logits"));
    let is_refused =
        matches!(gone, Err(EngineError::NotCached { sequence: 0, position: 40, cached: 0 }));
    assert!(is_refused, "{gone:?}");
}

#[test]
fn a_shared_beginning_is_read_and_never_changed_by_who_shares_it() {
    let model = Synthetic::new(SHAPE, 8).unwrap().model();
    let options = GpuOptions { sequences: 3, ..GpuOptions::default() };
    let Some(mut gpu) = executor(&model, options, "shared pages") else { return };
    // Both begin alike for 40 positions: a whole page and a part of one.
    let mut sequences = random_sequences(&[60, 60], &mut 11);
    let beginning = sequences[0][..40].to_vec();
    sequences[1][..40].copy_from_slice(&beginning);
    let expected = expected(&model, &sequences);
    let step = |number: usize, range: std::ops::Range<usize>| -> Vec<StepToken> {
        range.map(|position| token(number, position, &sequences[number])).collect()
    };
    gpu.step(&step(0, 0..41), &mut |_, _| {}).unwrap();
    gpu.copy(0, 1, 40);
    // Both write behind the beginning in one step, then go on alone.
    let mut rows: [Vec<Vec<i32>>; 2] = Default::default();
    let together = [step(0, 41..45), step(1, 40..44)].concat();
    gpu.step(&together, &mut |index, row| rows[index / 4].push(row.to_vec())).unwrap();
    gpu.step(&step(1, 44..60), &mut |_, row| rows[1].push(row.to_vec())).unwrap();
    gpu.step(&step(0, 45..60), &mut |_, row| rows[0].push(row.to_vec())).unwrap();
    assert!(rows[0] == expected[0][41..]);
    assert!(rows[1] == expected[1][40..]);
}

/// Ids of every answer of a batch, and how many of them failed.
fn answers(batch: &mut Batch, requests: &[SequenceRequest]) -> (Vec<Vec<u32>>, usize) {
    let (mut ids, mut failed) = (vec![Vec::new(); requests.len()], 0);
    let mut names = Vec::new();
    let mut waiting = requests.iter();
    let mut next = waiting.next();
    loop {
        while let Some(request) = next {
            let Some(begun) = batch.begin(request, "caller").unwrap() else { break };
            names.push(begun.id);
            next = waiting.next();
        }
        let done = batch.step(&mut |id, event| match event {
            BatchEvent::Token { event, .. } => {
                let index = names.iter().position(|name| *name == id).unwrap();
                ids[index].push(event.token_id);
            }
            BatchEvent::Failed(_) => failed += 1,
        });
        if done == BatchStep::default() && next.is_none() {
            return (ids, failed);
        }
    }
}

#[test]
fn a_batch_on_the_adapter_gives_the_answers_of_the_cpu_in_little_memory() {
    let synthetic = Synthetic::new(SHAPE, 12).unwrap();
    let options = GpuOptions { sequences: 4, cache_bytes: 0, kept_dir: None };
    let Some(gpu) = executor(&synthetic.model(), options, "batch") else { return };
    let mut seed = 13;
    let sampler = Sampler { temperature_milli: 700, top_k: 40, top_p_milli: 0, seed: 5 };
    let common = random_sequences(&[35], &mut seed).remove(0);
    // Every second question begins like the one before it.
    let request = |index: usize| {
        let mut prompt_token_ids = random_sequences(&[1 + index * 5], &mut seed).remove(0);
        if index.is_multiple_of(2) {
            prompt_token_ids.splice(0..0, common.iter().copied());
        }
        SequenceRequest { prompt_token_ids, max_new_tokens: 7, sampler }
    };
    let requests: Vec<SequenceRequest> = (0..6).map(request).collect();
    let limits = BatchLimits { answers: 4, cache_bytes: u64::MAX, step_tokens: 24, kept_texts: 4 };
    let cpu = CpuOptions { sequences: 4, ..CpuOptions::default() };
    let (expected, _) = answers(&mut synthetic.batch(cpu, limits), &requests);
    let mut batch = Batch::new(Box::new(gpu), limits, None, Vec::new());
    for round in 0..2 {
        assert_eq!(answers(&mut batch, &requests), (expected.clone(), 0), "round {round}");
    }
}

#[test]
fn a_lost_device_fails_the_step_and_the_next_one_has_a_new_device() {
    let model = Synthetic::new(SHAPE, 4).unwrap().model();
    let Some(mut gpu) = executor(&model, GpuOptions::default(), "lost device") else { return };
    let sequences = random_sequences(&[20, 20], &mut 5);
    let expected = expected(&model, &sequences);
    let step = |range: std::ops::Range<usize>| -> Vec<StepToken> {
        range.map(|position| token(0, position, &sequences[0])).collect()
    };
    gpu.step(&step(0..10), &mut |_, _| {}).unwrap();
    gpu.running.as_ref().unwrap().gpu.device.destroy();
    let lost = gpu.step(&step(10..20), &mut |_, _| panic!("no logits"));
    let is_typed =
        matches!(lost, Err(EngineError::DeviceLost { .. } | EngineError::DeviceFailed { .. }));
    assert!(is_typed, "{lost:?}");
    // What was cached went with the device: nobody reads zeros instead.
    let gone = gpu.step(&step(10..20), &mut |_, _| panic!("no logits"));
    assert!(matches!(gone, Err(EngineError::NotCached { cached: 0, .. })), "{gone:?}");
    let mut rows = Vec::new();
    gpu.step(&step(0..20), &mut |_, row| rows.push(row.to_vec())).unwrap();
    assert!(rows == expected[0]);
}

#[test]
fn a_token_costs_six_dispatches_a_layer() {
    let model = Synthetic::new(SHAPE, 6).unwrap().model();
    let Some(gpu) = executor(&model, GpuOptions::default(), "dispatches") else { return };
    // Embedding, last norm and output matrix besides the layers.
    assert_eq!(gpu.dispatches(1), 3 + 6 * 2);
    assert_eq!(gpu.dispatches(2), 3 + 10 * 2);
}

#[test]
fn the_next_start_finds_what_was_compiled_and_measured_and_nothing_that_is_broken() {
    let synthetic = Synthetic::new(SHAPE, 14).unwrap();
    let model = synthetic.model();
    let dir = tempfile::tempdir().unwrap();
    let kept_dir = Some(dir.path().to_owned());
    let options = GpuOptions { kept_dir, ..GpuOptions::default() };
    let Some(first) = executor(&model, options.clone(), "kept files") else { return };
    let files = || -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(dir.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let choice = |gpu: &GpuExecutor| gpu.running.as_ref().unwrap().choice;
    assert_eq!(files().len(), 2, "pipelines and the choice: {:?}", files());
    // A choice that nobody measured is believed: so it was read.
    let strange = Choice::only(plan::Method::Tiled(1));
    let disk = Disk::new(dir.path(), &first.description);
    disk.write(&tuning::file_name(&model), &strange.to_bytes());
    let second = executor(&model, options.clone(), "kept files").unwrap();
    assert_eq!(choice(&second), strange);
    for file in files() {
        let mut bytes = std::fs::read(&file).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&file, bytes).unwrap();
    }
    let mut third = executor(&model, options, "kept files").unwrap();
    let sequences = random_sequences(&[20], &mut 15);
    assert!(third.run(0, &sequences[0], true).unwrap() == expected(&model, &sequences)[0]);
    let name = tuning::file_name(&model);
    assert_eq!(disk.read(&name).unwrap(), choice(&third).to_bytes(), "measured again");
}
