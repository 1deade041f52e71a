//! What happened to a ticket, as far as clocks care.

use super::policy::Metric;
use super::target::Facts;
use crate::Timestamp;
use crate::ids::UserId;
use crate::ticket::events::{CommentAdded, TicketOpened};
use crate::ticket::{Status, TicketEvent, Transition, Visibility, transition};

/// The history of one ticket without policies and calendars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What its targets depend on now; see [`Case::facts_of`].
    pub facts: Facts,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the response clock stopped: the first public answer, or the first resolution.
    pub answered_at: Option<Timestamp>,
    /// When it was reopened, each time.
    pub reopened_at: Vec<Timestamp>,
    /// What went on since when; begins with the opening, each differs from the one before.
    pub stretches: Vec<Stretch>,
    opened_by: Option<UserId>,
    status: Status,
    presence: Presence,
    facts_when_answered: Option<Facts>,
    facts_when_finished: Option<Facts>,
}

/// From an instant to the beginning of the next stretch, or until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its beginning.
    pub from: Timestamp,
    /// What went on.
    pub activity: Activity,
}

/// What goes on with a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// It is the desk's turn.
    Working,
    /// It is the customer's turn.
    Waiting,
    /// It is resolved or closed.
    Finished,
    /// It is deleted or merged before it was finished.
    Away,
}

/// Whether there is a ticket to work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Here,
    Away,
}

impl Case {
    /// The case after `event`, which happened at `at`; none before the opening. An event dated before
    /// the one it follows counts as simultaneous with it. Total.
    #[must_use]
    pub fn after(case: Option<Self>, event: &TicketEvent, at: Timestamp) -> Option<Self> {
        let Some(mut case) = case else {
            let TicketEvent::Opened(opened) = event else { return None };
            return Some(Self::opened(opened, at));
        };
        case.apply(event, at);
        Some(case)
    }

    /// The case that a whole history makes, if it begins with an opening.
    pub fn of<'a>(history: impl IntoIterator<Item = (Timestamp, &'a TicketEvent)>) -> Option<Self> {
        history.into_iter().fold(None, |case, (at, event)| Self::after(case, event, at))
    }

    /// What the target of `metric` depends on: a clock that has stopped is judged by what held then.
    pub fn facts_of(&self, metric: Metric) -> &Facts {
        let frozen = match metric {
            Metric::Response => &self.facts_when_answered,
            Metric::Resolution => &self.facts_when_finished,
        };
        frozen.as_ref().unwrap_or(&self.facts)
    }

    /// What goes on now.
    pub fn activity(&self) -> Activity {
        match (self.status, self.presence) {
            (Status::Resolved | Status::Closed, Presence::Here | Presence::Away) => {
                Activity::Finished
            }
            (Status::Open | Status::InProgress | Status::WaitingCustomer, Presence::Away) => {
                Activity::Away
            }
            (Status::WaitingCustomer, Presence::Here) => Activity::Waiting,
            (Status::Open | Status::InProgress, Presence::Here) => Activity::Working,
        }
    }

    fn opened(opened: &TicketOpened, at: Timestamp) -> Self {
        Self {
            facts: Facts {
                ticket_type: opened.ticket_type.clone(),
                category: opened.category.clone(),
                department: opened.department.clone(),
                priority: opened.priority,
            },
            opened_at: at,
            answered_at: None,
            reopened_at: Vec::new(),
            stretches: vec![Stretch { from: at, activity: Activity::Working }],
            opened_by: opened.opened_by,
            status: Status::Open,
            presence: Presence::Here,
            facts_when_answered: None,
            facts_when_finished: None,
        }
    }

    fn apply(&mut self, event: &TicketEvent, at: Timestamp) {
        let at = self.stretches.last().map_or(at, |last| last.from.max(at));
        match event {
            TicketEvent::StatusChanged(e) => self.move_to(e.to, at),
            TicketEvent::PriorityChanged(e) => self.facts.priority = e.to,
            TicketEvent::Categorised(e) => self.facts.category = e.category.clone(),
            TicketEvent::DepartmentChanged(e) => self.facts.department = e.department.clone(),
            TicketEvent::DataChanged(e) => self.facts.ticket_type = e.ticket_type.clone(),
            TicketEvent::CommentAdded(e) => self.commented(e, at),
            TicketEvent::Deleted(_) | TicketEvent::MergedInto(_) => self.presence = Presence::Away,
            TicketEvent::Restored(_) | TicketEvent::Unmerged(_) => self.presence = Presence::Here,
            TicketEvent::Opened(_)
            | TicketEvent::SubjectChanged(_)
            | TicketEvent::DescriptionChanged(_)
            | TicketEvent::ExternalIdChanged(_)
            | TicketEvent::CustomerChanged(_)
            | TicketEvent::TagsAdded(_)
            | TicketEvent::TagsRemoved(_)
            | TicketEvent::SourceChanged(_)
            | TicketEvent::Assigned(_)
            | TicketEvent::Unassigned(_)
            | TicketEvent::WatcherAdded(_)
            | TicketEvent::WatcherRemoved(_)
            | TicketEvent::Linked(_)
            | TicketEvent::Unlinked(_)
            | TicketEvent::Absorbed(_)
            | TicketEvent::Released(_)
            | TicketEvent::FileAttached(_)
            | TicketEvent::FileRenamed(_)
            | TicketEvent::FileRemoved(_)
            | TicketEvent::ImagesReordered(_) => return,
        }
        let activity = self.activity();
        if self.stretches.last().is_none_or(|last| last.activity != activity) {
            self.stretches.push(Stretch { from: at, activity });
        }
    }

    fn move_to(&mut self, to: Status, at: Timestamp) {
        match transition(self.status, to) {
            Transition::Resolve | Transition::ResolveAndClose => {
                self.answer(at);
                self.facts_when_finished = Some(self.facts.clone());
            }
            Transition::Reopen => {
                self.reopened_at.push(at);
                self.facts_when_finished = None;
            }
            Transition::Unchanged | Transition::Work | Transition::Close | Transition::Unclose => {}
        }
        self.status = to;
    }

    /// The same rule as a ticket's `first_response_at`.
    fn commented(&mut self, comment: &CommentAdded, at: Timestamp) {
        let answers = comment.author.is_some() && comment.author != self.opened_by;
        if answers && comment.visibility == Visibility::Public {
            self.answer(at);
        }
    }

    fn answer(&mut self, at: Timestamp) {
        if self.answered_at.is_none() {
            self.answered_at = Some(at);
            self.facts_when_answered = Some(self.facts.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sla::samples::{answer, at, case, comment, priority, status};
    use crate::ticket::Priority;
    use crate::ticket::events::{Deleted, Restored};

    fn activities(case: &Case) -> Vec<Activity> {
        case.stretches.iter().map(|stretch| stretch.activity).collect()
    }

    #[test]
    fn a_case_has_one_stretch_per_change_of_activity() {
        let case = case(&[
            (1, status(Status::Open, Status::InProgress)),
            (2, status(Status::InProgress, Status::WaitingCustomer)),
            (3, status(Status::WaitingCustomer, Status::Open)),
            (4, status(Status::Open, Status::Resolved)),
            (5, status(Status::Resolved, Status::Closed)),
            (6, status(Status::Closed, Status::WaitingCustomer)),
        ]);
        use Activity::{Finished, Waiting, Working};
        assert_eq!(activities(&case), [Working, Waiting, Working, Finished, Waiting]);
        assert_eq!(case.reopened_at.len(), 1);
        assert_eq!(case.answered_at, Some(case.stretches[3].from), "a resolution is an answer");
    }

    #[test]
    fn the_first_public_answer_of_somebody_else_counts() {
        let case = case(&[
            (1, comment(Some(1), Visibility::Public)),
            (2, comment(Some(2), Visibility::Internal)),
            (3, comment(None, Visibility::Public)),
            (4, answer()),
            (5, answer()),
        ]);
        assert_eq!(case.answered_at, Some(at(4)));
    }

    #[test]
    fn a_deleted_ticket_is_away_unless_it_was_finished() {
        let gone = || TicketEvent::Deleted(Deleted { reason: None });
        let back = || TicketEvent::Restored(Restored {});
        let unfinished = case(&[(1, gone()), (2, back())]);
        use Activity::{Away, Finished, Working};
        assert_eq!(activities(&unfinished), [Working, Away, Working]);
        let finished =
            case(&[(1, status(Status::Open, Status::Resolved)), (2, gone()), (3, back())]);
        assert_eq!(activities(&finished), [Working, Finished]);
    }

    #[test]
    fn a_clock_that_has_stopped_is_judged_by_what_held_then() {
        let later = (3, priority(Priority::Medium, Priority::High));
        let resolved = [(1, status(Status::Open, Status::Resolved)), later];
        let resolved = case(&resolved);
        assert_eq!(resolved.facts.priority, Priority::High);
        assert_eq!(resolved.facts_of(Metric::Response).priority, Priority::Medium);
        assert_eq!(resolved.facts_of(Metric::Resolution).priority, Priority::Medium);
        let reopened = status(Status::Resolved, Status::Open);
        let reopened = Case::after(Some(resolved), &reopened, at(4)).unwrap();
        assert_eq!(reopened.facts_of(Metric::Response).priority, Priority::Medium);
        assert_eq!(reopened.facts_of(Metric::Resolution).priority, Priority::High);
    }

    #[test]
    fn time_never_goes_back_and_nothing_comes_before_the_opening() {
        let case = case(&[
            (5, status(Status::Open, Status::WaitingCustomer)),
            (3, status(Status::WaitingCustomer, Status::Open)),
        ]);
        assert_eq!(case.stretches[1].from, case.stretches[2].from);
        assert_eq!(Case::of([(at(0), &answer())]), None);
    }
}
