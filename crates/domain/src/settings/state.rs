//! The settings, folded from their events.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::SettingsEvent;
use crate::vocabulary::{Category, FeatureName};

/// The rules in force. Without any event they are the defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The categories that forms offer, in their order.
    pub categories: Vec<Category>,
    /// Whether a category outside the list is refused.
    pub strict_categories: bool,
    /// Whether a ticket type that nobody defined is refused; else it is a name and no more.
    #[serde(default)]
    pub strict_ticket_types: bool,
    /// The limits of a ticket's fields.
    pub limits: Limits,
    /// Features turned on or off; one that is absent has its own default.
    pub features: BTreeMap<FeatureName, bool>,
}

/// The limits of a ticket's fields, in Unicode characters, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// The shortest subject; at least 1.
    pub subject_min: u32,
    /// The longest subject; at most [`Limits::SUBJECT_CAP`].
    pub subject_max: u32,
    /// The shortest description; with 0 it may be left out.
    pub description_min: u32,
    /// The longest description; at most [`Limits::DESCRIPTION_CAP`].
    pub description_max: u32,
    /// Whether a ticket must name its customer's id, e-mail address and name.
    pub customer_required: bool,
    /// How many files a ticket may have, from 0 to [`Limits::FILES_CAP`].
    #[serde(default = "default_max_files")]
    pub max_files_per_ticket: u32,
}

/// Limits were set before there were files.
fn default_max_files() -> u32 {
    100
}

impl Limits {
    /// The greatest `max_files_per_ticket` that may be set: all of them are part of the ticket.
    pub const FILES_CAP: u32 = 500;
    /// The greatest `subject_max` that may be set.
    pub const SUBJECT_CAP: u32 = 1_000;
    /// The greatest `description_max` that may be set: an event has to fit into 256 KiB.
    pub const DESCRIPTION_CAP: u32 = 40_000;

    /// The limits of the customer-support profile: a description of 10–2,000 characters, and a
    /// customer.
    pub fn customer_support() -> Self {
        Self {
            description_min: 10,
            description_max: 2_000,
            customer_required: true,
            ..Self::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            subject_min: 1,
            subject_max: 200,
            description_min: 0,
            description_max: 20_000,
            customer_required: false,
            max_files_per_ticket: default_max_files(),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let categories = [
            "account_access",
            "billing_question",
            "technical_issue",
            "feature_request",
            "bug_report",
            "other",
        ];
        Self {
            categories: categories.iter().filter_map(|name| Category::parse(name).ok()).collect(),
            strict_categories: false,
            strict_ticket_types: false,
            limits: Limits::default(),
            features: BTreeMap::new(),
        }
    }
}

/// The settings after `event`. Total.
#[must_use]
pub fn evolve(mut settings: Settings, event: &SettingsEvent) -> Settings {
    match event {
        SettingsEvent::CategoriesSet(e) => settings.categories = e.categories.clone(),
        SettingsEvent::StrictCategoriesSet(e) => settings.strict_categories = e.strict_categories,
        SettingsEvent::StrictTicketTypesSet(e) => {
            settings.strict_ticket_types = e.strict_ticket_types;
        }
        SettingsEvent::LimitsSet(e) => settings.limits = e.limits,
        SettingsEvent::FeaturesSet(e) => settings.features = e.features.clone(),
    }
    settings
}
