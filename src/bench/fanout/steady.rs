//! Commands at a steady rate, and how long each takes from its commit until a query would show it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use commands::{Context, NewComment};
use domain::TicketId;
use domain::ticket::{OpenTicketInput, Status, Visibility, parse_comment};
use hdrhistogram::Histogram;
use projections::Freshness;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::Desk;

/// How often the views are looked at: the figures are no finer than that.
const LOOK: Duration = Duration::from_millis(4);

/// At most so many commands are under way; beyond that the rate is not kept.
const UNDER_WAY: usize = 256;

/// What came of it.
pub(super) struct Lag {
    commands: u64,
    rate: f64,
    took: Histogram<u64>,
}

/// Gives commands and watches the views. Nobody waits for them, so nobody hurries the projectors.
pub(super) async fn lag(desk: &Desk, rate: u32, length: Duration) -> Result<Lag> {
    let (acknowledged, mut positions) = mpsc::unbounded_channel::<(i64, Instant)>();
    let queries = desk.queries.clone();
    let watching = tokio::spawn(async move {
        let mut took = Histogram::<u64>::new(3)?;
        let mut waiting: VecDeque<(i64, Instant)> = VecDeque::new();
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut open = true;
        while open || !waiting.is_empty() {
            looks.tick().await;
            let reached = queries.position(Freshness::Views).await?;
            let now = Instant::now();
            loop {
                match positions.try_recv() {
                    Ok(next) => waiting.push_back(next),
                    Err(mpsc::error::TryRecvError::Empty) => break,
                    Err(mpsc::error::TryRecvError::Disconnected) => {
                        open = false;
                        break;
                    }
                }
            }
            let mut left = VecDeque::with_capacity(waiting.len());
            for (position, at) in waiting.drain(..) {
                if position <= reached {
                    let micros = now.saturating_duration_since(at).as_micros();
                    took.record(u64::try_from(micros)?)?;
                } else {
                    left.push_back((position, at));
                }
            }
            waiting = left;
        }
        anyhow::Ok(took)
    });
    let began = Instant::now();
    let given = give(desk, rate, length, acknowledged).await?;
    let elapsed = began.elapsed().as_secs_f64();
    let took = watching.await??;
    Ok(Lag { commands: given, rate: given as f64 / elapsed, took })
}

/// One in three opens a ticket; the others comment on one or move it.
async fn give(
    desk: &Desk,
    rate: u32,
    length: Duration,
    acknowledged: mpsc::UnboundedSender<(i64, Instant)>,
) -> Result<u64> {
    let tickets: Arc<Mutex<VecDeque<TicketId>>> = Arc::default();
    let mut tasks = JoinSet::new();
    let mut ticks = tokio::time::interval(Duration::from_millis(5));
    let (began, mut given) = (Instant::now(), 0_u64);
    while began.elapsed() < length {
        ticks.tick().await;
        let due = (began.elapsed().as_secs_f64() * f64::from(rate)) as u64;
        while given < due {
            while tasks.len() >= UNDER_WAY {
                tasks.join_next().await.context("no command is under way")???;
            }
            let (commands, ambient) = (desk.commands.clone(), desk.store.ambient().clone());
            let (tickets, acknowledged) = (Arc::clone(&tickets), acknowledged.clone());
            let number = given;
            tasks.spawn(async move {
                let ctx = Context::system(&ambient, format!("bench-{number}"));
                let old =
                    if number.is_multiple_of(3) { None } else { tickets.lock().await.pop_front() };
                let position = match old {
                    None => {
                        let opened = commands.open_ticket(&ctx, ticket(number), Vec::new()).await?;
                        tickets.lock().await.extend([TicketId(opened.id), TicketId(opened.id)]);
                        opened.position
                    }
                    Some(ticket) if number % 3 == 1 => {
                        let text = parse_comment("We are looking into it.")
                            .map_err(|error| anyhow!("{error:?}"))?;
                        let comment = NewComment { visibility: Visibility::Public, text };
                        commands.comment_on_ticket(&ctx, ticket, comment).await?.ticket.position
                    }
                    Some(ticket) => {
                        commands.change_status(&ctx, ticket, Status::Resolved, None).await?.position
                    }
                };
                acknowledged.send((position, Instant::now())).ok();
                anyhow::Ok(())
            });
            given += 1;
        }
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(given)
}

fn ticket(number: u64) -> OpenTicketInput {
    OpenTicketInput {
        subject: Some(format!("The router at site {} is down", number % 997)),
        description: Some("Since this morning there is no signal. 基站故障。".to_owned()),
        ..OpenTicketInput::default()
    }
}

impl fmt::Display for Lag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |quantile| self.took.value_at_quantile(quantile) as f64 / 1e3;
        write!(
            f,
            "{} commands at {:.0}/s: in the views after p50 {:.0} ms, p99 {:.0} ms, at most {:.0} ms",
            self.commands,
            self.rate,
            milliseconds(0.5),
            milliseconds(0.99),
            self.took.max() as f64 / 1e3
        )
    }
}
