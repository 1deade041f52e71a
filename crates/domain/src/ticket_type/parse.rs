//! From the form to the draft of a ticket type, with every problem on the way.

use std::collections::BTreeSet;

use serde_json::Value;

use super::definition::{Definition, Field, Labels, Rules, Section, Texts};
use super::fixed::FixedValue;
use super::form::{FieldForm, LocalForm, SectionForm, TicketTypeForm};
use super::key::{FieldId, SectionId};
use super::normalise::normalise_value;
use super::problem::{TypeProblem, TypeProblemKind};
use super::value_check::fits;
use super::values::{FieldKind, Privacy};
use crate::field::FieldErrorKind;
use crate::personal::Personal;
use crate::text::Text;
use crate::vocabulary::{Label, TypeName};
use crate::workflow::{Place, PlacePart};

/// The greatest number of fields.
pub const MAX_FIELDS: usize = 100;
/// The greatest number of sections.
pub const MAX_SECTIONS: usize = 20;
/// The longest help for a field, in characters of each language.
pub const MAX_HELP: u32 = 1_000;
/// The longest description of a type, in characters of each language.
pub const MAX_DESCRIPTION: u32 = 2_000;
/// The most that a definition may take as JSON, in bytes: sealed, an event has to fit into 256 KiB.
pub const MAX_DEFINITION_BYTES: usize = 160 * 1024;

/// A sound ticket type, not defined yet.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketTypeDraft {
    /// What tickets and filters call it.
    pub name: TypeName,
    /// What people read instead of the name.
    pub title: Option<Labels>,
    /// What it is for.
    pub description: Option<Personal<Texts>>,
    /// What it asks for.
    pub definition: Definition,
}

impl TicketTypeForm {
    /// Reads the form.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place; never an empty list.
    pub fn parse(&self) -> Result<TicketTypeDraft, Vec<TypeProblem>> {
        let mut parser = Parser { problems: Vec::new() };
        match parser.ticket_type(self) {
            Some(draft) if parser.problems.is_empty() => Ok(draft),
            _ => {
                parser.problems.sort_by(|a, b| a.place.cmp(&b.place));
                Err(parser.problems)
            }
        }
    }
}

pub(super) struct Parser {
    pub(super) problems: Vec<TypeProblem>,
}

/// What was left out is fine, what was given and did not come out is not.
fn all_or_none<T>(given: Option<Option<T>>) -> Option<Option<T>> {
    given.map_or(Some(None), |read| read.map(Some))
}

/// The item `index` of the list that stands here.
pub(super) fn nth(place: &Place, index: usize) -> Place {
    let mut parts = place.0.clone();
    parts.push(PlacePart::Item(index));
    Place(parts)
}

impl Parser {
    pub(super) fn problem(&mut self, place: Place, kind: impl Into<TypeProblemKind>) {
        self.problems.push(TypeProblem { place, kind: kind.into() });
    }

    /// The value, or nothing and one more problem.
    pub(super) fn take<T>(
        &mut self,
        place: Place,
        parsed: Result<T, impl Into<TypeProblemKind>>,
    ) -> Option<T> {
        parsed.map_err(|kind| self.problem(place, kind)).ok()
    }

    /// Like `take`, for what may be left out.
    pub(super) fn given<G, T>(
        &mut self,
        place: Place,
        given: Option<G>,
        parse: impl FnOnce(G) -> Result<T, FieldErrorKind>,
    ) -> Option<Option<T>> {
        given.map_or(Some(None), |given| self.take(place, parse(given)).map(Some))
    }

    pub(super) fn at_most(&mut self, place: Place, count: usize, max: usize) {
        if count > max {
            self.problem(place, FieldErrorKind::TooMany { max });
        }
    }

    fn ticket_type(&mut self, form: &TicketTypeForm) -> Option<TicketTypeDraft> {
        let name = self.take(Place::field("name"), TypeName::parse(&form.name));
        let title = form.title.as_ref().map(|title| self.labels(&Place::field("title"), title));
        let description = form
            .description
            .as_ref()
            .map(|text| self.texts(&Place::field("description"), text, MAX_DESCRIPTION));
        let definition = self.definition(form);
        Some(TicketTypeDraft {
            name: name?,
            title: all_or_none(title)?,
            description: all_or_none(description)?,
            definition: definition?,
        })
    }

    fn definition(&mut self, form: &TicketTypeForm) -> Option<Definition> {
        self.at_most(Place::field("sections"), form.sections.len(), MAX_SECTIONS);
        self.at_most(Place::field("fields"), form.fields.len(), MAX_FIELDS);
        if form.fields.len() > MAX_FIELDS || form.sections.len() > MAX_SECTIONS {
            return None;
        }
        self.no_id_twice("sections", form.sections.iter().map(|section| &section.id));
        self.no_id_twice("fields", form.fields.iter().map(|field| &field.id));
        let sections: Vec<_> =
            form.sections.iter().enumerate().map(|(i, s)| self.section(i, s)).collect();
        let fields: Vec<_> =
            form.fields.iter().enumerate().map(|(i, f)| self.field(i, f, form)).collect();
        let complete = sections.iter().all(Option::is_some) && fields.iter().all(Option::is_some);
        let mut definition = Definition {
            sections: sections.into_iter().flatten().collect(),
            fields: fields.into_iter().flatten().collect(),
        };
        self.conditions(form, &mut definition);
        let size = serde_json::to_vec(&definition).map_or(usize::MAX, |json| json.len());
        if size > MAX_DEFINITION_BYTES {
            let max_bytes = MAX_DEFINITION_BYTES;
            self.problem(Place::field("fields"), TypeProblemKind::FormTooLarge { max_bytes });
        }
        complete.then_some(definition)
    }

    fn no_id_twice<'a>(&mut self, list: &'static str, ids: impl Iterator<Item = &'a String>) {
        let mut seen = BTreeSet::new();
        for (index, id) in ids.enumerate() {
            if !seen.insert(id) {
                let place = Place::item(list, index).then("id");
                self.problem(place, TypeProblemKind::DuplicateId);
            }
        }
    }

    fn section(&mut self, index: usize, form: &SectionForm) -> Option<Section> {
        let at = Place::item("sections", index);
        let id = self.take(at.then("id"), SectionId::parse(&form.id));
        let label = self.labels(&at.then("label"), &form.label);
        Some(Section { id: id?, label: label? })
    }

    /// The field, its condition left out.
    fn field(&mut self, index: usize, form: &FieldForm, all: &TicketTypeForm) -> Option<Field> {
        let at = Place::item("fields", index);
        let id = self.take(at.then("id"), FieldId::parse(&form.id));
        let label = self.labels(&at.then("label"), &form.label);
        let help = form.help.as_ref().map(|help| self.texts(&at.then("help"), help, MAX_HELP));
        let section = self.given(at.then("section"), form.section.as_deref(), SectionId::parse);
        if let Some(section) = &form.section
            && !all.sections.iter().any(|known| known.id == *section)
        {
            self.problem(at.then("section"), TypeProblemKind::UnknownSection);
        }
        let kind = self.take(at.then("kind"), FieldKind::parse(&form.kind))?;
        let privacy = self.privacy(&at, kind, form);
        let rules = self.rules(&at, kind, form);
        let mut field = Field {
            id: id?,
            label: label?,
            help: all_or_none(help)?,
            rules: rules?,
            required: form.required,
            privacy: privacy?,
            default: None,
            section: section?,
            visible_if: None,
        };
        if let Some(default) = &form.default {
            field.default = Some(self.fixed(at.then("default"), &field, default)?);
        }
        Some(field)
    }

    /// A value that the field can have.
    pub(super) fn fixed(&mut self, at: Place, field: &Field, value: &Value) -> Option<FixedValue> {
        match normalise_value(field, value) {
            Some(value) if fits(field, &value) => Some(FixedValue(value)),
            Some(_) | None => {
                self.problem(at, TypeProblemKind::NotAValueOfTheField);
                None
            }
        }
    }

    /// Text of many sorts and files can be about anybody, whatever the admin had in mind.
    fn privacy(&mut self, at: &Place, kind: FieldKind, form: &FieldForm) -> Option<Privacy> {
        let always_personal = match kind {
            FieldKind::LongText
            | FieldKind::File
            | FieldKind::Url
            | FieldKind::Email
            | FieldKind::Phone => true,
            FieldKind::Text
            | FieldKind::Integer
            | FieldKind::Decimal
            | FieldKind::Boolean
            | FieldKind::Date
            | FieldKind::DateTime
            | FieldKind::Select
            | FieldKind::MultiSelect
            | FieldKind::User => false,
        };
        let (place, kind) = match (form.personal, form.filterable) {
            (None | Some(true), false) => return Some(Privacy::Personal),
            (Some(true), true) => ("filterable", TypeProblemKind::FilterablePersonal),
            (_, true) if always_personal => ("filterable", TypeProblemKind::AlwaysPersonal),
            (Some(false), false) if always_personal => {
                ("personal", TypeProblemKind::AlwaysPersonal)
            }
            (Some(false), false) => return Some(Privacy::Declared),
            (None | Some(false), true) => return Some(Privacy::Filterable),
        };
        self.problem(at.then(place), kind);
        None
    }

    pub(super) fn labels(&mut self, at: &Place, form: &LocalForm) -> Option<Labels> {
        self.some_language(at, form)?;
        let en = self.given(at.then("en"), form.en.as_deref(), Label::parse);
        let zh = self.given(at.then("zh"), form.zh.as_deref(), Label::parse);
        Some(Labels { en: en?, zh: zh? })
    }

    fn texts(&mut self, at: &Place, form: &LocalForm, max: u32) -> Option<Personal<Texts>> {
        self.some_language(at, form)?;
        let lines = |text: &str| Text::lines(text, 1, max).map(Text::into_string);
        let en = self.given(at.then("en"), form.en.as_deref(), lines);
        let zh = self.given(at.then("zh"), form.zh.as_deref(), lines);
        Some(Personal::Known(Texts { en: en?, zh: zh? }))
    }

    fn some_language(&mut self, at: &Place, form: &LocalForm) -> Option<()> {
        if *form == LocalForm::default() {
            self.problem(at.clone(), FieldErrorKind::Missing);
            return None;
        }
        Some(())
    }
}

/// Whether conditions can compare values of the field: those that people choose or count.
pub(super) fn is_comparable(field: &Field) -> bool {
    match &field.rules {
        Rules::Text { .. }
        | Rules::Integer(_)
        | Rules::Decimal(_)
        | Rules::Boolean
        | Rules::Select { .. }
        | Rules::MultiSelect { .. } => true,
        Rules::LongText { .. }
        | Rules::Date(_)
        | Rules::DateTime(_)
        | Rules::User
        | Rules::File { .. }
        | Rules::Url
        | Rules::Email
        | Rules::Phone => false,
    }
}
