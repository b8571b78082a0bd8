//! GGUF files that lie or are broken.

use std::sync::OnceLock;

use proptest::prelude::*;
use stoa_engine::{BackendKind, Engine, EngineError, GgufError};

use crate::gguf::{cases, made, with_vocabulary};

fn refusal(bytes: &[u8]) -> Result<(), EngineError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hostile.gguf");
    std::fs::write(&path, bytes).unwrap();
    Engine::load(&path, BackendKind::Cpu).map(|_| ())
}

fn gguf_error(bytes: &[u8]) -> GgufError {
    match refusal(bytes) {
        Err(EngineError::Gguf { source, .. }) => source,
        Err(other) => panic!("{other}"),
        Ok(()) => panic!("the file was accepted"),
    }
}

#[test]
fn counts_lengths_and_offsets_that_lie_are_refused_by_name() {
    let good = std::fs::read(made("mqa-untied-f16.gguf")).unwrap();
    let with = |at: usize, bytes: &[u8]| {
        let mut file = good.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    assert!(matches!(gguf_error(b"GGML"), GgufError::Magic));
    assert!(matches!(gguf_error(b"GG"), GgufError::Truncated));
    assert!(matches!(gguf_error(&with(4, &1u32.to_le_bytes())), GgufError::Version { found: 1 }));
    for at in [8, 16] {
        let error = gguf_error(&with(at, &u64::MAX.to_le_bytes()));
        assert!(matches!(error, GgufError::TooMuch { found: u64::MAX, .. }), "{error}");
    }
    let error = gguf_error(&with(24, &u64::MAX.to_le_bytes()));
    assert!(matches!(error, GgufError::TooMuch { what: "the length of a key", .. }), "{error}");
    assert!(matches!(gguf_error(&good[..200]), GgufError::Truncated));
    let error = gguf_error(&good[..good.len() - 64]);
    assert!(matches!(error, GgufError::Outside { .. }), "{error}");
    // The last offset of the directory, before the padding in front of the data.
    let name = b"output_norm.weight";
    let at = good.windows(name.len()).position(|window| window == name).unwrap() + name.len();
    let offset = at + 4 + 8 + 4;
    let error = gguf_error(&with(offset, &(u64::MAX - 31).to_le_bytes()));
    assert!(matches!(error, GgufError::Outside { .. }), "{error}");
    let error = gguf_error(&with(offset, &1u64.to_le_bytes()));
    assert!(matches!(error, GgufError::Outside { .. }), "{error}");
    let error = gguf_error(&with(at + 4, &0u64.to_le_bytes()));
    assert!(matches!(error, GgufError::Shape { .. }), "{error}");
}

/// A file without a vocabulary, and one with each kind.
fn bases() -> &'static [Vec<u8>] {
    static BASES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    BASES.get_or_init(|| {
        let mut bases = vec![std::fs::read(made("mqa-untied-f16.gguf")).unwrap()];
        for case in [&cases()[0], &cases()[4]] {
            let (_dir, path) = with_vocabulary(case);
            bases.push(std::fs::read(path).unwrap());
        }
        bases
    })
}

proptest! {
    // A case reads a small file twice; the answer to a mutated file may be a model, never a panic.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn mutated_files_are_refused_or_read_but_never_panic(
        base in 0usize..3,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let mut file = bases()[base].clone();
        // Metadata and directory: the tensors behind them are mere numbers.
        let header = file.windows(4).rposition(|window| window == b".wei").unwrap() + 64;
        for (index, byte) in changes {
            let at = index.index(header);
            file[at] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let _ = refusal(&file);
    }
}
