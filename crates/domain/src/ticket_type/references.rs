//! What the data of a ticket refers to.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::definition::{Definition, Rules};
use crate::ids::{FileId, UserId};

/// Users and files that data names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// The users.
    pub users: BTreeSet<UserId>,
    /// The files.
    pub files: BTreeSet<FileId>,
}

/// The users and files that the data names, for looking them up; what is no id is passed over.
pub fn references(definition: &Definition, data: &Map<String, Value>) -> References {
    let mut found = References::default();
    for field in &definition.fields {
        let Some(value) = data.get(field.id.as_str()) else { continue };
        match &field.rules {
            Rules::User => found.users.extend(id::<UserId>(value)),
            Rules::File { .. } => {
                found.files.extend(value.as_array().into_iter().flatten().filter_map(id::<FileId>));
            }
            Rules::Text { .. }
            | Rules::LongText { .. }
            | Rules::Integer(_)
            | Rules::Decimal(_)
            | Rules::Boolean
            | Rules::Date(_)
            | Rules::DateTime(_)
            | Rules::Select { .. }
            | Rules::MultiSelect { .. }
            | Rules::Url
            | Rules::Email
            | Rules::Phone => {}
        }
    }
    found
}

fn id<T: std::str::FromStr>(value: &Value) -> Option<T> {
    value.as_str().and_then(|text| text.trim().parse().ok())
}
