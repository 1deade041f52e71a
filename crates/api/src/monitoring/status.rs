//! Who is there, how far everybody is, and what needs a person.

use std::time::Duration;

use chrono::{DateTime, Utc};
use commands::jobs::QueueCounts;
use commands::{CommandError, Commands};
use eventstore::{HeldLease, Processes, Registered, StoreError};
use projections::{ConsumerLag, ParkedStream, Queries, QueryError, RelayLag};
use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::conventions::Problem;

/// At most so many parked streams are told; their number is among the consumers.
const MOST_PARKED: i64 = 100;
/// A process that was silent for so long is taken for gone. It says something every five seconds.
const SILENT: Duration = Duration::from_secs(30);
/// Lag, in seconds, that does not go away by itself.
const LONG: f64 = 60.0;
/// The roles that somebody has to have. The relay is one of them where something was published.
const ROLES: [&str; 3] = ["api", "projector", "worker"];

/// How a desk is doing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Status {
    /// What needs a person; empty when all is well.
    pub attention: Vec<Attention>,
    /// The log.
    pub log: LogStatus,
    /// The processes, the oldest first.
    pub processes: Vec<ProcessStatus>,
    /// What only one process does at a time, and which.
    pub leases: Vec<LeaseStatus>,
    /// Who reads the log, and how far they are.
    pub consumers: Vec<ConsumerStatus>,
    /// How far the log is on Kafka; null where nothing was ever published.
    pub relay: Option<RelayProgress>,
    /// Streams that could not be folded, the oldest hundred.
    pub parked: Vec<ParkedStatus>,
    /// Jobs that are not done, by queue.
    pub jobs: Vec<JobsStatus>,
}

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Attention {
    /// Of which kind it is: `role_missing`, `trouble`, `lag`, `parked`, `dead_jobs`, `idle_queue`.
    #[schema(example = "parked")]
    pub kind: &'static str,
    /// A sentence.
    pub detail: String,
}

/// The log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LogStatus {
    /// Position of the last event; 0 when there is none.
    pub position: i64,
}

/// A process.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProcessStatus {
    /// Its own; a process that is started again has another one.
    pub id: Uuid,
    /// What it does.
    pub roles: Vec<String>,
    /// The name of its machine.
    pub host: String,
    /// Its number on that machine.
    pub pid: i32,
    /// Version of Docket.
    pub version: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it has been silent, in seconds.
    pub silent_seconds: f64,
    /// Whether it can be counted on. One that was killed stays on the list for some minutes.
    pub alive: bool,
    /// What keeps it from doing its part; null when all is well.
    pub trouble: Option<String>,
}

/// A lease.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeaseStatus {
    /// What is leased.
    #[schema(example = "relay")]
    pub name: String,
    /// The process that took it last.
    pub holder: Uuid,
    /// Rises with every holder.
    pub epoch: i64,
    /// When it ends unless it is prolonged.
    pub expires_at: DateTime<Utc>,
    /// Whether somebody has it right now.
    pub held: bool,
}

/// Who reads the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConsumerStatus {
    /// Its name.
    #[schema(example = "views")]
    pub consumer: String,
    /// Everything up to here is in what it keeps, but for what is parked.
    pub position: i64,
    /// How many events of the log lie behind that.
    pub lag_events: i64,
    /// How old the first of them is, in seconds; 0 when there is none.
    pub lag_seconds: f64,
    /// Streams it could not fold.
    pub parked_streams: i64,
    /// Events of these streams that wait.
    pub parked_events: i64,
    /// How many checkpoints it has: 1 for the whole log, or one per topic partition.
    pub partitions: i64,
}

/// How far the log is on Kafka.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RelayProgress {
    /// Everything up to here is published.
    pub position: i64,
    /// How many events of the log lie behind that.
    pub lag_events: i64,
    /// How old the first of them is, in seconds; 0 when there is none.
    pub lag_seconds: f64,
    /// Partitions of each topic.
    pub partitions: i32,
}

/// A stream that could not be folded.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ParkedStatus {
    /// Who could not fold it.
    pub consumer: String,
    /// Its kind.
    #[schema(example = "ticket")]
    pub kind: String,
    /// Its id.
    pub stream_id: Uuid,
    /// Position of the event that could not be folded.
    pub first_position: i64,
    /// Why.
    pub error: String,
    /// Since when.
    pub parked_at: DateTime<Utc>,
    /// How often it was tried again.
    pub tries: i32,
    /// Events that wait: that one, and all after it.
    pub events: i64,
}

/// A queue of jobs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JobsStatus {
    /// The queue.
    pub queue: String,
    /// Jobs that wait.
    pub queued: u64,
    /// Jobs that a worker has.
    pub running: u64,
    /// Jobs that were given up.
    pub dead: u64,
    /// For how long the job has been due that has been due for longest, in seconds; null when none is.
    pub oldest_due_seconds: Option<f64>,
}

/// Why nothing is known.
#[derive(Debug, Error)]
pub enum StatusError {
    /// The list of processes cannot be read.
    #[error("the processes cannot be listed")]
    Processes(#[from] StoreError),
    /// How far everybody is cannot be read.
    #[error("the consumers cannot be listed")]
    Consumers(#[from] QueryError),
    /// The jobs cannot be counted.
    #[error("the jobs cannot be counted")]
    Jobs(#[from] CommandError),
}

impl From<StatusError> for Problem {
    fn from(error: StatusError) -> Self {
        match error {
            StatusError::Processes(error) => error.into(),
            StatusError::Consumers(error) => error.into(),
            StatusError::Jobs(error) => error.into(),
        }
    }
}

impl Status {
    /// Asks the database.
    ///
    /// # Errors
    /// The database's.
    pub async fn gather(
        commands: &Commands,
        queries: &Queries,
        processes: &Processes,
    ) -> Result<Self, StatusError> {
        let fan_out = queries.fan_out().await?;
        let mut status = Self {
            attention: Vec::new(),
            log: LogStatus { position: fan_out.head },
            processes: processes.list().await?.into_iter().map(process).collect(),
            leases: processes.leases().await?.into_iter().map(lease).collect(),
            consumers: fan_out.consumers.into_iter().map(consumer).collect(),
            relay: fan_out.relay.as_ref().map(relay),
            parked: queries.parked_streams(MOST_PARKED).await?.into_iter().map(parked).collect(),
            jobs: commands.job_counts().await?.into_iter().map(jobs).collect(),
        };
        status.attention = status.needs();
        Ok(status)
    }

    fn needs(&self) -> Vec<Attention> {
        let mut needs = Vec::new();
        let mut need = |kind, detail| needs.push(Attention { kind, detail });
        let alive = || self.processes.iter().filter(|process| process.alive);
        if alive().next().is_none() {
            need("role_missing", "No process is running.".to_owned());
        } else {
            let roles = ROLES.into_iter().chain(self.relay.as_ref().map(|_| "relay"));
            for role in roles {
                if !alive().any(|process| process.roles.iter().any(|has| has == role)) {
                    need("role_missing", format!("No process has the role {role}."));
                }
            }
        }
        for process in alive() {
            if let Some(trouble) = &process.trouble {
                need("trouble", format!("{} {}: {trouble}", process.host, process.pid));
            }
        }
        let relay = self.relay.as_ref().map(|relay| ("The relay", relay.lag_seconds));
        // A rebuild beside the live views takes its time; whoever asked for it waits for it.
        let live = self.consumers.iter().filter(|lag| !lag.consumer.contains('@'));
        let lags = live.map(|lag| (lag.consumer.as_str(), lag.lag_seconds));
        for (who, seconds) in lags.chain(relay) {
            if seconds > LONG {
                need("lag", format!("{who} is {seconds:.0} seconds behind."));
            }
        }
        for lag in &self.consumers {
            if lag.parked_streams > 0 {
                let (consumer, streams) = (&lag.consumer, lag.parked_streams);
                let detail = format!(
                    "{consumer} has {streams} parked; `docket views retry` takes up again what was put right."
                );
                need("parked", detail);
            }
        }
        for jobs in &self.jobs {
            if jobs.dead > 0 {
                need("dead_jobs", format!("{} of {} were given up.", jobs.dead, jobs.queue));
            }
            // A queue that is worked off slowly gets there by itself; one that nobody works on does not.
            let due = jobs.oldest_due_seconds.filter(|due| jobs.running == 0 && *due > LONG);
            if let Some(due) = due {
                let (queue, queued) = (&jobs.queue, jobs.queued);
                let detail = format!(
                    "{queued} of {queue} wait, the first for {due:.0} seconds, and no worker is at them: does one have that queue?"
                );
                need("idle_queue", detail);
            }
        }
        needs
    }
}

fn process(found: Registered) -> ProcessStatus {
    let Registered { process, trouble, started_at, silent } = found;
    ProcessStatus {
        id: process.id,
        roles: process.roles,
        host: process.host,
        pid: process.pid,
        version: process.version,
        started_at,
        silent_seconds: silent.as_secs_f64(),
        alive: silent < SILENT,
        trouble,
    }
}

fn lease(found: HeldLease) -> LeaseStatus {
    let HeldLease { name, holder, epoch, expires_at, left } = found;
    LeaseStatus { name, holder, epoch, expires_at, held: left.is_some() }
}

fn consumer(found: ConsumerLag) -> ConsumerStatus {
    ConsumerStatus {
        consumer: found.consumer,
        position: found.position,
        lag_events: found.lag_events,
        lag_seconds: found.lag_seconds,
        parked_streams: found.parked_streams,
        parked_events: found.parked_events,
        partitions: found.partitions,
    }
}

fn relay(found: &RelayLag) -> RelayProgress {
    let RelayLag { position, lag_events, lag_seconds, partitions } = *found;
    RelayProgress { position, lag_events, lag_seconds, partitions }
}

fn parked(found: ParkedStream) -> ParkedStatus {
    ParkedStatus {
        consumer: found.consumer,
        kind: found.kind,
        stream_id: found.stream_id,
        first_position: found.first_position,
        error: found.error,
        parked_at: found.parked_at,
        tries: found.tries,
        events: found.events,
    }
}

fn jobs(found: QueueCounts) -> JobsStatus {
    let QueueCounts { queue, queued, running, dead, oldest_due } = found;
    let oldest_due_seconds = oldest_due.map(|age| age.as_secs_f64());
    JobsStatus { queue, queued, running, dead, oldest_due_seconds }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(roles: &[&str]) -> ProcessStatus {
        ProcessStatus {
            id: Uuid::nil(),
            roles: roles.iter().map(ToString::to_string).collect(),
            host: "box".to_owned(),
            pid: 7,
            version: "1.0.0".to_owned(),
            started_at: DateTime::UNIX_EPOCH,
            silent_seconds: 1.0,
            alive: true,
            trouble: None,
        }
    }

    fn consumer(name: &str, lag_seconds: f64) -> ConsumerStatus {
        ConsumerStatus {
            consumer: name.to_owned(),
            position: 1,
            lag_events: 1,
            lag_seconds,
            parked_streams: 0,
            parked_events: 0,
            partitions: 1,
        }
    }

    fn status() -> Status {
        Status {
            attention: Vec::new(),
            log: LogStatus { position: 2 },
            processes: vec![process(&["api"]), process(&["projector", "worker"])],
            leases: Vec::new(),
            consumers: vec![consumer("views", 1.0)],
            relay: None,
            parked: Vec::new(),
            jobs: Vec::new(),
        }
    }

    /// What needs a person after a change.
    fn needs(change: impl FnOnce(&mut Status)) -> Vec<String> {
        let mut status = status();
        change(&mut status);
        status.needs().into_iter().map(|need| need.detail).collect()
    }

    #[test]
    fn nobody_is_called_for_nothing() {
        assert_eq!(needs(|_| {}), [""; 0]);
        assert_eq!(needs(|status| status.consumers.push(consumer("views@next", 900.0))), [""; 0]);
    }

    #[test]
    fn what_needs_a_person_is_said() {
        let gone = needs(|status| status.processes[1].alive = false);
        assert_eq!(gone, ["No process has the role projector.", "No process has the role worker."]);
        let trouble = Some("The views stand still.".to_owned());
        let halted = needs(|status| status.processes[1].trouble = trouble);
        assert_eq!(halted, ["box 7: The views stand still."]);
        let late = needs(|status| status.consumers[0].lag_seconds = 61.0);
        assert_eq!(late, ["views is 61 seconds behind."]);
        let relay = RelayProgress { position: 1, lag_events: 1, lag_seconds: 75.4, partitions: 12 };
        let unpublished = needs(|status| status.relay = Some(relay));
        assert_eq!(
            unpublished,
            ["No process has the role relay.", "The relay is 75 seconds behind."]
        );
        let parked = needs(|status| status.consumers[0].parked_streams = 3);
        assert!(parked[0].starts_with("views has 3 parked"), "{parked:?}");
        let queue = |running, oldest_due_seconds| JobsStatus {
            queue: "ocr".to_owned(),
            queued: 2,
            running,
            dead: 0,
            oldest_due_seconds,
        };
        let idle = needs(|status| status.jobs.push(queue(0, Some(61.0))));
        assert!(idle[0].starts_with("2 of ocr wait, the first for 61 seconds"), "{idle:?}");
        for at_work in [queue(1, Some(61.0)), queue(0, Some(59.0)), queue(0, None)] {
            assert_eq!(needs(|status| status.jobs.push(at_work)), [""; 0]);
        }
    }
}
