//! What the projectors of this process read.

use anyhow::{Result, anyhow};
use eventstore::FeedSettings;
use eventstore::kafka::KafkaSettings;
use projections::Source;

use super::Reader;

pub(super) fn read(read: &Reader<'_>, kafka: &KafkaSettings) -> Result<Source> {
    let feed = feed(read)?;
    let name = read.text("source").unwrap_or_default();
    let wrong = |error: anyhow::Error| Err(read.at("source", &error));
    match (name.as_str(), feed) {
        ("feed", Some(feed)) => Ok(Source::Feed(feed)),
        ("feed", None) => wrong(anyhow!("a feed needs `feed.url` and `feed.token`")),
        ("auto" | "tail" | "kafka", Some(_)) => {
            Err(read.at("feed.url", &anyhow!("`source` has to be feed for it")))
        }
        ("tail", None) => Ok(Source::Tail),
        ("kafka", None) if kafka.brokers.is_empty() => {
            wrong(anyhow!("Kafka needs `kafka.brokers`"))
        }
        ("kafka", None) => Ok(Source::Kafka(kafka.clone())),
        ("auto", None) if kafka.brokers.is_empty() => Ok(Source::Tail),
        ("auto", None) => Ok(Source::Kafka(kafka.clone())),
        (other, _) => wrong(anyhow!("{other:?} is none of auto, tail, kafka, feed")),
    }
}

fn feed(read: &Reader<'_>) -> Result<Option<FeedSettings>> {
    match (read.parsed("feed.url", super::http_url)?, read.text("feed.token")) {
        (Some(url), Some(token)) => Ok(Some(FeedSettings { url, token })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(read.at("feed.url", &anyhow!("`feed.token` has to be set as well"))),
        (None, Some(_)) => Err(read.at("feed.token", &anyhow!("`feed.url` has to be set as well"))),
    }
}
