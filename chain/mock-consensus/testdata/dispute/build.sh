#!/usr/bin/env bash
# Builds ../dispute.wasm.gz as `cargo xtask build-contracts` builds contracts; needs what that needs (README.md).
# Usage: ./build.sh
set -euo pipefail
cd "$(dirname "$0")"
target_dir="${CARGO_TARGET_DIR:-${TMPDIR:-/tmp}/target-dispute}"
linker="$(find "$(rustc --print sysroot)/lib/rustlib" -name rust-lld -type f | head -n 1)"
# No instructions that the VM refuses, and no paths of this machine in panic messages.
flags="-Ctarget-cpu=mvp -Clinker=$linker -Clink-arg=--import-undefined"
flags+=" --remap-path-prefix=$PWD=dispute --remap-path-prefix=$(cd ../../../.. && pwd)=stoa"
for sources in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
  flags+=" --remap-path-prefix=$sources=crates"
done
flags+=" --remap-path-prefix=$(rustc --print sysroot)=rust"
RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" \
  cargo build --release --target wasm32-unknown-unknown --target-dir "$target_dir" \
  -Zbuild-std=std,panic_abort
wasm="$target_dir/dispute.wasm"
wasm-opt -O3 --strip-debug --strip-producers --mvp-features \
  "$target_dir/wasm32-unknown-unknown/release/dispute.wasm" -o "$wasm"
(cd "$target_dir" && sha256sum dispute.wasm)
gzip -9nc "$wasm" > ../dispute.wasm.gz
