//! Many changes at once: a result per item.

use std::collections::HashMap;

use domain::TicketId;
use domain::ticket::TicketState;
use futures_util::stream::{self, StreamExt};

use super::{TicketChange, TicketRef};
use crate::core::{Commands, derive_command_id};
use crate::{CommandError, Committed, Context};

/// How many tickets are worked on at a time. Their appends meet in the batches of the log.
const AT_A_TIME: usize = 64;

/// What is to happen to one ticket.
#[derive(Debug, Clone)]
pub struct BulkItem {
    /// The ticket.
    pub ticket: TicketRef,
    /// The version the caller saw, if the changes are to go through on that one only.
    pub if_match: Option<i32>,
    /// The changes: all or none.
    pub changes: Vec<TicketChange>,
}

/// What became of one item.
pub type BulkResult = Result<Committed<TicketState>, CommandError>;

impl Commands {
    /// Carries out many items, each on its own; the results come in the order of the items. Items
    /// for one ticket are carried out in their order. Each has a command id that follows from the
    /// context's and its place, so a repeat of the whole repeats no item.
    pub async fn change_tickets(&self, ctx: &Context, items: Vec<BulkItem>) -> Vec<BulkResult> {
        let total = items.len();
        let mut by_ticket: HashMap<TicketRef, Vec<(usize, BulkItem)>> = HashMap::new();
        for (index, item) in items.into_iter().enumerate() {
            by_ticket.entry(item.ticket).or_default().push((index, item));
        }
        let queues = by_ticket.into_values().map(|queue| self.change_in_order(ctx, queue));
        let done: Vec<_> = stream::iter(queues).buffer_unordered(AT_A_TIME).concat().await;
        let mut results: Vec<BulkResult> =
            (0..total).map(|_| Err(CommandError::Internal("an item was not reached"))).collect();
        for (index, result) in done {
            results[index] = result;
        }
        results
    }

    async fn change_in_order(
        &self,
        ctx: &Context,
        queue: Vec<(usize, BulkItem)>,
    ) -> Vec<(usize, BulkResult)> {
        let mut results = Vec::with_capacity(queue.len());
        for (index, item) in queue {
            results.push((index, Box::pin(self.change_item(ctx, index, item)).await));
        }
        results
    }

    async fn change_item(&self, ctx: &Context, index: usize, item: BulkItem) -> BulkResult {
        let secrets = self.store.secrets();
        let command_id = derive_command_id(secrets, ctx.command_id, "bulk", index as u64);
        let ctx = Context { if_match: item.if_match, ..ctx.with_command(command_id) };
        let ticket: TicketId = self.resolve_ticket(item.ticket).await?;
        self.change_ticket(&ctx, ticket, item.changes).await
    }
}
