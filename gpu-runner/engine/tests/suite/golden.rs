//! The loader and the float reference against logits that Hugging Face transformers computed.

use std::path::Path;

use crate::common::{FAMILIES, GOLDEN, cpu, golden, int4};
use serde::Deserialize;
use stoa_engine::reference::FloatModel;

#[derive(Deserialize)]
struct Golden {
    input_ids: Vec<u32>,
    logits: Vec<Vec<f32>>,
}

fn read(case: &str) -> Golden {
    serde_json::from_slice(&std::fs::read(golden(case).join("golden.json")).unwrap()).unwrap()
}

/// Root mean square of the difference over that of the reference.
fn relative_error(actual: &[Vec<f32>], expected: &[Vec<f32>]) -> f64 {
    let pairs = || actual.iter().flatten().zip(expected.iter().flatten());
    let square = |x: f64| x * x;
    let error: f64 = pairs().map(|(a, e)| square(f64::from(*a) - f64::from(*e))).sum();
    let size: f64 = pairs().map(|(_, e)| square(f64::from(*e))).sum();
    (error / size).sqrt()
}

#[test]
fn the_float_reference_agrees_with_transformers() {
    for case in GOLDEN.into_iter().chain(FAMILIES) {
        let Golden { input_ids, logits } = read(case);
        let actual = FloatModel::load(&golden(case)).unwrap().logits(&input_ids);
        assert_eq!(actual.len(), logits.len());
        let error = relative_error(&actual, &logits);
        eprintln!("{case}: float reference against transformers, relative error {error:.2e}");
        assert!(error < 1e-4, "{case}: {error}");
        for (a, e) in actual.iter().flatten().zip(logits.iter().flatten()) {
            assert!((a - e).abs() <= 1e-3 * e.abs().max(1.0), "{case}: {a} instead of {e}");
        }
    }
}

/// Weights and ids are stored and exact mode is exact, so these errors do not vary from run to run: the limits are
/// about twice what was measured.
#[test]
fn exact_logits_stay_near_transformers() {
    for case in GOLDEN.into_iter().chain(FAMILIES) {
        let error = exact_error(&golden(case), &read(case));
        eprintln!("{case}: exact mode against transformers, relative error {error:.4}");
        assert!(error < 0.06, "{case}: {error}");
    }
}

/// The same with int4 weights, which cannot be near: sixteen steps for random weights are an error of a tenth a
/// product. What a mistake in the order of codes or groups leaves is an error of one and more.
#[test]
fn exact_logits_of_int4_weights_are_those_of_the_model() {
    for case in FAMILIES {
        let dir = int4(&golden(case), 32);
        let error = exact_error(dir.path(), &read(case));
        eprintln!("{case}: int4 against transformers, relative error {error:.4}");
        assert!(error < 0.5, "{case}: {error}");
        let roots = [golden(case), dir.path().to_owned()].map(|dir| cpu(&dir).model().model_root);
        assert_ne!(roots[0], roots[1], "the format is part of the identity");
    }
}

fn exact_error(dir: &Path, Golden { input_ids, logits }: &Golden) -> f64 {
    let rows = cpu(dir).logits(input_ids).unwrap();
    let real: Vec<Vec<f32>> =
        rows.iter().map(|row| row.iter().map(|x| *x as f32 / 65536.0).collect()).collect();
    relative_error(&real, logits)
}
