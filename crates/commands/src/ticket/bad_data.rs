//! What is wrong with form data, for those who refuse a request for something else already.

use domain::TicketId;
use domain::ticket::{EditTicketInput, OpenTicketInput, TicketState};
use domain::ticket_type::FieldProblem;

use super::TicketChange;
use super::form::Files;
use super::planned::decide_planned;
use crate::core::{Commands, MaxAge};
use crate::{CommandError, Context};

impl Commands {
    /// What is wrong with the form data of a ticket that is to be opened; nothing is opened.
    ///
    /// # Errors
    /// The store's.
    pub async fn bad_data_of_new(
        &self,
        input: OpenTicketInput,
    ) -> Result<Vec<FieldProblem>, CommandError> {
        problems(self.new_draft(input, Files::new()).await)
    }

    /// What is wrong with the form data that a ticket is to have; nothing is changed.
    ///
    /// # Errors
    /// The store's.
    pub async fn bad_data_of_change(
        &self,
        ctx: &Context,
        ticket: TicketId,
        input: EditTicketInput,
    ) -> Result<Vec<FieldProblem>, CommandError> {
        let EditTicketInput { ticket_type, data, .. } = input;
        let edit = EditTicketInput { ticket_type, data, ..EditTicketInput::default() };
        let changes = vec![TicketChange::Edit(Box::new(edit))];
        let planned = match self.planned(ctx, ticket, changes).await {
            Ok(planned) => planned,
            bad => return problems(bad),
        };
        let loaded = self.load::<TicketState>(ticket.uuid(), MaxAge::Any).await?;
        match decide_planned(&loaded.state, &planned, self.ambient().now()) {
            // As things stand it would be refused anyhow, or is to be looked at again.
            Err(CommandError::Refused(_) | CommandError::Contended) => Ok(Vec::new()),
            decided => problems(decided),
        }
    }
}

fn problems<T>(result: Result<T, CommandError>) -> Result<Vec<FieldProblem>, CommandError> {
    match result {
        Ok(_) | Err(CommandError::Invalid(_)) => Ok(Vec::new()),
        Err(CommandError::BadForm { problems, .. }) => Ok(problems),
        Err(other) => Err(other),
    }
}
