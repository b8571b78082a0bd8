//! House rules of exact kernels, checked on the text of every `.wgsl` file of this crate.

#![allow(clippy::unwrap_used, clippy::expect_used)] // test helpers: a failure should stop the test here

use std::path::{Path, PathBuf};

const HEADER: [&str; 5] =
    ["// Purpose: ", "// In/out: ", "// Dispatch: ", "// Bounds: ", "// Class: bit-exact."];

fn wgsl_files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            wgsl_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "wgsl") {
            found.push(path);
        }
    }
}

fn files() -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    wgsl_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path, text)
        })
        .collect()
}

/// What is wrong with one line, if anything.
fn fault(line: &str) -> Option<&'static str> {
    let code = line.split("//").next().unwrap_or_default();
    let words = |text: &'static str| {
        code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == text)
    };
    if words("f32") || words("f16") || words("vec4f") || words("vec2f") {
        return Some("floats are not bit-exact");
    }
    let float_literal = code
        .split(|c: char| !c.is_alphanumeric() && c != '.')
        .any(|word| word.contains('.') && word.starts_with(|c: char| c.is_ascii_digit()));
    if float_literal {
        return Some("float literal");
    }
    if code.contains('%') {
        return Some("% on signed integers differs between back ends");
    }
    if code.trim_start().starts_with("enable") {
        return Some("enable directives are refused by naga or experimental");
    }
    shifts(code).find(|amount| !masked(amount)).map(|_| "variable shift without & 31u")
}

/// The right-hand sides of all shifts of a line.
fn shifts(code: &str) -> impl Iterator<Item = &str> {
    let operators = code.match_indices("<<").chain(code.match_indices(">>"));
    let typed = |rest: &&str| !rest.is_empty() && !rest.starts_with([';', '{', ',', ')', '=']);
    operators.map(|(at, _)| code[at + 2..].trim_start()).filter(typed)
}

/// A literal amount, or a parenthesis (also after a vector constructor) that ends in `& 31u`.
fn masked(amount: &str) -> bool {
    let digits = amount.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits.len() < amount.len() {
        return digits.starts_with('u');
    }
    let Some(open) = amount.find('(') else { return false };
    let constructor = &amount[..open];
    if !constructor.is_empty() && !constructor.starts_with("vec") {
        return false;
    }
    let mut depth = 0;
    let close = amount[open..].find(|c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    close.is_some_and(|close| amount[..open + close].ends_with("& 31u"))
}

#[test]
fn every_kernel_keeps_the_rules() {
    let files = files();
    assert!(files.len() >= 9, "the kernels are found");
    for (path, text) in &files {
        for (number, line) in text.lines().enumerate() {
            if let Some(fault) = fault(line) {
                panic!("{}:{}: {fault}: {}", path.display(), number + 1, line.trim());
            }
        }
    }
}

#[test]
fn every_kernel_has_the_five_line_header_and_an_entry_point_of_its_name() {
    for (path, text) in files() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.parent().unwrap().file_name().unwrap().to_str() != Some(&name) {
            continue; // a shared helper, not a kernel
        }
        for (line, start) in text.lines().zip(HEADER) {
            assert!(
                line.starts_with(start),
                "{}: {line} should start with {start}",
                path.display()
            );
        }
        assert!(text.contains(&format!("\nfn {name}(")), "{}", path.display());
    }
}

#[test]
fn what_is_kept_on_disk_belongs_to_every_text() {
    let listed = include_str!("../src/shader.rs");
    for (path, _) in files() {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(listed.contains(name), "shader::SOURCES lacks {name}");
    }
}

#[test]
fn the_lint_sees_what_it_should() {
    for bad in [
        "let x = f32(1);",
        "let x = a % b;",
        "let y = a << n;",
        "let y = a >> (n & 15u);",
        "let z = 1.5;",
        "let y = a >> (n + 1u);",
        "enable f16;",
        "let v = a << vec4<u32>(n);",
        "let y = a << other(n & 31u);",
    ] {
        assert!(fault(bad).is_some(), "{bad}");
    }
    for good in [
        "let y = a << 3u;",
        "let y = a >> ((n + 1u) & 31u); // f32",
        "let v = a >> vec4<u32>(n & 31u);",
        "var<storage, read> x: array<vec4<u32>>;",
        "let y = x.x + a[i];",
        "fn f() -> array<vec2<u32>> {",
    ] {
        assert!(fault(good).is_none(), "{good}: {:?}", fault(good));
    }
}
