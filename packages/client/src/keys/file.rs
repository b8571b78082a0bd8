//! Files that appear whole or not at all.

use std::{fs, io::Write, path::Path};

use crate::error::ClientError;

/// Writes `bytes` beside `path` with `mode` (Unix) and renames, so that no reader sees a part.
pub(crate) fn write_new_or_replace(
    path: &Path,
    bytes: &[u8],
    mode: u32,
) -> Result<(), ClientError> {
    let failed = |source| ClientError::File { path: path.to_owned(), source };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}.tmp", std::process::id()));
    let temporary = Path::new(&temporary);
    let written = create_with_mode(temporary, mode).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let renamed = written.and_then(|()| fs::rename(temporary, path));
    if renamed.is_err() {
        // The first failure is the one to report.
        let _ = fs::remove_file(temporary);
    }
    renamed.map_err(failed)
}

/// Creates the file with its final permissions, so that a secret is never readable for a moment.
fn create_with_mode(path: &Path, mode: u32) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}
