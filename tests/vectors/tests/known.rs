//! The committed files are what the program makes: frozen means that this test never changes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn the_known_answers_of_version_one_are_frozen() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("exact-v1");
    let mut made = BTreeSet::new();
    for file in stoa_vectors::files() {
        let known = fs::read_to_string(folder.join(file.name())).unwrap();
        assert!(known == file.text(), "{} changed: that is a new semantics version", file.name());
        made.insert(file.name());
    }
    let listed = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name());
    let listed: BTreeSet<String> = listed.map(|name| name.into_string().unwrap()).collect();
    assert_eq!(listed, made, "every file has a maker");
}
