//! The adapter's logits equal the CPU twin's bit for bit; one pass equals step by step.

use std::path::Path;

use crate::common::{Draw, GOLDEN, Sizes, cpu, golden, gpu, int4, shipped, write_random};
use stoa_primitives::ContentHash;

fn assert_equal_bits(dir: &Path, positions: usize, test: &str) {
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

/// Hash of the logits and model root of every golden folder, as `docs/spec/exact_inference.py` prints them.
const KNOWN: [(&str, &str, &str); 15] = [
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
    (
        "llama-linear",
        "65c2195b6ba0f4b4d49a27c4158e1708007192afd3f74dd2241971f2566a0768",
        "9b7f81e84248812ce278e6694a8730b346c76b395b6e96d3ea9fdcb10634a2cb",
    ),
    (
        "llama-llama3",
        "c859c606d9b70bd7c9873bff146993abfabfb4d2e1870365227b867b96f2cb07",
        "354e460ca86fc674601901010ed858c78b4ae81794fed0a3e367f6af8d9874c0",
    ),
    (
        "llama-yarn",
        "5aef539ad8d88dabb6dd42172556a2d034c237a591ac98730abb3d70815d5f19",
        "eac4763d0e2fc10d45ac711ad4c7f63b21d81a68a613304ba0ca8ce52fceeec7",
    ),
    (
        "llama-biases",
        "002c36b0b750c0d9d6597e343598f95e2707a97345eed2aa1bbcd5a96b2b8f81",
        "047bf3926878bc8ff3c21acef0c1f9737ce0bf07ffb03bdaadd2f2327dfca68c",
    ),
    (
        "mistral",
        "7c3752966272fc69601cc38d487ff2f623857d477ae59a785bf8bfabef576879",
        "756a2547c585999a82b758fa20bea8454b429d332b303ea04b99b9a5107b5e9b",
    ),
    (
        "qwen2",
        "82c66c33db54ac7169ff6bf1555f503b93b5096ddf890669e960c4bf189b611c",
        "06cc60e95285a8c9a111f050cfc5dc15628c7320b1e4d441fa2bd6d982785cc4",
    ),
    (
        "qwen2-window",
        "b381eb00d337a23824e62ff64f6fb9f739dc6c85a55c6a47bc27580cc0a809b0",
        "c62299415d91c4f429c51cbedfc27bed1b819be15b68a55918e09c3bbbdffd57",
    ),
    (
        "qwen3",
        "a7d1127193092d739a49058e0d207bc65ef5b81a024610998adae3104f55472a",
        "b58803f7f5247b80b994910b8ed1fbcb611966eab58e3692c6e2f7113afff231",
    ),
    (
        "phi3",
        "7f092d4f551b24967da869c2274c32305ae53860d71a38de7665687f811ec1b6",
        "4e2e2146af61203d20552246b77b1a192aa3aadab92d0a636b93cc7cab74495c",
    ),
    (
        "gemma",
        "46ab4f446499521c1d334bcc6c4e9ce20a672d1ccc58e8257120f8dc5a145aa2",
        "fefab425607cc7aa93dafa6d66da635b6167054d5f22ba7e158ae079bf2c3f2c",
    ),
    (
        "gemma2",
        "0ff8b8858ff62611529804f7404ae7fd9261a806c4915a0ffb3454e5c5d27ee7",
        "612b3187d6a2eaa8d50db6a87d60855b93411975f30c5560b7b8321343f59129",
    ),
    (
        "gemma3",
        "b05b7d3e0e2d4e74771e8b9087577632344e72d38b738967339ea4d7a99d8abe",
        "3d29fb71118b5480be0393cf5b09f5f1289075cde8e3646be8867ea4cb4cde50",
    ),
];

/// The same with int4 weights in groups of 32, as the script prints them of copies with a `stoa.json`.
const KNOWN_INT4: [(&str, &str, &str); 3] = [
    (
        "gqa-tied-f32",
        "fd522dafb536a418e9fd994e4f3089cebd8bc3fc3b3b5e3ab914ac18c328bf4b",
        "c2c06479432580ff66283a0cf1be7b95ae1a861f899f03758e65aa20ed00a70b",
    ),
    (
        "qwen2",
        "ed9e6b7477dfc0e940511935543264903638f8c3a2401ec5c55787678d2282e4",
        "897d7309dcf2eeec3ba823181472c87d1a9178c7030575a1b3c1155018e31a5b",
    ),
    (
        "gemma3",
        "e8120cfd2398b4bfab4c68084129ed9e711461576145f5c3de699f16aef5347f",
        "f1012bf12551f2d0c1e70ef5f8414c44ab4f519febe90e2e8ec475547462e41c",
    ),
];

/// Hash of the logits of 24 fixed ids, and the model root.
fn bits(dir: &Path) -> (String, String) {
    let engine = cpu(dir);
    let vocab = engine.model().vocab_size;
    let ids: Vec<u32> = (0..24).map(|i| (i * 31 + 5) % vocab).collect();
    let rows = engine.logits(&ids).unwrap();
    let bytes: Vec<u8> = rows.iter().flatten().flat_map(|logit| logit.to_le_bytes()).collect();
    (ContentHash::sha256(&bytes).to_string(), engine.model().model_root.to_string())
}

#[test]
fn the_bits_and_roots_of_the_golden_folders_are_known() {
    let owned = |(hash, root): (&str, &str)| (hash.to_owned(), root.to_owned());
    for (case, hash, root) in KNOWN {
        let message = "a change of bits is a new semantics version";
        assert_eq!(bits(&golden(case)), owned((hash, root)), "{case}: {message}");
    }
    for (case, hash, root) in KNOWN_INT4 {
        let actual = bits(int4(&golden(case), 32).path());
        assert_eq!(actual, owned((hash, root)), "{case}, int4");
    }
}
