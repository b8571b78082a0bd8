#!/usr/bin/env bash
# Builds ../probe.wasm.gz as `cargo xtask build-contracts` builds contracts; needs what that needs (README.md).
# Usage: ./build.sh   (RUSTC names the compiler; it needs the standard library's source)
set -euo pipefail
cd "$(dirname "$0")"
rustc="$(command -v "${RUSTC:-rustc}")"
target_dir="${CARGO_TARGET_DIR:-${TMPDIR:-/tmp}/target-probe}"
linker="$(find "$("$rustc" --print sysroot)/lib/rustlib" -name rust-lld -type f | head -n 1)"
# No instructions that the VM refuses, and no paths of this machine in panic messages.
flags="-Ctarget-cpu=mvp -Clinker=$linker -Clink-arg=--import-undefined"
flags+=" --remap-path-prefix=$PWD=probe"
for sources in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
  flags+=" --remap-path-prefix=$sources=crates"
done
flags+=" --remap-path-prefix=$("$rustc" --print sysroot)=rust"
RUSTC="$rustc" RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" \
  cargo build --release --target wasm32-unknown-unknown --target-dir "$target_dir" \
  -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size
wasm="$target_dir/probe.wasm"
wasm-opt -Oz --strip-debug --strip-producers --mvp-features \
  "$target_dir/wasm32-unknown-unknown/release/probe.wasm" -o "$wasm"
(cd "$target_dir" && sha256sum probe.wasm)
gzip -9nc "$wasm" > ../probe.wasm.gz
