//! Fields that several commands on tasks take.

use domain::Text;
use domain::ticket::parse_reason;

use crate::conventions::Fields;

/// Takes what is said about a command; an empty text says nothing.
pub(crate) fn remark(fields: &mut Fields, names: &[&'static str]) -> Option<Text> {
    let name = names.first().copied().unwrap_or("comment");
    let text = fields.text(names).value().filter(|text| !text.trim().is_empty())?;
    fields.parse(name, parse_reason(&text))
}
