//! Correcting how a ticket came in.

use super::change::Change;
use super::events::{SourceChanged, TicketEvent};
use super::state::TicketState;
use super::values::Source;
use crate::refusal::Refusal;
use crate::text::Text;

/// Corrects how a ticket came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSource {
    /// What happens to the way it came in.
    pub source: Change<Source>,
    /// What happens to the browser.
    pub browser: Change<Text>,
    /// What happens to the kind of device.
    pub device_type: Change<Text>,
}

/// Corrects how a ticket came in; the same is no change.
///
/// # Errors
/// The ticket is unknown, deleted or merged.
pub fn change_source(
    state: &TicketState,
    command: ChangeSource,
) -> Result<Vec<TicketEvent>, Refusal> {
    let ticket = state.active()?;
    let source = command.source.applied_to(ticket.source);
    let browser = command.browser.map(Text::into_personal).applied_to(ticket.browser.clone());
    let device_type =
        command.device_type.map(Text::into_personal).applied_to(ticket.device_type.clone());
    if source == ticket.source && browser == ticket.browser && device_type == ticket.device_type {
        return Ok(vec![]);
    }
    Ok(vec![TicketEvent::SourceChanged(SourceChanged { source, browser, device_type })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::samples::{active, given, text, then};

    #[test]
    fn given_a_browser_then_the_source_stays() {
        let command = ChangeSource { source: Change::Set(Source::Chat), ..Default::default() };
        let state = given(&change_source(&active(), command.clone()).unwrap());
        assert_eq!(change_source(&state, command), Ok(vec![]));

        let command = ChangeSource { browser: Change::Set(text("Firefox")), ..Default::default() };
        let ticket = then(&state, change_source(&state, command));
        assert_eq!(ticket.source, Some(Source::Chat));
        assert!(ticket.browser.unwrap().is("Firefox"));
        assert_eq!(ticket.device_type, None);
    }
}
