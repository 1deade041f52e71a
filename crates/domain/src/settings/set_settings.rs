//! Changing settings.

use std::collections::BTreeMap;

use super::events::{
    CategoriesSet, FeaturesSet, LimitsSet, SettingsEvent, StrictCategoriesSet, StrictTicketTypesSet,
};
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
    /// Whether a ticket type that nobody defined is to be refused.
    pub strict_ticket_types: Option<bool>,
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
        range("limits.max_files_per_ticket", self.max_files_per_ticket, 0, Self::FILES_CAP);
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
    if let Some(strict_ticket_types) = command.strict_ticket_types
        && strict_ticket_types != settings.strict_ticket_types
    {
        let set = StrictTicketTypesSet { strict_ticket_types };
        events.push(SettingsEvent::StrictTicketTypesSet(set));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::evolve;

    fn words(texts: &[&str]) -> Vec<Category> {
        texts.iter().map(|text| Category::parse(text).unwrap()).collect()
    }

    fn then(settings: &Settings, command: SettingsCommand) -> Settings {
        let events = set_settings(settings, command).unwrap();
        events.iter().fold(settings.clone(), evolve)
    }

    #[test]
    fn given_other_settings_then_one_event_per_part_tells_them() {
        let feature = FeatureName::parse("ocr").unwrap();
        let command = SettingsCommand {
            categories: Some(words(&["a", "b", "a"])),
            strict_categories: Some(true),
            strict_ticket_types: Some(true),
            limits: Some(Limits::customer_support()),
            features: BTreeMap::from([(feature.clone(), true)]),
        };
        let settings = Settings::default();
        assert_eq!(set_settings(&settings, command.clone()).unwrap().len(), 5);
        let after = then(&settings, command.clone());
        assert_eq!(after.categories, words(&["a", "b"]));
        assert!(after.strict_categories && after.strict_ticket_types && after.features[&feature]);
        assert_eq!(after.limits, Limits::customer_support());
        assert_eq!(set_settings(&after, command), Ok(vec![]));
    }

    #[test]
    fn given_one_feature_then_the_others_stay() {
        let switch = |name, on| SettingsCommand {
            features: BTreeMap::from([(FeatureName::parse(name).unwrap(), on)]),
            ..Default::default()
        };
        let settings = then(&Settings::default(), switch("ocr", true));
        let settings = then(&settings, switch("sla", false));
        assert_eq!(settings.features.values().collect::<Vec<_>>(), [&true, &false]);
    }

    #[test]
    fn given_nothing_then_nothing_happens() {
        assert_eq!(set_settings(&Settings::default(), SettingsCommand::default()), Ok(vec![]));
    }

    #[test]
    fn given_no_category_or_too_many_then_it_is_refused() {
        let with =
            |categories| SettingsCommand { categories: Some(categories), ..Default::default() };
        let settings = Settings::default();
        assert_eq!(set_settings(&settings, with(vec![])), Err(Refusal::NoCategories));
        let many = (0..=MAX_CATEGORIES).map(|n| Category::parse(&n.to_string()).unwrap()).collect();
        let refused = set_settings(&settings, with(many));
        assert_eq!(refused, Err(Refusal::TooManyCategories { max: 500 }));
    }

    #[test]
    fn limits_that_cannot_be_met_are_named() {
        assert!(Limits::default().check().is_ok() && Limits::customer_support().check().is_ok());
        let limits = Limits {
            subject_min: 0,
            subject_max: 1_001,
            description_min: 10,
            description_max: 9,
            customer_required: false,
            max_files_per_ticket: 501,
        };
        let fields: Vec<_> = limits.check().unwrap_err().iter().map(|error| error.field).collect();
        let expected = [
            "limits.subject_min",
            "limits.subject_max",
            "limits.description_max",
            "limits.max_files_per_ticket",
        ];
        assert_eq!(fields, expected);
    }
}
