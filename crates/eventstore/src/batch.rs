//! One call of `log.append`: many requests, one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgArguments;
use sqlx::{Arguments, PgConnection, Row};
use uuid::Uuid;

use crate::prepare::Prepared;
use crate::{Claim, Expected};

/// The advisory lock under which alone the log grows, as `log.append` takes it.
pub(crate) const APPEND_LOCK: i64 = 7_236_837_465;

/// Outcome of one request of a batch, as the database tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Written {
        first_position: i64,
        last_position: i64,
        recorded_at: DateTime<Utc>,
        versions: Vec<i32>,
    },
    Conflict {
        stream_id: Uuid,
        actual: i32,
    },
    Duplicate,
    Claimed {
        kind: &'static str,
        owner: Uuid,
    },
    KeyGone {
        epoch: i64,
    },
    SubjectMoved,
}

/// Keeps requests apart that must not share a batch: those for one stream, command, claim, owner of credentials or
/// new identifier.
#[derive(Default)]
pub(crate) struct Occupied {
    ids: HashSet<Uuid>,
    claims: HashSet<Claim>,
    identifiers: HashMap<[u8; 32], Uuid>,
}

impl Occupied {
    /// Takes the request's places, or leaves all as it was when one of them is taken.
    pub(crate) fn admit(&mut self, request: &Prepared) -> bool {
        let claims = || {
            let taken = request.request.claims.iter().map(|(claim, _)| claim);
            taken.chain(&request.request.releases)
        };
        let identifiers = || {
            let new = request.mappings.iter().filter(|m| !m.stored.load(Ordering::Acquire));
            new.map(|mapping| (mapping.hash, mapping.subject_id))
        };
        let ids = || {
            let owners = request.request.credentials.iter().map(|credential| credential.owner);
            let streams = request.streams.iter().map(|stream| stream.stream_id);
            owners.chain(streams).chain([request.request.command_id])
        };
        let free = ids().all(|id| !self.ids.contains(&id))
            && claims().all(|claim| !self.claims.contains(claim))
            // Two requests of one new person bring the same mapping along, which is no contradiction.
            && identifiers().all(|(hash, subject)| {
                self.identifiers.get(&hash).is_none_or(|other| *other == subject)
            });
        if free {
            self.ids.extend(ids());
            self.claims.extend(claims().cloned());
            self.identifiers.extend(identifiers());
        }
        free
    }
}

#[derive(Default)]
struct Columns<'a> {
    r_cmd: Vec<Uuid>,
    r_hash: Vec<&'a [u8]>,
    r_stream: Vec<i32>,
    r_events: Vec<i32>,
    r_epoch: Vec<Option<i64>>,
    s_req: Vec<i32>,
    s_stream: Vec<Uuid>,
    s_expected: Vec<i32>,
    s_n: Vec<i32>,
    e_req: Vec<i32>,
    e_seq: Vec<i32>,
    e_stream: Vec<i32>,
    e_ord: Vec<i32>,
    e_id: Vec<Uuid>,
    e_kind: Vec<&'a str>,
    e_type: Vec<&'a str>,
    e_schema: Vec<i16>,
    e_data: Vec<&'a [u8]>,
    e_meta: Vec<&'a [u8]>,
    e_leaf: Vec<&'a [u8]>,
    c_req: Vec<i32>,
    c_kind: Vec<&'a str>,
    c_key: Vec<&'a [u8]>,
    c_owner: Vec<Uuid>,
    d_req: Vec<i32>,
    d_kind: Vec<&'a str>,
    d_key: Vec<&'a [u8]>,
    n_req: Vec<i32>,
    n_key: Vec<Uuid>,
    n_subject: Vec<Uuid>,
    n_wrapped: Vec<&'a [u8]>,
    i_req: Vec<i32>,
    i_hash: Vec<&'a [u8]>,
    i_subject: Vec<Uuid>,
    v_req: Vec<i32>,
    v_owner: Vec<Uuid>,
    v_kind: Vec<&'a str>,
    v_secret: Vec<Option<&'a [u8]>>,
}

impl<'a> Columns<'a> {
    fn add(&mut self, request: &'a Prepared) {
        let streams_before = index(self.s_req.len());
        self.r_cmd.push(request.request.command_id);
        let req = index(self.r_cmd.len());
        self.r_hash.push(&request.request.body_hash);
        self.r_stream.push(if request.streams.is_empty() { 0 } else { streams_before + 1 });
        self.r_events.push(index(request.events.len()));
        self.r_epoch.push(request.epoch());
        for stream in &request.streams {
            self.s_req.push(req);
            self.s_stream.push(stream.stream_id);
            self.s_expected.push(match stream.expected {
                Expected::Any => -1,
                Expected::Exactly(version) => version,
            });
            self.s_n.push(stream.events);
        }
        for (seq, event) in (1..).zip(&request.events) {
            self.e_req.push(req);
            self.e_seq.push(seq);
            self.e_stream.push(streams_before + index(event.stream) + 1);
            self.e_ord.push(event.ordinal);
            self.e_id.push(event.event_id);
            self.e_kind.push(event.kind);
            self.e_type.push(&event.event_type);
            self.e_schema.push(event.schema_version);
            self.e_data.push(&event.data);
            self.e_meta.push(&event.metadata);
            self.e_leaf.push(&event.leaf);
        }
        for (claim, owner) in &request.request.claims {
            self.c_req.push(req);
            self.c_kind.push(claim.kind);
            self.c_key.push(&claim.key);
            self.c_owner.push(*owner);
        }
        for claim in &request.request.releases {
            self.d_req.push(req);
            self.d_kind.push(claim.kind);
            self.d_key.push(&claim.key);
        }
        for key in request.keys.iter().filter(|key| !key.stored.load(Ordering::Acquire)) {
            self.n_req.push(req);
            self.n_key.push(key.key_id);
            self.n_subject.push(key.subject_id);
            self.n_wrapped.push(&key.wrapped);
        }
        for mapping in request.mappings.iter().filter(|m| !m.stored.load(Ordering::Acquire)) {
            self.i_req.push(req);
            self.i_hash.push(&mapping.hash);
            self.i_subject.push(mapping.subject_id);
        }
        for credential in &request.request.credentials {
            self.v_req.push(req);
            self.v_owner.push(credential.owner);
            self.v_kind.push(credential.kind);
            self.v_secret.push(credential.secret.as_deref());
        }
    }

    fn arguments(self) -> Result<PgArguments, sqlx::Error> {
        let mut all = PgArguments::default();
        let add = || -> Result<(), sqlx::error::BoxDynError> {
            all.add(self.r_cmd)?;
            all.add(self.r_hash)?;
            all.add(self.r_stream)?;
            all.add(self.r_events)?;
            all.add(self.r_epoch)?;
            all.add(self.s_req)?;
            all.add(self.s_stream)?;
            all.add(self.s_expected)?;
            all.add(self.s_n)?;
            all.add(self.e_req)?;
            all.add(self.e_seq)?;
            all.add(self.e_stream)?;
            all.add(self.e_ord)?;
            all.add(self.e_id)?;
            all.add(self.e_kind)?;
            all.add(self.e_type)?;
            all.add(self.e_schema)?;
            all.add(self.e_data)?;
            all.add(self.e_meta)?;
            all.add(self.e_leaf)?;
            all.add(self.c_req)?;
            all.add(self.c_kind)?;
            all.add(self.c_key)?;
            all.add(self.c_owner)?;
            all.add(self.d_req)?;
            all.add(self.d_kind)?;
            all.add(self.d_key)?;
            all.add(self.n_req)?;
            all.add(self.n_key)?;
            all.add(self.n_subject)?;
            all.add(self.n_wrapped)?;
            all.add(self.i_req)?;
            all.add(self.i_hash)?;
            all.add(self.i_subject)?;
            all.add(self.v_req)?;
            all.add(self.v_owner)?;
            all.add(self.v_kind)?;
            all.add(self.v_secret)
        };
        add().map_err(sqlx::Error::Encode)?;
        Ok(all)
    }
}

const CALL: &str = "select * from log.append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,\
                    $21,$22,$23,$24,$25,$26,$27,$28,$29,$30,$31,$32,$33,$34,$35,$36,$37,$38)";

/// Sends the requests as one call; outcomes come back in the order of the requests.
pub(crate) async fn append(
    connection: &mut PgConnection,
    requests: &[&Prepared],
) -> Result<Vec<Outcome>, sqlx::Error> {
    let mut columns = Columns::default();
    for request in requests {
        columns.add(request);
    }
    let arguments = columns.arguments()?;
    let row = sqlx::query_with(CALL, arguments).fetch_one(connection).await?;
    let outcomes: Vec<i32> = row.try_get(0)?;
    let details: Vec<i32> = row.try_get(1)?;
    let firsts: Vec<i64> = row.try_get(2)?;
    let versions: Option<Vec<i32>> = row.try_get(3)?;
    let owners: Option<Vec<Option<Uuid>>> = row.try_get(4)?;
    let recorded_at: DateTime<Utc> = row.try_get(5)?;
    let head: i64 = row.try_get(6)?;
    let now_epoch: i64 = row.try_get(7)?;
    let versions = versions.unwrap_or_default();
    let owners = owners.unwrap_or_default();

    let mut results = Vec::with_capacity(requests.len());
    let (mut stream_offset, mut claim_offset) = (0, 0);
    let mut last_position = head - total_events(requests, &outcomes);
    for (i, request) in requests.iter().enumerate() {
        let detail = usize::try_from(details[i]).unwrap_or_default();
        let before = &versions[stream_offset..stream_offset + request.streams.len()];
        results.push(match outcomes[i] {
            0 => {
                last_position += i64::from(index(request.events.len()));
                let versions =
                    before.iter().zip(&request.streams).map(|(cur, s)| cur + s.events).collect();
                Outcome::Written { first_position: firsts[i], last_position, recorded_at, versions }
            }
            1 => Outcome::Conflict {
                stream_id: request.streams[detail - 1 - stream_offset].stream_id,
                actual: versions[detail - 1],
            },
            2 => Outcome::Duplicate,
            3 => Outcome::Claimed {
                kind: request.request.claims[detail - 1 - claim_offset].0.kind,
                owner: owners[detail - 1].unwrap_or_default(),
            },
            4 => Outcome::KeyGone { epoch: now_epoch },
            5 => Outcome::SubjectMoved,
            other => {
                return Err(sqlx::Error::Protocol(format!("log.append answered {other}")));
            }
        });
        stream_offset += request.streams.len();
        claim_offset += request.request.claims.len();
    }
    Ok(results)
}

fn total_events(requests: &[&Prepared], outcomes: &[i32]) -> i64 {
    let written = requests.iter().zip(outcomes).filter(|(_, outcome)| **outcome == 0);
    written.map(|(request, _)| i64::from(index(request.events.len()))).sum()
}

/// A batch is far smaller than 2³¹.
fn index(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
