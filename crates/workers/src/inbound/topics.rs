//! The two topics, made where they are missing.

use eventstore::kafka::KafkaSettings;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};

/// Makes the topics unless they are there, however many partitions they may have: order between
/// tickets of another help desk means nothing here.
pub(super) async fn make(settings: &KafkaSettings) -> KafkaResult<()> {
    let admin: AdminClient<DefaultClientContext> = settings.client_config().create()?;
    let names = [settings.inbound_topic(), settings.dead_topic()];
    let topic = |name| {
        let replication = TopicReplication::Fixed(settings.replication_factor);
        NewTopic::new(name, settings.partitions, replication)
    };
    let topics: Vec<NewTopic<'_>> = names.iter().map(|name| topic(name)).collect();
    for made in admin.create_topics(&topics, &AdminOptions::new()).await? {
        match made {
            Ok(name) => tracing::info!(name, "made a topic"),
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((_, code)) => return Err(KafkaError::AdminOp(code)),
        }
    }
    Ok(())
}
