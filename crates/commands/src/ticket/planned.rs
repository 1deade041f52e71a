//! What is to happen to a ticket, as far as it can be told before its state is known.

use domain::Timestamp;
use domain::ticket::{TicketCommand, TicketEvent, TicketState, decide};

use super::form::{DataEdit, Files};
use crate::CommandError;

/// A command on a ticket, or what becomes one when the ticket is known.
#[derive(Debug, Clone)]
pub(crate) enum Planned {
    /// A command.
    Command(TicketCommand),
    /// A change of its type or data.
    Data(Box<DataEdit>),
}

impl Planned {
    /// The command on a ticket that is in this state.
    fn on(&self, state: &TicketState, attached: &Files) -> Result<TicketCommand, CommandError> {
        match self {
            Self::Command(command) => Ok(command.clone()),
            Self::Data(edit) => {
                edit.judge(state.active()?, attached).map(TicketCommand::ChangeData)
            }
        }
    }
}

impl From<TicketCommand> for Planned {
    fn from(command: TicketCommand) -> Self {
        Self::Command(command)
    }
}

/// The files that come with what is planned: data may name them, whichever comes first.
pub(crate) fn attached(planned: &[Planned]) -> Files {
    let file = |planned: &Planned| match planned {
        Planned::Command(TicketCommand::AttachFile(attach)) => {
            Some((attach.file.file_id, attach.file.content_type.clone()))
        }
        Planned::Command(_) | Planned::Data(_) => None,
    };
    planned.iter().filter_map(file).collect()
}

/// Decides one after the other, each on the state that the ones before it leave.
pub(crate) fn decide_planned(
    state: &TicketState,
    planned: &[Planned],
    at: Timestamp,
) -> Result<Vec<TicketEvent>, CommandError> {
    let attached = attached(planned);
    decide_each(state, planned, at, |state, planned| planned.on(state, &attached))
}

/// The same for commands.
pub(crate) fn decide_all(
    state: &TicketState,
    commands: &[TicketCommand],
    at: Timestamp,
) -> Result<Vec<TicketEvent>, CommandError> {
    decide_each(state, commands, at, |_, command| Ok(command.clone()))
}

fn decide_each<T>(
    state: &TicketState,
    items: &[T],
    at: Timestamp,
    command: impl Fn(&TicketState, &T) -> Result<TicketCommand, CommandError>,
) -> Result<Vec<TicketEvent>, CommandError> {
    match items {
        // Nothing to be done is said only of a ticket that can be worked on.
        [] => state.active().map(|_ticket| Vec::new()).map_err(CommandError::from),
        [only] => Ok(decide(state, command(state, only)?)?),
        several => {
            let mut events = Vec::new();
            let mut state = state.clone();
            for item in several {
                let next = decide(&state, command(&state, item)?)?;
                state = state.evolved(&next, at);
                events.extend(next);
            }
            Ok(events)
        }
    }
}
