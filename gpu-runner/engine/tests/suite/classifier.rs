//! Classifiers: two digits models trained outside this project's code, exact against float, and every refusal.

use std::path::Path;

use crate::common::golden;
use safetensors::{Dtype, tensor::TensorView};
use serde::Deserialize;
use serde_json::{Value, json};
use stoa_engine::{
    BackendKind, Classifier, EngineError, Model, ModelKind,
    classifier::{fixed_input, reference::FloatClassifier},
};
use tempfile::TempDir;

const CASES: [&str; 2] = ["digits-mlp", "digits-cnn"];

#[derive(Deserialize)]
struct Golden {
    /// Pixels from 0 to 16.
    inputs: Vec<Vec<u8>>,
    labels: Vec<usize>,
    scores: Vec<Vec<f32>>,
}

fn read(case: &str) -> Golden {
    serde_json::from_slice(&std::fs::read(golden(case).join("golden.json")).unwrap()).unwrap()
}

fn load(case: &str) -> Classifier {
    Classifier::load(&golden(case), BackendKind::Cpu).unwrap()
}

fn real(pixels: &[u8]) -> Vec<f32> {
    pixels.iter().map(|pixel| f32::from(*pixel) / 16.0).collect()
}

fn fixed(pixels: &[u8]) -> Vec<i32> {
    real(pixels).into_iter().map(fixed_input).collect()
}

fn best(scores: &[f32]) -> usize {
    let better =
        |best: usize, index: usize| if scores[index] > scores[best] { index } else { best };
    (0..scores.len()).fold(0, better)
}

#[test]
fn the_float_reference_agrees_with_jax() {
    for case in CASES {
        let (model, golden) = (FloatClassifier::load(&golden(case)).unwrap(), read(case));
        for (pixels, expected) in golden.inputs.iter().zip(&golden.scores) {
            let scores = model.scores(&real(pixels));
            assert_eq!(scores.len(), expected.len());
            for (actual, expected) in scores.iter().zip(expected) {
                let tolerance = 2e-4 * expected.abs().max(1.0);
                assert!(
                    (actual - expected).abs() < tolerance,
                    "{case}: {actual} is not {expected}"
                );
            }
        }
    }
}

#[test]
fn exact_integers_label_as_well_as_floats() {
    for case in CASES {
        let (model, golden) = (load(case), read(case));
        let (mut exact_right, mut float_right, mut alike, mut error) = (0, 0, 0, 0f32);
        let tests = golden.inputs.iter().zip(&golden.scores).zip(&golden.labels);
        for ((pixels, expected), truth) in tests {
            let answer = model.classify(&fixed(pixels)).unwrap();
            let float = best(expected);
            exact_right += usize::from(answer.label == *truth);
            float_right += usize::from(float == *truth);
            alike += usize::from(answer.label == float);
            for (score, expected) in answer.scores.iter().zip(expected) {
                error = error.max((*score as f32 / 65536.0 - expected).abs());
            }
        }
        let count = golden.labels.len();
        eprintln!(
            "{case}: exact {exact_right}, float {float_right} of {count} right; {alike} alike; \
             largest difference of a score {error:.3}"
        );
        assert!(exact_right + 3 >= float_right, "{case}: {exact_right} and {float_right} right");
        assert!(alike + 3 >= count, "{case}: {alike} of {count} alike");
        assert!(error < 1.0, "{case}: {error}");
    }
}

/// Roots and scores of the stored folders: a change of any bit of a classifier shows here.
#[test]
fn roots_and_bits_are_those_of_version_1() {
    let bits = CASES.map(|case| {
        let model = load(case);
        let scores = read(case).inputs.into_iter();
        let scores = scores.flat_map(|pixels| model.classify(&fixed(&pixels)).unwrap().scores);
        let bytes: Vec<u8> = scores.flat_map(|score| score.to_le_bytes()).collect();
        let hash = stoa_primitives::ContentHash::sha256(&bytes);
        format!("{case} {} {hash}\n", model.model().model_root)
    });
    assert_eq!(bits.concat(), include_str!("classifier.txt"));
}

/// Every layer on numbers that a reader can follow: 1.0 is 65536.
#[test]
fn layers_do_what_their_names_say() {
    let layers = json!([
        {"type": "conv2d", "name": "c", "channels": 1, "kernel": 2, "stride": 1, "padding": 1},
        {"type": "max_pool", "kernel": 2}, {"type": "relu"}, {"type": "avg_pool", "kernel": 2}]);
    let dir = folder([1, 3, 3], layers, 1, &[("c", &[1, 1, 2, 2], &[1.0, 0.0, 0.0, -1.0], &[0.5])]);
    let model = Classifier::load(dir.path(), BackendKind::Cpu).unwrap();
    // Padded to 5 x 5, a patch gives upper left - lower right + 0.5: 4 x 4 values; the largest of each 2 x 2 square;
    // none below zero; their mean. Rows of the values: -0.5 -1.5 -2.5 0.5 / -3.5 -3.5 -3.5 3.5 /
    // -6.5 -3.5 -3.5 6.5 / 0.5 7.5 8.5 9.5; largest: -0.5 3.5 / 7.5 9.5; mean of 0, 3.5, 7.5 and 9.5: 5.125.
    let input: Vec<i32> = (1..=9).map(|x| x << 16).collect();
    let score = f64::from(model.classify(&input).unwrap().scores[0]) / 65536.0;
    assert!((score - 5.125).abs() < 0.1, "{score}");
    let dir = folder(
        [2, 1, 1],
        json!([{"type": "dense", "name": "d", "outputs": 2}]),
        2,
        &[("d", &[2, 2], &[1.0, 1.0, 1.0, 1.0], &[0.0, 0.0])],
    );
    let model = Classifier::load(dir.path(), BackendKind::Cpu).unwrap();
    assert_eq!(model.classify(&[65536, 65536]).unwrap().label, 0, "of equal scores the first");
    assert!(matches!(
        model.classify(&[1]),
        Err(EngineError::InvalidInput { expected: 2, actual: 1 })
    ));
    assert!(matches!(model.classify(&[1, 1 << 30]), Err(EngineError::InvalidInput { .. })));
}

/// Name, shape, weights and biases of a layer.
type Tensors<'a> = (&'a str, &'a [usize], &'a [f32], &'a [f32]);

/// A folder with `labels` labels.
fn folder(input: [u32; 3], layers: Value, labels: usize, tensors: &[Tensors<'_>]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..labels).map(|label| label.to_string()).collect();
    let config = json!({
        "architectures": ["StoaClassifier"], "input": input, "layers": layers, "labels": names,
    });
    std::fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
    let bytes = |values: &[f32]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let parts: Vec<(String, Vec<usize>, Vec<u8>)> = tensors
        .iter()
        .flat_map(|(name, shape, weights, biases)| {
            [
                (format!("{name}.weight"), shape.to_vec(), bytes(weights)),
                (format!("{name}.bias"), vec![biases.len()], bytes(biases)),
            ]
        })
        .collect();
    let views = parts.iter().map(|(name, shape, data)| {
        (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), data).unwrap())
    });
    let file = safetensors::serialize(views, None).unwrap();
    std::fs::write(dir.path().join("model.safetensors"), file).unwrap();
    dir
}

fn refusal(dir: &Path) -> EngineError {
    match Classifier::load(dir, BackendKind::Cpu) {
        Ok(_) => panic!("the folder was accepted"),
        Err(error) => error,
    }
}

#[test]
fn weights_that_could_overflow_are_refused_with_layer_and_bound() {
    let dense = json!([{"type": "dense", "name": "d", "outputs": 1}]);
    for (weight, bias, bound) in [(1e9, 0.0, "weight magnitude"), (1.0, 16384.0, "bias")] {
        let dir = folder([1, 1, 1], dense.clone(), 1, &[("d", &[1, 1], &[weight], &[bias])]);
        let error = refusal(dir.path()).to_string();
        assert!(error.starts_with(&format!("d: {bound}")), "{error}");
    }
    // More products than an exact 32-bit sum of extreme codes can hold; the tensor is not even read.
    let dir = folder([131_072, 1, 1], dense, 1, &[]);
    let error = refusal(dir.path()).to_string();
    assert!(error.starts_with("d: product width can reach 131072"), "{error}");
    let pool = json!([{"type": "avg_pool", "kernel": 257}]);
    let error = refusal(folder([1, 257, 257], pool, 1, &[]).path()).to_string();
    assert!(error.starts_with("layers.0: positions can reach 66049"), "{error}");
}

#[test]
fn shapes_that_do_not_fit_are_refused_with_the_layer() {
    let conv = |kernel: u32, stride: u32, padding: u32| json!({"type": "conv2d", "name": "c", "channels": 1, "kernel": kernel, "stride": stride, "padding": padding});
    for layer in [
        conv(4, 1, 0),
        conv(0, 1, 0),
        conv(2, 0, 0),
        conv(2, 1, 2),
        conv(1, 1, u32::MAX),
        json!({"type": "max_pool", "kernel": 0}),
        json!({"type": "max_pool", "kernel": 4}),
        json!({"type": "dense", "name": "d", "outputs": 0}),
        json!({"type": "dense", "name": "d", "outputs": u32::MAX}),
    ] {
        let error = refusal(folder([1, 3, 3], json!([{"type": "relu"}, layer]), 1, &[]).path());
        assert!(
            matches!(error, EngineError::InvalidConfig { field: "layers", actual: 1, .. }),
            "{layer}: {error}"
        );
    }
    let relu = || json!([{"type": "relu"}]);
    let refused = |input, layers, labels| refusal(folder(input, layers, labels, &[]).path());
    let field = |error: EngineError| match error {
        EngineError::InvalidConfig { field, .. } => field,
        other => panic!("{other}"),
    };
    assert_eq!(field(refused([0, 1, 1], relu(), 0)), "input");
    assert_eq!(field(refused([u32::MAX; 3], relu(), 1)), "input");
    assert_eq!(field(refused([2, 1, 1], relu(), 1)), "labels");
    assert_eq!(field(refused([2, 1, 1], json!([]), 2)), "layers");
    let unknown = refused([2, 1, 1], json!([{"type": "softmax"}]), 2);
    assert!(matches!(unknown, EngineError::InvalidJson { .. }));
    // 513 x 513 patches of 8 x 8 pixels hold more than 2^24 values.
    assert_eq!(field(refused([1, 520, 520], json!([conv(8, 1, 0)]), 1)), "layers");
}

#[test]
fn a_classifier_is_known_by_its_folder_and_refused_on_a_graphics_adapter() {
    let model = Model::load(&golden("digits-cnn"), BackendKind::Cpu).unwrap();
    assert_eq!(model.kind(), ModelKind::Classification);
    assert_eq!(load("digits-cnn").input_shape(), [1, 8, 8]);
    assert_eq!(load("digits-cnn").labels()[9], "9");
    let error = Classifier::load(&golden("digits-mlp"), BackendKind::Gpu).err().unwrap();
    assert!(error.to_string().starts_with("StoaClassifier runs on the CPU back end only"));
}
