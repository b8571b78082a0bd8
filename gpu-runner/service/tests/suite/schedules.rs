//! Results do not depend on who else is computed for: random schedules, one hash.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use proptest::{prelude::*, test_runner::TestRunner};
use stoa_engine::{BackendKind, Engine, GenerateRequest, Sampler};
use stoa_primitives::ContentHash;
use stoa_proto::inference::{InferParameter, ModelInferRequest, infer_parameter::ParameterChoice};
use stoa_runner::{Config, EnginePort, InferencePort};

use crate::{
    kserve::question,
    real_engine::model_dir,
    support::{Runner, config},
};

/// Questions of every schedule: short and long prompts, greedy and drawn.
const PROMPTS: [&str; 6] = [
    "The borrow checker",
    "Ownership is a set of rules that",
    "fn main() {",
    "A trait",
    "Iterators are lazy, which means that nothing happens until the value is consumed by somebody who asks for it",
    "#",
];
/// Tokens of each answer.
const TOKENS: u32 = 12;
/// Random schedules; each starts a service of its own over one engine.
const SCHEDULES: u32 = 6;

/// One request of a schedule.
#[derive(Clone, Debug)]
struct Ask {
    prompt: usize,
    delay_milliseconds: u64,
    leaves: bool,
}

fn sampler(prompt: usize) -> Sampler {
    Sampler { temperature_milli: 300 * prompt as u32, top_k: 40, seed: prompt as u64 }
}

fn request(model: &str, prompt: usize) -> ModelInferRequest {
    let Sampler { temperature_milli, top_k, seed } = sampler(prompt);
    let mut request = question(model, PROMPTS[prompt]);
    let parameters = [
        ("max_tokens", u64::from(TOKENS)),
        ("temperature_milli", temperature_milli.into()),
        ("top_k", top_k.into()),
        ("seed", seed),
    ];
    for (name, value) in parameters {
        let choice = Some(ParameterChoice::Uint64Param(value));
        let parameter = InferParameter { parameter_choice: choice };
        request.parameters.insert(name.to_owned(), parameter);
    }
    request
}

fn hash(answers: &BTreeMap<usize, Vec<u32>>) -> ContentHash {
    let bytes: Vec<u8> = answers.values().flatten().flat_map(|id| id.to_le_bytes()).collect();
    ContentHash::sha256(&bytes)
}

/// Every answer alone, straight from the engine.
fn alone(model_dir: &Path) -> BTreeMap<usize, Vec<u32>> {
    let engine = Engine::load(model_dir, BackendKind::Cpu).unwrap();
    let ask = |prompt: usize| GenerateRequest {
        prompt: PROMPTS[prompt].to_owned(),
        max_new_tokens: TOKENS,
        sampler: sampler(prompt),
    };
    let answer =
        |prompt| engine.generate(&ask(prompt), &mut |_| std::ops::ControlFlow::Continue(()));
    (0..PROMPTS.len()).map(|prompt| (prompt, answer(prompt).unwrap().output_token_ids)).collect()
}

async fn play(
    port: Arc<EnginePort>,
    batch_answers: usize,
    schedule: Vec<Ask>,
) -> BTreeMap<usize, Vec<u32>> {
    let dir = tempfile::tempdir().unwrap();
    let model = port.model().name.clone();
    let wide = Config { batch_answers, queue_infer: 64, queue_per_caller: 64, ..config() };
    let runner = Runner::start(dir.path(), port, wide).await;
    let asks = schedule.into_iter().map(|ask| {
        let (mut client, request) = (runner.kserve(), request(&model, ask.prompt));
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(ask.delay_milliseconds)).await;
            if ask.leaves {
                let patience = Duration::from_millis(10);
                let _ = tokio::time::timeout(patience, client.model_infer(request)).await;
                return None;
            }
            let answer = client.model_infer(request).await.unwrap().into_inner();
            let ids = answer.outputs[1].contents.clone().unwrap().uint_contents;
            Some((ask.prompt, ids))
        })
    });
    let asks: Vec<_> = asks.collect();
    let mut answers: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for ask in asks {
        if let Some((prompt, ids)) = ask.await.unwrap() {
            let known = answers.entry(prompt).or_insert_with(|| ids.clone());
            assert_eq!(*known, ids, "two answers to one question in one schedule");
        }
    }
    runner.stop().await;
    answers
}

#[test]
fn whatever_the_schedule_the_answers_have_one_hash() {
    let Some(model_dir) = model_dir() else { return };
    let expected = hash(&alone(Path::new(&model_dir)));
    let port = Arc::new(EnginePort::load(Path::new(&model_dir), BackendKind::Cpu).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let extra = prop::collection::vec((0..PROMPTS.len(), 0u64..60, any::<bool>()), 0..10);
    let schedules = (1usize..7, prop::collection::vec(0u64..60, PROMPTS.len()), extra);
    // A failure prints the schedule; PROPTEST_RNG_SEED replays a run.
    let config =
        ProptestConfig { cases: SCHEDULES, failure_persistence: None, ..Default::default() };
    let outcome = TestRunner::new(config).run(&schedules, |(batch, delays, extra)| {
        let every = delays.into_iter().enumerate();
        let every = every.map(|(prompt, delay_milliseconds)| Ask {
            prompt,
            delay_milliseconds,
            leaves: false,
        });
        let extra = extra.into_iter().map(|(prompt, delay_milliseconds, leaves)| Ask {
            prompt,
            delay_milliseconds,
            leaves,
        });
        let schedule: Vec<Ask> = every.chain(extra).collect();
        let answers = runtime.block_on(play(Arc::clone(&port), batch, schedule));
        prop_assert_eq!(hash(&answers), expected);
        Ok(())
    });
    outcome.unwrap();
}
