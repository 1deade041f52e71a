//! The rules that tickets are played under.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::SlaPolicyId;
use domain::calendar::{Calendar, CalendarState};
use domain::sla::{Facts, PolicyDefinition, Rulebook, SlaPolicyState, choose_policy};
use uuid::Uuid;

use super::history::Past;
use super::{StandsFor, WhatIf, WhatIfError};

/// Policies, each with its calendar, by id: the oldest first.
#[derive(Clone, Default)]
pub(super) struct Rulebooks(BTreeMap<SlaPolicyId, Book>);

#[derive(Clone)]
struct Book {
    policy: PolicyDefinition,
    revision: u32,
    calendar: Arc<Calendar>,
    calendar_revision: u32,
}

impl Rulebooks {
    /// Those in force at the end of the log.
    pub(super) fn in_force(past: &Past) -> Self {
        let mut books = BTreeMap::new();
        for (id, state) in &past.policies {
            let SlaPolicyState::Active { definition, revision } = state else { continue };
            // A calendar that a policy goes by is never removed.
            let calendar = past.calendars.get(&definition.calendar).and_then(CalendarState::latest);
            if let Some((calendar, calendar_revision)) = calendar {
                let book = Book {
                    policy: (**definition).clone(),
                    revision: *revision,
                    calendar: Arc::new(Calendar::new(calendar)),
                    calendar_revision,
                };
                books.insert(*id, book);
            }
        }
        Self(books)
    }

    /// The same with what is tried in place of what it stands for.
    pub(super) fn with(
        &self,
        what_if: &WhatIf,
        past: &Past,
    ) -> Result<(Self, StandsFor), WhatIfError> {
        let tried = &what_if.policy;
        let calendar = match &what_if.calendar {
            Some(given) => (Calendar::new(given), 1),
            None => {
                let named = past.calendars.get(&tried.calendar);
                let unknown = WhatIfError::CalendarUnknown(tried.calendar);
                let Some(CalendarState::Active { definition, revision }) = named else {
                    return Err(unknown);
                };
                (Calendar::new(definition), *revision)
            }
        };
        let book = Book {
            policy: tried.clone(),
            revision: 1,
            calendar: Arc::new(calendar.0),
            calendar_revision: calendar.1,
        };
        let folded = |policy: &PolicyDefinition| policy.name.as_str().to_lowercase();
        let same = self.0.iter().find(|(_, book)| folded(&book.policy) == folded(tried));
        Ok(match same {
            Some((id, _)) => {
                let mut books = self.0.clone();
                books.insert(*id, book);
                (Self(books), StandsFor::SameName)
            }
            None if self.0.is_empty() => (Self::only(book), StandsFor::Nothing),
            None => (Self::only(book), StandsFor::All),
        })
    }

    fn only(book: Book) -> Self {
        Self(BTreeMap::from([(SlaPolicyId(Uuid::nil()), book)]))
    }

    /// The rules for a ticket, if any policy has one for it.
    pub(super) fn in_charge(&self, facts: &Facts) -> Option<Rulebook<'_>> {
        let policies = self.0.iter().map(|(id, book)| (*id, &book.policy));
        let policy_id = choose_policy(policies, facts)?;
        let book = self.0.get(&policy_id)?;
        Some(Rulebook {
            policy: &book.policy,
            policy_id,
            policy_revision: book.revision,
            calendar: &book.calendar,
            calendar_revision: book.calendar_revision,
        })
    }
}
