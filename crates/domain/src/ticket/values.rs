//! The closed sets of values on a ticket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::field::FieldErrorKind;

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? } aliases { $($alias:literal => $target:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value as the API and the log spell it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }

            /// Reads a value or an alias of one, in any case, with `-` or a space for `_`.
            ///
            /// # Errors
            /// None of the values; the error lists them.
            pub fn parse(text: &str) -> Result<Self, FieldErrorKind> {
                let word = text.trim().to_ascii_lowercase().replace(['-', ' '], "_");
                match word.as_str() {
                    $($text => Ok(Self::$variant),)+
                    $($alias => Ok(Self::$target),)*
                    _ => Err(FieldErrorKind::NotOneOf {
                        allowed: Self::ALL.iter().map(|value| value.as_str().to_owned()).collect(),
                    }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = FieldErrorKind;

            fn from_str(text: &str) -> Result<Self, FieldErrorKind> {
                Self::parse(text)
            }
        }
    };
}
pub(crate) use choice;

choice! {
    /// Where a ticket stands.
    Status {
        /// Nobody works on it yet.
        Open = "open",
        /// Somebody works on it.
        InProgress = "in_progress",
        /// The customer has to answer.
        WaitingCustomer = "waiting_customer",
        /// The work is done.
        Resolved = "resolved",
        /// The matter is over.
        Closed = "closed",
    } aliases { "new" => Open }
}

impl Status {
    /// Whether the ticket needs no more work.
    pub fn is_finished(self) -> bool {
        match self {
            Self::Open | Self::InProgress | Self::WaitingCustomer => false,
            Self::Resolved | Self::Closed => true,
        }
    }
}

choice! {
    /// How soon a ticket has to be dealt with. Ordered from the least to the most urgent.
    #[derive(Default)]
    Priority {
        /// When there is time.
        Low = "low",
        /// As usual.
        #[default]
        Medium = "medium",
        /// Before others.
        High = "high",
        /// At once.
        Urgent = "urgent",
    } aliases { "critical" => Urgent }
}

choice! {
    /// The way a ticket came in.
    Source {
        /// A form on a page.
        WebForm = "web_form",
        /// An e-mail.
        Email = "email",
        /// A program.
        Api = "api",
        /// A chat.
        Chat = "chat",
        /// A call.
        Phone = "phone",
    } aliases {}
}

choice! {
    /// What a file is to its ticket.
    FileRole {
        /// A picture to be looked at; images stand in an order.
        Image = "image",
        /// A file to be taken along.
        Attachment = "attachment",
    } aliases {}
}

choice! {
    /// Who may read a comment.
    #[derive(Default)]
    Visibility {
        /// Whoever may read the ticket.
        #[default]
        Public = "public",
        /// Those who work on tickets.
        Internal = "internal",
    } aliases {}
}

choice! {
    /// What the linked ticket is to the one that holds the link.
    LinkKind {
        /// The linked ticket is the parent.
        Parent = "parent",
        /// The linked ticket is a child.
        Child = "child",
        /// The linked ticket is about the same thing.
        Duplicate = "duplicate",
        /// The linked ticket has to do with it.
        Related = "related",
    } aliases {}
}

impl LinkKind {
    /// What the holder is to the linked ticket.
    pub fn reversed(self) -> Self {
        match self {
            Self::Parent => Self::Child,
            Self::Child => Self::Parent,
            Self::Duplicate => Self::Duplicate,
            Self::Related => Self::Related,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_read_back_and_spelled_as_in_json() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Ok(*status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        for priority in Priority::ALL {
            assert_eq!(serde_json::to_value(priority).unwrap(), priority.as_str());
        }
        for source in Source::ALL {
            assert_eq!(serde_json::to_value(source).unwrap(), source.as_str());
        }
    }

    #[test]
    fn aliases_and_other_spellings_are_read() {
        assert_eq!(Priority::parse("Critical"), Ok(Priority::Urgent));
        assert_eq!(Status::parse("new"), Ok(Status::Open));
        assert_eq!(Status::parse(" In Progress "), Ok(Status::InProgress));
        assert_eq!(Source::parse("web-form"), Ok(Source::WebForm));
    }

    #[test]
    fn an_unknown_value_names_the_list() {
        let error = Priority::parse("asap").unwrap_err();
        assert_eq!(error.to_string(), "This must be one of: low, medium, high, urgent.");
    }
}
