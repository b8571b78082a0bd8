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
    "stoa/beacon/v1/beacon.proto",
    "stoa/beacon/v1/query.proto",
    "stoa/privilege/v1/privilege.proto",
    "stoa/privilege/v1/query.proto",
    "stoa/privilege/v1/tx.proto",
    "stoa/validators/v1/query.proto",
    "stoa/validators/v1/validators.proto",
];
/// Files of wasmd's `x/wasm`: messages alone, for its services are those of `chain/api`.
const WASM_FILES: &[&str] = &[
    "cosmwasm/wasm/v1/authz.proto",
    "cosmwasm/wasm/v1/genesis.proto",
    "cosmwasm/wasm/v1/query.proto",
    "cosmwasm/wasm/v1/tx.proto",
    "cosmwasm/wasm/v1/types.proto",
];
/// Their package.
const WASM_PACKAGE: &str = ".cosmwasm.wasm.v1";
/// Types that `cosmos-sdk-proto` has: one type for one message.
const FOREIGN_TYPES: &[(&str, &str)] = &[
    (".cosmos.base.query.v1beta1", "::cosmos_sdk_proto::cosmos::base::query::v1beta1"),
    (".cosmos.base.v1beta1", "::cosmos_sdk_proto::cosmos::base::v1beta1"),
    (".google.protobuf.Any", "::cosmos_sdk_proto::Any"),
];
/// What genesis files hold, in wasmd's JSON.
const IN_GENESIS: &[&str] = &[
    "AbsoluteTxPosition",
    "AccessConfig",
    "Code",
    "CodeInfo",
    "Contract",
    "ContractCodeHistoryEntry",
    "ContractInfo",
    "GenesisState",
    "Model",
    "Params",
    "Sequence",
];
/// Their fields whose JSON is not that of the Rust type, and the module of `proto/src/json` that knows it.
const JSON_FORMS: &[(&str, &str)] = &[
    ("AbsoluteTxPosition.block_height", "number"),
    ("AbsoluteTxPosition.tx_index", "number"),
    ("AccessConfig.permission", "access_type"),
    ("Code.code_bytes", "base64"),
    ("Code.code_id", "number"),
    ("CodeInfo.code_hash", "base64"),
    ("ContractCodeHistoryEntry.code_id", "number"),
    ("ContractCodeHistoryEntry.msg", "inline"),
    ("ContractCodeHistoryEntry.operation", "operation"),
    ("ContractInfo.code_id", "number"),
    ("ContractInfo.extension", "absent"),
    ("Model.key", "upper_hex"),
    ("Model.value", "base64"),
    ("Params.instantiate_default_permission", "access_type"),
    ("Sequence.id_key", "base64"),
    ("Sequence.value", "number"),
];
/// How they are read and written: with default values, and refused with fields that they do not have.
const SERDE: &str = "#[derive(::serde::Serialize, ::serde::Deserialize)] \
    #[serde(default, deny_unknown_fields)]";
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
    let compile = |files: &[&str], with_services: bool| {
        let descriptors = protox::compile(files, [proto_dir]).context("protobuf sources")?;
        let builder = tonic_build::configure().out_dir(out_dir);
        let builder = builder.build_client(with_services).build_server(with_services);
        let builder = FOREIGN_TYPES
            .iter()
            .fold(builder, |builder, (name, path)| builder.extern_path(name, path));
        let mut config = tonic_build::Config::new();
        config.enable_type_names().type_name_domain(["."], "");
        for name in IN_GENESIS {
            config.type_attribute(format!("{WASM_PACKAGE}.{name}"), SERDE);
        }
        for (field, form) in JSON_FORMS {
            let attribute = format!("#[serde(with = \"crate::json::{form}\")]");
            config.field_attribute(format!("{WASM_PACKAGE}.{field}"), attribute);
        }
        builder.compile_fds_with_config(config, descriptors.clone())?;
        anyhow::Ok(descriptors)
    };
    compile(CHAIN_FILES, true)?;
    compile(WASM_FILES, false)?;
    let mut descriptors = compile(RUNNER_FILES, true)?;
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
