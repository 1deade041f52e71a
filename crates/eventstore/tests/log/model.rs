//! Many tasks of several processes append at once; what came of it must be what a serial model does in the order of
//! the log.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use eventstore::{
    AppendRequest, Appended, Claim, EventFilter, EventStore, Expected, Identifier, Metadata,
    StreamAppend, StreamKind, Subject,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use sqlx::Row;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::{Database, assert_sound, event};

const STREAMS: usize = 5;
const CLAIMS: u8 = 4;
const PROCESSES: usize = 3;

/// What one request asks for.
#[derive(Debug, Clone)]
struct Ask {
    command: u8,
    streams: Vec<StreamAsk>,
    claims: Vec<u8>,
    release: Option<u8>,
    person: Option<u8>,
}

#[derive(Debug, Clone)]
struct StreamAsk {
    stream: usize,
    /// `None` takes any version, `Some` is added to the version that the asker last saw.
    expected: Option<i32>,
    events: usize,
}

/// What was asked, what came of it, and the positions of the head before and after.
struct Done {
    ask: Ask,
    expected: Vec<Expected>,
    appended: Appended,
    before: i64,
    after: i64,
}

#[test]
fn concurrent_appends_do_what_a_serial_model_does() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut runner =
        TestRunner::new(Config { cases: 16, max_shrink_iters: 40, ..Config::default() });
    let tasks = prop::collection::vec(prop::collection::vec(ask(), 4..12), 6..16);
    runner
        .run(&tasks, |tasks| {
            runtime.block_on(async {
                let database = Database::fresh().await;
                let mut stores = Vec::new();
                for _ in 0..PROCESSES {
                    stores.push(database.store().await);
                }
                let done = run(&stores, tasks).await;
                check(&stores[0], done).await;
            });
            Ok(())
        })
        .unwrap();
}

fn ask() -> impl Strategy<Value = Ask> {
    let stream = (
        0..STREAMS,
        prop_oneof![2 => Just(None), 5 => Just(Some(0)), 1 => (-1..2).prop_map(Some)],
        0..4usize,
    )
        .prop_map(|(stream, expected, events)| StreamAsk { stream, expected, events });
    let streams = prop::collection::vec(stream, 0..3).prop_map(|mut streams| {
        streams.sort_by_key(|ask| ask.stream);
        streams.dedup_by_key(|ask| ask.stream);
        streams
    });
    (
        0..u8::MAX,
        streams,
        prop::collection::vec(0..CLAIMS, 0..2),
        prop::option::weighted(0.1, 0..CLAIMS),
        prop::option::of(0..3u8),
    )
        .prop_map(|(command, streams, claims, release, person)| {
            // What changes no version has no place in the order of the log; so it changes nothing else either.
            let some = streams.iter().any(|ask| ask.events > 0);
            let (claims, release) = if some { (claims, release) } else { (Vec::new(), None) };
            Ask { command, streams, claims, release, person }
        })
}

async fn run(stores: &[EventStore], tasks: Vec<Vec<Ask>>) -> Vec<Done> {
    let mut running = JoinSet::new();
    for (task, asks) in tasks.into_iter().enumerate() {
        let store = stores[task % stores.len()].clone();
        running.spawn(async move {
            let mut done = Vec::new();
            for ask in asks {
                let mut expected = Vec::new();
                for stream in &ask.streams {
                    let seen = store.read_stream(stream_id(stream.stream), 0).await.unwrap().len();
                    let seen = i32::try_from(seen).unwrap();
                    expected.push(
                        stream
                            .expected
                            .map_or(Expected::Any, |off| Expected::Exactly((seen + off).max(0))),
                    );
                }
                let before = store.head().await.unwrap().position;
                let appended = store.append(request(&ask, &expected)).await.unwrap();
                let after = store.head().await.unwrap().position;
                done.push(Done { ask, expected, appended, before, after });
            }
            done
        });
    }
    running.join_all().await.into_iter().flatten().collect()
}

fn request(ask: &Ask, expected: &[Expected]) -> AppendRequest {
    let subject = match ask.person {
        Some(person) => Subject::Identified(vec![Identifier::email(&format!("{person}@x.org"))]),
        None => Subject::Stream,
    };
    let stream = |(stream, expected): (&StreamAsk, &Expected)| StreamAppend {
        stream_id: stream_id(stream.stream),
        kind: StreamKind("thing"),
        expected: *expected,
        subject: subject.clone(),
        events: (0..stream.events)
            .map(|n| {
                event(
                    "thing.done",
                    json!({ "command": ask.command, "n": n, "who": { "$personal": "Ann" } }),
                )
            })
            .collect(),
    };
    AppendRequest {
        command_id: command_id(ask),
        body_hash: [ask.command; 32],
        streams: ask.streams.iter().zip(expected).map(stream).collect(),
        claims: ask.claims.iter().map(|c| (claim(*c), owner(ask))).collect(),
        releases: ask.release.iter().map(|c| claim(*c)).collect(),
        credentials: Vec::new(),
        metadata: Metadata::system("model"),
    }
}

fn stream_id(stream: usize) -> Uuid {
    Uuid::from_u128(1000 + u128::try_from(stream).unwrap())
}

fn command_id(ask: &Ask) -> Uuid {
    Uuid::from_u128(5000 + u128::from(ask.command))
}

fn claim(claim: u8) -> Claim {
    Claim::plain("thing.name", [claim])
}

fn owner(ask: &Ask) -> Uuid {
    stream_id(ask.streams[0].stream)
}

/// State of the model after one position.
#[derive(Clone, Default)]
struct State {
    versions: HashMap<Uuid, i32>,
    claims: BTreeMap<u8, Uuid>,
}

impl State {
    fn version(&self, stream: usize) -> i32 {
        self.versions.get(&stream_id(stream)).copied().unwrap_or(0)
    }
}

async fn check(store: &EventStore, done: Vec<Done>) {
    let last = |done: &Done| match done.appended {
        Appended::Written { last_position, .. } => last_position,
        Appended::Conflict { .. } | Appended::Claimed { .. } | Appended::Duplicate(_) => i64::MAX,
    };
    let (mut written, refused): (Vec<Done>, Vec<Done>) =
        done.into_iter().partition(|done| last(done) < i64::MAX);
    let events = |done: &Done| done.ask.streams.iter().map(|s| s.events).sum::<usize>();
    // What has no events comes after what brought the head to where it found it.
    written.sort_by_key(|done| (last(done), events(done) == 0));

    let mut states = vec![Arc::new(State::default())];
    let mut log: Vec<(Uuid, i32, Value)> = Vec::new();
    for done in &written {
        let mut state = State::clone(states.last().unwrap());
        apply(&mut state, &mut log, done);
        let state = Arc::new(state);
        states.resize(log.len() + 1, state);
    }

    let stored = store.read_after(0, 100_000, &EventFilter::default()).await.unwrap();
    let opened = store.open_events(stored).await.unwrap();
    assert_eq!(opened.len(), log.len());
    for ((expected, found), position) in log.iter().zip(&opened).zip(1..) {
        assert_eq!(
            (found.position, found.stream_id, found.version),
            (position, expected.0, expected.1)
        );
        assert_eq!(found.data, expected.2);
    }
    assert_eq!(assert_sound(store).await, i64::try_from(log.len()).unwrap());

    let receipts = sqlx::query("select count(*) from log.receipts").fetch_one(store.pool()).await;
    assert_eq!(receipts.unwrap().get::<i64, _>(0), i64::try_from(written.len()).unwrap());
    for done in &refused {
        check_refused(&states, &written, done);
    }
    for number in 0..CLAIMS {
        let held = store.claim_owner(&claim(number)).await.unwrap();
        assert_eq!(held, states.last().unwrap().claims.get(&number).copied());
    }
}

fn apply(state: &mut State, log: &mut Vec<(Uuid, i32, Value)>, done: &Done) {
    let Appended::Written { first_position, last_position, versions, .. } = &done.appended else {
        panic!("only what was written is applied")
    };
    let first = i64::try_from(log.len()).unwrap() + 1;
    for (ask, expected) in done.ask.streams.iter().zip(&done.expected) {
        match expected {
            Expected::Any => {}
            Expected::Exactly(version) => assert_eq!(*version, state.version(ask.stream)),
        }
    }
    for number in &done.ask.claims {
        assert!(state.claims.get(number).is_none_or(|held| *held == owner(&done.ask)));
    }
    for ask in &done.ask.streams {
        for n in 0..ask.events {
            let version = state.versions.entry(stream_id(ask.stream)).or_default();
            *version += 1;
            let data =
                json!({ "command": done.ask.command, "n": n, "who": { "$personal": "Ann" } });
            log.push((stream_id(ask.stream), *version, data));
        }
    }
    let after: Vec<i32> = done.ask.streams.iter().map(|ask| state.version(ask.stream)).collect();
    assert_eq!(*versions, after);
    let last = i64::try_from(log.len()).unwrap();
    assert_eq!((*first_position, *last_position), (if last < first { 0 } else { first }, last));
    if let Some(number) = done.ask.release {
        state.claims.remove(&number);
    }
    for number in &done.ask.claims {
        state.claims.entry(*number).or_insert(owner(&done.ask));
    }
}

/// What was refused must have been in the way at some time between asking and answer.
fn check_refused(states: &[Arc<State>], written: &[Done], done: &Done) {
    let seen =
        &states[usize::try_from(done.before).unwrap()..=usize::try_from(done.after).unwrap()];
    match &done.appended {
        Appended::Written { .. } => panic!("it was refused"),
        Appended::Conflict { stream_id: id, actual } => {
            let at = done.ask.streams.iter().position(|ask| stream_id(ask.stream) == *id).unwrap();
            assert_ne!(done.expected[at], Expected::Exactly(*actual));
            assert_ne!(done.expected[at], Expected::Any);
            let stream = done.ask.streams[at].stream;
            assert!(seen.iter().any(|state| state.version(stream) == *actual));
        }
        Appended::Claimed { kind, owner: holder } => {
            assert_eq!(*kind, "thing.name");
            assert_ne!(*holder, owner(&done.ask));
            let holds = |state: &Arc<State>| {
                done.ask.claims.iter().any(|number| state.claims.get(number) == Some(holder))
            };
            assert!(seen.iter().any(holds));
        }
        Appended::Duplicate(receipt) => {
            let mut first = written.iter().filter(|other| other.ask.command == done.ask.command);
            let (first, None) = (first.next().unwrap(), first.next()) else {
                panic!("written twice")
            };
            let Appended::Written { first_position, last_position, recorded_at, versions } =
                &first.appended
            else {
                panic!("only what was written has a receipt")
            };
            assert_eq!(receipt.command_id, command_id(&done.ask));
            assert_eq!(receipt.body_hash, [done.ask.command; 32]);
            assert_eq!(
                (receipt.first_position, receipt.last_position),
                (*first_position, *last_position)
            );
            assert_eq!(receipt.recorded_at, *recorded_at);
            assert_eq!(receipt.version, versions.first().copied().unwrap_or(0));
            assert_eq!(
                receipt.stream_id,
                first.ask.streams.first().map(|ask| stream_id(ask.stream))
            );
            assert!(receipt.last_position <= done.after);
        }
    }
}
