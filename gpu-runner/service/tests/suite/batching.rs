//! What the batch bounds and shares: memory, beginnings of prompts, time.

use std::{fs, path::Path, sync::Arc, time::Duration};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use stoa_engine::BackendKind;
use stoa_proto::inference::ModelInferRequest;
use stoa_runner::{Config, EnginePort, FakeInference, InferencePort};
use tonic::{Code, Request};

use crate::{
    kserve::question,
    real_engine::model_dir,
    support::{Runner, config, document, job, order},
};

/// With a mebibyte the fake engine has memory for 16 positions.
fn tight() -> Config {
    Config { cache_mebibytes: 1, ..config() }
}

fn ask(runner: &Runner, body: &Value, key: &str) -> reqwest::RequestBuilder {
    Client::new().post(runner.url("/v1/completions")).bearer_auth(key).json(body)
}

/// The number of a line of the metrics page.
fn number(page: &str, name: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_memory_can_never_hold_is_refused_at_once_and_says_how_much_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Arc::new(FakeInference::default());
    let root = fake.model().model_root;
    let runner = Runner::start(dir.path(), fake.clone(), tight()).await;
    let asked = json!({"model": "fake", "prompt": "a bb", "max_tokens": 15});
    let refused = ask(&runner, &asked, "").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let error = refused.json::<Value>().await.unwrap()["error"].clone();
    assert_eq!(error["code"], "invalid_request");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("need 17 positions") && message.contains("memory for 16"),
        "{message}"
    );
    let paid = runner.generate(order(1, document("a bb", 15), root)).await.unwrap_err();
    assert_eq!(paid.code(), Code::InvalidArgument);
    assert_eq!(fake.executions(), 0);
    runner.generate(order(1, document("a bb", 14), root)).await.unwrap();
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_joins_when_there_is_memory_for_its_whole_length() {
    let dir = tempfile::tempdir().unwrap();
    let asked = json!({"model": "fake", "prompt": "a", "max_tokens": 9});
    for (config, largest_batch) in [(tight(), 1.0), (config(), 2.0)] {
        let fake = Arc::new(FakeInference::default());
        let runner = Runner::start(&dir.path().join("data"), fake.clone(), config).await;
        fake.close();
        let first = tokio::spawn(ask(&runner, &asked, "").send());
        runner.until("stoa_runner_running_answers 1").await;
        let second = tokio::spawn(ask(&runner, &asked, "").send());
        runner.until("stoa_runner_waiting_answers{class=\"anonymous\"} 1").await;
        fake.open();
        for answered in [first, second] {
            assert_eq!(answered.await.unwrap().unwrap().status(), StatusCode::OK);
        }
        let page = runner.metrics().await;
        let steps = number(&page, "stoa_runner_batch_size_count ");
        let answers = number(&page, "stoa_runner_batch_size_sum ");
        assert_eq!(answers, 18.0, "a token a step and answer");
        assert_eq!(steps == 18.0, largest_batch == 1.0, "{steps} steps");
        runner.until("stoa_runner_cache_positions{holds=\"running\"} 0").await;
        runner.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_beginning_that_a_caller_asked_before_is_not_read_again_and_changes_nothing() {
    let Some(model_dir) = model_dir() else { return };
    let dir = tempfile::tempdir().unwrap();
    let keys = dir.path().join("keys");
    fs::write(&keys, "alice 0123456789abcdef\nbob fedcba9876543210\n").unwrap();
    let config = Config { keys_file: Some(keys), ..config() };
    let port = Arc::new(EnginePort::load(Path::new(&model_dir), BackendKind::Cpu).unwrap());
    let model = port.model().name.clone();
    let runner = Runner::start(&dir.path().join("data"), port, config).await;
    let system = "You are a careful reviewer of Rust. Ownership is a set of rules that ";
    let asked = |end: &str| {
        let prompt = format!("{system}{end}");
        json!({"model": model, "prompt": prompt, "max_tokens": 8, "seed": 3, "top_p": 0.9, "return_token_ids": true})
    };
    let mut answers = Vec::new();
    for (end, key) in [
        ("govern", "0123456789abcdef"),
        ("tell", "0123456789abcdef"),
        ("tell", "fedcba9876543210"),
        ("tell", "0123456789abcdef"),
    ] {
        let answered = ask(&runner, &asked(end), key).send().await.unwrap();
        let body: Value = answered.json().await.unwrap();
        let page = runner.metrics().await;
        let saved = number(&page, "stoa_runner_prefix_tokens_saved_total ");
        answers.push((
            body["choices"][0]["token_ids"].clone(),
            saved,
            body["usage"]["prompt_tokens"].as_f64(),
        ));
    }
    assert_eq!(answers[1].0, answers[2].0, "found and computed");
    assert_eq!(answers[1].0, answers[3].0, "found and found whole");
    assert_eq!(answers[0].1, 0.0);
    assert!(answers[1].1 > 5.0, "the common beginning was found: {answers:?}");
    assert_eq!(answers[2].1, answers[1].1, "another caller finds nothing");
    assert_eq!(answers[3].1 - answers[2].1, answers[3].2.unwrap() - 1.0, "all but the last token");
    let page = runner.metrics().await;
    assert!(page.contains("stoa_runner_prefix_lookups_total{outcome=\"hit\"} 2"), "{page}");
    assert!(number(&page, "stoa_runner_cache_positions{holds=\"kept\"} ") > 0.0);
    runner.stop().await;
}

async fn first_tokens(
    runner: &Runner,
    request: ModelInferRequest,
    patience: Duration,
) -> (u32, Code) {
    let mut request = Request::new(futures::stream::iter([request]));
    request.set_timeout(patience);
    let mut client = runner.kserve();
    let mut stream = client.model_stream_infer(request).await.unwrap().into_inner();
    let mut tokens = 0;
    loop {
        match stream.message().await {
            Ok(Some(_)) => tokens += 1,
            Ok(None) => return (tokens, Code::Ok),
            Err(status) => return (tokens, status.code()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_at_the_deadline_of_its_client_and_a_paid_job_outlives_it() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Arc::new(FakeInference::default());
    let root = fake.model().model_root;
    let runner = Runner::start(dir.path(), fake.clone(), config()).await;
    let hour = Duration::from_secs(3_600);
    assert_eq!(first_tokens(&runner, question("fake", "a"), hour).await, (4, Code::Ok));
    fake.close();
    let short = Duration::from_secs(2);
    let (tokens, code) = first_tokens(&runner, question("fake", "a"), short).await;
    assert!(tokens <= 1, "the second token waits: {tokens}");
    assert_eq!(code, Code::DeadlineExceeded);

    let mut request = Request::new(order(1, document("a bb", 3), root));
    request.set_timeout(short);
    let mut stream = runner.jobs().generate(request).await.unwrap().into_inner();
    let broken = loop {
        match stream.message().await {
            Ok(event) => assert!(event.is_some(), "the job cannot be done"),
            Err(status) => break status,
        }
    };
    assert_eq!(broken.code(), Code::DeadlineExceeded);
    fake.open();
    runner.watch(job(1), 30).await.unwrap();
    runner.stop().await;
}
