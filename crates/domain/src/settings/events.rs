//! What can happen to the settings.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::state::Limits;
use crate::event::DomainEvent;
use crate::vocabulary::{Category, FeatureName};

/// An event of the one stream of settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", content = "data")]
pub enum SettingsEvent {
    /// The list of categories was replaced.
    #[serde(rename = "settings.categories_set")]
    CategoriesSet(CategoriesSet),
    /// Categories outside the list were forbidden or allowed.
    #[serde(rename = "settings.strict_categories_set")]
    StrictCategoriesSet(StrictCategoriesSet),
    /// Ticket types that nobody defined were forbidden or allowed.
    #[serde(rename = "settings.strict_ticket_types_set")]
    StrictTicketTypesSet(StrictTicketTypesSet),
    /// The limits of a ticket's fields were replaced.
    #[serde(rename = "settings.limits_set")]
    LimitsSet(LimitsSet),
    /// Features were turned on or off.
    #[serde(rename = "settings.features_set")]
    FeaturesSet(FeaturesSet),
}

/// Data of `settings.categories_set`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CategoriesSet {
    /// All categories, in the order forms show them.
    pub categories: Vec<Category>,
}

/// Data of `settings.strict_categories_set`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StrictCategoriesSet {
    /// Whether a category outside the list is refused.
    pub strict_categories: bool,
}

/// Data of `settings.strict_ticket_types_set`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StrictTicketTypesSet {
    /// Whether a ticket type that nobody defined is refused.
    pub strict_ticket_types: bool,
}

/// Data of `settings.limits_set`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LimitsSet {
    /// All limits from now on.
    pub limits: Limits,
}

/// Data of `settings.features_set`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FeaturesSet {
    /// Every feature that was ever turned on or off, and whether it is on.
    #[schemars(extend("propertyNames" = FeatureName::schema()))]
    pub features: BTreeMap<FeatureName, bool>,
}

impl DomainEvent for SettingsEvent {
    const KIND: &'static str = "settings";

    const TYPES: &'static [(&'static str, i16)] = &[
        ("settings.categories_set", 1),
        ("settings.strict_categories_set", 1),
        ("settings.strict_ticket_types_set", 1),
        ("settings.limits_set", 1),
        ("settings.features_set", 1),
    ];

    fn event_type(&self) -> &'static str {
        match self {
            Self::CategoriesSet(_) => "settings.categories_set",
            Self::StrictCategoriesSet(_) => "settings.strict_categories_set",
            Self::StrictTicketTypesSet(_) => "settings.strict_ticket_types_set",
            Self::LimitsSet(_) => "settings.limits_set",
            Self::FeaturesSet(_) => "settings.features_set",
        }
    }
}
