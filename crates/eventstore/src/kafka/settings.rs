//! Where Kafka is, and how the topics are called.

use std::time::Duration;

use rdkafka::ClientConfig;

/// What every client of Kafka in this desk is made with.
#[derive(Clone)]
pub struct KafkaSettings {
    /// Some of the brokers, `host:port` each.
    pub brokers: Vec<String>,
    /// All topics begin with this and a dot.
    pub prefix: String,
    /// `ce_source` of the records: a URI that names this desk.
    pub source: String,
    /// Where the API is reached from outside, without a slash at the end; records then say where their schema is.
    pub public_url: Option<String>,
    /// Partitions of each topic of events. Fixed when the topics are made: another number would put streams elsewhere.
    pub partitions: i32,
    /// Copies of each topic; -1 leaves it to the brokers.
    pub replication_factor: i32,
    /// Further settings of librdkafka, such as those of TLS and SASL. They win over ours, so they may hold secrets and
    /// break things.
    pub client: Vec<(String, String)>,
    /// After how long without a sign of life a consumer has lost its partitions.
    pub session_timeout: Duration,
}

impl KafkaSettings {
    /// The settings that producers, consumers and administration have in common. Topics are made by the relay with
    /// the right number of partitions, never by a broker that hears of them for the first time.
    pub fn client_config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.brokers.join(","));
        config.set("client.id", &self.prefix);
        config.set("allow.auto.create.topics", "false");
        // A broker that comes back is found within a second.
        config.set("reconnect.backoff.max.ms", "1000");
        for (key, value) in &self.client {
            config.set(key, value);
        }
        config
    }

    /// The topic of all streams of a kind.
    pub fn topic(&self, kind: &str) -> String {
        format!("{}.{kind}", self.prefix)
    }

    /// The kind of the streams of a topic; `None` when the topic is not of this desk.
    pub fn kind_of<'a>(&self, topic: &'a str) -> Option<&'a str> {
        topic.strip_prefix(self.prefix.as_str())?.strip_prefix('.')
    }

    /// Where the relay notes how far it is, in the same transaction as the events.
    pub fn relay_topic(&self) -> String {
        self.topic("relay")
    }

    /// Where other systems put what is to become tickets.
    pub fn inbound_topic(&self) -> String {
        self.topic("inbound.tickets")
    }

    /// Where what could not become a ticket is put.
    pub fn dead_topic(&self) -> String {
        self.topic("inbound.dead")
    }
}

impl std::fmt::Debug for KafkaSettings {
    /// Leaves out the further settings, for there are passwords among them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KafkaSettings")
            .field("brokers", &self.brokers)
            .field("prefix", &self.prefix)
            .field("partitions", &self.partitions)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> KafkaSettings {
        KafkaSettings {
            brokers: vec!["a:9092".into(), "b:9092".into()],
            prefix: "desk".into(),
            source: "urn:desk".into(),
            public_url: None,
            partitions: 12,
            replication_factor: -1,
            client: vec![("sasl.password".into(), "hush".into())],
            session_timeout: Duration::from_secs(10),
        }
    }

    #[test]
    fn topics_carry_the_prefix() {
        let settings = settings();
        assert_eq!(settings.topic("ticket"), "desk.ticket");
        assert_eq!(settings.relay_topic(), "desk.relay");
        assert_eq!(settings.inbound_topic(), "desk.inbound.tickets");
        assert_eq!(settings.dead_topic(), "desk.inbound.dead");
        assert_eq!(settings.kind_of("desk.work_role"), Some("work_role"));
        assert_eq!(settings.kind_of("desktop.ticket"), None);
    }

    #[test]
    fn all_brokers_are_known_and_no_password_is_told() {
        let config = settings().client_config();
        assert_eq!(config.get("bootstrap.servers"), Some("a:9092,b:9092"));
        assert_eq!(config.get("sasl.password"), Some("hush"));
        assert!(!format!("{:?}", settings()).contains("hush"));
    }
}
