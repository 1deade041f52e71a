//! Changing settings.

use std::collections::BTreeMap;

use super::events::{CategoriesSet, FeaturesSet, LimitsSet, SettingsEvent, StrictCategoriesSet};
use super::state::{Limits, Settings};
use crate::field::{FieldError, FieldErrorKind, FieldErrors};
use crate::list::each_once;
use crate::refusal::Refusal;
use crate::vocabulary::{Category, FeatureName};

/// The greatest number of categories.
pub const MAX_CATEGORIES: usize = 500;

/// Changes settings; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsCommand {
    /// The new list of categories.
    pub categories: Option<Vec<Category>>,
    /// Whether a category outside the list is to be refused.
    pub strict_categories: Option<bool>,
    /// The new limits, checked by [`Limits::check`].
    pub limits: Option<Limits>,
    /// Features to turn on or off; others stay.
    pub features: BTreeMap<FeatureName, bool>,
}

impl Limits {
    /// Checks that the limits can be met and that an event has room for what they allow.
    ///
    /// # Errors
    /// One entry per bad limit.
    pub fn check(self) -> Result<Self, Vec<FieldError>> {
        let mut errors = FieldErrors::new();
        let mut range = |field, value: u32, min: u32, max: u32| {
            if value < min || value > max {
                let (min, max) = (i64::from(min), i64::from(max.max(min)));
                errors.take::<()>(field, Err(FieldErrorKind::OutOfRange { min, max }));
            }
        };
        range("limits.subject_min", self.subject_min, 1, Self::SUBJECT_CAP);
        range("limits.subject_max", self.subject_max, self.subject_min, Self::SUBJECT_CAP);
        range("limits.description_min", self.description_min, 0, Self::DESCRIPTION_CAP);
        let (min, cap) = (self.description_min, Self::DESCRIPTION_CAP);
        range("limits.description_max", self.description_max, min, cap);
        if errors.is_empty() { Ok(self) } else { Err(errors.into_vec()) }
    }
}

/// Changes settings: one event per part that differs.
///
/// # Errors
/// An empty list of categories, or too long a one.
pub fn set_settings(
    settings: &Settings,
    command: SettingsCommand,
) -> Result<Vec<SettingsEvent>, Refusal> {
    let mut events = Vec::new();
    if let Some(given) = command.categories {
        if given.is_empty() {
            return Err(Refusal::NoCategories);
        }
        if given.len() > MAX_CATEGORIES {
            return Err(Refusal::TooManyCategories { max: MAX_CATEGORIES });
        }
        let categories = each_once(given);
        if categories != settings.categories {
            events.push(SettingsEvent::CategoriesSet(CategoriesSet { categories }));
        }
    }
    if let Some(strict_categories) = command.strict_categories
        && strict_categories != settings.strict_categories
    {
        let set = StrictCategoriesSet { strict_categories };
        events.push(SettingsEvent::StrictCategoriesSet(set));
    }
    if let Some(limits) = command.limits
        && limits != settings.limits
    {
        events.push(SettingsEvent::LimitsSet(LimitsSet { limits }));
    }
    let mut features = settings.features.clone();
    features.extend(command.features);
    if features != settings.features {
        events.push(SettingsEvent::FeaturesSet(FeaturesSet { features }));
    }
    Ok(events)
}
