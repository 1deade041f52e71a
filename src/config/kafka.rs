//! Where Kafka is, and how to get in.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use eventstore::kafka::KafkaSettings;

use super::Reader;

/// Settings of librdkafka that have keys of their own here, or on which it rests that nothing is lost or written twice.
const OURS: &[(&str, &str)] = &[
    ("bootstrap.servers", "kafka.brokers"),
    ("metadata.broker.list", "kafka.brokers"),
    ("security.protocol", "kafka.security_protocol"),
    ("sasl.mechanism", "kafka.sasl_mechanism"),
    ("sasl.mechanisms", "kafka.sasl_mechanism"),
    ("sasl.username", "kafka.sasl_username"),
    ("sasl.password", "kafka.sasl_password"),
    ("ssl.ca.location", "kafka.ca_file"),
    ("ssl.certificate.location", "kafka.certificate_file"),
    ("ssl.key.location", "kafka.key_file"),
    ("ssl.key.password", "kafka.key_password"),
    ("session.timeout.ms", "kafka.session_timeout"),
    ("group.id", ""),
    ("group.instance.id", ""),
    ("group.protocol", ""),
    ("transactional.id", ""),
    ("enable.idempotence", ""),
    ("acks", ""),
    ("request.required.acks", ""),
    ("max.in.flight", ""),
    ("max.in.flight.requests.per.connection", ""),
    ("partitioner", ""),
    ("isolation.level", ""),
    ("enable.auto.commit", ""),
    ("enable.auto.offset.store", ""),
    ("auto.offset.reset", ""),
    ("allow.auto.create.topics", ""),
    ("partition.assignment.strategy", ""),
];

/// The keys that name files.
pub(super) const FILES: [&str; 3] = ["kafka.ca_file", "kafka.certificate_file", "kafka.key_file"];

/// Reads all of `[kafka]`; there are no brokers where none are configured.
pub(super) fn read(read: &Reader<'_>, public_url: Option<String>) -> Result<KafkaSettings> {
    let mut client = Vec::new();
    access(read, &mut client)?;
    for (name, value) in read.settings("kafka.settings") {
        match OURS.iter().find(|(ours, _)| *ours == name) {
            Some((_, "")) => {
                let error = anyhow!("Docket sets {name:?} itself, and rests on it");
                return Err(read.at("kafka.settings", &error));
            }
            Some((_, key)) => {
                let error = anyhow!("{name:?} has a key of its own: {key}");
                return Err(read.at("kafka.settings", &error));
            }
            None => client.push((name, value)),
        }
    }
    Ok(KafkaSettings {
        brokers: read.list("kafka.brokers", broker)?,
        prefix: read.parsed("kafka.prefix", prefix)?.unwrap_or_default(),
        source: read.parsed("kafka.source", uri)?.unwrap_or_default(),
        public_url,
        partitions: read.checked("kafka.partitions", |number| match number {
            1..=10_000 => Ok(()),
            _ => bail!("{number} is not between 1 and 10000"),
        })?,
        replication_factor: read.checked("kafka.replication_factor", |number| match number {
            -1 | 1..=32_767 => Ok(()),
            _ => bail!("{number} is neither a number of copies nor -1, the brokers' own"),
        })?,
        client,
        session_timeout: read.at_least("kafka.session_timeout", Duration::from_secs(1))?,
    })
}

/// TLS and SASL. What would be ignored is refused: somebody believes in it.
fn access(read: &Reader<'_>, client: &mut Vec<(String, String)>) -> Result<()> {
    const PROTOCOL: &str = "kafka.security_protocol";
    const MECHANISM: &str = "kafka.sasl_mechanism";
    let protocol = read.parsed(PROTOCOL, |text| Protocol::parse(text).map(|p| (p, text.into())))?;
    let (protocol, name) = protocol.unwrap_or((Protocol::PLAINTEXT, String::new()));
    if protocol != Protocol::PLAINTEXT {
        client.push(("security.protocol".into(), name));
    }

    let sasl = [
        (MECHANISM, "sasl.mechanism"),
        ("kafka.sasl_username", "sasl.username"),
        ("kafka.sasl_password", "sasl.password"),
    ];
    read.parsed(MECHANISM, mechanism)?;
    for (key, setting) in sasl {
        match (protocol.sasl, read.text(key)) {
            (true, Some(text)) => client.push((setting.into(), text)),
            (true, None) => return Err(read.at(PROTOCOL, &anyhow!("SASL needs `{key}` as well"))),
            (false, Some(_)) => {
                let error = anyhow!("`{PROTOCOL}` has to be sasl_ssl or sasl_plaintext for it");
                return Err(read.at(key, &error));
            }
            (false, None) => {}
        }
    }

    let tls = [
        ("kafka.ca_file", "ssl.ca.location"),
        ("kafka.certificate_file", "ssl.certificate.location"),
        ("kafka.key_file", "ssl.key.location"),
        ("kafka.key_password", "ssl.key.password"),
    ];
    for (key, setting) in tls {
        match (protocol.tls, read.text(key)) {
            (true, Some(text)) => client.push((setting.into(), text)),
            (false, Some(_)) => {
                let error = anyhow!("`{PROTOCOL}` has to be ssl or sasl_ssl for it");
                return Err(read.at(key, &error));
            }
            (_, None) => {}
        }
    }
    for (key, other) in [
        ("kafka.certificate_file", "kafka.key_file"),
        ("kafka.key_file", "kafka.certificate_file"),
        ("kafka.key_password", "kafka.key_file"),
    ] {
        if read.text(key).is_some() && read.text(other).is_none() {
            return Err(read.at(key, &anyhow!("`{other}` has to be set as well")));
        }
    }
    Ok(())
}

/// What a connection to a broker goes through.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Protocol {
    tls: bool,
    sasl: bool,
}

impl Protocol {
    const PLAINTEXT: Self = Self { tls: false, sasl: false };

    fn parse(text: &str) -> Result<Self> {
        Ok(match text {
            "plaintext" => Self::PLAINTEXT,
            "ssl" => Self { tls: true, sasl: false },
            "sasl_plaintext" => Self { tls: false, sasl: true },
            "sasl_ssl" => Self { tls: true, sasl: true },
            _ => bail!("{text:?} is none of plaintext, ssl, sasl_plaintext, sasl_ssl"),
        })
    }
}

fn mechanism(text: &str) -> Result<()> {
    if !["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"].contains(&text) {
        bail!("{text:?} is none of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512");
    }
    Ok(())
}

fn broker(text: &str) -> Result<String> {
    let good = text.rsplit_once(':').is_some_and(|(host, port)| {
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        !host.is_empty()
            && host.bytes().all(|c| c.is_ascii_alphanumeric() || b".-_:%".contains(&c))
            && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    if !good {
        bail!("{text:?} is not a broker like kafka.example.com:9092");
    }
    Ok(text.to_owned())
}

/// What Kafka allows in the name of a topic, with room for what follows.
fn prefix(text: &str) -> Result<String> {
    let legal = |c: u8| c.is_ascii_alphanumeric() || b"._-".contains(&c);
    if text.is_empty() || text.len() > 200 || text.ends_with('.') || !text.bytes().all(legal) {
        bail!(
            "{text:?} cannot begin the name of a topic: up to 200 of A-Z, a-z, 0-9, '.', '_', '-', no '.' last"
        );
    }
    Ok(text.to_owned())
}

fn uri(text: &str) -> Result<String> {
    if text.is_empty() || !text.bytes().all(|c| c.is_ascii_graphic()) {
        bail!("{text:?} is no URI like urn:docket");
    }
    Ok(text.to_owned())
}
