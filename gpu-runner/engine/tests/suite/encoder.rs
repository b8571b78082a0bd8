//! Encoders: the float reference against transformers, exact results against both, and equal bits.

use crate::common::{Draw, golden};
use serde::Deserialize;
use stoa_engine::{
    BackendKind, Encoder, Model, ModelKind,
    encoder::{EmbeddingRow, reference::FloatEncoder},
};

const EMBEDDING: [&str; 2] = ["bert-mean-f32", "xlm-roberta-first-f16"];
const SCORE: [&str; 2] = ["bert-score-bf16", "roberta-score-f16"];

#[derive(Deserialize)]
struct Golden {
    texts: Vec<GoldenText>,
}

#[derive(Deserialize)]
struct GoldenText {
    input_ids: Vec<u32>,
    token_type_ids: Vec<u32>,
    #[serde(default)]
    rows: Vec<Vec<f32>>,
    #[serde(default)]
    embedding: Vec<f32>,
    score: Option<f32>,
}

fn texts(case: &str) -> Vec<GoldenText> {
    let bytes = std::fs::read(golden(case).join("golden.json")).unwrap();
    serde_json::from_slice::<Golden>(&bytes).unwrap().texts
}

fn load(case: &str) -> Encoder {
    Encoder::load(&golden(case), BackendKind::Cpu).unwrap()
}

fn real(row: &EmbeddingRow) -> Vec<f32> {
    row.iter().map(|value| *value as f32 / (1u32 << 30) as f32).collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn the_float_reference_agrees_with_transformers() {
    for case in EMBEDDING {
        let model = FloatEncoder::load(&golden(case)).unwrap();
        for text in texts(case) {
            let rows = model.rows(&text.input_ids, &text.token_type_ids);
            assert_eq!(rows.len(), text.rows.len());
            for (actual, expected) in rows.iter().flatten().zip(text.rows.iter().flatten()) {
                assert!((actual - expected).abs() < 1e-4, "{case}: {actual} is not {expected}");
            }
            let embedding = model.embed(&text.input_ids);
            for (actual, expected) in embedding.iter().zip(&text.embedding) {
                assert!((actual - expected).abs() < 1e-5, "{case}: {actual} is not {expected}");
            }
        }
    }
    for case in SCORE {
        let model = FloatEncoder::load(&golden(case)).unwrap();
        for text in texts(case) {
            let score = model.score(&text.input_ids, &text.token_type_ids).unwrap();
            let expected = text.score.unwrap();
            assert!((score - expected).abs() < 1e-4, "{case}: {score} is not {expected}");
        }
    }
}

#[test]
fn exact_embeddings_stay_near_transformers_and_have_unit_length() {
    for case in EMBEDDING {
        let encoder = load(case);
        for text in texts(case) {
            let rows = encoder.embed_ids(std::slice::from_ref(&text.input_ids)).unwrap();
            let embedding = real(&rows[0]);
            assert_eq!(embedding.len() as u32, encoder.dimensions());
            let length: f64 = embedding.iter().map(|x| f64::from(*x).powi(2)).sum();
            assert!((length - 1.0).abs() < 1e-3, "{length}");
            let similarity = cosine(&embedding, &text.embedding);
            eprintln!("{case}: cosine with transformers {similarity:.6}");
            assert!(similarity > 0.99, "{case}: {similarity}");
        }
    }
}

#[test]
fn exact_scores_stay_near_transformers() {
    for case in SCORE {
        let encoder = load(case);
        for text in texts(case) {
            let score = encoder.score_ids(&text.input_ids, &text.token_type_ids).unwrap();
            let (score, expected) = (f64::from(score) / 65536.0, f64::from(text.score.unwrap()));
            eprintln!("{case}: score {score:.4}, transformers {expected:.4}");
            assert!((score - expected).abs() < 0.15, "{case}: {score} is not {expected}");
        }
    }
}

/// Every text's bits are the same alone, among others, in any order, and on any number of threads.
#[test]
fn an_embedding_does_not_depend_on_the_texts_beside_it() {
    for case in EMBEDDING {
        let encoder = load(case);
        let mut draw = Draw(0x5eed);
        // Lengths around the 64 rows of a product do not fit the context: many texts make them up.
        let texts: Vec<Vec<u32>> = (0..70)
            .map(|i| draw.ids(1 + i * 7 % encoder.model().context_tokens as usize, 96))
            .collect();
        let together = encoder.embed_ids(&texts).unwrap();
        let one_thread = rayon_of(1).install(|| encoder.embed_ids(&texts).unwrap());
        assert_eq!(together, one_thread);
        for (text, row) in texts.iter().zip(&together) {
            assert_eq!(&encoder.embed_ids(std::slice::from_ref(text)).unwrap()[0], row);
        }
        let backwards: Vec<Vec<u32>> = texts.iter().rev().cloned().collect();
        let mut rows = encoder.embed_ids(&backwards).unwrap();
        rows.reverse();
        assert_eq!(together, rows);
    }
}

fn rayon_of(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// The tokenizer files ask to cut at 4 tokens and to pad to 8: neither may happen.
#[test]
fn texts_are_read_whole_and_without_padding() {
    let encoder = load("bert-mean-f32");
    assert_eq!(encoder.encode("a b c d e").unwrap(), [2, 4, 5, 6, 7, 8, 3]);
    assert_eq!(encoder.encode("a").unwrap(), [2, 4, 3]);
    let texts = encoder.embed(&["a b c d e", "a"]).unwrap();
    assert_eq!(texts, encoder.embed_ids(&[vec![2, 4, 5, 6, 7, 8, 3], vec![2, 4, 3]]).unwrap());
}

#[test]
fn documents_are_ranked_by_the_score_of_their_pair() {
    let encoder = load("bert-score-bf16");
    let documents = ["a b", "q r s t", "a b", "9 8 7"];
    let ranked = encoder.rank("x y", &documents).unwrap();
    let ids = [2, 27, 28, 3, 20, 21, 22, 23, 3];
    let score = encoder.score_ids(&ids, &[0, 0, 0, 0, 1, 1, 1, 1, 1]).unwrap();
    let of = |index: usize| ranked.iter().find(|entry| entry.index == index).unwrap().score;
    assert_eq!(of(1), score);
    assert!(ranked.windows(2).all(|pair| pair[0].score >= pair[1].score), "{ranked:?}");
    // Equal documents have equal scores, and the first asked about stands first.
    let place = |index: usize| ranked.iter().position(|entry| entry.index == index).unwrap();
    assert_eq!(of(0), of(2));
    assert_eq!(place(0) + 1, place(2));
    // A RoBERTa model has one kind of segment, and gives it to both texts of a pair.
    assert_eq!(load("roberta-score-f16").rank("x y", &documents).unwrap().len(), 4);
}

#[test]
fn a_folder_says_what_kind_of_model_it_is() {
    let kind = |case: &str| Model::load(&golden(case), BackendKind::Cpu).unwrap().kind();
    assert_eq!(kind("bert-mean-f32"), ModelKind::Embedding);
    assert_eq!(kind("roberta-score-f16"), ModelKind::Ranking);
    assert_eq!(kind("gqa-tied-f32"), ModelKind::Generation);
}

/// Roots and first results of the stored folders: a change of any bit of an encoder shows here.
#[test]
fn roots_and_bits_are_those_of_version_1() {
    let bits = EMBEDDING.into_iter().chain(SCORE).map(|case| {
        let (encoder, texts) = (load(case), texts(case));
        let words: Vec<i32> = match encoder.kind() {
            ModelKind::Embedding => {
                let ids: Vec<Vec<u32>> = texts.into_iter().map(|text| text.input_ids).collect();
                encoder.embed_ids(&ids).unwrap().concat()
            }
            _ => {
                let score = |text: GoldenText| {
                    encoder.score_ids(&text.input_ids, &text.token_type_ids).unwrap()
                };
                texts.into_iter().map(score).collect()
            }
        };
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let hash = stoa_primitives::ContentHash::sha256(&bytes);
        format!("{case} {} {hash}\n", encoder.model().model_root)
    });
    assert_eq!(bits.collect::<String>(), include_str!("encoder.txt"));
}
