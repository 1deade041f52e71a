//! What a ticket type asks for: the part of it that has versions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::fixed::{Day, FixedValue};
use super::key::{FieldId, SectionId};
use super::pattern::Pattern;
use super::values::{FieldKind, Language, Privacy};
use crate::Timestamp;
use crate::personal::Personal;
use crate::vocabulary::{Label, MediaType, OptionValue, Unit};

/// The fields of a form. A ticket is validated against the version it was filled in with.
///
/// One that came out of [`TicketTypeForm::parse`](super::TicketTypeForm::parse) is sound: ids are
/// unique, whatever is named exists, conditions go in no circle, defaults fit their fields.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Definition {
    /// The headings, in the order people see them in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// The fields, in the order people see them in.
    pub fields: Vec<Field>,
}

/// A heading with the fields that name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Its id within the form.
    pub id: SectionId,
    /// What people read.
    pub label: Labels,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    /// Its id within the form; one id keeps one kind through all versions.
    pub id: FieldId,
    /// What people read.
    pub label: Labels,
    /// What helps to fill it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Personal<Texts>>,
    /// What it asks for.
    pub rules: Rules,
    /// Whether it has to be filled in where it is visible.
    pub required: bool,
    /// What becomes of its value.
    pub privacy: Privacy,
    /// What a new ticket gets if nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<FixedValue>,
    /// The section it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<SectionId>,
    /// When it is visible; always, if there is no condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_if: Option<Condition>,
}

/// A label in one language or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Labels {
    /// In English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<Label>,
    /// In Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<Label>,
}

/// Free text in one language or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Texts {
    /// In English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    /// In Chinese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
}

/// What a field accepts, by its kind. Numbers of characters and bounds are inclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Rules {
    /// One line of text.
    Text {
        /// The least number of characters.
        min_length: u32,
        /// The greatest number of characters.
        max_length: u32,
        /// What the whole text has to match.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<Pattern>,
    },
    /// Text of several lines.
    LongText {
        /// The least number of characters.
        min_length: u32,
        /// The greatest number of characters.
        max_length: u32,
    },
    /// A whole number.
    Integer(NumberRules<i64>),
    /// A number with a fraction.
    Decimal(NumberRules<f64>),
    /// Yes or no.
    Boolean,
    /// A day.
    Date(Span<Day>),
    /// A moment.
    DateTime(Span<Timestamp>),
    /// One out of a list.
    Select {
        /// The list.
        options: Vec<Choice>,
    },
    /// Any number out of a list.
    MultiSelect {
        /// The list.
        options: Vec<Choice>,
        /// The greatest number of chosen options.
        max_count: u32,
    },
    /// A user.
    User,
    /// Files of the ticket.
    File {
        /// The greatest number of files.
        max_count: u32,
        /// What may be given, `image/*` for all of a kind; anything, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        media_types: Vec<MediaType>,
    },
    /// A web address.
    Url,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
}

/// What a number has to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NumberRules<T> {
    /// The least.
    pub min: T,
    /// The greatest.
    pub max: T,
    /// The number that it has to be a multiple of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<T>,
    /// The unit people read behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
}

/// From when to when, either end perhaps open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span<T> {
    /// The earliest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<T>,
    /// The latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<T>,
}

/// An option of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    /// What stands in the data.
    pub value: OptionValue,
    /// What people read.
    pub label: Labels,
    /// Whether it can be chosen no more; its label goes on being known.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

impl Definition {
    /// The field with this id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id.as_str() == id)
    }

    /// The fields that tickets can be filtered and sorted by.
    pub fn filterable(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.privacy == Privacy::Filterable)
    }
}

impl Field {
    /// The kind of its value.
    pub fn kind(&self) -> FieldKind {
        match &self.rules {
            Rules::Text { .. } => FieldKind::Text,
            Rules::LongText { .. } => FieldKind::LongText,
            Rules::Integer(_) => FieldKind::Integer,
            Rules::Decimal(_) => FieldKind::Decimal,
            Rules::Boolean => FieldKind::Boolean,
            Rules::Date(_) => FieldKind::Date,
            Rules::DateTime(_) => FieldKind::DateTime,
            Rules::Select { .. } => FieldKind::Select,
            Rules::MultiSelect { .. } => FieldKind::MultiSelect,
            Rules::User => FieldKind::User,
            Rules::File { .. } => FieldKind::File,
            Rules::Url => FieldKind::Url,
            Rules::Email => FieldKind::Email,
            Rules::Phone => FieldKind::Phone,
        }
    }
}

impl Labels {
    /// The label in `language`, or else in the other.
    pub fn in_language(&self, language: Language) -> Option<&Label> {
        match language {
            Language::En => self.en.as_ref().or(self.zh.as_ref()),
            Language::Zh => self.zh.as_ref().or(self.en.as_ref()),
        }
    }
}

/// The values of the options that can be chosen.
pub(super) fn open_values(options: &[Choice]) -> impl Iterator<Item = &str> {
    options.iter().filter(|option| !option.retired).map(|option| option.value.as_str())
}
