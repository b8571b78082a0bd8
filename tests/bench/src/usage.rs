//! What a process has used, from `/proc`.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path, thread, time::Duration};

use anyhow::{Context as _, Result};
use serde::Serialize;

/// Milliseconds of one tick of `/proc/<id>/stat` on Linux.
const TICK_MILLIS: u64 = 10;
/// Place of user time behind the name of the program; system time is the next.
const USER_TIME: usize = 11;
/// A process that used less than this in [`IDLE_PAUSE`] is idle.
const IDLE_MILLIS: u64 = 10;
const IDLE_PAUSE: Duration = Duration::from_millis(100);
/// Most pauses before a process counts as idle anyway.
const MAX_IDLE_PAUSES: usize = 50;
/// Unit of `st_blocks`, whatever the file system's own is.
const BLOCK_BYTES: u64 = 512;

/// Resident memory.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Memory {
    /// Now.
    pub resident_mib: f64,
    /// At most so far.
    pub peak_mib: f64,
}

/// Processor time of all threads, user and system.
pub fn cpu_millis(process: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name stands in brackets and may hold spaces.
    let (_, fields) = text.rsplit_once(')').context("no name in stat")?;
    let mut times = fields.split_whitespace().skip(USER_TIME);
    let mut next = || -> Result<u64> { Ok(times.next().context("a short stat")?.parse()?) };
    Ok((next()? + next()?) * TICK_MILLIS)
}

/// Resident memory, now and at most.
pub fn memory(process: u32) -> Result<Memory> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let mib = |name: &str| -> Result<f64> {
        let line = text.lines().find(|line| line.starts_with(name)).context("a short status")?;
        let kib: f64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
        Ok(kib / 1024.0)
    };
    Ok(Memory { resident_mib: mib("VmRSS:")?, peak_mib: mib("VmHWM:")? })
}

/// Waits until what a process does behind its answers is done; bounded, for a collector may never rest.
pub fn settle(process: u32) -> Result<()> {
    let mut before = cpu_millis(process)?;
    for _ in 0..MAX_IDLE_PAUSES {
        thread::sleep(IDLE_PAUSE);
        let now = cpu_millis(process)?;
        if now - before < IDLE_MILLIS {
            break;
        }
        before = now;
    }
    Ok(())
}

/// Bytes that all files below a folder take on the disk; of a file with holes, what is written.
pub fn disk_bytes(folder: &Path) -> Result<u64> {
    let mut total = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A file may be removed meanwhile.
        let Ok(metadata) = entry.metadata() else { continue };
        total += if metadata.is_dir() {
            disk_bytes(&entry.path())?
        } else {
            metadata.blocks() * BLOCK_BYTES
        };
    }
    Ok(total)
}
