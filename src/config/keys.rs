//! Every key there is: its name, what it holds, and what it is when nobody says anything.

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text.
    Text,
    /// Texts; in the environment separated by commas.
    List,
    /// `true` or `false`.
    Switch,
    /// A whole number.
    Number,
    /// A whole number from 1, or `off`.
    Limit,
    /// A number with a unit: `500ms`, `30s`, `5m`, `2h`, `7d`.
    Duration,
    /// Bytes, perhaps with a unit: `4096`, `512 KiB`, `1 GiB`.
    Size,
    /// An array of tables; in the file only.
    Tables,
    /// A table of texts under names of the reader's choice; in the file only.
    Settings,
    /// A table of tables under names of the reader's choice; in the file only.
    NamedTables,
}

/// One key of the configuration.
#[derive(Debug)]
pub(super) struct Key {
    /// Its name, tables separated by dots.
    pub(super) path: &'static str,
    /// What it holds.
    pub(super) kind: Kind,
    /// What it is when nobody says anything, written as in the environment.
    pub(super) default: Option<&'static str>,
    /// Whether it may be shown.
    pub(super) secrecy: Secrecy,
    /// What it is for.
    pub(super) about: &'static str,
}

/// Whether a key's value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// Yes.
    Open,
    /// No.
    Secret,
}

impl Key {
    /// The variable of the environment that sets it: `rate_limits.logins_per_minute` is
    /// `DOCKET_RATE_LIMITS_LOGINS_PER_MINUTE`.
    pub(super) fn variable(&self) -> String {
        format!("DOCKET_{}", self.path.to_uppercase().replace('.', "_"))
    }

    /// The variable of the environment that names a file with the value, as container platforms hand secrets over:
    /// `kafka.sasl_password` is in the file `DOCKET_KAFKA_SASL_PASSWORD_FILE`. None for what is no secret, or has a key
    /// for its file.
    pub(super) fn file_variable(&self) -> Option<String> {
        let variable = format!("{}_FILE", self.variable());
        let is_secret_text = self.secrecy == Secrecy::Secret && self.kind == Kind::Text;
        let is_taken = KEYS.iter().any(|key| key.variable() == variable);
        (is_secret_text && !is_taken).then_some(variable)
    }
}

/// Variables that look as if they set something in one of the tables, and set nothing: `DOCKET_KAFKA_BROKER`.
pub(super) fn unknown<'a>(variables: impl Iterator<Item = &'a String>) -> Vec<String> {
    let tables = KEYS.iter().filter_map(|key| key.path.split_once('.')).map(|(table, _)| table);
    let tables: Vec<_> = tables.map(|table| format!("DOCKET_{}_", table.to_uppercase())).collect();
    let known = |name: &str| {
        KEYS.iter()
            .any(|key| key.variable() == name || key.file_variable().as_deref() == Some(name))
    };
    let meant = |name: &str| tables.iter().any(|table| name.starts_with(table.as_str()));
    variables.filter(|name| meant(name) && !known(name)).cloned().collect()
}

/// The key by this name.
pub(super) fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

const fn key(
    path: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    about: &'static str,
) -> Key {
    Key { path, kind, default, secrecy: Secrecy::Open, about }
}

const fn secret(path: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { path, kind, default: None, secrecy: Secrecy::Secret, about }
}

/// All keys; those of one table stand together.
pub(super) const KEYS: &[Key] = &[
    key("data_dir", Kind::Text, Some("data"), "the private Postgres and the master key"),
    secret("database_url", Kind::Text, "use this Postgres instead of a private one"),
    secret("master_key", Kind::Text, "32 bytes in base64 or hexadecimal"),
    key("master_key_file", Kind::Text, None, "a file with the master key"),
    key("roles", Kind::List, Some("api,relay,projector,worker"), "what this process does"),
    key("queues", Kind::List, None, "queues whose jobs a worker does; not set: all"),
    key("source", Kind::Text, Some("auto"), "of projectors: tail, kafka, feed; auto: kafka if set"),
    key("relay_lease", Kind::Duration, Some("10s"), "a relay silent for so long is replaced"),
    key("public_url", Kind::Text, None, "where the API is reached: https://desk.example.com"),
    key("listen", Kind::List, Some("127.0.0.1:8000"), "addresses to serve on"),
    key("open_mode", Kind::Text, Some("off"), "the role of requests without a sign-in, or off"),
    key("open_anywhere", Kind::Switch, Some("false"), "allow open mode off loopback"),
    key("time_zone", Kind::Text, Some("UTC"), "IANA zone in which ticket numbers tell the year"),
    key("cors_allowed_origins", Kind::List, Some(""), "origins of web clients, with credentials"),
    key("trusted_proxies", Kind::List, Some(""), "networks whose X-Forwarded-For is believed"),
    key("max_body_bytes", Kind::Size, Some("1 MiB"), "largest body of an ordinary request"),
    key("max_import_bytes", Kind::Size, Some("1 GiB"), "largest import file"),
    key("import_job_bytes", Kind::Size, Some("4 MiB"), "a larger file is imported by a job"),
    key("job_lease", Kind::Duration, Some("30s"), "a killed worker's job is taken up after it"),
    key("max_view_wait", Kind::Duration, Some("5s"), "wait for Docket-Min-Position"),
    key("shutdown_grace", Kind::Duration, Some("10s"), "how long running requests may finish"),
    secret("external", Kind::NamedTables, "systems that steps ask: [external.NAME] url, secret …"),
    key("otlp_endpoint", Kind::Text, None, "collector of traces: http://localhost:4318"),
    key("log.format", Kind::Text, Some("auto"), "auto (text at a terminal), text, json"),
    key("log.level", Kind::Text, None, "error, warn, info, debug, trace, or a filter"),
    key("rate_limits.logins_per_minute", Kind::Limit, Some("5"), "per address"),
    key("rate_limits.publisher_tickets_per_hour", Kind::Limit, Some("30"), "per publisher"),
    key("rate_limits.user_requests_per_minute", Kind::Limit, Some("600"), "per user"),
    key("rate_limits.token_requests_per_minute", Kind::Limit, Some("6000"), "per API token"),
    key("rate_limits.anonymous_requests_per_second", Kind::Limit, Some("10"), "per address"),
    key("jwt.algorithm", Kind::Text, Some("HS256"), "HS256 or EdDSA"),
    secret("jwt.keys", Kind::Tables, "keys by id, the signing one first"),
    key("pools.commands", Kind::Number, Some("16"), "connections of the write side"),
    key(
        "pools.jobs",
        Kind::Number,
        Some("8"),
        "connections of jobs, beside those of the write side",
    ),
    key("pools.queries", Kind::Number, Some("16"), "connections of the read side"),
    key("pools.query_timeout", Kind::Duration, Some("10s"), "a longer query is given up"),
    key("kafka.brokers", Kind::List, None, "some of the brokers, host:port each"),
    key("kafka.prefix", Kind::Text, Some("docket"), "topics begin with this and a dot"),
    key("kafka.source", Kind::Text, Some("urn:docket"), "a URI for this desk, in ce_source"),
    key("kafka.partitions", Kind::Number, Some("12"), "of each topic; fixed once it is made"),
    key("kafka.replication_factor", Kind::Number, Some("-1"), "copies; -1: as the brokers have it"),
    key("kafka.session_timeout", Kind::Duration, Some("10s"), "silent consumers lose their share"),
    key(
        "kafka.security_protocol",
        Kind::Text,
        Some("plaintext"),
        "plaintext, ssl, sasl_plaintext, sasl_ssl",
    ),
    key("kafka.sasl_mechanism", Kind::Text, None, "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"),
    key("kafka.sasl_username", Kind::Text, None, "who signs in at the brokers"),
    secret("kafka.sasl_password", Kind::Text, "and with what"),
    key("kafka.ca_file", Kind::Text, None, "PEM; who vouches for the brokers; not set: the system"),
    key("kafka.certificate_file", Kind::Text, None, "PEM; our own certificate"),
    key("kafka.key_file", Kind::Text, None, "PEM; its private key"),
    secret("kafka.key_password", Kind::Text, "what the private key is locked with"),
    secret("kafka.settings", Kind::Settings, "further settings of librdkafka"),
    key("feed.url", Kind::Text, None, "another Docket: https://desk.example.com"),
    secret("feed.token", Kind::Text, "an API token there, with the scope auditor"),
    key("files.directory", Kind::Text, None, "where files lie; not set: files in data_dir"),
    key("files.keep", Kind::Text, None, "sealed, plain; not set: plain in a bucket only"),
    key("files.max_file_bytes", Kind::Size, Some("256 MiB"), "largest file that is taken"),
    key("files.max_image_pixels", Kind::Number, Some("100000000"), "of an image that is taken"),
    key("files.max_uploads", Kind::Number, Some("8"), "at once, per process; some 15 MiB each"),
    key("files.link_lifetime", Kind::Duration, Some("5m"), "a link to a file is good for so long"),
    key("files.sweep_grace", Kind::Duration, Some("24h"), "files nobody refers to go after it"),
    key("files.s3.endpoint", Kind::Text, None, "http://minio:9000; not set: Amazon's"),
    key("files.s3.region", Kind::Text, Some("us-east-1"), "most others than Amazon take any"),
    key("files.s3.bucket", Kind::Text, None, "keep files in this bucket; it has to be there"),
    secret("files.s3.access_key_id", Kind::Text, "who signs in at the bucket"),
    secret("files.s3.secret_access_key", Kind::Text, "and with what"),
    key("ocr.engines", Kind::List, None, "preferred one first, or off; not set: those installed"),
    key("ocr.parts", Kind::Text, Some("/usr/share/docket/ocr"), "what scripts/ocr.sh fetched"),
    key("ocr.tessdata", Kind::Text, None, "what Tesseract was trained with; not set: the system's"),
    key("ocr.timeout", Kind::Duration, Some("60s"), "for one picture or page"),
    key("ocr.instances", Kind::Number, None, "pictures read at once; not set: one per core"),
    key("ocr.max_bytes", Kind::Size, Some("64 MiB"), "a larger file is not read"),
    key("ocr.max_pixels", Kind::Number, Some("64000000"), "nor a picture with more pixels"),
    key("ocr.max_pages", Kind::Number, Some("20"), "the first so many pages of a PDF are read"),
    key("ocr.pdf_timeout", Kind::Duration, Some("30s"), "for taking a PDF apart, per step"),
    key("ocr.pdf_memory", Kind::Size, Some("1 GiB"), "and the most memory for that"),
    key("postgres.port", Kind::Number, None, "TCP port of the private Postgres on 127.0.0.1"),
    key("postgres.settings", Kind::Settings, None, "settings of the private Postgres"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_give_a_variable_each() {
        for (index, key) in KEYS.iter().enumerate() {
            assert!(KEYS[..index].iter().all(|other| other.variable() != key.variable()));
        }
        assert_eq!(find("log.format").unwrap().variable(), "DOCKET_LOG_FORMAT");
        let file = |path| find(path).unwrap().file_variable();
        assert_eq!(file("database_url").unwrap(), "DOCKET_DATABASE_URL_FILE");
        assert_eq!(file("master_key"), None, "that is a key of its own");
        assert_eq!(file("log.format"), None);
        assert!(find("log").is_none());
    }
}
