//! Model packages: the same model, the same bytes, in bounded memory, gone on with after a crash, and every bit verified.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use proptest::prelude::*;
use stoa_engine::{
    BackendKind, Engine, EngineError, PackageError,
    package::{
        MAX_BUFFERED_BYTES, PackOptions, PackProgress, PackReport, Package, PackageManifest, pack,
    },
};
use stoa_primitives::ContentHash;
use stoa_trace::merkle::{Tree, leaf};
use tempfile::TempDir;

use crate::common::{GOLDEN, Sizes, cpu, golden, shipped, write_random};

fn pack_to(source: &Path, output: &Path) -> PackReport {
    let options = PackOptions { license: Some("Apache-2.0".to_owned()) };
    pack(source, output, &options, &mut |_| ControlFlow::Continue(())).unwrap()
}

/// A package named like its source, so that the name of the model is the same.
fn packed(source: &Path) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join(source.file_stem().unwrap());
    pack_to(source, &output);
    (dir, output)
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let read = |entry: fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
    };
    entries.map(read).collect()
}

/// A golden folder whose layers are stored in four bits.
fn in_four_bits(case: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in ["config.json", "model.safetensors"] {
        fs::copy(golden(case).join(file), dir.path().join(file)).unwrap();
    }
    fs::write(dir.path().join("stoa.json"), r#"{"weights": "int4", "group_width": 32}"#).unwrap();
    dir
}

#[test]
fn a_package_is_the_model_that_it_was_made_of() {
    let ids = [0, 5, 17, 42, 80];
    let four = in_four_bits("gqa-tied-f32");
    let mut sources: Vec<PathBuf> = GOLDEN.map(golden).to_vec();
    sources.push(golden("gguf").join("mqa-untied-f16.gguf"));
    sources.push(four.path().to_owned());
    sources.push(shipped());
    for source in sources {
        let (_dir, output) = packed(&source);
        let (package, original) = (cpu(&output), cpu(&source));
        assert_eq!(package.model(), original.model(), "{}", source.display());
        assert_eq!(package.logits(&ids).unwrap(), original.logits(&ids).unwrap());
    }
    let (_dir, output) = packed(&shipped());
    let prompt = "Returns the number of";
    assert_eq!(cpu(&output).encode(prompt).unwrap(), cpu(&shipped()).encode(prompt).unwrap());
    assert_eq!(
        fs::read(output.join("LICENSE")).unwrap(),
        fs::read(shipped().join("LICENSE")).unwrap()
    );
}

#[test]
fn two_packages_of_a_model_are_equal_on_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let made = |name: &str, threads: usize| {
        let output = dir.path().join(name);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| pack_to(&golden("mha-untied-bf16"), &output));
        files(&output)
    };
    let one = made("one", 1);
    assert!(one == made("three", 3));
    assert!(one == made("again", 3));
    assert!(!one.contains_key("journal"));
}

#[test]
fn packing_goes_on_after_the_last_whole_part() {
    let source = golden("gqa-tied-f32");
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole");
    let mut steps = 0;
    let mut count = |_: &PackProgress| {
        steps += 1;
        ControlFlow::Continue(())
    };
    pack(&source, &whole, &PackOptions::default(), &mut count).unwrap();
    let manifest = Package::open(&whole).unwrap().manifest().clone();
    let unweighed = ["manifest", "tokenizer", "tables."];
    let is_head = |name: &str| unweighed.iter().any(|head| name.starts_with(head));
    let head = manifest.sections.iter().filter(|section| is_head(&section.name)).count();
    let mut resumed = Vec::new();
    for cut in 1..steps {
        let output = dir.path().join(format!("cut-{cut}"));
        let mut left = cut;
        let mut stop = |_: &PackProgress| {
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let error = pack(&source, &output, &PackOptions::default(), &mut stop).unwrap_err();
        assert!(matches!(error, EngineError::Package { source: PackageError::BrokenOff, .. }));
        assert!(!output.exists());
        let partial = dir.path().join(format!("cut-{cut}.partial"));
        if let Ok(mut journal) = fs::File::options().append(true).open(partial.join("journal")) {
            // A crash in the middle of a line and in the middle of a block.
            journal.write_all(b"{\"part\":").unwrap();
            let weights = fs::File::options().append(true).open(partial.join("weights.bin"));
            weights.unwrap().write_all(&[0xa5; 9000]).unwrap();
        }
        let report =
            pack(&source, &output, &PackOptions::default(), &mut |_| ControlFlow::Continue(()));
        resumed.push(report.unwrap().resumed_parts);
        assert!(files(&output) == files(&whole), "cut after {cut} steps");
        assert!(!partial.exists());
    }
    // The last cut was after the last part, the first one before any.
    assert_eq!(resumed[0], 0);
    assert!(resumed.windows(2).all(|pair| pair[0] <= pair[1]));
    let parts = steps - 1 - head;
    assert_eq!(*resumed.last().unwrap(), parts - 1, "every part but the last was done before");
}

#[test]
fn what_an_earlier_attempt_made_of_another_source_is_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join("model");
    let mut left = 12;
    let mut stop = |_: &PackProgress| {
        left -= 1;
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let first = golden("gqa-tied-f32");
    pack(&first, &output, &PackOptions::default(), &mut stop).unwrap_err();
    fs::write(dir.path().join("model.partial/tokenizer.json"), "{}").unwrap();
    let report = pack_to(&golden("mqa-untied-f16"), &output);
    assert_eq!(report.resumed_parts, 0);
    assert_eq!(cpu(&output).model().model_root, cpu(&golden("mqa-untied-f16")).model().model_root);
}

#[test]
fn memory_does_not_grow_with_the_model() {
    let peak = |vocab: usize| {
        let dir = tempfile::tempdir().unwrap();
        let sizes = Sizes {
            hidden: 64,
            inner: 32,
            layers: 1,
            heads: 2,
            groups: 1,
            head: 32,
            vocab,
            context: 8,
        };
        write_random(dir.path(), sizes, 7, 0.1);
        pack_to(dir.path(), &dir.path().join("package")).peak_buffered_bytes
    };
    // Embedding and output matrix of 4.5 and 9 million weights: more than a block.
    let (small, large) = (peak(70_000), peak(140_000));
    assert_eq!(small, large);
    assert!(large <= MAX_BUFFERED_BYTES, "{large}");
    assert!(large < 140_000 * 64 * 14, "a matrix was held as a whole: {large}");
}

#[test]
fn a_leaf_opens_to_the_model_root_and_a_changed_one_does_not() {
    let (_dir, output) = packed(&golden("mqa-untied-f16"));
    let package = Package::open(&output).unwrap();
    let root = package.manifest().model_root;
    for section in package.manifest().sections.clone() {
        let leaves = section.size_bytes.div_ceil(1024).max(1);
        for leaf in [0, leaves / 2, leaves - 1] {
            let mut opening = package.open_leaf(&section.name, leaf).unwrap().unwrap();
            assert_eq!(opening.model_root(), Some(root), "{} {leaf}", section.name);
            opening.bytes[0] ^= 1;
            assert_ne!(opening.model_root(), Some(root));
            opening.bytes[0] ^= 1;
            opening.leaf += 1;
            assert_ne!(opening.model_root(), Some(root));
        }
        assert_eq!(package.open_leaf(&section.name, leaves).unwrap(), None);
    }
    assert_eq!(package.open_leaf("no such section", 0).unwrap(), None);
}

fn refusal(dir: &Path) -> (PathBuf, PackageError) {
    match Engine::load(dir, BackendKind::Cpu) {
        Err(EngineError::Package { path, source }) => (path, source),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the package was accepted"),
    }
}

#[test]
fn a_manifest_that_tells_another_story_is_refused() {
    let (_dir, output) = packed(&golden("gqa-tied-f32"));
    let path = output.join("stoa-package.json");
    let manifest = Package::open(&output).unwrap().manifest().clone();
    let with = |change: &dyn Fn(&mut PackageManifest)| {
        let mut changed = manifest.clone();
        change(&mut changed);
        changed.model_root = changed.computed_root();
        fs::write(&path, changed.seal().unwrap()).unwrap();
        refusal(&output).1
    };
    let is_layout = |error: &PackageError| matches!(error, PackageError::Layout { .. });
    assert!(is_layout(&with(&|manifest| manifest.sections[8].offset_bytes += 4096)));
    assert!(is_layout(&with(&|manifest| manifest.sections[8].size_bytes = u64::MAX)));
    assert!(is_layout(&with(&|manifest| manifest.sections[8].first_leaf = u64::MAX / 2)));
    assert!(is_layout(&with(&|manifest| manifest.sections.swap(7, 8))));
    assert!(is_layout(&with(&|manifest| drop(manifest.sections.pop()))));
    assert!(is_layout(&with(&|manifest| manifest.tensors[0].first_row = 3)));
    let error = with(&|manifest| manifest.sections[8].root = manifest.sections[9].root);
    assert!(matches!(error, PackageError::Leaves { .. }), "{error}");
    let error = with(&|manifest| manifest.format = "stoa-model-package/2".to_owned());
    assert!(matches!(error, PackageError::Format { .. }), "{error}");
    let mut other = manifest.clone();
    other.model_root = manifest.sections[0].root;
    fs::write(&path, other.seal().unwrap()).unwrap();
    assert!(matches!(refusal(&output).1, PackageError::Root { .. }));
}

#[test]
fn a_package_whose_integers_break_a_bound_is_refused() {
    let (_dir, output) = packed(&golden("gqa-tied-f32"));
    let mut manifest = Package::open(&output).unwrap().manifest().clone();
    let mut weights = fs::read(output.join("weights.bin")).unwrap();
    let mut leaves = fs::read(output.join("leaves.bin")).unwrap();
    let mut write = |name: &str, words: &[u32]| {
        let section = manifest.sections.iter_mut().find(|section| section.name == name).unwrap();
        let bytes = &mut weights[section.offset_bytes as usize..][..section.size_bytes as usize];
        for (word, place) in words.iter().zip(bytes.as_chunks_mut().0) {
            *place = word.to_le_bytes();
        }
        let tree = Tree::of_bytes(bytes);
        let nodes = bytes.chunks(1024).flat_map(leaf);
        let stored = leaves[section.first_leaf as usize * 32..].iter_mut();
        stored.zip(nodes).for_each(|(stored, byte)| *stored = byte);
        section.root = ContentHash::new(tree.root());
        manifest.model_root = manifest.computed_root();
        fs::write(output.join("stoa-package.json"), manifest.clone().seal().unwrap()).unwrap();
        fs::write(output.join("weights.bin"), &weights).unwrap();
        fs::write(output.join("leaves.bin"), &leaves).unwrap();
        match Engine::load(&output, BackendKind::Cpu) {
            Err(EngineError::Overflow { layer, bound, .. }) => (layer, bound),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("the package was accepted"),
        }
    };
    // A norm weight of 2^30, and (in front of it) a mantissa of 5.
    assert_eq!(write("final_norm", &[1 << 30]), ("final_norm".to_owned(), "norm weight"));
    let (layer, bound) = write("layers.0.down.scales", &[5 | 20 << 16]);
    assert_eq!((layer.as_str(), bound), ("layers.0.down", "weight mantissa below 2^14"));
}

#[test]
fn places_that_are_taken_and_sources_that_are_packages_are_refused() {
    let (dir, output) = packed(&golden("gqa-tied-f32"));
    let attempt = |source: &Path, output: &Path, license: Option<&str>| {
        let options = PackOptions { license: license.map(str::to_owned) };
        match pack(source, output, &options, &mut |_| ControlFlow::Continue(())) {
            Err(EngineError::Package { source, .. }) => source,
            other => panic!("{other:?}"),
        }
    };
    let other = dir.path().join("other");
    let source = golden("gqa-tied-f32");
    assert!(matches!(attempt(&source, &output, None), PackageError::Exists));
    assert!(matches!(attempt(&output, &other, None), PackageError::Packed));
    assert!(matches!(attempt(&source, &other, Some("a b")), PackageError::License { .. }));
    let error = stoa_engine::reference::FloatModel::load(&output).err().unwrap();
    assert!(matches!(error, EngineError::Package { source: PackageError::NoFloats, .. }));
}

/// The files of a package, which is synced to disk only once.
fn made_once() -> &'static BTreeMap<String, Vec<u8>> {
    static FILES: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| files(&packed(&golden("mqa-untied-f16")).1))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every bit of every file counts, and a damaged weight is named to the kibibyte.
    #[test]
    fn any_flipped_bit_is_found_and_named(file: prop::sample::Index, at: prop::sample::Index, bit in 0u8..8) {
        let all = made_once();
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path();
        all.iter().for_each(|(name, content)| fs::write(output.join(name), content).unwrap());
        let sections = Package::open(output).unwrap().manifest().sections.clone();
        let (name, content) = all.iter().nth(file.index(all.len())).unwrap();
        let mut content = content.clone();
        let at = at.index(content.len());
        content[at] ^= 1 << bit;
        fs::write(output.join(name), content).unwrap();
        let error = match Engine::load(output, BackendKind::Cpu) {
            Ok(_) => panic!("{name} with bit {bit} of byte {at} flipped was accepted"),
            Err(error) => error,
        };
        prop_assert!(error.to_string().contains(name.as_str()), "{name}: {error}");
        if name == "weights.bin" {
            let at = at as u64;
            let begun = sections.iter().rev().find(|section| section.offset_bytes <= at).unwrap();
            let within = at - begun.offset_bytes;
            let EngineError::Package { source, .. } = error else { panic!("{error}") };
            match source {
                PackageError::Leaf { section, leaf } => {
                    prop_assert_eq!((section, leaf), (begun.name.clone(), within / 1024));
                }
                PackageError::Padding { section } => {
                    prop_assert_eq!(&section, &begun.name);
                    prop_assert!(within >= begun.size_bytes);
                }
                other => panic!("{other}"),
            }
        }
    }
}
