//! From the form to the draft of a workflow, with every problem on the way.

use super::definition::{Action, Definition, End, Step, Target, Transition, Work};
use super::form::{ActionForm, MatchingForm, StepForm, ToForm, TransitionForm, WorkflowForm};
use super::graph;
use super::matching_keys::MatchingKeys;
use super::problem::{Place, Problem, ProblemKind};
use super::slug::{ActionId, Outcome, StepId};
use super::values::{Pool, StepKind, Strategy};
use crate::field::FieldErrorKind;
use crate::ids::RoleId;
use crate::text::Text;
use crate::ticket::{Priority, Status};
use crate::vocabulary::{
    ActionName, Category, Department, RoleName, StepName, Subcategory, SystemName, WorkflowName,
};

/// The greatest number of steps.
pub const MAX_STEPS: usize = 50;
/// The greatest number of transitions.
pub const MAX_TRANSITIONS: usize = 200;
/// The longest instructions of a step, in characters.
pub const MAX_INSTRUCTIONS: u32 = 4_000;
/// The longest instructions of all steps together, in characters: an event has to fit into 256 KiB.
pub const MAX_INSTRUCTIONS_TOTAL: u32 = 20_000;
/// The most working minutes that a step may take: a year.
pub const MAX_SLA_MINUTES: u32 = 525_600;

/// A sound workflow, not defined yet.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkflowDraft {
    /// What people call it.
    pub name: WorkflowName,
    /// Which tickets it is for.
    pub matching: MatchingKeys,
    /// Whether it is for the tickets that no other is for.
    pub is_default: bool,
    /// Its steps and the ways between them.
    pub definition: Definition,
}

/// What is known of a work role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleFacts {
    /// The role, not removed.
    pub id: RoleId,
    /// Its name.
    pub name: RoleName,
    /// How many active users hold it.
    pub active_users: u32,
}

impl WorkflowForm {
    /// Reads the form; `roles` are all work roles there are.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place; never an empty list.
    pub fn parse(&self, roles: &[RoleFacts]) -> Result<WorkflowDraft, Vec<Problem>> {
        let mut parser = Parser { roles, problems: graph::check(self) };
        match parser.workflow(self) {
            Some(draft) if parser.problems.is_empty() => Ok(draft),
            _ => {
                parser.problems.sort_by(|a, b| a.place.cmp(&b.place));
                Err(parser.problems)
            }
        }
    }
}

impl MatchingForm {
    /// Reads the keys alone, as where they change.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place in the form of the workflow.
    pub fn parse(&self) -> Result<MatchingKeys, Vec<Problem>> {
        let mut parser = Parser { roles: &[], problems: Vec::new() };
        parser.matching(self).ok_or(parser.problems)
    }
}

struct Parser<'a> {
    roles: &'a [RoleFacts],
    problems: Vec<Problem>,
}

impl Parser<'_> {
    fn problem(&mut self, place: Place, kind: impl Into<ProblemKind>) {
        self.problems.push(Problem { place, kind: kind.into() });
    }

    /// The value, or nothing and one more problem.
    fn take<T>(&mut self, place: Place, parsed: Result<T, FieldErrorKind>) -> Option<T> {
        parsed.map_err(|kind| self.problem(place, kind)).ok()
    }

    /// Like `take`, for what may be left out.
    fn given<T>(
        &mut self,
        place: Place,
        text: Option<&str>,
        parse: fn(&str) -> Result<T, FieldErrorKind>,
    ) -> Option<Option<T>> {
        text.map_or(Some(None), |text| self.take(place, parse(text)).map(Some))
    }

    fn at_most(&mut self, list: &'static str, count: usize, max: usize) {
        if count > max {
            self.problem(Place::field(list), FieldErrorKind::TooMany { max });
        }
    }

    fn workflow(&mut self, form: &WorkflowForm) -> Option<WorkflowDraft> {
        self.at_most("steps", form.steps.len(), MAX_STEPS);
        self.at_most("transitions", form.transitions.len(), MAX_TRANSITIONS);
        self.instructions_together(&form.steps);
        let name = self.take(Place::field("name"), WorkflowName::parse(&form.name));
        let matching = self.matching(&form.matching);
        // A start that is no step is a problem already.
        let start = StepId::parse(&form.start).ok();
        let steps: Vec<_> = form.steps.iter().enumerate().map(|(i, s)| self.step(i, s)).collect();
        let transitions: Vec<_> =
            form.transitions.iter().enumerate().map(|(i, t)| self.transition(i, t)).collect();
        Some(WorkflowDraft {
            name: name?,
            matching: matching?,
            is_default: form.default,
            definition: Definition {
                start: start?,
                steps: steps.into_iter().collect::<Option<_>>()?,
                transitions: transitions.into_iter().collect::<Option<_>>()?,
            },
        })
    }

    fn instructions_together(&mut self, steps: &[StepForm]) {
        let texts = steps.iter().filter_map(|step| step.instructions.as_deref());
        let characters: usize = texts.map(|text| text.chars().count()).sum();
        if characters > MAX_INSTRUCTIONS_TOTAL as usize {
            let max = MAX_INSTRUCTIONS_TOTAL;
            self.problem(Place::field("steps"), ProblemKind::InstructionsTooLong { max });
        }
    }

    fn matching(&mut self, form: &MatchingForm) -> Option<MatchingKeys> {
        let at = Place::field("matching");
        let category = self.given(at.then("category"), form.category.as_deref(), Category::parse);
        let subcategory =
            self.given(at.then("subcategory"), form.subcategory.as_deref(), Subcategory::parse);
        let department =
            self.given(at.then("department"), form.department.as_deref(), Department::parse);
        let priority = self.given(at.then("priority"), form.priority.as_deref(), Priority::parse);
        let keys = MatchingKeys {
            category: category?,
            subcategory: subcategory?,
            department: department?,
            priority: priority?,
        };
        if keys.are_looked_at() {
            return Some(keys);
        }
        self.problem(at, ProblemKind::KeysNeverLookedAt);
        None
    }

    fn step(&mut self, index: usize, form: &StepForm) -> Option<Step> {
        let at = Place::item("steps", index);
        let id = self.take(at.then("id"), StepId::parse(&form.id));
        let name = self.take(at.then("name"), StepName::parse(&form.name));
        let instructions =
            self.given(at.then("instructions"), form.instructions.as_deref(), |text| {
                Text::lines(text, 1, MAX_INSTRUCTIONS)
            });
        if form.sla_minutes.is_some_and(|minutes| !(1..=MAX_SLA_MINUTES).contains(&minutes)) {
            let range = FieldErrorKind::OutOfRange { min: 1, max: MAX_SLA_MINUTES.into() };
            self.problem(at.then("sla_minutes"), range);
        }
        let work = match self.take(at.then("kind"), StepKind::parse(&form.kind))? {
            StepKind::Human => self.human(&at, form),
            StepKind::External => self.external(&at, form),
        };
        Some(Step {
            id: id?,
            name: name?,
            work: work?,
            instructions: instructions?.map(Text::into_personal),
            sla_minutes: form.sla_minutes,
        })
    }

    fn human(&mut self, at: &Place, form: &StepForm) -> Option<Work> {
        self.only_of_other_kind(at.then("system"), form.system.as_ref());
        let strategy =
            self.given(at.then("assignment"), form.assignment.as_deref(), Strategy::parse);
        let role = match &form.role {
            Some(role) => self.role(at.then("role"), role),
            None => self.take(at.then("role"), Err(FieldErrorKind::Missing)),
        };
        let pool = match form.within_department {
            Some(true) => Pool::Department,
            Some(false) | None => Pool::Role,
        };
        Some(Work::Human { role: role?, strategy: strategy?.unwrap_or_default(), pool })
    }

    fn external(&mut self, at: &Place, form: &StepForm) -> Option<Work> {
        self.only_of_other_kind(at.then("role"), form.role.as_ref());
        self.only_of_other_kind(at.then("assignment"), form.assignment.as_ref());
        self.only_of_other_kind(at.then("within_department"), form.within_department.as_ref());
        let system = form.system.as_deref().ok_or(FieldErrorKind::Missing);
        let system = self.take(at.then("system"), system.and_then(SystemName::parse))?;
        Some(Work::External { system })
    }

    fn only_of_other_kind<T>(&mut self, place: Place, given: Option<&T>) {
        if given.is_some() {
            self.problem(place, ProblemKind::NotOfThisKind);
        }
    }

    /// A role by its id or else by its name, in any case.
    fn role(&mut self, place: Place, text: &str) -> Option<RoleId> {
        if let Some(role) = self.roles.iter().find(|role| text.parse() == Ok(role.id)) {
            return Some(role.id);
        }
        let name = text.trim().to_lowercase();
        let mut named = self.roles.iter().filter(|role| role.name.as_str().to_lowercase() == name);
        match (named.next(), named.next()) {
            (Some(role), None) => return Some(role.id),
            (None, _) => self.problem(place, ProblemKind::UnknownRole),
            (Some(_), Some(_)) => self.problem(place, ProblemKind::AmbiguousRole),
        }
        None
    }

    fn transition(&mut self, index: usize, form: &TransitionForm) -> Option<Transition> {
        let at = Place::item("transitions", index);
        // A `from` or `to` that is no step is a problem already, and steps have sound ids.
        let from = StepId::parse(&form.from).ok();
        let action = self.action(&at.then("action"), &form.action);
        let to = match &form.to {
            ToForm::Step(id) => StepId::parse(id).ok().map(Target::Step),
            ToForm::End(end) => {
                let at = at.then("to").then("end");
                let outcome = self.take(at.then("outcome"), Outcome::parse(&end.outcome));
                let status = self.given(
                    at.then("ticket_status"),
                    end.ticket_status.as_deref(),
                    Status::parse,
                );
                outcome
                    .zip(status)
                    .map(|(outcome, ticket_status)| Target::End(End { outcome, ticket_status }))
            }
        };
        Some(Transition { from: from?, action: action?, to: to? })
    }

    fn action(&mut self, at: &Place, form: &ActionForm) -> Option<Action> {
        let id = self.take(at.then("id"), ActionId::parse(&form.id));
        let name = self.take(at.then("name"), ActionName::parse(&form.name));
        Some(Action { id: id?, name: name? })
    }
}
