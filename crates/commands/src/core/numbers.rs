//! Ticket numbers, handed out in blocks per year.
//!
//! A process takes a block from the database and gives it out one by one; what is left at its end
//! is lost, so numbers have gaps. That a number is unique is claimed at append.

use std::collections::HashMap;
use std::ops::Range;

use chrono::Datelike;
use domain::{TicketNumber, Timestamp};
use eventstore::Claim;
use tokio::sync::Mutex;

use super::Commands;
use super::execute::TICKET_NUMBER;
use crate::CommandError;

/// The rest of the block of each year.
#[derive(Default)]
pub(crate) struct Numbers(Mutex<HashMap<u16, Range<u32>>>);

impl Commands {
    /// The next number of the year in which `at` falls in the configured time zone.
    pub(crate) async fn next_number(&self, at: Timestamp) -> Result<TicketNumber, CommandError> {
        let year = self.year_of(at);
        let mut blocks = self.numbers.0.lock().await;
        let block = blocks.entry(year).or_insert(0..0);
        loop {
            if let Some(sequence) = block.next() {
                return Ok(TicketNumber::new(year, sequence));
            }
            *block = self.take_numbers(year, self.config.number_block.max(1)).await?;
        }
    }

    /// Takes a block of numbers of its own out of the database.
    pub(crate) async fn take_numbers(
        &self,
        year: u16,
        count: u32,
    ) -> Result<Range<u32>, CommandError> {
        let end: i64 = sqlx::query_scalar(
            "insert into work.number_blocks as b (year, next) values ($1, 1 + $2) \
             on conflict (year) do update set next = b.next + $2 returning next",
        )
        .bind(i32::from(year))
        .bind(i64::from(count))
        .fetch_one(self.store.pool())
        .await?;
        let end = u32::try_from(end)
            .map_err(|_| CommandError::Internal("the year has no ticket numbers left"))?;
        Ok(end - count..end)
    }

    /// The schema `work` may be lost: then numbers begin again at 1 and meet their claims. This sets
    /// them behind the last one claimed.
    pub(crate) async fn skip_used_numbers(&self, year: u16) -> Result<(), CommandError> {
        let last: Option<Vec<u8>> = sqlx::query_scalar(
            "select key from log.claims where kind = $1 and key >= $2 and key < $3 \
             order by key desc limit 1",
        )
        .bind(TICKET_NUMBER)
        .bind(key(TicketNumber::new(year, 0)))
        .bind(key(TicketNumber::new(year.saturating_add(1), 0)))
        .fetch_optional(self.store.pool())
        .await?;
        let used = last.and_then(|key| <[u8; 4]>::try_from(key.get(2..)?).ok());
        let used = used.map_or(0, u32::from_be_bytes);
        sqlx::query(
            "insert into work.number_blocks as b (year, next) values ($1, $2) \
             on conflict (year) do update set next = greatest(b.next, $2)",
        )
        .bind(i32::from(year))
        .bind(i64::from(used) + 1)
        .execute(self.store.pool())
        .await?;
        self.numbers.0.lock().await.remove(&year);
        Ok(())
    }

    /// The year in the configured time zone.
    pub(crate) fn year_of(&self, at: Timestamp) -> u16 {
        let year = at.with_timezone(&self.config.time_zone).year();
        u16::try_from(year.clamp(1, 9999)).unwrap_or(1)
    }
}

/// The claim on a number: in the order of the numbers, so that the index grows at its end.
pub(crate) fn claim(number: TicketNumber) -> Claim {
    Claim::plain(TICKET_NUMBER, key(number))
}

fn key(number: TicketNumber) -> Vec<u8> {
    let mut key = number.year.to_be_bytes().to_vec();
    key.extend_from_slice(&number.sequence.to_be_bytes());
    key
}
