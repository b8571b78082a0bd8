//! The adapter's logits equal the CPU twin's bit for bit; one pass equals step by step.

use crate::common::{Draw, GOLDEN, Sizes, cpu, golden, gpu, shipped, write_random};
use stoa_primitives::ContentHash;

fn assert_equal_bits(dir: &std::path::Path, positions: usize, test: &str) {
    let twin = cpu(dir);
    let ids = Draw(7).ids(positions, twin.model().vocab_size);
    let expected = twin.logits(&ids).unwrap();
    assert_eq!(expected.len(), positions);
    assert_eq!(
        twin.logits_stepwise(&ids).unwrap(),
        expected,
        "{test}: CPU, decode against prefill"
    );
    let Some(adapter) = gpu(dir, test) else { return };
    assert_eq!(adapter.model(), twin.model());
    for (position, (actual, expected)) in
        adapter.logits(&ids).unwrap().iter().zip(&expected).enumerate()
    {
        assert!(actual == expected, "{test}: prefill differs at position {position}");
    }
    assert!(
        adapter.logits_stepwise(&ids).unwrap() == expected,
        "{test}: GPU, decode against prefill"
    );
}

#[test]
fn golden_folders_give_the_same_bits_on_both_back_ends() {
    for case in GOLDEN {
        assert_equal_bits(&golden(case), 40, case);
    }
}

#[test]
fn the_shipped_model_gives_the_same_bits_on_both_back_ends() {
    assert_equal_bits(&shipped(), 70, "shipped model");
}

#[test]
fn random_grouped_models_give_the_same_bits_even_when_everything_saturates() {
    let sizes = Sizes {
        hidden: 96,
        inner: 160,
        layers: 2,
        heads: 6,
        groups: 2,
        head: 16,
        vocab: 77,
        context: 48,
    };
    for (seed, spread) in [(1, 0.1), (2, 3.0), (3, 900.0)] {
        let dir = tempfile::tempdir().unwrap();
        write_random(dir.path(), sizes, seed, spread);
        assert_equal_bits(dir.path(), 37, &format!("random model, spread {spread}"));
    }
}

#[test]
fn the_bits_and_roots_of_the_golden_folders_are_known() {
    let known = [
        (
            "gqa-tied-f32",
            "93db6bfc271719310295fd111294b4ed5b3a55f2d6cdf04e4173570512af51ed",
            "0cbd0c01338cde7b29bade3656bcf3f8ed19fd32703eeee0570952108be85a7a",
        ),
        (
            "mqa-untied-f16",
            "5636f5dd34fb2de83a9c1ae509a34da126967fbe7380d5199b1f09f3e14b9522",
            "1a5bcc52d1095b4c7599cdd0277d1c0a640048659aecf6e0c6bc29f5122edcb4",
        ),
        (
            "mha-untied-bf16",
            "dff42ecd9728c8f96b81f5d7765913e06a4306908c8e1e8a92f1e5b968c395e9",
            "9848964abf6550d59f87dba9dd0bc3288a20630aefd23f7aaebe39ef50284462",
        ),
    ];
    let mut actual = Vec::new();
    for (case, _, _) in known {
        let engine = cpu(&golden(case));
        let ids: Vec<u32> = (0..24).map(|i| (i * 31 + 5) % 96).collect();
        let rows = engine.logits(&ids).unwrap();
        let bytes: Vec<u8> = rows.iter().flatten().flat_map(|logit| logit.to_le_bytes()).collect();
        let hash = ContentHash::sha256(&bytes).to_string();
        actual.push((case, hash, engine.model().model_root.to_string()));
    }
    let known = known.map(|(case, hash, root)| (case, hash.to_owned(), root.to_owned()));
    assert_eq!(actual, known, "a change of bits is a new semantics version");
}
