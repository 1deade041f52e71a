//! What cleans up when a test process ends, however that happens.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A small shell process that outlives this one. Its script reads a line that never comes: the read
/// ends when this process is gone, and then the rest of the script runs.
#[derive(Debug)]
pub(crate) struct Watchdog(Child);

impl Watchdog {
    /// Runs a script for the shell, which finds `folder` in `$1`.
    pub(crate) fn start(script: &str, folder: &Path) -> Self {
        use std::os::unix::process::CommandExt;

        let child = Command::new("/bin/sh")
            .args(["-c", script, "watchdog"])
            .arg(folder)
            .stdin(Stdio::piped())
            // A test runner waits until all ends of its pipes are closed.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            // Ctrl-C ends the tests, not what cleans up after them.
            .process_group(0)
            .spawn()
            .expect("a shell can be run");
        Self(child)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // Closes the pipe, and then waits until all is removed.
        drop(self.0.stdin.take());
        self.0.wait().expect("the watchdog ends");
    }
}
