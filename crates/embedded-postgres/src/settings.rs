//! The server's settings.
//!
//! They are given on the command line and not in a file, so that a new release of Docket brings its
//! settings to every existing cluster.

use std::collections::BTreeMap;

use crate::options::{Durability, Options};

/// For a machine that serves other purposes as well.
const DEFAULTS: &[(&str, &str)] = &[
    ("shared_buffers", "256MB"),
    ("work_mem", "16MB"),
    ("maintenance_work_mem", "128MB"),
    ("max_connections", "100"),
    // Views are rewritten at a high rate: fewer checkpoints mean fewer full page images.
    ("max_wal_size", "2GB"),
    ("checkpoint_timeout", "15min"),
    ("wal_compression", "on"),
    // Solid state drives; and the short queries of a desk never pay for compilation.
    ("random_page_cost", "1.1"),
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("password_encryption", "scram-sha-256"),
    ("cluster_name", "docket"),
    ("log_min_messages", "warning"),
    ("log_checkpoints", "off"),
    ("log_line_prefix", "%m [%p] "),
    // Statements and the details of errors quote rows. Personal data must not enter a log, from
    // where nothing can be erased.
    ("log_error_verbosity", "terse"),
    ("log_min_error_statement", "panic"),
    ("log_parameter_max_length_on_error", "0"),
];

/// Every setting by its name: the defaults, what the durability asks for, what the caller wants.
pub(crate) fn settings(options: &Options) -> BTreeMap<String, String> {
    let durability = match options.durability {
        Durability::Full => "on",
        Durability::None => "off",
    };
    let safety = ["fsync", "synchronous_commit", "full_page_writes"].map(|name| (name, durability));
    let own = DEFAULTS.iter().copied().chain(safety);
    own.map(|(name, value)| (name.to_owned(), value.to_owned()))
        // Postgres does not tell names apart by case.
        .chain(options.settings.iter().map(|(name, value)| (name.to_lowercase(), value.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Password;

    #[test]
    fn nothing_acknowledged_is_lost_by_default() {
        let settings = settings(&Options::new("/data", Password::new("p").unwrap()));
        for name in ["fsync", "synchronous_commit", "full_page_writes"] {
            assert_eq!(settings[name], "on", "{name}");
        }
    }

    #[test]
    fn the_caller_wins_over_the_defaults() {
        let mut options = Options::new("/data", Password::new("p").unwrap());
        options.settings = vec![("Shared_Buffers".into(), "64MB".into())];
        assert_eq!(settings(&options)["shared_buffers"], "64MB");
    }
}
