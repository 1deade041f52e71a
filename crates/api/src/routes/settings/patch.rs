//! Changes of the settings as clients describe them.

use std::collections::BTreeMap;

use domain::settings::{Limits, MAX_CATEGORIES, Settings, SettingsCommand};
use domain::{Category, FeatureName, FieldErrorKind};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::conventions::{Fields, Given};

/// What is to change of the settings: a merge patch. What is absent stays, what is null goes back to its default.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct ChangeSettingsBody {
    /// All categories, in the order forms show them.
    #[schema(min_items = 1, max_items = 500)]
    categories: Option<Vec<String>>,
    /// Is a category outside the list to be refused?
    strict_categories: Option<bool>,
    /// Is a ticket type that nobody defined to be refused?
    strict_ticket_types: Option<bool>,
    /// `default` or `customer_support`: limits to begin with, before those below.
    #[schema(nullable = false, example = "customer_support")]
    profile: Option<String>,
    /// Limits of a ticket's fields.
    limits: Option<ChangeLimitsBody>,
    /// Features to turn on or off.
    #[schema(nullable = false)]
    features: Option<BTreeMap<String, bool>>,
}

/// Limits of a ticket's fields, in characters, both ends included.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body in the OpenAPI document; it is read field by field"
)]
pub(crate) struct ChangeLimitsBody {
    /// The shortest subject.
    #[schema(minimum = 1, maximum = 1000)]
    subject_min: Option<u32>,
    /// The longest subject.
    #[schema(minimum = 1, maximum = 1000)]
    subject_max: Option<u32>,
    /// The shortest description.
    #[schema(maximum = 40000)]
    description_min: Option<u32>,
    /// The longest description.
    #[schema(maximum = 40000)]
    description_max: Option<u32>,
    /// Must a ticket name its customer's id, e-mail address and name?
    customer_required: Option<bool>,
    /// How many files a ticket may have.
    #[schema(maximum = 500)]
    max_files_per_ticket: Option<u32>,
}

/// The same, read.
#[derive(Debug, Default)]
pub(super) struct SettingsPatch {
    categories: Option<Vec<Category>>,
    strict_categories: Option<bool>,
    strict_ticket_types: Option<bool>,
    base: Option<Limits>,
    limits: LimitsPatch,
    features: BTreeMap<FeatureName, bool>,
}

#[derive(Debug, Default)]
struct LimitsPatch {
    subject_min: Option<u32>,
    subject_max: Option<u32>,
    description_min: Option<u32>,
    description_max: Option<u32>,
    customer_required: Option<bool>,
    max_files_per_ticket: Option<u32>,
}

impl SettingsPatch {
    pub(super) fn read(fields: &mut Fields) -> Self {
        let defaults = Settings::default();
        let categories = fields.texts(&["categories"]);
        let strict = fields.boolean(&["strict_categories"]);
        let strict_types = fields.boolean(&["strict_ticket_types"]);
        let profile = fields.text(&["profile"]);
        let profile = fields.not_null("profile", profile);
        let profile = profile.and_then(|text| fields.parse("profile", profile_limits(&text)));
        let limits = fields.within(&["limits"], LimitsPatch::read);
        let (base, limits) = match limits {
            Given::Absent => (profile, LimitsPatch::default()),
            Given::Null => (Some(profile.unwrap_or_default()), LimitsPatch::default()),
            Given::Value(limits) => (profile, limits),
        };
        Self {
            categories: match categories {
                Given::Absent => None,
                Given::Null => Some(defaults.categories),
                Given::Value(names) => read_categories(fields, &names),
            },
            strict_categories: strict.patch().map(|strict| strict.unwrap_or_default()),
            strict_ticket_types: strict_types.patch().map(|strict| strict.unwrap_or_default()),
            base,
            limits,
            features: read_features(fields),
        }
    }

    /// The limits that would be in force.
    pub(super) fn limits_after(&self, settings: &Settings) -> Limits {
        let base = self.base.unwrap_or(settings.limits);
        let patch = &self.limits;
        Limits {
            subject_min: patch.subject_min.unwrap_or(base.subject_min),
            subject_max: patch.subject_max.unwrap_or(base.subject_max),
            description_min: patch.description_min.unwrap_or(base.description_min),
            description_max: patch.description_max.unwrap_or(base.description_max),
            customer_required: patch.customer_required.unwrap_or(base.customer_required),
            max_files_per_ticket: patch.max_files_per_ticket.unwrap_or(base.max_files_per_ticket),
        }
    }

    /// The command that makes these changes to the present settings.
    pub(super) fn command(&self, settings: &Settings) -> SettingsCommand {
        let limits = self.limits_after(settings);
        SettingsCommand {
            categories: self.categories.clone(),
            strict_categories: self.strict_categories,
            strict_ticket_types: self.strict_ticket_types,
            limits: (limits != settings.limits).then_some(limits),
            features: self.features.clone(),
        }
    }
}

impl LimitsPatch {
    fn read(fields: &mut Fields) -> Self {
        let defaults = Limits::default();
        let required = fields.boolean(&["customer_required"]).patch();
        Self {
            subject_min: count(fields, "subject_min", defaults.subject_min),
            subject_max: count(fields, "subject_max", defaults.subject_max),
            description_min: count(fields, "description_min", defaults.description_min),
            description_max: count(fields, "description_max", defaults.description_max),
            customer_required: required.map(|is| is.unwrap_or(defaults.customer_required)),
            max_files_per_ticket: count(
                fields,
                "max_files_per_ticket",
                defaults.max_files_per_ticket,
            ),
        }
    }
}

/// A limit; null is its default. Whether it can be met is checked with all the others.
fn count(fields: &mut Fields, name: &'static str, default: u32) -> Option<u32> {
    let Some(count) = fields.integer(&[name]).patch()? else { return Some(default) };
    let max = Limits::DESCRIPTION_CAP;
    let out_of_range = FieldErrorKind::OutOfRange { min: 0, max: i64::from(max) };
    fields.parse(name, u32::try_from(count).ok().filter(|count| *count <= max).ok_or(out_of_range))
}

fn profile_limits(name: &str) -> Result<Limits, FieldErrorKind> {
    match name {
        "default" => Ok(Limits::default()),
        "customer_support" => Ok(Limits::customer_support()),
        _ => {
            let allowed = ["default", "customer_support"].map(str::to_owned).to_vec();
            Err(FieldErrorKind::NotOneOf { allowed })
        }
    }
}

fn read_categories(fields: &mut Fields, names: &[String]) -> Option<Vec<Category>> {
    if names.is_empty() {
        fields.error("categories", &FieldErrorKind::TooShort { min: 1 });
        return None;
    }
    if names.len() > MAX_CATEGORIES {
        fields.error("categories", &FieldErrorKind::TooMany { max: MAX_CATEGORIES });
        return None;
    }
    let mut categories = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        match Category::parse(name) {
            Ok(category) => categories.push(category),
            Err(kind) => fields.error(&format!("categories.{index}"), &kind),
        }
    }
    Some(categories)
}

fn read_features(fields: &mut Fields) -> BTreeMap<FeatureName, bool> {
    let given = fields.object(&["features"]);
    let mut features = BTreeMap::new();
    for (name, value) in fields.not_null("features", given).unwrap_or_default() {
        let on = match value {
            Value::Bool(on) => Ok(on),
            Value::Null
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => Err(FieldErrorKind::WrongType { expected: "true or false" }),
        };
        match FeatureName::parse(&name).and_then(|feature| on.map(|on| (feature, on))) {
            Ok((feature, on)) => drop(features.insert(feature, on)),
            Err(kind) => fields.error(&format!("features.{name}"), &kind),
        }
    }
    features
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conventions::{Ignored, Shape};
    use serde_json::json;

    fn read(body: Value) -> (SettingsPatch, Vec<String>) {
        let map = serde_json::from_value(body).unwrap();
        let mut fields = Fields::new(map, Shape::V1, Ignored::default());
        let patch = SettingsPatch::read(&mut fields);
        let errors = fields.finish().err().map(|problem| problem.errors).unwrap_or_default();
        (patch, errors.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn what_is_absent_stays() {
        let settings = Settings { limits: Limits::customer_support(), ..Settings::default() };
        let (patch, bad) = read(json!({ "limits": { "subject_max": 100 } }));
        assert!(bad.is_empty(), "{bad:?}");
        let command = patch.command(&settings);
        let limits = Limits { subject_max: 100, ..Limits::customer_support() };
        assert_eq!(command, SettingsCommand { limits: Some(limits), ..SettingsCommand::default() });
        assert_eq!(read(json!({})).0.command(&settings), SettingsCommand::default());
    }

    #[test]
    fn null_is_the_default() {
        let settings = Settings {
            strict_categories: true,
            strict_ticket_types: true,
            limits: Limits::customer_support(),
            ..Settings::default()
        };
        let body = json!({
            "strict_categories": null, "strict_ticket_types": null,
            "limits": null, "categories": null,
        });
        let command = read(body).0.command(&settings);
        assert_eq!(command.strict_categories, Some(false));
        assert_eq!(command.strict_ticket_types, Some(false));
        assert_eq!(command.limits, Some(Limits::default()));
        assert_eq!(command.categories, Some(Settings::default().categories));
        let one = read(json!({ "limits": { "customer_required": null } })).0.command(&settings);
        assert!(!one.limits.unwrap().customer_required);
    }

    #[test]
    fn a_profile_is_where_limits_begin() {
        let body = json!({ "profile": "customer_support", "limits": { "description_max": 500 } });
        let limits = read(body).0.limits_after(&Settings::default());
        assert_eq!(limits, Limits { description_max: 500, ..Limits::customer_support() });
    }

    #[test]
    fn every_bad_setting_is_named() {
        let (_, mut bad) = read(json!({
            "categories": ["ok", ""], "strict_categories": 1, "profile": "x", "colour": "red",
            "limits": { "subject_min": -1, "subject_max": "9", "colour": 1 },
            "features": { "on": "yes", "": true },
        }));
        bad.sort();
        let all = [
            "categories.1",
            "colour",
            "features.",
            "features.on",
            "limits.colour",
            "limits.subject_max",
            "limits.subject_min",
            "profile",
            "strict_categories",
        ];
        assert_eq!(bad, all);
        assert_eq!(
            read(json!({ "categories": [], "features": null })).1,
            ["categories", "features"]
        );
    }
}
