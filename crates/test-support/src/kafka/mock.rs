//! librdkafka's mock cluster: brokers of a few hundred lines inside of this process.

use std::sync::mpsc::{Sender, channel};
use std::thread;

use rdkafka::error::KafkaResult;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;

type Cluster = MockCluster<'static, DefaultProducerContext>;
type Job = Box<dyn FnOnce(&Cluster) + Send>;

/// librdkafka's mark for all brokers of the cluster.
const ALL: i32 = -1;

/// A mock cluster of one broker. A thread of its own holds it, as it may not pass from one to
/// another; that thread ends when this is dropped.
#[derive(Debug)]
pub(super) struct Mock {
    bootstrap: String,
    jobs: Sender<Job>,
}

impl Mock {
    pub(super) fn start() -> Self {
        let (jobs, todo) = channel::<Job>();
        let (tell, started) = channel();
        thread::spawn(move || {
            let cluster = MockCluster::new(1).expect("librdkafka makes a mock cluster");
            tell.send(cluster.bootstrap_servers()).expect("the starter waits");
            for job in todo {
                job(&cluster);
            }
        });
        let bootstrap = started.recv().expect("a mock cluster starts");
        Self { bootstrap, jobs }
    }

    pub(super) fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    pub(super) fn create_topics(&self, topics: &[(&str, i32)]) {
        for (name, partitions) in topics {
            let (name, partitions) = ((*name).to_owned(), *partitions);
            // The one refusal it knows is that the topic is there.
            let _ = self.run(move |cluster| cluster.create_topic(&name, partitions, 1));
        }
    }

    pub(super) fn down(&self) {
        self.run(|cluster| cluster.broker_down(ALL)).expect("a mock broker can go down");
    }

    pub(super) fn up(&self) {
        self.run(|cluster| cluster.broker_up(ALL)).expect("a mock broker can come up");
    }

    fn run(
        &self,
        job: impl FnOnce(&Cluster) -> KafkaResult<()> + Send + 'static,
    ) -> KafkaResult<()> {
        let (tell, done) = channel();
        let job: Job = Box::new(move |cluster| {
            let result = job(cluster);
            tell.send(result).expect("the caller waits");
        });
        self.jobs.send(job).expect("the mock's thread runs");
        done.recv().expect("the mock's thread answers")
    }
}
