//! Exports of the module that a 32-bit machine runs.
//!
//! `unsafe` only in the attribute that keeps the names: nothing else in the module has them.
#![allow(unsafe_code)]

use std::sync::OnceLock;

static TEXT: OnceLock<String> = OnceLock::new();

/// All files, each behind its name on a line of its own.
fn text() -> &'static str {
    TEXT.get_or_init(|| {
        let parts =
            crate::files().into_iter().map(|file| format!("{}\n{}", file.name(), file.text()));
        parts.collect()
    })
}

/// Where the text begins in memory.
#[unsafe(no_mangle)]
pub extern "C" fn text_pointer() -> *const u8 {
    text().as_ptr()
}

/// Length of the text in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn text_length() -> usize {
    text().len()
}
