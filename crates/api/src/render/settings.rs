//! The settings.

use std::collections::BTreeMap;

use domain::settings::{Limits, Settings};
use serde::Serialize;
use utoipa::ToSchema;

/// The rules that an admin changes without a restart.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettingsBody {
    /// The categories that forms offer, in their order.
    categories: Vec<String>,
    /// Is a category outside the list refused?
    strict_categories: bool,
    /// Is a ticket type that nobody defined refused?
    strict_ticket_types: bool,
    /// The limits of a ticket's fields.
    limits: LimitsBody,
    /// Features that were turned on or off.
    features: BTreeMap<String, bool>,
    /// How often they were changed: what `ETag` and `If-Match` carry; 0 while they are the defaults.
    version: i32,
}

/// The limits of a ticket's fields, in characters, both ends included.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LimitsBody {
    /// The shortest subject.
    subject_min: u32,
    /// The longest subject.
    subject_max: u32,
    /// The shortest description; with 0 it may be left out.
    description_min: u32,
    /// The longest description.
    description_max: u32,
    /// Must a ticket name its customer's id, e-mail address and name?
    customer_required: bool,
    /// How many files a ticket may have.
    max_files_per_ticket: u32,
}

impl SettingsBody {
    pub(crate) fn new(version: i32, settings: &Settings) -> Self {
        let features = settings.features.iter();
        Self {
            categories: settings.categories.iter().map(ToString::to_string).collect(),
            strict_categories: settings.strict_categories,
            strict_ticket_types: settings.strict_ticket_types,
            limits: limits(settings.limits),
            features: features.map(|(name, on)| (name.to_string(), *on)).collect(),
            version,
        }
    }
}

fn limits(limits: Limits) -> LimitsBody {
    LimitsBody {
        subject_min: limits.subject_min,
        subject_max: limits.subject_max,
        description_min: limits.description_min,
        description_max: limits.description_max,
        customer_required: limits.customer_required,
        max_files_per_ticket: limits.max_files_per_ticket,
    }
}
