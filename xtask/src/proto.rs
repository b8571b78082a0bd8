//! `cargo xtask proto`: generates `proto/src/gen` from the `.proto` files, without protoc.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use prost::Message;

/// Files of the runner's services, relative to [`PROTO_DIR`]; their imports follow.
const RUNNER_FILES: &[&str] = &["inference/grpc_service.proto", "stoa/runner/v1/runner.proto"];
/// Files of the chain. The runner does not serve them, so its descriptors leave them out.
const CHAIN_FILES: &[&str] = &[
    "cosmwasm/wasm/v1/query.proto",
    "stoa/beacon/v1/beacon.proto",
    "stoa/beacon/v1/query.proto",
    "stoa/privilege/v1/privilege.proto",
    "stoa/privilege/v1/query.proto",
    "stoa/privilege/v1/tx.proto",
    "stoa/validators/v1/query.proto",
    "stoa/validators/v1/validators.proto",
];
/// Types that `cosmos-sdk-proto` has: one type for one message.
const FOREIGN_TYPES: &[(&str, &str)] = &[
    (".cosmwasm.wasm.v1.AccessConfig", "::cosmos_sdk_proto::cosmwasm::wasm::v1::AccessConfig"),
    (".cosmwasm.wasm.v1.AccessType", "::cosmos_sdk_proto::cosmwasm::wasm::v1::AccessType"),
];
/// Root of the import paths.
const PROTO_DIR: &str = "proto";
/// Where generated files are committed.
const GEN_DIR: &str = "proto/src/gen";
/// Serialised `FileDescriptorSet` for the runner's gRPC reflection, beside the generated Rust.
const DESCRIPTOR_FILE: &str = "file_descriptor_set.bin";

/// Generates the code and stores it, or with `check` only compares it with what is committed.
pub fn run(workspace: &Path, check: bool) -> Result<()> {
    let generated = tempfile::tempdir()?;
    generate(&workspace.join(PROTO_DIR), generated.path())?;
    let committed = workspace.join(GEN_DIR);
    if check {
        return compare(generated.path(), &committed);
    }
    replace(generated.path(), &committed)
}

fn generate(proto_dir: &Path, out_dir: &Path) -> Result<()> {
    let compile = |files: &[&str]| {
        let descriptors = protox::compile(files, [proto_dir]).context("protobuf sources")?;
        let builder = tonic_build::configure().out_dir(out_dir);
        let builder = FOREIGN_TYPES
            .iter()
            .fold(builder, |builder, (name, path)| builder.extern_path(name, path));
        let mut config = tonic_build::Config::new();
        config.enable_type_names().type_name_domain(["."], "");
        builder.compile_fds_with_config(config, descriptors.clone())?;
        anyhow::Ok(descriptors)
    };
    compile(CHAIN_FILES)?;
    let mut descriptors = compile(RUNNER_FILES)?;
    // Comments have become Rust documentation; reflection clients do not read them.
    for file in &mut descriptors.file {
        file.source_code_info = None;
    }
    fs::write(out_dir.join(DESCRIPTOR_FILE), descriptors.encode_to_vec())?;
    Ok(())
}

fn file_names(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        names.push(PathBuf::from(entry?.file_name()));
    }
    names.sort();
    Ok(names)
}

fn compare(generated: &Path, committed: &Path) -> Result<()> {
    let names = file_names(generated)?;
    ensure!(
        names == file_names(committed)?,
        "{} does not hold exactly {names:?}; run `cargo xtask proto`",
        committed.display()
    );
    for name in names {
        ensure!(
            fs::read(generated.join(&name))? == fs::read(committed.join(&name))?,
            "{} is out of date; run `cargo xtask proto`",
            committed.join(&name).display()
        );
    }
    Ok(())
}

fn replace(generated: &Path, committed: &Path) -> Result<()> {
    fs::create_dir_all(committed)?;
    for name in file_names(committed)? {
        fs::remove_file(committed.join(name))?;
    }
    for name in file_names(generated)? {
        fs::copy(generated.join(&name), committed.join(&name))?;
    }
    Ok(())
}
