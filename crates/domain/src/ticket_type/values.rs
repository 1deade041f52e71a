//! The closed sets of values in a ticket type.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::FieldErrorKind;
use crate::ticket::choice;

choice! {
    /// What a field asks for.
    FieldKind {
        /// One line of text.
        Text = "text",
        /// Text of several lines.
        LongText = "long_text",
        /// A whole number.
        Integer = "integer",
        /// A number with a fraction.
        Decimal = "decimal",
        /// Yes or no.
        Boolean = "boolean",
        /// A day.
        Date = "date",
        /// A moment.
        DateTime = "date_time",
        /// One out of a list.
        Select = "select",
        /// Any number out of a list.
        MultiSelect = "multi_select",
        /// A user.
        User = "user",
        /// Files of the ticket.
        File = "file",
        /// A web address.
        Url = "url",
        /// An e-mail address.
        Email = "email",
        /// A telephone number.
        Phone = "phone",
    } aliases {
        "string" => Text,
        "textarea" => LongText,
        "number" => Decimal,
        "datetime" => DateTime,
        "multiselect" => MultiSelect,
    }
}

choice! {
    /// A language that labels can be written in.
    Language {
        /// English.
        En = "en",
        /// Chinese.
        Zh = "zh",
    } aliases {}
}

choice! {
    /// What becomes of a field's value in the log and in filters.
    #[derive(Default)]
    Privacy {
        /// It is sealed, goes when its person is erased, and is not filtered by.
        #[default]
        Personal = "personal",
        /// It stands in clear and stays; it is not filtered by.
        Declared = "declared",
        /// It stands in clear and stays; tickets can be filtered and sorted by it.
        Filterable = "filterable",
    } aliases {}
}

choice! {
    /// Whether new tickets may have a type.
    TicketTypeStatus {
        /// They may.
        Active = "active",
        /// They may not; tickets that have it keep it.
        Retired = "retired",
    } aliases {}
}
