//! Signed blocks, kept on the disk: signing takes longer than executing.
//!
//! A block's file is named by the hash of everything that goes into its signatures, so that a file is never
//! used for another block.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

use crate::accounts::{Accounts, Unsigned};

/// Bytes of a length in a file.
const LENGTH_BYTES: usize = 4;

/// A folder of signed blocks.
pub struct Blocks(PathBuf);

impl Blocks {
    /// Keeps blocks in `folder`, which is made if absent.
    pub fn new(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self(folder.to_owned()))
    }

    /// The signed transactions; signed now if they never were.
    pub fn signed(&self, accounts: &mut Accounts, txs: &[Unsigned]) -> Result<Vec<Vec<u8>>> {
        let file = self.0.join(format!("{}.bin", self.name(accounts, txs)?));
        if let Ok(bytes) = fs::read(&file) {
            accounts.skip(txs);
            let signed = read(&bytes).with_context(|| file.display().to_string())?;
            ensure!(signed.len() == txs.len(), "{} is another block", file.display());
            return Ok(signed);
        }
        let signed = accounts.sign(txs)?;
        let unfinished = file.with_extension("unfinished");
        fs::write(&unfinished, write(&signed)?)?;
        fs::rename(&unfinished, &file)?;
        Ok(signed)
    }

    fn name(&self, accounts: &Accounts, txs: &[Unsigned]) -> Result<String> {
        let mut hasher = Sha256::new();
        for tx in txs {
            let signer = accounts.signers.get(tx.signer).context("no such signer")?;
            hasher.update(signer.identity());
            hasher.update(&tx.message.value);
            hasher.update(tx.gas.to_be_bytes());
        }
        Ok(hex::encode(hasher.finalize()))
    }
}

fn write(txs: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for tx in txs {
        bytes.extend(u32::try_from(tx.len())?.to_be_bytes());
        bytes.extend(tx);
    }
    Ok(bytes)
}

fn read(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut txs = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
        let (tx, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        txs.push(tx.to_vec());
        bytes = rest;
    }
    Some(txs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_read_back_and_cut_files_are_none() {
        let txs = vec![vec![1, 2, 3], vec![], vec![9; 300]];
        let bytes = write(&txs).unwrap();
        assert_eq!(read(&bytes), Some(txs));
        assert_eq!(read(&bytes[..bytes.len() - 1]), None);
    }
}
