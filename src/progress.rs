//! Progress of long work, at a terminal only.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over so many steps, or a counter where the number is not known. Away from a terminal it
/// draws nothing.
pub fn bar(what: &'static str, steps: Option<u64>) -> ProgressBar {
    // At most so often a second; drawing costs more than much of the work would.
    const FREQUENCY: u8 = 8;
    let target = if io::stderr().is_terminal() {
        ProgressDrawTarget::stderr_with_hz(FREQUENCY)
    } else {
        ProgressDrawTarget::hidden()
    };
    let template = match steps {
        Some(_) => "{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}",
        None => "{msg} {spinner} {human_pos} {per_sec}",
    };
    let style = ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar());
    ProgressBar::with_draw_target(steps, target).with_style(style).with_message(what)
}
