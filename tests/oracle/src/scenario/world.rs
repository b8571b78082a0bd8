//! What names stand for.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use sha2::{Digest as _, Sha256};
use tendermint_proto::v0_38::abci::{Event, ExecTxResult};

use super::{ACTORS, Action, Actor, Tx, account_id};

/// Mark of a text that is meant as it is.
const LITERAL: char = '!';
/// Bytes of the address of a name that nobody has.
const NOBODY_BYTES: usize = 20;

/// Most bytes of an upload.
const MAX_WASM_BYTES: usize = 800 * 1024;

/// Codes and contracts by name, as far as the chains have come.
#[derive(Clone)]
pub struct World {
    files: PathBuf,
    codes: BTreeMap<String, u64>,
    contracts: BTreeMap<String, String>,
}

impl World {
    /// Nothing stored yet; contract code is in the folder `files`.
    pub fn new(files: &Path) -> Self {
        Self { files: files.to_owned(), codes: BTreeMap::new(), contracts: BTreeMap::new() }
    }

    /// The address of a name.
    pub fn address(&self, name: &str) -> Result<String> {
        if let Some(text) = name.strip_prefix(LITERAL) {
            return Ok(text.to_owned());
        }
        if let Some(contract) = self.contracts.get(name) {
            return Ok(contract.clone());
        }
        if ACTORS.contains(&name) {
            return Ok(Actor::new(name)?.address());
        }
        let hash = Sha256::digest(name.as_bytes());
        account_id(hash.get(..NOBODY_BYTES).unwrap_or_default())
    }

    /// The number of a code.
    pub fn code(&self, name: &str) -> u64 {
        self.codes.get(name).copied().or_else(|| name.parse().ok()).unwrap_or(u64::MAX >> 1)
    }

    /// The bytes of a file of code; `name.wasm` is unpacked from `name.gz` where only that exists.
    pub fn file(&self, name: &str) -> Result<Vec<u8>> {
        if let Some(bytes) = no_contract(name)? {
            return Ok(bytes);
        }
        let path = self.files.join(name);
        if !path.exists()
            && let Some(stem) = name.strip_suffix(".wasm")
        {
            let packed = fs::File::open(self.files.join(format!("{stem}.gz")))
                .with_context(|| format!("no contract {name}"))?;
            let mut bytes = Vec::new();
            GzDecoder::new(packed).read_to_end(&mut bytes)?;
            return Ok(bytes);
        }
        fs::read(&path).with_context(|| path.display().to_string())
    }

    /// Remembers what a successful transaction made.
    pub fn learn(&mut self, tx: &Tx, result: &ExecTxResult) {
        for (index, action) in tx.actions.iter().enumerate() {
            let index = index.to_string();
            match action {
                Action::Store { file, .. } => {
                    if let Some(id) = made(result, "store_code", "code_id", &index) {
                        self.codes.insert(file.clone(), id.parse().unwrap_or_default());
                    }
                }
                Action::Instantiate { label, .. } => {
                    if let Some(address) = made(result, "instantiate", "_contract_address", &index)
                    {
                        self.contracts.insert(label.clone(), address);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Uploads that are refused.
fn no_contract(name: &str) -> Result<Option<Vec<u8>>> {
    Ok(Some(match name {
        "empty" => Vec::new(),
        "text" => b"this is no program".to_vec(),
        "module" => b"\0asm\x01\0\0\0".to_vec(),
        "huge" => vec![0; MAX_WASM_BYTES + 1],
        "broken.gz" => vec![0x1f, 0x8b, 8, 0, 0, 0],
        "bomb.gz" => {
            let mut packed = GzEncoder::new(Vec::new(), Compression::best());
            packed.write_all(&vec![0; 2 * MAX_WASM_BYTES])?;
            packed.finish()?
        }
        _ => return Ok(None),
    }))
}

/// The attribute `key` of the first event `kind` of message `index`.
fn made(result: &ExecTxResult, kind: &str, key: &str, index: &str) -> Option<String> {
    let attribute = |event: &Event, key: &str| {
        let found = event.attributes.iter().find(|attribute| attribute.key == key);
        found.map(|attribute| attribute.value.clone())
    };
    let mut events = result.events.iter();
    let event = events.find(|event| {
        event.r#type == kind && attribute(event, "msg_index").as_deref() == Some(index)
    });
    attribute(event?, key)
}
