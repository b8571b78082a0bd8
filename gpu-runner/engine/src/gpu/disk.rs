//! What a start leaves for the next one: compiled pipelines and the choice of variants.
//!
//! A file belongs to one adapter, driver and text of the kernels, which its name says, and begins with the SHA-256 of
//! its content: what is foreign is not found, what is broken is not read. Nothing here can change a bit; a disk that
//! fails costs time only.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use stoa_kernels::AdapterDescription;

/// Bytes of the hash in front.
const HASH_BYTES: usize = 32;
/// The largest file that is read.
const MAX_BYTES: u64 = 256 << 20;

/// Files of one adapter in a directory.
pub struct Disk<'a> {
    dir: &'a Path,
    adapter: String,
}

impl<'a> Disk<'a> {
    /// The files that belong to an adapter as its driver describes it.
    pub fn new(dir: &'a Path, adapter: &AdapterDescription) -> Self {
        let mut hash = Sha256::new();
        for text in [&adapter.name, &adapter.api, &adapter.driver] {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
        hash.update(env!("CARGO_PKG_VERSION"));
        stoa_kernels::SOURCES.iter().for_each(|text| hash.update(text));
        Self { dir, adapter: hex(&hash.finalize()[..16]) }
    }

    /// Content of a file, if it is there and whole.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.path(name);
        if std::fs::metadata(&path).ok()?.len() > MAX_BYTES {
            return None;
        }
        let mut bytes = std::fs::read(path).ok()?;
        let content = bytes.split_off(HASH_BYTES.min(bytes.len()));
        (bytes[..] == Sha256::digest(&content)[..]).then_some(content)
    }

    /// Replaces a file; a failure is said in the log and nowhere else.
    pub fn write(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        // Two processes that write at a time have files of their own.
        let beside = path.with_extension(std::process::id().to_string());
        let bytes = [&Sha256::digest(content)[..], content].concat();
        let written = std::fs::create_dir_all(self.dir)
            .and_then(|()| std::fs::write(&beside, bytes))
            .and_then(|()| std::fs::rename(&beside, &path));
        if let Err(error) = written {
            tracing::warn!(path = %path.display(), %error, "nothing is kept for the next start");
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{}-{name}", self.adapter))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(driver: &str) -> AdapterDescription {
        let text = |text: &str| text.to_owned();
        AdapterDescription {
            name: text("a"),
            api: text("Vulkan"),
            driver: text(driver),
            is_software: true,
        }
    }

    #[test]
    fn what_is_foreign_or_broken_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let disk = adapter("1");
        let disk = Disk::new(dir.path(), &disk);
        assert_eq!(disk.read("pipelines"), None);
        disk.write("pipelines", b"content");
        assert_eq!(disk.read("pipelines").unwrap(), b"content");
        let newer = adapter("2");
        assert_eq!(Disk::new(dir.path(), &newer).read("pipelines"), None);
        let path = disk.path("pipelines");
        let whole = std::fs::read(&path).unwrap();
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(disk.read("pipelines"), None, "{length} bytes");
        }
        let mut flipped = whole;
        flipped[35] ^= 1;
        std::fs::write(&path, flipped).unwrap();
        assert_eq!(disk.read("pipelines"), None);
    }
}
