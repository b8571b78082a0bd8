//! The OpenAI-compatible way in, request by request; stock clients are in `tests/openai`.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use stoa_runner::{Config, FakeInference};

use crate::support::{Runner, config, fake_order};

/// A template whose every message is its words.
const TEMPLATE: &str =
    "{% for message in messages %}{{ message.role }} {{ message.content }} {% endfor %}go";

async fn post(runner: &Runner, path: &str, body: &Value) -> Response {
    Client::new().post(runner.url(path)).json(body).send().await.unwrap()
}

async fn answer(runner: &Runner, path: &str, body: Value) -> Value {
    let response = post(runner, path, &body).await;
    assert_eq!(response.status(), StatusCode::OK, "{body}");
    response.json().await.unwrap()
}

async fn refusal(runner: &Runner, path: &str, body: Value) -> (StatusCode, Value) {
    let response = post(runner, path, &body).await;
    (response.status(), response.json::<Value>().await.unwrap()["error"].clone())
}

/// The `data:` lines of a stream.
async fn events(runner: &Runner, path: &str, body: Value) -> Vec<String> {
    let text = post(runner, path, &body).await.text().await.unwrap();
    text.lines().filter_map(|line| line.strip_prefix("data: ")).map(str::to_owned).collect()
}

async fn start(dir: &std::path::Path, config: Config) -> (Runner, Arc<FakeInference>) {
    let fake = Arc::new(FakeInference::default());
    (Runner::start(&dir.join("data"), fake.clone(), config).await, fake)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_what_computed_it_and_how_to_compute_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let (runner, _) = start(dir.path(), config()).await;
    let asked = json!({
        "model": "fake", "prompt": "a bb ccc", "max_tokens": 4, "seed": -1, "temperature": 0.7,
        "return_token_ids": true, "top_p": 0.25,
    });
    let response = post(&runner, "/v1/completions", &asked).await;
    let root = response.headers()["x-stoa-model-root"].to_str().unwrap().to_owned();
    assert_eq!(response.headers()["x-stoa-exact"], "true");
    assert_eq!(response.headers()["x-stoa-semantics-version"], "1");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["choices"][0]["text"], " a bb ccc a");
    assert_eq!(body["choices"][0]["finish_reason"], "length");
    assert_eq!(body["choices"][0]["token_ids"], json!([1, 2, 3, 1]));
    assert_eq!(body["choices"][0]["prompt_token_ids"], json!([1, 2, 3]));
    assert_eq!(
        body["usage"],
        json!({"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7})
    );
    let stoa = &body["stoa"];
    assert_eq!(stoa["exact"], true);
    assert_eq!(stoa["model_root"], root);
    assert_eq!(stoa["seed"], u64::MAX.to_string());
    assert_eq!(stoa["temperature_milli"], 700);
    assert_eq!(stoa["top_p_milli"], 250);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_the_same_answer_in_pieces_and_ends_with_its_usage() {
    let dir = tempfile::tempdir().unwrap();
    let (runner, _) = start(dir.path(), config()).await;
    let asked = json!({
        "model": "fake", "prompt": "a bb", "max_tokens": 3, "n": 2, "stream": true,
        "stream_options": {"include_usage": true},
    });
    let events = events(&runner, "/v1/completions", asked).await;
    assert_eq!(events.last().unwrap(), "[DONE]");
    let chunks: Vec<Value> =
        events[..events.len() - 1].iter().map(|event| event.parse().unwrap()).collect();
    for index in 0..2 {
        let pieces = chunks.iter().filter(|chunk| chunk["choices"][0]["index"] == index);
        let text: String =
            pieces.map(|chunk| chunk["choices"][0]["text"].as_str().unwrap().to_owned()).collect();
        assert_eq!(text, " a bb a");
    }
    let usage = &chunks.last().unwrap()["usage"];
    assert_eq!(usage["completion_tokens"], 6);
    assert!(chunks[..chunks.len() - 1].iter().all(|chunk| chunk["usage"].is_null()));
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_sequences_end_an_answer_and_are_not_shown() {
    let dir = tempfile::tempdir().unwrap();
    let (runner, _) = start(dir.path(), config()).await;
    let asked =
        json!({"model": "fake", "prompt": "a bb ccc", "max_tokens": 9, "stop": ["b c", "zz"]});
    let body = answer(&runner, "/v1/completions", asked).await;
    assert_eq!(body["choices"][0]["text"], " a b");
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert_eq!(body["usage"]["completion_tokens"], 3);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn probabilities_come_with_every_token_when_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let (runner, _) = start(dir.path(), config()).await;
    let asked = json!({"model": "fake", "prompt": "a bb", "max_tokens": 2, "logprobs": 2});
    let body = answer(&runner, "/v1/completions", asked).await;
    let logprobs = &body["choices"][0]["logprobs"];
    assert_eq!(logprobs["tokens"], json!([" a", " bb"]));
    assert_eq!(logprobs["text_offset"], json!([0, 2]));
    assert!(logprobs["token_logprobs"][0].as_f64().unwrap() > -0.01);
    assert_eq!(logprobs["top_logprobs"][0].as_object().unwrap().len(), 2);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_need_a_template_and_say_so() {
    let dir = tempfile::tempdir().unwrap();
    let asked = json!({
        "model": "fake", "max_completion_tokens": 2,
        "messages": [{"role": "developer", "content": "be brief"}, {"role": "user", "content": [{"type": "text", "text": "hi"}]}],
    });
    let (runner, _) = start(dir.path(), config()).await;
    let (status, error) = refusal(&runner, "/v1/chat/completions", asked.clone()).await;
    assert_eq!(
        (status, &error["code"]),
        (StatusCode::BAD_REQUEST, &json!("chat_template_missing"))
    );
    assert!(error["message"].as_str().unwrap().contains("/v1/completions"));
    runner.stop().await;

    let template = dir.path().join("template.jinja");
    std::fs::write(&template, TEMPLATE).unwrap();
    let chatting = Config { chat_template_file: Some(template), ..config() };
    let (runner, _) = start(dir.path(), chatting).await;
    let body = answer(&runner, "/v1/chat/completions", asked).await;
    assert_eq!(body["object"], "chat.completion");
    assert_eq!(body["choices"][0]["message"]["role"], "assistant");
    assert_eq!(body["choices"][0]["message"]["content"], " system be");
    assert_eq!(body["usage"]["prompt_tokens"], 6);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_by_name_with_the_right_status() {
    let dir = tempfile::tempdir().unwrap();
    let (runner, fake) = start(dir.path(), config()).await;
    let good = json!({"model": "fake", "prompt": "a"});
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let cases = [
        (with("model", json!("other")), 404, "model_not_found", "model"),
        (with("model", json!(3)), 400, "invalid_value", "model"),
        (with("prompt", json!("")), 400, "invalid_request", ""),
        (with("prompt", json!([])), 400, "invalid_request", ""),
        (with("max_tokens", json!(0)), 400, "invalid_value", "max_tokens"),
        (with("max_tokens", json!(4000)), 400, "invalid_request", ""),
        (with("n", json!(99)), 400, "invalid_value", "n"),
        (with("temperature", json!(2.5)), 400, "invalid_value", "temperature"),
        (with("top_p", json!(0)), 400, "invalid_value", "top_p"),
        (with("top_p", json!(1.5)), 400, "invalid_value", "top_p"),
        (with("presence_penalty", json!(0.5)), 400, "unsupported_parameter", "presence_penalty"),
        (with("frequency_penalty", json!(1)), 400, "unsupported_parameter", "frequency_penalty"),
        (with("logit_bias", json!({"1": 5})), 400, "unsupported_parameter", "logit_bias"),
        (with("stop", json!(["1", "2", "3", "4", "5"])), 400, "invalid_value", "stop"),
        (with("stream_options", json!({})), 400, "invalid_value", "stream_options"),
        (with("colour", json!("red")), 400, "unsupported_parameter", "colour"),
    ];
    for (body, status, code, param) in cases {
        let (actual, error) = refusal(&runner, "/v1/completions", body.clone()).await;
        assert_eq!((actual.as_u16(), &error["code"]), (status, &json!(code)), "{body} {error}");
        if !param.is_empty() {
            assert_eq!(error["param"], param, "{error}");
        }
    }
    for neutral in
        [with("top_p", json!(1)), with("presence_penalty", json!(0.0)), with("user", json!("u"))]
    {
        answer(&runner, "/v1/completions", neutral).await;
    }
    assert_eq!(fake.executions(), 3);

    let embedding = json!({"model": "fake", "input": "a"});
    let (status, error) = refusal(&runner, "/v1/embeddings", embedding).await;
    assert_eq!((status.as_u16(), &error["code"]), (400, &json!("unsupported_operation")));
    let (status, error) = refusal(&runner, "/v1/images", json!({})).await;
    assert_eq!((status.as_u16(), &error["code"]), (404, &json!("unknown_url")));
    let long = json!({"model": "fake", "prompt": "a".repeat(3 << 20)});
    let (status, error) = refusal(&runner, "/v1/completions", long).await;
    assert_eq!((status.as_u16(), &error["code"]), (413, &json!("request_too_large")));
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_keys_only_who_carries_one_is_let_in() {
    let dir = tempfile::tempdir().unwrap();
    let keys = dir.path().join("keys");
    std::fs::write(&keys, "alice 0123456789abcdef\n").unwrap();
    let (runner, fake) = start(dir.path(), Config { keys_file: Some(keys), ..config() }).await;
    let asked = json!({"model": "fake", "prompt": "a", "max_tokens": 1});
    let (status, error) = refusal(&runner, "/v1/completions", asked.clone()).await;
    assert_eq!((status.as_u16(), &error["type"]), (401, &json!("authentication_error")));
    let models = Client::new().get(runner.url("/v1/models")).send().await.unwrap();
    assert_eq!(models.status(), StatusCode::UNAUTHORIZED);
    let refused = runner.kserve().model_infer(crate::kserve::question("fake", "a")).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::Unauthenticated);
    assert_eq!(fake.executions(), 0);
    let request = Client::new().post(runner.url("/v1/completions")).json(&asked);
    let answered = request.bearer_auth("0123456789abcdef").send().await.unwrap();
    assert_eq!(answered.status(), StatusCode::OK);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_an_error_that_says_when_to_try_again_and_paid_jobs_still_run() {
    let dir = tempfile::tempdir().unwrap();
    let narrow = Config { queue_infer: 1, batch_answers: 1, ..config() };
    let (runner, fake) = start(dir.path(), narrow).await;
    fake.close();
    let asked = json!({"model": "fake", "prompt": "a", "max_tokens": 2});
    let running =
        tokio::spawn(Client::new().post(runner.url("/v1/completions")).json(&asked).send());
    runner.until("stoa_runner_running_answers 1").await;
    let waiting =
        tokio::spawn(Client::new().post(runner.url("/v1/completions")).json(&asked).send());
    runner.until("stoa_runner_waiting_answers{class=\"anonymous\"} 1").await;
    let refused = post(&runner, "/v1/completions", &asked).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "1");
    let refused = runner.kserve().model_infer(crate::kserve::question("fake", "a")).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::ResourceExhausted);
    let mut paid = runner.jobs();
    let accepted = paid.generate(fake_order(1, "c")).await;
    assert!(accepted.is_ok());
    fake.open();
    for answered in [running, waiting] {
        assert_eq!(answered.await.unwrap().unwrap().status(), StatusCode::OK);
    }
    drop(accepted);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_is_a_timeout_and_a_client_that_leaves_is_not_computed_for() {
    let dir = tempfile::tempdir().unwrap();
    let (runner, fake) = start(dir.path(), Config { batch_answers: 1, ..config() }).await;
    fake.close();
    let asked = json!({"model": "fake", "prompt": "a", "max_tokens": 100});
    // The engine is busy for somebody who leaves, then for nobody.
    let leaving = Client::new().post(runner.url("/v1/completions")).json(&asked);
    let left = leaving.timeout(Duration::from_millis(300)).send().await;
    assert!(left.unwrap_err().is_timeout());
    let late = Client::new().post(runner.url("/v1/completions")).json(&asked);
    let late = tokio::spawn(late.header("x-stainless-timeout", "0.2").send());
    runner.until("stoa_runner_waiting_answers{class=\"anonymous\"} 1").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    fake.open();
    let late = late.await.unwrap().unwrap();
    assert_eq!(late.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(late.json::<Value>().await.unwrap()["error"]["code"], "deadline_exceeded");
    assert_eq!(fake.executions(), 1, "the late request must not have been begun");
    runner.until("stoa_runner_running_answers 0").await;
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_in_flight_end_before_the_service_does() {
    let dir = tempfile::tempdir().unwrap();
    let patient = Config { shutdown_grace_seconds: 20, ..config() };
    let (runner, fake) = start(dir.path(), patient).await;
    fake.close();
    let asked = json!({"model": "fake", "prompt": "a bb", "max_tokens": 3});
    let running =
        tokio::spawn(Client::new().post(runner.url("/v1/completions")).json(&asked).send());
    runner.until("stoa_runner_running_answers 1").await;
    let opener = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        fake.open();
    };
    tokio::join!(runner.stop(), opener);
    let body: Value = running.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(body["choices"][0]["text"], " a bb a");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_answer_on_their_own_address() {
    let dir = tempfile::tempdir().unwrap();
    let (runner, _) = start(dir.path(), config()).await;
    for url in [runner.url("/health/ready"), format!("http://{}/health/live", runner.admin)] {
        assert_eq!(reqwest::get(url).await.unwrap().status(), StatusCode::OK);
    }
    answer(&runner, "/v1/completions", json!({"model": "fake", "prompt": "a", "max_tokens": 5}))
        .await;
    let page = runner.metrics().await;
    assert!(page.contains("stoa_runner_output_tokens_total 5"), "{page}");
    assert!(
        page.contains("stoa_runner_calls_total{call=\"completions\",outcome=\"200\"} 1"),
        "{page}"
    );
    runner.stop().await;
}
