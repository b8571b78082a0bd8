//! A folder of key files.
//!
//! The words lie in the files **unencrypted**, readable by their owner only (mode 0600): a test
//! keyring, in the sense of the Cosmos SDK's `--keyring-backend test`. Keep real funds elsewhere.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    error::ClientError,
    keys::{Key, write_new_or_replace},
};

/// Longest name of a key in bytes.
const MAX_KEY_NAME_BYTES: usize = 64;
/// Extension of key files.
const EXTENSION: &str = "json";

/// Named keys under `<home>/keys`.
#[derive(Clone, Debug)]
pub struct KeyStore {
    folder: PathBuf,
}

/// What is shown about a key: nothing secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyRecord {
    /// Name within the store.
    pub name: String,
    /// Bech32 address.
    pub address: String,
}

#[derive(Serialize, Deserialize)]
struct KeyFile {
    address: String,
    mnemonic: String,
}

impl KeyStore {
    /// The store under `home`; nothing is created before the first key.
    pub fn new(home: &Path) -> Self {
        Self { folder: home.join("keys") }
    }

    /// Keeps the key of `mnemonic` as `name`; refuses to overwrite.
    pub fn add(&self, name: &str, mnemonic: &str) -> Result<KeyRecord, ClientError> {
        let path = self.path(name)?;
        if path.exists() {
            return Err(ClientError::KeyExists {
                name: name.to_owned(),
                folder: self.folder.clone(),
            });
        }
        let key = Key::from_mnemonic(mnemonic)?;
        let file =
            KeyFile { address: key.address().to_owned(), mnemonic: mnemonic.trim().to_owned() };
        let text = serde_json::to_string_pretty(&file)
            .map_err(|source| ClientError::Json { what: "the key file", source })?;
        self.create_folder()?;
        write_new_or_replace(&path, text.as_bytes(), 0o600)?;
        Ok(KeyRecord { name: name.to_owned(), address: file.address })
    }

    /// The key called `name`.
    pub fn load(&self, name: &str) -> Result<Key, ClientError> {
        let path = self.path(name)?;
        if !path.exists() {
            return Err(ClientError::KeyMissing {
                name: name.to_owned(),
                folder: self.folder.clone(),
            });
        }
        Key::from_mnemonic(&read(&path)?.mnemonic)
    }

    /// All keys by name.
    pub fn list(&self) -> Result<Vec<KeyRecord>, ClientError> {
        if !self.folder.exists() {
            return Ok(Vec::new());
        }
        let failed = |source| ClientError::File { path: self.folder.clone(), source };
        let mut records = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let is_key = path.extension().is_some_and(|extension| extension == EXTENSION);
            let Some(name) = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| is_key)
            else {
                continue;
            };
            records.push(KeyRecord { name: name.to_owned(), address: read(&path)?.address });
        }
        records.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(records)
    }

    fn path(&self, name: &str) -> Result<PathBuf, ClientError> {
        let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if name.is_empty() || name.len() > MAX_KEY_NAME_BYTES || !is_plain {
            return Err(ClientError::KeyName { name: name.to_owned() });
        }
        Ok(self.folder.join(format!("{name}.{EXTENSION}")))
    }

    fn create_folder(&self) -> Result<(), ClientError> {
        let failed = |source| ClientError::File { path: self.folder.clone(), source };
        fs::create_dir_all(&self.folder).map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<KeyFile, ClientError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ClientError::File { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| ClientError::Json { what: "the key file", source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_listed_and_loaded_and_never_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let store = KeyStore::new(home.path());
        assert!(store.list().unwrap().is_empty());
        let mnemonic = Key::generate_mnemonic().unwrap();
        let record = store.add("buyer", &mnemonic).unwrap();
        assert_eq!(store.load("buyer").unwrap().address(), record.address);
        assert_eq!(store.list().unwrap(), vec![record]);
        assert!(matches!(store.add("buyer", &mnemonic), Err(ClientError::KeyExists { .. })));
    }

    #[test]
    fn names_that_leave_the_folder_are_refused() {
        let store = KeyStore::new(Path::new("home"));
        for name in ["", "../x", "a/b", "a.b", "ключ"] {
            assert!(matches!(store.load(name), Err(ClientError::KeyName { .. })), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let store = KeyStore::new(home.path());
        store.add("a", &Key::generate_mnemonic().unwrap()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&home.path().join("keys/a.json")), 0o600);
        assert_eq!(mode(&home.path().join("keys")), 0o700);
    }
}
