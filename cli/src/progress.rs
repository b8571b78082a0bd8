//! A spinner or a bar on standard error, only where somebody watches.

use std::{io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Time between two frames.
const FRAME: Duration = Duration::from_millis(120);

/// A bar with rate and rest.
const BYTES: &str = "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}";

/// Says what is going on; vanishes when dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Starts with `message`; hidden with `--json` and where standard error is no terminal.
    pub fn start(is_json: bool, message: impl Into<String>) -> Self {
        let is_visible = !is_json && std::io::stderr().is_terminal();
        let target =
            if is_visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target).with_message(message.into());
        bar.enable_steady_tick(FRAME);
        Self(bar)
    }

    /// Shows how many bytes of how many are done.
    pub fn bytes(&self, done: u64, total: u64, message: &str) {
        if self.0.length() != Some(total) {
            self.0.set_length(total);
            // The template is ours; were it wrong, the bar would keep its plain style.
            if let Ok(style) = ProgressStyle::with_template(BYTES) {
                self.0.set_style(style);
            }
        }
        self.0.set_position(done);
        self.0.set_message(message.to_owned());
    }

    /// Goes on to the next step.
    pub fn step(&self, message: impl Into<String>) {
        self.0.set_message(message.into());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
