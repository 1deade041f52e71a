//! What a record means to a partition, without a broker.

use std::time::Duration;

use chrono::DateTime;
use rdkafka::Offset;
use tokio::time::Instant;
use uuid::Uuid;

use super::reader::{Reader, Taken};
use crate::kafka::{KafkaSettings, Received};
use crate::leaf::{LeafFields, leaf};
use crate::{Checkpoint, StoredEvent};

fn settings() -> KafkaSettings {
    KafkaSettings {
        brokers: Vec::new(),
        prefix: "desk".into(),
        source: "urn:desk".into(),
        public_url: None,
        partitions: 1,
        replication_factor: -1,
        client: Vec::new(),
        session_timeout: Duration::from_secs(10),
    }
}

/// A reader that has everything up to a position.
fn reader(position: i64) -> Reader {
    let mut reader = Reader::new(&settings(), "desk.thing".into(), 0).unwrap();
    reader.begin(Checkpoint { position, hint: None }, Offset::Beginning);
    reader
}

fn record(previous: i64, position: i64) -> Received {
    let id = Uuid::from_u128(7);
    let data = position.to_string().into_bytes();
    let fields = LeafFields {
        event_id: id,
        stream_id: id,
        kind: "thing",
        event_type: "thing.opened",
        schema_version: 1,
        data: &data,
        metadata: b"{}",
    };
    let leaf = leaf(&fields).to_vec();
    let event = StoredEvent {
        position,
        event_id: id,
        stream_id: id,
        kind: "thing".into(),
        version: 1,
        event_type: "thing.opened".into(),
        schema_version: 1,
        data,
        metadata: b"{}".to_vec(),
        leaf,
        recorded_at: DateTime::UNIX_EPOCH,
    };
    Received { event, previous }
}

/// From where to where the next stretch goes, its positions and its hint.
fn stretch(reader: &mut Reader) -> Option<(i64, i64, Vec<i64>, Option<i64>)> {
    let stretch = reader.stretch()?;
    let positions = stretch.events.iter().map(|event| event.position).collect();
    Some((stretch.after, stretch.through, positions, stretch.hint))
}

#[test]
fn records_follow_on_a_checkpoint_and_repeats_are_passed_by() {
    let mut reader = reader(5);
    assert_eq!(reader.take(record(0, 3), 0), Taken::Repeat);
    assert_eq!(reader.take(record(3, 5), 1), Taken::Repeat);
    assert_eq!(stretch(&mut reader), None);
    assert_eq!(reader.take(record(5, 8), 2), Taken::New);
    assert_eq!(reader.take(record(8, 9), 4), Taken::New);
    assert_eq!(reader.take(record(5, 8), 5), Taken::Repeat);
    assert_eq!(stretch(&mut reader), Some((5, 9, vec![8, 9], Some(6))));
    assert_eq!(stretch(&mut reader), None);
}

#[test]
fn a_checkpoint_between_two_records_leaves_no_gap() {
    let mut reader = reader(7);
    assert_eq!(reader.take(record(4, 9), 0), Taken::New);
}

#[test]
fn a_record_after_a_gap_waits_for_what_is_missing() {
    let mut reader = reader(5);
    assert_eq!(reader.take(record(8, 9), 3), Taken::Held);
    assert_eq!(reader.take(record(9, 10), 4), Taken::Held);
    let (after, fill) = reader.wants().unwrap();
    assert_eq!((after, fill.through), (5, 8));
    assert!(reader.filled(vec![record(5, 7).event], 7).is_none());
    assert_eq!(stretch(&mut reader), Some((5, 7, vec![7], Some(3))), "the record comes again");
    let fill = reader.filled(vec![record(7, 8).event], 8).unwrap();
    assert!(!fill.has_paused());
    for (held, offset) in fill.held {
        assert_eq!(reader.take(held, offset), Taken::New);
    }
    assert_eq!(stretch(&mut reader), Some((7, 10, vec![8, 9, 10], Some(5))));
}

#[test]
fn not_everything_is_held_while_a_long_gap_is_filled() {
    let mut reader = reader(5);
    let taken: Vec<_> = (1000..1200).map(|at| reader.take(record(at - 1, at), at)).collect();
    assert_eq!(taken.iter().filter(|taken| **taken == Taken::Held).count(), 99);
    assert_eq!(taken[99], Taken::Full);
    assert!(taken[100..].iter().all(|taken| *taken == Taken::Repeat), "none should come");
    let fill = reader.filled(vec![record(5, 6).event], 999).unwrap();
    assert!(fill.has_paused());
    assert_eq!(fill.held.len(), 100);
}

#[test]
fn an_empty_gap_is_closed_without_a_word() {
    let mut reader = reader(5);
    assert_eq!(reader.take(record(8, 9), 3), Taken::Held);
    let (held, offset) = reader.filled(Vec::new(), 8).unwrap().held.pop_front().unwrap();
    assert_eq!(stretch(&mut reader), None);
    assert_eq!(reader.take(held, offset), Taken::New);
    assert_eq!(stretch(&mut reader), Some((5, 9, vec![9], Some(4))), "on from what was told");
}

#[test]
fn a_record_that_does_not_know_of_the_last_one_may_hide_a_gap() {
    let mut reader = reader(5);
    assert_eq!(reader.take(record(5, 6), 0), Taken::New);
    assert_eq!(reader.take(record(0, 9), 1), Taken::Held);
    let (after, fill) = reader.wants().unwrap();
    assert_eq!((after, fill.through), (6, 8));
    let mut fill = reader.filled(vec![record(6, 7).event], 8).unwrap();
    let (held, offset) = fill.held.pop_front().unwrap();
    assert_eq!(reader.take(held, offset), Taken::New);
    assert_eq!(stretch(&mut reader), Some((5, 9, vec![6, 7, 9], Some(2))));
}

#[test]
fn what_was_changed_is_read_elsewhere() {
    let changes: [fn(&mut StoredEvent); 3] = [
        |event| event.data.push(b' '),
        |event| event.kind = "other".into(),
        |event| event.leaf.clear(),
    ];
    for change in changes {
        let mut reader = reader(5);
        let mut forged = record(5, 6);
        change(&mut forged.event);
        assert_eq!(reader.take(forged, 3), Taken::Forged);
        let (after, fill) = reader.wants().unwrap();
        assert_eq!((after, fill.through), (5, 6));
        assert!(reader.filled(vec![record(5, 6).event], 6).is_some());
        assert_eq!(stretch(&mut reader), Some((5, 6, vec![6], Some(4))));
        assert_eq!(reader.take(record(6, 7), 4), Taken::New);
    }
}

#[test]
fn what_does_not_come_is_fetched_after_a_while() {
    let mut reader = reader(5);
    let begun = Instant::now();
    let patience = Duration::from_secs(2);
    let relayed = |reader: &mut Reader, seconds| {
        reader.is_relayed(9, begun + Duration::from_secs(seconds), patience);
        reader.is_filling()
    };
    assert!(!relayed(&mut reader, 0) && !relayed(&mut reader, 1), "it may come yet");
    assert_eq!(reader.take(record(5, 6), 0), Taken::New);
    assert!(!relayed(&mut reader, 3), "it moves");
    assert!(relayed(&mut reader, 5));
    // Kafka has it after all.
    assert_eq!(reader.take(record(6, 9), 1), Taken::Held);
    let (held, offset) =
        reader.filled(vec![record(6, 9).event], 9).unwrap().held.pop_front().unwrap();
    assert_eq!(reader.take(held, offset), Taken::Repeat);
    assert_eq!(stretch(&mut reader), Some((5, 9, vec![6, 9], Some(2))));
    assert!(!relayed(&mut reader, 60) && !relayed(&mut reader, 90), "there is no more");
}

#[test]
fn what_was_gathered_is_forgotten_when_the_reader_is_sought() {
    let mut reader = reader(5);
    assert_eq!(reader.take(record(5, 6), 0), Taken::New);
    assert_eq!(reader.seek(Checkpoint { position: 2, hint: None }), 1);
    assert_eq!(stretch(&mut reader), None);
    assert_eq!(reader.take(record(6, 7), 1), Taken::Repeat, "it is not read from anywhere");
}
