//! What `GET /tickets` asks of the fields of forms: `data.site_id=…`, `data.level_from=…`, `sort=-data.severity`.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use domain::FieldErrorKind;
use domain::ticket_type::{FieldId, FieldKind};
use projections::{DataFilter, DataMatch, DataOrder, DataValue, Freshness, SortKey, data_text};

use crate::Api;
use crate::conventions::{FieldProblem, Params, Place, Problem, Shape, wait_for_views};

/// How a parameter begins that asks for a field.
const PREFIX: &str = "data.";
/// Most fields that are named to those who ask for another.
const MAX_NAMED: usize = 100;

/// The fields that tickets can be filtered and sorted by, with the kinds that they have in the ticket types: mostly one.
pub(super) struct Filterable(BTreeMap<FieldId, Vec<FieldKind>>);

/// Which values are wanted.
#[derive(Clone, Copy)]
enum Wanted {
    Equal,
    From,
    To,
}

impl Filterable {
    /// Those there are, if the parameters ask for any; else none are looked up.
    pub(super) async fn asked_for(
        api: &Api,
        headers: &HeaderMap,
        params: &Params,
    ) -> Result<Self, Problem> {
        let mut fields = BTreeMap::<FieldId, Vec<FieldKind>>::new();
        let sorted = params.values(&["sort", "ordering"]);
        let mut sorted = sorted.map(|sort| sort.trim_start_matches('-'));
        if params.names(PREFIX).next().is_some() || sorted.any(|sort| sort.starts_with(PREFIX)) {
            // Whoever has just defined a type may name its fields.
            wait_for_views(api, headers, Freshness::Views).await?;
            for (field, kind) in api.queries.filterable_fields().await? {
                fields.entry(field).or_default().push(kind);
            }
        }
        Ok(Self(fields))
    }

    /// Takes the filters by fields. One that no ticket type has is an error, which names those that some do.
    pub(super) fn filters(&self, params: &mut Params) -> Vec<DataFilter> {
        let mut names: Vec<String> = params.names(PREFIX).map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        let mut filters = Vec::new();
        for name in names {
            let Some((field, kinds, wanted)) = self.named(name.strip_prefix(PREFIX).unwrap_or(""))
            else {
                // In the legacy shape it is left for the parameters that are ignored.
                if params.shape() == Shape::V1 {
                    params.all(&[&name]);
                    params.errors.push(self.unknown(name));
                }
                continue;
            };
            let values = params.all(&[&name]);
            if values.is_empty() {
                continue;
            }
            match wanted.matching(kinds, &values) {
                Ok(is) => filters.push(DataFilter { field: field.clone(), is }),
                Err(kind) => params.error(&name, &kind),
            }
        }
        filters
    }

    /// The order that `data.severity` asks for.
    pub(super) fn sort_key(&self, key: &str) -> Option<Result<SortKey, FieldErrorKind>> {
        let (field, kinds) = self.find(key.strip_prefix(PREFIX)?)?;
        let order = one_order(kinds).map(|order| SortKey::Data(field.clone(), order));
        Some(order)
    }

    /// The names of the fields, as parameters have them.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.0.keys().take(MAX_NAMED).map(|field| format!("{PREFIX}{field}"))
    }

    fn find(&self, name: &str) -> Option<(&FieldId, &[FieldKind])> {
        let id = FieldId::parse(name).ok()?;
        self.0.get_key_value(&id).map(|(field, kinds)| (field, kinds.as_slice()))
    }

    /// The field of a parameter. One whose own name ends in `_from` or `_to` goes before the range of another.
    fn named(&self, name: &str) -> Option<(&FieldId, &[FieldKind], Wanted)> {
        let ranged = |suffix, wanted| {
            let (field, kinds) = self.find(name.strip_suffix(suffix)?)?;
            Some((field, kinds, wanted))
        };
        self.find(name)
            .map(|(field, kinds)| (field, kinds, Wanted::Equal))
            .or_else(|| ranged("_from", Wanted::From))
            .or_else(|| ranged("_to", Wanted::To))
    }

    fn unknown(&self, field: String) -> FieldProblem {
        let names: Vec<_> = self.names().collect();
        let msg = match names.as_slice() {
            [] => "No ticket type has a field to filter by.".to_owned(),
            names => format!("Tickets can be filtered by: {}.", names.join(", ")),
        };
        FieldProblem { place: Place::Query, field, msg, kind: "unknown_field" }
    }
}

impl Wanted {
    /// What the parameter asks for. Where types use one field for several kinds, a value may be of any of them.
    fn matching(self, kinds: &[FieldKind], values: &[String]) -> Result<DataMatch, FieldErrorKind> {
        match self {
            Self::Equal => {
                let mut texts = Vec::new();
                for value in values {
                    let before = texts.len();
                    texts.extend(kinds.iter().filter_map(|kind| data_text(*kind, value)));
                    if texts.len() == before {
                        return Err(malformed(kinds));
                    }
                }
                texts.sort_unstable();
                texts.dedup();
                Ok(DataMatch::AnyOf(texts))
            }
            Self::From => bound(kinds, values).map(DataMatch::AtLeast),
            Self::To => bound(kinds, values).map(DataMatch::Below),
        }
    }
}

fn bound(kinds: &[FieldKind], values: &[String]) -> Result<DataValue, FieldErrorKind> {
    one_order(kinds)?;
    let [value] = values else {
        return Err(FieldErrorKind::Malformed { expected: "given once" });
    };
    let parsed = kinds.iter().find_map(|kind| DataValue::parse(*kind, value));
    parsed.ok_or_else(|| malformed(kinds))
}

/// How the values compare, unless ticket types have what does not compare in the field: numbers, moments and texts.
fn one_order(kinds: &[FieldKind]) -> Result<DataOrder, FieldErrorKind> {
    let mut scales = kinds.iter().map(|kind| (DataOrder::of(*kind), *kind == FieldKind::DateTime));
    let first = scales.next().unwrap_or((DataOrder::Text, false));
    if scales.all(|scale| scale == first) {
        Ok(first.0)
    } else {
        let expected =
            "a field that has numbers in all ticket types, or times or texts in all of them";
        Err(FieldErrorKind::Malformed { expected })
    }
}

fn malformed(kinds: &[FieldKind]) -> FieldErrorKind {
    let expected = match kinds.first() {
        Some(_) if kinds.len() > 1 => "a value as one of the ticket types has it",
        Some(FieldKind::Integer | FieldKind::Decimal) => "a number",
        Some(FieldKind::Boolean) => "true or false",
        Some(FieldKind::Date) => "a date like 2026-01-31",
        Some(FieldKind::DateTime) => "a time like 2026-01-31T08:00:00Z",
        Some(
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Select
            | FieldKind::MultiSelect
            | FieldKind::User
            | FieldKind::File
            | FieldKind::Url
            | FieldKind::Email
            | FieldKind::Phone,
        )
        | None => "a value of the field",
    };
    FieldErrorKind::Malformed { expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filterable() -> Filterable {
        let fields = [
            ("level", vec![FieldKind::Integer]),
            ("level_from", vec![FieldKind::Text]),
            ("mixed", vec![FieldKind::Integer, FieldKind::Text]),
            ("moved", vec![FieldKind::DateTime, FieldKind::Integer]),
            ("seen_at", vec![FieldKind::DateTime]),
        ];
        let fields = fields.map(|(id, kinds)| (FieldId::parse(id).unwrap(), kinds));
        Filterable(fields.into_iter().collect())
    }

    fn asked(query: &str, shape: Shape) -> (Vec<(String, DataMatch)>, Vec<String>) {
        let mut params = Params::of(query, shape).unwrap();
        let filters = filterable().filters(&mut params);
        let found = filters.into_iter().map(|one| (one.field.to_string(), one.is)).collect();
        let errors = params.finish().err().map(|problem| problem.errors).unwrap_or_default();
        (found, errors.into_iter().map(|error| error.field).collect())
    }

    fn any_of(texts: &[&str]) -> DataMatch {
        DataMatch::AnyOf(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn values_and_bounds_are_read_by_the_kind_of_the_field() {
        let (found, bad) = asked("data.level=5.0&data.level=7&data.level_to=9", Shape::V1);
        assert_eq!(bad, [""; 0]);
        let level = |is| ("level".to_owned(), is);
        let below = DataMatch::Below(DataValue::Number(9.0));
        assert_eq!(found, [level(any_of(&["5", "7"])), level(below)]);
        // A field that is called so is no range of another.
        let (found, _) = asked("data.level_from=x", Shape::V1);
        assert_eq!(found, [("level_from".to_owned(), any_of(&["x"]))]);
        let (found, _) = asked("data.mixed=5.0&data.level=", Shape::V1);
        assert_eq!(found, [("mixed".to_owned(), any_of(&["5", "5.0"]))]);
    }

    #[test]
    fn what_cannot_be_asked_is_named() {
        let query = "data.level=high&data.colour=red&data.seen_at_from=noon&data.level_to=1&\
                     data.level_to=2&data.mixed_from=1&data.moved_from=1&data.=1&data.Level=1";
        let (found, mut bad) = asked(query, Shape::V1);
        bad.sort_unstable();
        assert_eq!(found, []);
        let expected = [
            "data.",
            "data.Level",
            "data.colour",
            "data.level",
            "data.level_to",
            "data.mixed_from",
            "data.moved_from",
            "data.seen_at_from",
        ];
        assert_eq!(bad, expected);
        assert!(filterable().sort_key("data.moved").unwrap().is_err());
        assert_eq!(asked("data.colour=red", Shape::Legacy), (vec![], vec![]));
    }

    #[test]
    fn a_list_is_ordered_by_numbers_or_by_texts() {
        let key = |text| filterable().sort_key(text);
        let level = FieldId::parse("level").unwrap();
        assert_eq!(key("data.level"), Some(Ok(SortKey::Data(level, DataOrder::Number))));
        assert!(matches!(key("data.mixed"), Some(Err(FieldErrorKind::Malformed { .. }))));
        assert_eq!(key("data.colour"), None);
        assert_eq!(key("level"), None);
    }
}
