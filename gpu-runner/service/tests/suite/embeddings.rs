//! `/v1/embeddings` over a real encoder, the golden one of the engine.

use std::{path::Path, sync::Arc};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stoa_engine::{BackendKind, Encoder};
use stoa_primitives::ContentHash;
use stoa_runner::{Config, FakeInference};

use crate::support::{Runner, config};

const MODEL: &str = "bert-mean-f32";

fn golden(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/tests/golden").join(name)
}

fn with_encoders() -> Config {
    Config { encoder_dirs: vec![golden(MODEL), golden("bert-score-bf16")], ..config() }
}

async fn start(dir: &Path, config: Config) -> Runner {
    Runner::start(dir, Arc::new(FakeInference::default()), config).await
}

async fn post(runner: &Runner, body: Value) -> (u16, Value) {
    let client = reqwest::Client::new();
    let response = client.post(runner.url("/v1/embeddings")).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn refused(runner: &Runner, body: Value) -> (u16, String, String) {
    let (status, body) = post(runner, body).await;
    let text = |name: &str| body["error"][name].as_str().unwrap_or_default().to_owned();
    (status, text("code"), text("param"))
}

#[tokio::test(flavor = "multi_thread")]
async fn embeddings_are_the_engines_integers_in_both_encodings() {
    let dir = tempfile::tempdir().unwrap();
    let runner = start(dir.path(), with_encoders()).await;
    let rows =
        Encoder::load(&golden(MODEL), BackendKind::Cpu).unwrap().embed(&["a b c", "9"]).unwrap();
    let asked = json!({"model": MODEL, "input": ["a b c", "9"], "user": "me", "dimensions": 32});
    let (status, answer) = post(&runner, asked).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["usage"], json!({"prompt_tokens": 8, "total_tokens": 8}));
    for (index, row) in rows.iter().enumerate() {
        let found = &answer["data"][index];
        assert_eq!((&found["index"], &found["object"]), (&json!(index), &json!("embedding")));
        // A decimal number holds every bit: times 2^30 it is the integer. (serde_json reads one unit off at times.)
        let numbers = found["embedding"].as_array().unwrap().iter();
        let integers: Vec<f64> =
            numbers.map(|x| (x.as_f64().unwrap() * f64::from(1u32 << 30)).round()).collect();
        assert_eq!(integers, row.iter().map(|x| f64::from(*x)).collect::<Vec<_>>());
    }
    let bytes: Vec<u8> = rows.iter().flatten().flat_map(|x| x.to_le_bytes()).collect();
    let hash = ContentHash::sha256(&bytes).to_string();
    assert_eq!(answer["stoa"]["integers_sha256"], json!(hash));

    let asked = json!({"model": MODEL, "input": [[2, 4, 5, 6, 3], [2, 39, 3]], "encoding_format": "base64"});
    let (_, of_ids) = post(&runner, asked).await;
    assert_eq!(of_ids["stoa"], answer["stoa"], "ids and their texts are one");
    let encoded = of_ids["data"][1]["embedding"].as_str().unwrap();
    let real: Vec<f32> = rows[1].iter().map(|x| *x as f32 / (1u32 << 30) as f32).collect();
    let bytes: Vec<u8> = real.iter().flat_map(|x| x.to_le_bytes()).collect();
    assert_eq!(BASE64_STANDARD.decode(encoded).unwrap(), bytes);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_encoder_cannot_do_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let runner = start(dir.path(), with_encoders()).await;
    let invalid = |param: &str| (400, "invalid_value".to_owned(), param.to_owned());
    let asked = |more: Value| {
        let mut body = json!({"model": MODEL, "input": "a"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let unsupported = |param: &str| (400, "unsupported_parameter".to_owned(), param.to_owned());
    assert_eq!(refused(&runner, asked(json!({"dimensions": 31}))).await, unsupported("dimensions"));
    assert_eq!(
        refused(&runner, asked(json!({"temperature": 1}))).await,
        unsupported("temperature")
    );
    let format = asked(json!({"encoding_format": "int8"}));
    assert_eq!(refused(&runner, format).await, invalid("encoding_format"));
    assert_eq!(refused(&runner, asked(json!({"input": 7}))).await, invalid("input"));
    let many = asked(json!({"input": vec!["a"; 2049]}));
    assert_eq!(refused(&runner, many).await, invalid("input"));
    assert_eq!(refused(&runner, asked(json!({"input": []}))).await, invalid("input"));
    for input in [json!(""), json!([[]]), json!([[4, 96]]), json!([vec![4; 41]])] {
        let (status, code, _) = refused(&runner, asked(json!({"input": input}))).await;
        assert_eq!((status, code.as_str()), (400, "invalid_request"), "{input}");
    }
    let other = (400, "unsupported_operation".to_owned(), "model".to_owned());
    for model in ["fake", "bert-score-bf16"] {
        assert_eq!(refused(&runner, asked(json!({"model": model}))).await, other, "{model}");
    }
    assert_eq!(refused(&runner, asked(json!({"model": "nobody"}))).await.0, 404);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_says_what_each_model_does() {
    let dir = tempfile::tempdir().unwrap();
    let runner = start(dir.path(), with_encoders()).await;
    let answer: Value = reqwest::get(runner.url("/v1/models")).await.unwrap().json().await.unwrap();
    let models = answer["data"].as_array().unwrap().iter();
    let kinds: Vec<(&str, &str)> = models
        .map(|model| (model["id"].as_str().unwrap(), model["stoa"]["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(
        kinds,
        [("fake", "generation"), (MODEL, "embeddings"), ("bert-score-bf16", "ranking")]
    );
    let path = runner.url(&format!("/v1/models/{MODEL}"));
    let one: Value = reqwest::get(path).await.unwrap().json().await.unwrap();
    assert_eq!(one["stoa"]["dimensions"], json!(32));
    runner.stop().await;
}

/// Many callers at a time, each with more texts than one pass takes: everybody gets the bits that a lone caller gets.
#[tokio::test(flavor = "multi_thread")]
async fn callers_side_by_side_get_the_bits_of_a_lone_one() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config { queue_infer: 32, queue_per_caller: 32, ..with_encoders() };
    let runner = start(dir.path(), config).await;
    let texts: Vec<Vec<u32>> = (0..60).map(|i| vec![4 + i % 36; 1 + i as usize % 40]).collect();
    let body = json!({"model": MODEL, "input": texts});
    let alone = post(&runner, body.clone()).await;
    assert_eq!(alone.0, 200);
    let all = futures::future::join_all((0..8).map(|_| post(&runner, body.clone()))).await;
    for (status, answer) in all {
        assert_eq!((status, &answer["data"]), (200, &alone.1["data"]));
    }
    runner.stop().await;
}
