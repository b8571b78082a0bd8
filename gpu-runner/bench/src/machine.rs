//! Where and when a run was made.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Serialize;
use stoa_simd::Isa;

/// The machine and its load.
#[derive(Serialize)]
pub struct Machine {
    /// Name of the processor.
    pub processor: String,
    /// Threads of the run.
    pub threads: usize,
    /// Vector units, slowest first.
    pub units: Vec<&'static str>,
    /// Seconds since 1970 at the start.
    pub unix_time: u64,
    /// Load average of the last minute at the start.
    pub load_before: String,
    /// The same at the end.
    pub load_after: String,
}

impl Machine {
    /// This machine, now.
    pub fn here(threads: usize) -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            processor: name.map_or(std::env::consts::ARCH, |(_, name)| name).to_owned(),
            threads,
            units: Isa::available().map(Isa::name).collect(),
            unix_time: now.map_or(0, |time| time.as_secs()),
            load_before: load(),
            load_after: String::new(),
        }
    }

    /// With the load at the end.
    pub fn finished(self) -> Self {
        Self { load_after: load(), ..self }
    }
}

fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}
