//! One partition being read: what a record means to it, and what it waits for.

use std::collections::VecDeque;
use std::time::Duration;

use rdkafka::{Offset, TopicPartitionList};
use tokio::time::Instant;

use crate::kafka::{KafkaSettings, Received, partition_of};
use crate::{Checkpoint, Partition, StoredEvent, Stretch};

/// So many records may wait for a fill before Kafka is told to wait as well. Most gaps are filled in a moment.
const HELD: usize = 100;

/// A partition of a topic that is this source's.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) topic: String,
    pub(super) kind: String,
    pub(super) number: i32,
    partitions: i32,
    standing: Standing,
}

#[derive(Debug)]
enum Standing {
    /// Nobody has said from where to read.
    Unsought,
    /// To be read from here.
    Sought(Checkpoint),
    Reading(Box<Progress>),
}

#[derive(Debug)]
struct Progress {
    /// The consumer has everything up to here.
    told: i64,
    /// Everything up to here is told, or among `events`, or not of this partition.
    position: i64,
    /// Position of the last event that Kafka had in unbroken order. The next record has to know of it.
    last: Option<i64>,
    /// Events to be told.
    events: Vec<StoredEvent>,
    /// Where Kafka is read.
    offset: Offset,
    /// A stretch to be read from Postgres.
    fill: Option<Fill>,
    /// Since when the partition stands at a position though there is more.
    stands: Option<(Instant, i64)>,
}

/// A stretch that Kafka does not have.
#[derive(Debug)]
pub(super) struct Fill {
    /// Its last position.
    pub(super) through: i64,
    /// Records that came before it was read, with their offsets.
    pub(super) held: VecDeque<(Received, i64)>,
    flow: Flow,
}

/// What Kafka does during a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Open,
    Paused,
}

/// What a record was to its partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// The next event.
    New,
    /// Nothing new.
    Repeat,
    /// It has to wait until something was read from Postgres.
    Held,
    /// It has to wait, and no more may come until then.
    Full,
    /// It is not what was written, which is to be read from Postgres.
    Forged,
}

impl Reader {
    /// `None` for a topic that is no stream kind's.
    pub(super) fn new(settings: &KafkaSettings, topic: String, number: i32) -> Option<Self> {
        let kind = settings.kind_of(&topic)?.to_owned();
        let (partitions, standing) = (settings.partitions, Standing::Unsought);
        Some(Self { topic, kind, number, partitions, standing })
    }

    pub(super) fn partition(&self) -> Partition {
        Partition::Topic { kind: self.kind.clone(), number: self.number }
    }

    pub(super) fn is(&self, topic: &str, number: i32) -> bool {
        self.number == number && self.topic == topic
    }

    /// A list of just this one, as the client takes them.
    pub(super) fn list(&self) -> TopicPartitionList {
        let mut list = TopicPartitionList::with_capacity(1);
        list.add_partition(&self.topic, self.number);
        list
    }

    /// Forgets what was read. Returns how many events were still to be told.
    pub(super) fn seek(&mut self, to: Checkpoint) -> usize {
        let untold = self.progress().map_or(0, |progress| progress.events.len());
        self.standing = Standing::Sought(to);
        untold
    }

    pub(super) fn sought(&self) -> Option<Checkpoint> {
        match &self.standing {
            Standing::Sought(to) => Some(*to),
            Standing::Unsought | Standing::Reading(_) => None,
        }
    }

    /// Where to go on reading in Kafka after an interruption of the flow. What is held comes again.
    pub(super) fn interrupted(&mut self) -> Option<Offset> {
        let progress = self.progress()?;
        if let Some(fill) = &mut progress.fill {
            fill.held.clear();
            fill.flow = Flow::Open;
        }
        Some(progress.offset)
    }

    /// Begins to read after a checkpoint, in Kafka at an offset.
    pub(super) fn begin(&mut self, at: Checkpoint, offset: Offset) {
        let (told, position) = (at.position, at.position);
        let (last, events, fill, stands) = (None, Vec::new(), None, None);
        let progress = Progress { told, position, last, events, offset, fill, stands };
        self.standing = Standing::Reading(Box::new(progress));
    }

    /// A record at an offset that is no event.
    pub(super) fn pass(&mut self, offset: i64) {
        if let Some(progress) = self.progress().filter(|progress| progress.fill.is_none()) {
            progress.offset = Offset::Offset(offset + 1);
        }
    }

    /// Whether an event would be the first that Kafka tells, and so nothing before it says that Kafka tells of this
    /// very log.
    pub(super) fn is_unproven(&self, position: i64) -> bool {
        match &self.standing {
            Standing::Reading(at) => {
                at.fill.is_none() && at.last.is_none() && position > at.position
            }
            Standing::Unsought | Standing::Sought(_) => false,
        }
    }

    /// A record at an offset is of another log: everything up to its position is to be read from Postgres.
    pub(super) fn disbelieve(&mut self, position: i64, offset: i64) -> Taken {
        if let Some(progress) = self.progress() {
            progress.offset = Offset::Offset(offset + 1);
            progress.fill = Some(Fill::through(position));
        }
        Taken::Forged
    }

    /// A record at an offset.
    pub(super) fn take(&mut self, received: Received, offset: i64) -> Taken {
        let position = received.event.position;
        let fresh = self.progress().is_some_and(|progress| position > progress.position);
        let sound = fresh && self.is_sound(&received.event);
        let Some(progress) = self.progress() else { return Taken::Repeat };
        if let Some(fill) = &mut progress.fill {
            if !fresh || fill.flow == Flow::Paused {
                return Taken::Repeat;
            }
            if fill.held.is_empty() {
                progress.offset = Offset::Offset(offset);
            }
            fill.held.push_back((received, offset));
            if fill.held.len() < HELD {
                return Taken::Held;
            }
            fill.flow = Flow::Paused;
            return Taken::Full;
        }
        progress.offset = Offset::Offset(offset + 1);
        if !fresh {
            return Taken::Repeat;
        }
        let gap = if received.previous > progress.position {
            Some(received.previous)
        } else {
            // It says that it comes after an earlier one than the last, so who knows what comes between.
            progress.last.filter(|last| received.previous < *last).map(|_| position - 1)
        };
        if let Some(through) = gap {
            progress.offset = Offset::Offset(offset);
            let held = VecDeque::from([(received, offset)]);
            progress.fill = Some(Fill { held, ..Fill::through(through) });
            return Taken::Held;
        }
        if !sound {
            progress.fill = Some(Fill::through(position));
            return Taken::Forged;
        }
        progress.position = position;
        progress.last = Some(position);
        progress.events.push(received.event);
        Taken::New
    }

    fn is_sound(&self, event: &StoredEvent) -> bool {
        event.kind == self.kind
            && partition_of(event.stream_id, self.partitions) == self.number
            && event.leaf_holds()
    }

    /// The log has events of this partition up to `through`. If none came for a while, they are read from Postgres.
    pub(super) fn is_relayed(&mut self, through: i64, now: Instant, patience: Duration) {
        let Some(progress) = self.progress() else { return };
        if progress.fill.is_some() || progress.position >= through {
            progress.stands = None;
            return;
        }
        let position = progress.position;
        match progress.stands {
            Some((since, at)) if at == position => {
                if now.duration_since(since) >= patience {
                    progress.stands = None;
                    progress.fill = Some(Fill::through(through));
                }
            }
            Some(_) | None => progress.stands = Some((now, position)),
        }
    }

    /// That it stands still has other reasons.
    pub(super) fn excuse(&mut self) {
        if let Some(progress) = self.progress() {
            progress.stands = None;
        }
    }

    /// What is to be read from Postgres: from after a position on, and up to which.
    pub(super) fn wants(&mut self) -> Option<(i64, &mut Fill)> {
        let progress = self.progress()?;
        Some((progress.position, progress.fill.as_mut()?))
    }

    pub(super) fn is_filling(&self) -> bool {
        match &self.standing {
            Standing::Reading(progress) => progress.fill.is_some(),
            Standing::Unsought | Standing::Sought(_) => false,
        }
    }

    /// Takes events from Postgres, which are all up to `reached`. Returns the fill when that is its end.
    pub(super) fn filled(&mut self, events: Vec<StoredEvent>, reached: i64) -> Option<Fill> {
        let progress = self.progress()?;
        progress.position = progress.position.max(reached);
        progress.events.extend(events);
        let fill = progress.fill.take_if(|fill| progress.position >= fill.through)?;
        progress.last = None;
        Some(fill)
    }

    /// The events since the last stretch.
    pub(super) fn stretch(&mut self) -> Option<Stretch> {
        let partition = self.partition();
        let progress = self.progress()?;
        let through = progress.events.last()?.position;
        let after = std::mem::replace(&mut progress.told, through);
        let hint = match progress.offset {
            Offset::Offset(offset) => Some(offset),
            _ => None,
        };
        let events = std::mem::take(&mut progress.events);
        Some(Stretch { partition, after, through, events, hint })
    }

    fn progress(&mut self) -> Option<&mut Progress> {
        match &mut self.standing {
            Standing::Reading(progress) => Some(progress),
            Standing::Unsought | Standing::Sought(_) => None,
        }
    }
}

impl Fill {
    fn through(through: i64) -> Self {
        Self { through, held: VecDeque::new(), flow: Flow::Open }
    }

    /// Whether the flow of Kafka is to be let go on.
    pub(super) fn has_paused(&self) -> bool {
        self.flow == Flow::Paused
    }
}
