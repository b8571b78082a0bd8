//! A child process with a log of its own.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// How long a process may take to obey SIGTERM before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause between two looks at a condition.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Lines of a log that a failure quotes.
const QUOTED_LOG_LINES: usize = 25;

/// A running child; stopped when dropped, unless left running.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    is_left_running: bool,
}

impl Process {
    /// Starts `command`, with output appended to `<logs>/<name>.log`.
    pub fn start(name: &str, command: &mut Command, logs: &Path) -> Result<Self> {
        let log = logs.join(format!("{name}.log"));
        let output = File::options().create(true).append(true).open(&log)?;
        let errors = output.try_clone()?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .with_context(|| format!("starting {name} ({command:?})"))?;
        Ok(Self { name: name.to_owned(), child, log, is_left_running: false })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The process's name in messages and log files.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Fails with the end of the log if the process has ended.
    pub fn check_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => {
                bail!("{} ended ({status}); its log says:\n{}", self.name, self.log_tail())
            }
        }
    }

    /// Waits until `is_ready`, failing when the process ends or `timeout` passes.
    pub fn wait_until(
        &mut self,
        what: &str,
        timeout: Duration,
        mut is_ready: impl FnMut() -> bool,
    ) -> Result<()> {
        let started = Instant::now();
        while !is_ready() {
            self.check_running()?;
            if started.elapsed() > timeout {
                bail!(
                    "{} is not {what} after {} s; its log says:\n{}",
                    self.name,
                    timeout.as_secs(),
                    self.log_tail()
                );
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(())
    }

    /// SIGKILL, as a power cut would.
    pub fn kill_hard(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGTERM, then SIGKILL after a while.
    pub fn stop(&mut self) -> Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        terminate(self.child.id())?;
        let started = Instant::now();
        while started.elapsed() < STOP_TIMEOUT {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            thread::sleep(POLL_INTERVAL);
        }
        self.kill_hard()
    }

    /// Lets the process outlive this program.
    pub fn leave_running(mut self) {
        self.is_left_running = true;
    }

    /// The last lines of the log.
    pub fn log_tail(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(QUOTED_LOG_LINES);
        lines.get(from..).unwrap_or_default().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.is_left_running {
            // Nobody is left to tell about a failure here.
            let _ = self.stop();
        }
    }
}

/// Sends SIGTERM to a process by number.
pub fn terminate(id: u32) -> Result<()> {
    let id = i32::try_from(id).map_err(|_| anyhow!("process id {id} is out of range"))?;
    kill(Pid::from_raw(id), Signal::SIGTERM).with_context(|| format!("stopping process {id}"))
}

/// Whether a process with this number exists.
pub fn exists(id: u32) -> bool {
    i32::try_from(id).is_ok_and(|id| kill(Pid::from_raw(id), None).is_ok())
}

/// Runs a command to its end and returns its standard output; a failure quotes its standard error.
pub fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("running {command:?}"))?;
    if !output.status.success() {
        bail!(
            "{command:?} failed ({}):\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
