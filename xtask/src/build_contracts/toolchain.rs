//! Finds a compiler that can make Wasm which the chain's VM accepts.
//!
//! The VM refuses bulk-memory and reference-types instructions. The `wasm32-unknown-unknown` standard
//! library that rustup ships has contained `memory.copy` since Rust 1.87, whatever `-C target-cpu`
//! says, so the library is compiled with the contract (`-Zbuild-std`) from its source.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::workspace::output_of;

/// Debian's compiler, used where rustup cannot download.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const HOW_TO_INSTALL: &str = "no compiler for contracts found: the standard library's source is needed.\n\
    Either:  rustup component add rust-src\n\
    or:      apt-get install rustc-web rust-web-src";
const HOW_TO_INSTALL_WASM_OPT: &str = "wasm-opt not found.\nTry:  apt-get install binaryen";

/// A compiler with its standard library's source, a linker and an optimiser.
pub struct Toolchain {
    /// The compiler.
    pub rustc: PathBuf,
    /// What `rustc --version` prints.
    pub rustc_version: String,
    /// Folder that holds `rustlib/src/rust`.
    pub sysroot: PathBuf,
    /// `rust-lld` of a rustup toolchain or of the system.
    pub linker: PathBuf,
    /// What `wasm-opt --version` prints.
    pub wasm_opt_version: String,
}

impl Toolchain {
    /// The active rustup toolchain if it has `rust-src`, else Debian's.
    pub fn find() -> Result<Self> {
        let wasm_opt_version = output_of(Command::new("wasm-opt").arg("--version"))
            .context(HOW_TO_INSTALL_WASM_OPT)?
            .trim()
            .to_owned();
        let active = PathBuf::from(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        let active_sysroot = sysroot_of(&active)?;
        let linker = find_linker(&active, &active_sysroot)?;
        for rustc in [active, PathBuf::from(DEBIAN_RUSTC)] {
            let Ok(sysroot) = sysroot_of(&rustc) else { continue };
            if has_library_source(&sysroot) {
                let rustc_version =
                    output_of(Command::new(&rustc).arg("--version"))?.trim().to_owned();
                return Ok(Self { rustc, rustc_version, sysroot, linker, wasm_opt_version });
            }
        }
        bail!(HOW_TO_INSTALL)
    }
}

fn sysroot_of(rustc: &Path) -> Result<PathBuf> {
    let path = output_of(Command::new(rustc).args(["--print", "sysroot"]))?;
    Ok(PathBuf::from(path.trim()))
}

fn has_library_source(sysroot: &Path) -> bool {
    sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
}

/// The linker must be as new as the compiler's LLVM, so a rustup toolchain's own comes first.
fn find_linker(rustc: &Path, sysroot: &Path) -> Result<PathBuf> {
    let host = output_of(Command::new(rustc).args(["--print", "host-tuple"]))?;
    let bundled = sysroot.join("lib/rustlib").join(host.trim()).join("bin/rust-lld");
    let system = PathBuf::from("/usr/bin/rust-lld");
    for linker in [bundled, system] {
        if linker.is_file() {
            return Ok(linker);
        }
    }
    bail!("rust-lld not found.\nTry:  rustup toolchain install stable   or:  apt-get install lld")
}
