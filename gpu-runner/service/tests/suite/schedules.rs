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

/// Questions of every schedule: short and long prompts, such that begin alike, greedy and drawn.
const PROMPTS: [&str; 7] = [
    "The borrow checker",
    "Ownership is a set of rules that",
    "Ownership is a set of rules that says who",
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
    /// Tokens after which its client leaves.
    leaves_after: Option<u32>,
}

/// How a schedule's service is set.
#[derive(Clone, Debug)]
struct Settings {
    batch_answers: usize,
    /// A mebibyte holds two and a half contexts of the shipped model.
    cache_mebibytes: usize,
    step_tokens: usize,
    kept_texts: usize,
}

fn sampler(prompt: usize) -> Sampler {
    Sampler {
        temperature_milli: 300 * prompt as u32,
        top_k: 40,
        top_p_milli: if prompt.is_multiple_of(2) { 900 } else { 0 },
        seed: prompt as u64,
    }
}

fn request(model: &str, prompt: usize) -> ModelInferRequest {
    let Sampler { temperature_milli, top_k, top_p_milli, seed } = sampler(prompt);
    let mut request = question(model, PROMPTS[prompt]);
    let parameters = [
        ("max_tokens", u64::from(TOKENS)),
        ("temperature_milli", temperature_milli.into()),
        ("top_k", top_k.into()),
        ("top_p_milli", top_p_milli.into()),
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

/// Reads some tokens of an answer and leaves.
async fn taste(runner: &Runner, request: ModelInferRequest, tokens: u32) {
    let mut client = runner.kserve();
    let asked = client.model_stream_infer(futures::stream::iter([request])).await;
    let mut stream = asked.unwrap().into_inner();
    for _ in 0..tokens {
        stream.message().await.unwrap();
    }
}

async fn play(
    port: Arc<EnginePort>,
    settings: Settings,
    schedule: Vec<Ask>,
) -> BTreeMap<usize, Vec<u32>> {
    let dir = tempfile::tempdir().unwrap();
    let model = port.model().name.clone();
    let Settings { batch_answers, cache_mebibytes, step_tokens, kept_texts } = settings;
    let set = Config { batch_answers, cache_mebibytes, step_tokens, kept_texts, ..config() };
    let wide = Config { queue_infer: 64, queue_per_caller: 64, ..set };
    let runner = Arc::new(Runner::start(dir.path(), port, wide).await);
    let asks = schedule.into_iter().map(|ask| {
        let (runner, request) = (Arc::clone(&runner), request(&model, ask.prompt));
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(ask.delay_milliseconds)).await;
            if let Some(tokens) = ask.leaves_after {
                taste(&runner, request, tokens).await;
                return None;
            }
            let answer = runner.kserve().model_infer(request).await.unwrap().into_inner();
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
    Arc::into_inner(runner).unwrap().stop().await;
    answers
}

#[test]
fn whatever_the_schedule_the_answers_have_one_hash() {
    let Some(model_dir) = model_dir() else { return };
    let expected = hash(&alone(Path::new(&model_dir)));
    let port = Arc::new(EnginePort::load(Path::new(&model_dir), BackendKind::Cpu).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let leaves = prop::option::of(0..TOKENS);
    let extra = prop::collection::vec((0..PROMPTS.len(), 0u64..60, leaves), 0..10);
    let settings = (1usize..7, prop::sample::select(vec![1usize, 64]), 8usize..65, 0usize..4);
    let schedules = (settings, prop::collection::vec(0u64..60, PROMPTS.len()), extra);
    // A failure prints the schedule; PROPTEST_RNG_SEED replays a run.
    let config =
        ProptestConfig { cases: SCHEDULES, failure_persistence: None, ..Default::default() };
    let outcome = TestRunner::new(config).run(&schedules, |(settings, delays, extra)| {
        let (batch_answers, cache_mebibytes, step_tokens, kept_texts) = settings;
        let settings = Settings { batch_answers, cache_mebibytes, step_tokens, kept_texts };
        let every = delays.into_iter().enumerate();
        let every = every.map(|(prompt, delay_milliseconds)| Ask {
            prompt,
            delay_milliseconds,
            leaves_after: None,
        });
        let extra = extra.into_iter().map(|(prompt, delay_milliseconds, leaves_after)| Ask {
            prompt,
            delay_milliseconds,
            leaves_after,
        });
        let schedule: Vec<Ask> = every.chain(extra).collect();
        let answers = runtime.block_on(play(Arc::clone(&port), settings, schedule));
        prop_assert_eq!(hash(&answers), expected);
        Ok(())
    });
    outcome.unwrap();
}
