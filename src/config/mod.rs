//! The configuration: read once, here, and handed down.
//!
//! | module | what it knows |
//! |---|---|
//! | `keys` | every key there is |
//! | `layers` | flags, environment, files, defaults, and which of them counts |
//! | `reader` | typed values out of those |
//! | `settings`, `texts`, `units` | what values there are: types, texts of a form, durations and sizes |
//! | `jwt` | the keys that sign access tokens |
//! | `roles` | what a process does |
//! | `external` | the other systems that steps of workflows ask |
//! | `files`, `ocr` | where files lie, and what reads their text |
//! | `kafka`, `source` | where Kafka is, and where projectors read the log |
//! | `show` | the effective configuration as TOML, without secrets |

mod external;
mod files;
mod jwt;
mod kafka;
mod keys;
mod layers;
mod ocr;
mod reader;
mod roles;
mod settings;
mod show;
mod source;
#[cfg(test)]
mod tests;
mod texts;
mod units;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use api::{AsyncApiOptions, RateLimits};
use domain::user::Role as UserRole;
use eventstore::kafka::KafkaSettings;
use projections::Source;
use workers::external::ExternalSystem;
use workers::files::OcrOptions;

pub use self::files::{FilesPlace, FilesSettings};
pub use jwt::JwtSettings;
use layers::Layers;
pub use layers::{Origin, Sources};
use reader::Reader;
pub use roles::{Role, Roles};
pub use settings::{Hidden, LogFormat, MasterKeySource, OpenReach, Pools, PostgresSettings};
use texts::{http_url, log_format, network, open_mode, origin};

/// The configuration in effect.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the private Postgres and the master key live.
    pub data_dir: PathBuf,
    /// The Postgres to use instead of a private one.
    pub database_url: Option<Hidden>,
    /// The master key, where it does not lie in the data directory.
    pub master_key: Option<MasterKeySource>,
    /// What this process does.
    pub roles: Roles,
    /// The queues whose jobs it does, as a worker; none leaves no queue out.
    pub queues: Option<Vec<String>>,
    /// Where it reads the log, as a projector.
    pub source: Source,
    /// How long the relay that is at work may be silent before another one takes over.
    pub relay_lease: Duration,
    /// Where the API is reached from outside, without a slash at its end.
    pub public_url: Option<String>,
    /// Addresses to serve on.
    pub listen: Vec<SocketAddr>,
    /// The role of requests without a sign-in.
    pub open_mode: Option<UserRole>,
    /// Where open mode may be served.
    pub open_reach: OpenReach,
    /// The zone in which ticket numbers tell the year.
    pub time_zone: chrono_tz::Tz,
    /// Origins of web clients, with credentials.
    pub cors_allowed_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Largest body of an ordinary request, in bytes.
    pub max_body_bytes: usize,
    /// Largest import file, in bytes.
    pub max_import_bytes: usize,
    /// An import file with more bytes is imported by a job.
    pub import_job_bytes: usize,
    /// For how long a worker takes a job at a time.
    pub job_lease: Duration,
    /// How long a query waits for the views to reach `Docket-Min-Position`.
    pub max_view_wait: Duration,
    /// How long running requests may finish when Docket is stopped.
    pub shutdown_grace: Duration,
    /// The URL of a collector of traces that speaks OTLP over HTTP.
    pub otlp_endpoint: Option<String>,
    /// What log lines look like.
    pub log_format: LogFormat,
    /// Which log lines are written; none leaves it to the command.
    pub log_level: Option<String>,
    /// Requests per time.
    pub rate_limits: RateLimits,
    /// What signs access tokens.
    pub jwt: JwtSettings,
    /// Connections to the database.
    pub pools: Pools,
    /// The private Postgres.
    pub postgres: PostgresSettings,
    kafka: KafkaSettings,
    /// The systems that steps of workflows ask.
    pub external: Vec<ExternalSystem>,
    /// Where files lie, and how much is taken.
    pub files: FilesSettings,
    /// What reads their text.
    pub ocr: OcrOptions,
    /// Variables of the environment that look like keys and are none.
    pub unknown_variables: Vec<String>,
    layers: Layers,
}

impl Config {
    /// Puts the sources together.
    ///
    /// # Errors
    /// An unknown key, a value of the wrong kind, a file that cannot be read; each names the key and
    /// where it was set.
    pub fn load(sources: &Sources) -> Result<Self> {
        let layers = Layers::gather(sources)?;
        let read = Reader(&layers);
        let master_key = match (read.text("master_key"), read.text("master_key_file")) {
            (Some(_), Some(_)) => bail!("master_key and master_key_file are both set; keep one"),
            (Some(text), None) => Some(MasterKeySource::Text(text.into())),
            (None, Some(path)) => Some(MasterKeySource::File(path.into())),
            (None, None) => None,
        };
        let public_url = read.parsed("public_url", http_url)?;
        let public_url = public_url.map(|url| url.trim_end_matches('/').to_owned());
        let kafka = kafka::read(&read, public_url.clone())?;
        let data_dir = PathBuf::from(read.text("data_dir").unwrap_or_default());
        let config = Self {
            files: files::read(&read, &data_dir)?,
            ocr: ocr::read(&read)?,
            data_dir,
            // Empty where the command line takes it back.
            database_url: read.text("database_url").filter(|url| !url.is_empty()).map(Hidden::from),
            master_key,
            roles: roles::read(&read)?,
            queues: read.queues()?,
            source: source::read(&read, &kafka)?,
            relay_lease: read.at_least("relay_lease", Duration::from_secs(1))?,
            public_url,
            listen: read.list("listen", |text| {
                text.parse().map_err(|_| anyhow!("{text:?} is not an address like 127.0.0.1:8000"))
            })?,
            open_mode: read.parsed("open_mode", open_mode)?.flatten(),
            open_reach: if read.switch("open_anywhere") {
                OpenReach::Anywhere
            } else {
                OpenReach::Loopback
            },
            time_zone: read
                .parsed("time_zone", |text| {
                    text.parse().map_err(|_| anyhow!("{text:?} is no IANA zone like Asia/Shanghai"))
                })?
                .unwrap_or(chrono_tz::UTC),
            cors_allowed_origins: read.list("cors_allowed_origins", origin)?,
            trusted_proxies: read.list("trusted_proxies", network)?,
            max_body_bytes: read.size("max_body_bytes")?,
            max_import_bytes: read.size("max_import_bytes")?,
            import_job_bytes: read.size("import_job_bytes")?,
            job_lease: read.at_least("job_lease", Duration::from_secs(1))?,
            max_view_wait: read.duration("max_view_wait")?,
            shutdown_grace: read.duration("shutdown_grace")?,
            otlp_endpoint: read.parsed("otlp_endpoint", http_url)?,
            log_format: read.parsed("log.format", log_format)?.unwrap_or(LogFormat::Auto),
            log_level: read.text("log.level"),
            rate_limits: RateLimits {
                logins_per_minute: read.limit("rate_limits.logins_per_minute")?,
                publisher_tickets_per_hour: read.limit("rate_limits.publisher_tickets_per_hour")?,
                user_requests_per_minute: read.limit("rate_limits.user_requests_per_minute")?,
                token_requests_per_minute: read.limit("rate_limits.token_requests_per_minute")?,
                anonymous_requests_per_second: read
                    .limit("rate_limits.anonymous_requests_per_second")?,
            },
            jwt: jwt::read(&read)?,
            pools: Pools {
                commands: read.number("pools.commands")?.unwrap_or(16),
                jobs: read.number("pools.jobs")?.unwrap_or(8),
                queries: read.number("pools.queries")?.unwrap_or(16),
                query_timeout: read.duration("pools.query_timeout")?,
            },
            postgres: PostgresSettings {
                port: read.number("postgres.port")?,
                settings: read.settings("postgres.settings"),
            },
            kafka,
            external: external::read(&read)?,
            unknown_variables: keys::unknown(sources.environment.keys()),
            layers: Layers::default(),
        };
        if config.listen.is_empty() {
            bail!("`listen` names no address");
        }
        let Pools { commands, jobs, queries, .. } = config.pools;
        for (path, connections) in
            [("pools.commands", commands), ("pools.jobs", jobs), ("pools.queries", queries)]
        {
            if connections == 0 {
                return Err(read.at(path, &anyhow!("a pool needs at least one connection")));
            }
        }
        // Whoever wants all there is does not insist on Kafka.
        if !config.roles.are_all() && config.roles.include(Role::Relay) && config.kafka().is_none()
        {
            let error = anyhow!("the relay publishes on Kafka, but `kafka.brokers` is not set");
            return Err(read.at("roles", &error));
        }
        Ok(Self { layers, ..config })
    }

    /// How to reach Kafka, where there is one.
    pub fn kafka(&self) -> Option<&KafkaSettings> {
        (!self.kafka.brokers.is_empty()).then_some(&self.kafka)
    }

    /// Looks for the files that Kafka's clients will be given.
    ///
    /// # Errors
    /// One cannot be read; the key that names it.
    pub fn check_kafka_files(&self) -> Result<()> {
        let read = Reader(&self.layers);
        for key in kafka::FILES {
            if let Some(path) = read.text(key)
                && let Err(error) = std::fs::File::open(&path)
            {
                return Err(read.at(key, &anyhow!("{path}: {error}")));
            }
        }
        Ok(())
    }

    /// What the documents of the topics say of this desk, with or without Kafka.
    pub fn asyncapi(&self) -> AsyncApiOptions {
        AsyncApiOptions {
            prefix: self.kafka.prefix.clone(),
            source: self.kafka.source.clone(),
            public_url: self.public_url.clone(),
        }
    }

    /// The effective configuration as TOML, each line saying where its value comes from. Secrets are
    /// left out.
    pub fn show(&self) -> String {
        show::show(&self.layers)
    }
}
