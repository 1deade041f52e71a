//! Reading the log from Kafka: whatever Kafka has lost, doubled or altered, consumers get the log.

mod broker;
mod groups;
mod losses;
mod order;
mod scene;
mod speed;
