//! What traces of the program are made of.

/// The target of spans that are exported to a collector of traces, and of no log line: `tracing::debug_span!(target:
/// TRACE_TARGET, …)`. Its fields leave the machine, so they hold ids, names and counts, never what somebody wrote.
///
/// Nobody takes such spans where no collector is configured; they cost next to nothing then.
pub const TRACE_TARGET: &str = "docket::trace";
