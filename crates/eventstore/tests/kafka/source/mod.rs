//! Reading the log from Kafka: whatever Kafka has lost, doubled or altered, consumers get the log.

mod groups;
mod losses;
mod order;
mod scene;
