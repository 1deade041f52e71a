//! The binary: reads the command line and hands over.

use std::process::ExitCode;

/// A server that makes and drops many small things at once spends a third of its time in the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    docket::cli::main()
}
