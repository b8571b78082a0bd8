//! The secret with which a validator contributes to the random beacon.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use stoa_modules::{
    beacon::{BeaconKey, SEED_BYTES, Seed},
    validators::{ConsensusAddress, ValidatorError},
};

/// Nobody but the owner reads it.
const MODE: u32 = 0o600;

/// Why there is no seed.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Not what this version writes.
    #[error("{path}: {source}", path = path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// No address of a validator.
    #[error("{path}: {source}", path = path.display())]
    Address {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ValidatorError,
    },
    /// Not 64 hexadecimal digits.
    #[error("{path}: the seed must have {} hexadecimal digits", 2 * SEED_BYTES, path = path.display())]
    Seed {
        /// The file.
        path: PathBuf,
    },
    /// The machine has no randomness to give.
    #[error("no random bytes: {0}")]
    Random(getrandom::Error),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedFile {
    /// CometBFT's address of the validator, upper-case digits.
    validator: String,
    /// The seed, lower-case digits.
    seed: String,
}

/// The part of CometBFT's `priv_validator_key.json` that is needed here.
#[derive(Deserialize)]
struct ValidatorKeyFile {
    address: String,
}

/// The key in `path`; none if there is no such file.
pub fn read(path: &Path) -> Result<Option<BeaconKey>, SeedError> {
    let file = |source| SeedError::File { path: path.to_owned(), source };
    let text = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text.map_err(file)?,
    };
    let found: SeedFile = serde_json::from_slice(&text)
        .map_err(|source| SeedError::Json { path: path.to_owned(), source })?;
    let validator = address(path, &found.validator)?;
    let mut seed = [0; SEED_BYTES];
    hex::decode_to_slice(found.seed, &mut seed)
        .map_err(|_| SeedError::Seed { path: path.to_owned() })?;
    Ok(Some(BeaconKey { validator, seed: Seed::new(seed) }))
}

/// Writes a new seed for the validator whose key CometBFT keeps in `comet_home`. Leaves a seed that is
/// there, and writes none where CometBFT keeps no key. Returns whether there is a seed now.
pub fn init(path: &Path, comet_home: &Path) -> Result<bool, SeedError> {
    if path.exists() {
        return Ok(true);
    }
    let key_path = comet_home.join("config").join("priv_validator_key.json");
    let text = match fs::read(&key_path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        text => text.map_err(|source| SeedError::File { path: key_path.clone(), source })?,
    };
    let key: ValidatorKeyFile = serde_json::from_slice(&text)
        .map_err(|source| SeedError::Json { path: key_path.clone(), source })?;
    let validator = address(&key_path, &key.address)?.to_string();
    let mut seed = [0; SEED_BYTES];
    getrandom::fill(&mut seed).map_err(SeedError::Random)?;
    write(path, &SeedFile { validator, seed: hex::encode(seed) })?;
    Ok(true)
}

fn write(path: &Path, content: &SeedFile) -> Result<(), SeedError> {
    let failed = |source| SeedError::File { path: path.to_owned(), source };
    let mut text = serde_json::to_vec_pretty(content)
        .map_err(|source| SeedError::Json { path: path.to_owned(), source })?;
    text.push(b'\n');
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(MODE).open(path);
    file.and_then(|mut file| file.write_all(&text)).map_err(failed)
}

fn address(path: &Path, text: &str) -> Result<ConsensusAddress, SeedError> {
    text.parse().map_err(|source| SeedError::Address { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const ADDRESS: &str = "0A1B2C3D4E5F60718293A4B5C6D7E8F901234567";

    fn comet_home() -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("config")).unwrap();
        let text = format!(r#"{{"address":"{ADDRESS}","pub_key":{{}},"priv_key":{{}}}}"#);
        fs::write(home.path().join("config/priv_validator_key.json"), text).unwrap();
        home
    }

    #[test]
    fn a_seed_is_made_once_and_is_the_owners_alone() {
        let (home, other) = (comet_home(), comet_home());
        let path = home.path().join("config/beacon_seed.json");
        assert!(read(&path).unwrap().is_none());
        assert!(init(&path, home.path()).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
        assert_eq!(read(&path).unwrap().unwrap().validator.to_string(), ADDRESS);
        let text = fs::read(&path).unwrap();
        assert!(init(&path, home.path()).unwrap());
        assert_eq!(fs::read(&path).unwrap(), text);
        let second = other.path().join("beacon_seed.json");
        init(&second, other.path()).unwrap();
        assert_ne!(fs::read(&second).unwrap(), text);
    }

    #[test]
    fn a_node_without_a_validators_key_gets_no_seed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("beacon_seed.json");
        assert!(!init(&path, home.path()).unwrap());
        assert!(!path.exists());
    }

    #[test]
    fn damaged_seeds_are_named_instead_of_ignored() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("beacon_seed.json");
        let short = format!(r#"{{"validator":"{ADDRESS}","seed":"00"}}"#);
        let stranger = format!(r#"{{"validator":"00","seed":"{}"}}"#, "00".repeat(SEED_BYTES));
        for text in ["", "{}", short.as_str(), stranger.as_str()] {
            fs::write(&path, text).unwrap();
            let error = read(&path).unwrap_err().to_string();
            assert!(error.contains("beacon_seed.json"), "{error}");
        }
    }
}
