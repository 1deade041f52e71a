//! Why a command is not allowed as things stand.

use crate::ids::{TicketId, TicketNumber};
use crate::ticket_type::FieldId;

/// Why a command was refused. `Display` is a sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such ticket.
    #[error("There is no such ticket.")]
    TicketUnknown,
    /// The ticket was opened before.
    #[error("The ticket {number} has been opened already.")]
    TicketAlreadyOpened {
        /// Its number.
        number: TicketNumber,
    },
    /// The ticket is deleted.
    #[error("The ticket is deleted. Restore it first.")]
    TicketDeleted,
    /// The ticket goes on as another one.
    #[error(
        "The ticket has been merged into ticket {into}. Work on that one, or unmerge it first."
    )]
    TicketMerged {
        /// The ticket that goes on.
        into: TicketId,
    },
    /// The ticket is not merged into another.
    #[error("The ticket is not merged into another one.")]
    TicketNotMerged,
    /// The ticket is merged, but into another one than was said.
    #[error("The ticket has been merged into ticket {into}, not into the one given.")]
    TicketMergedElsewhere {
        /// The ticket it was merged into.
        into: TicketId,
    },
    /// A ticket cannot be merged into itself.
    #[error("A ticket cannot be merged into itself.")]
    MergeWithItself,
    /// The other ticket has been merged into this one.
    #[error("The ticket cannot be merged into one that has been merged into it.")]
    MergeCycle,
    /// The ticket to merge into does not exist.
    #[error("There is no such ticket to merge into.")]
    MergeTargetUnknown,
    /// The ticket to merge into is deleted.
    #[error("The ticket to merge into is deleted. Restore it first.")]
    MergeTargetDeleted,
    /// The ticket to merge into was itself merged into another.
    #[error("The ticket to merge into has itself been merged into ticket {into}.")]
    MergeTargetMerged {
        /// The ticket that goes on.
        into: TicketId,
    },
    /// A ticket cannot be linked to itself.
    #[error("A ticket cannot be linked to itself.")]
    LinkWithItself,
    /// The ticket has as many links as it may.
    #[error("The ticket has {max} links, which is as many as it may have.")]
    TooManyLinks {
        /// The greatest number.
        max: usize,
    },
    /// The ticket would have more tags than it may.
    #[error("A ticket has at most {max} tags.")]
    TooManyTags {
        /// The greatest number.
        max: usize,
    },
    /// The ticket has as many watchers as it may.
    #[error("The ticket has {max} watchers, which is as many as it may have.")]
    TooManyWatchers {
        /// The greatest number.
        max: usize,
    },
    /// The ticket has no such file.
    #[error("The ticket has no such file.")]
    FileUnknown,
    /// The file is no image, so it has no place among them.
    #[error("The file is not one of the images of the ticket.")]
    FileIsNoImage,
    /// The ticket has as many files as it may.
    #[error("The ticket has {max} files, which is as many as it may have.")]
    TooManyFiles {
        /// The greatest number.
        max: u32,
    },
    /// The form data of the ticket names the file.
    #[error("The field {field} of the form names the file. Take it out there first.")]
    FileInUse {
        /// The field.
        field: FieldId,
    },
    /// There is no such user.
    #[error("There is no such user.")]
    UserUnknown,
    /// The user was registered before.
    #[error("The user has been registered already.")]
    UserAlreadyRegistered,
    /// The user is deactivated.
    #[error("The user is deactivated. Reactivate the account first.")]
    UserDeactivated,
    /// Nobody would be left to administer.
    #[error("This is the last active admin. Make another user an admin first.")]
    LastActiveAdmin,
    /// The user has no such API token.
    #[error("There is no such API token.")]
    TokenUnknown,
    /// The user has, or had, an API token with this id.
    #[error("An API token with this id exists already.")]
    TokenAlreadyCreated,
    /// The user has as many API tokens as one may.
    #[error("The user has {max} API tokens, which is as many as one may have. Revoke one first.")]
    TooManyTokens {
        /// The greatest number.
        max: usize,
    },
    /// An API token that could do nothing.
    #[error("An API token needs at least one scope.")]
    TokenWithoutScopes,
    /// An API token that expires before it starts.
    #[error("The API token would expire before it is created.")]
    TokenExpired,
    /// There is no such work role.
    #[error("There is no such work role.")]
    WorkRoleUnknown,
    /// The work role was created before.
    #[error("The work role has been created already.")]
    WorkRoleAlreadyCreated,
    /// The work role was removed.
    #[error("The work role has been removed.")]
    WorkRoleRemoved,
    /// There is no such calendar.
    #[error("There is no such calendar.")]
    CalendarUnknown,
    /// The calendar was created before.
    #[error("The calendar has been created already.")]
    CalendarAlreadyCreated,
    /// The calendar was removed.
    #[error("The calendar has been removed.")]
    CalendarRemoved,
    /// There is no such SLA policy.
    #[error("There is no such SLA policy.")]
    SlaPolicyUnknown,
    /// The SLA policy was created before.
    #[error("The SLA policy has been created already.")]
    SlaPolicyAlreadyCreated,
    /// The SLA policy was removed.
    #[error("The SLA policy has been removed.")]
    SlaPolicyRemoved,
    /// A list of categories without any.
    #[error("There must be at least one category.")]
    NoCategories,
    /// A list of too many categories.
    #[error("There may be at most {max} categories.")]
    TooManyCategories {
        /// The greatest number.
        max: usize,
    },
}

impl Refusal {
    /// The refusal as a machine reads it: stable, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TicketUnknown => "ticket_unknown",
            Self::TicketAlreadyOpened { .. } => "ticket_already_opened",
            Self::TicketDeleted => "ticket_deleted",
            Self::TicketMerged { .. } => "ticket_merged",
            Self::TicketNotMerged => "ticket_not_merged",
            Self::TicketMergedElsewhere { .. } => "ticket_merged_elsewhere",
            Self::MergeWithItself => "merge_with_itself",
            Self::MergeCycle => "merge_cycle",
            Self::MergeTargetUnknown => "merge_target_unknown",
            Self::MergeTargetDeleted => "merge_target_deleted",
            Self::MergeTargetMerged { .. } => "merge_target_merged",
            Self::LinkWithItself => "link_with_itself",
            Self::TooManyLinks { .. } => "too_many_links",
            Self::TooManyTags { .. } => "too_many_tags",
            Self::TooManyWatchers { .. } => "too_many_watchers",
            Self::FileUnknown => "file_unknown",
            Self::FileIsNoImage => "file_is_no_image",
            Self::TooManyFiles { .. } => "too_many_files",
            Self::FileInUse { .. } => "file_in_use",
            Self::UserUnknown => "user_unknown",
            Self::UserAlreadyRegistered => "user_already_registered",
            Self::UserDeactivated => "user_deactivated",
            Self::LastActiveAdmin => "last_active_admin",
            Self::TokenUnknown => "token_unknown",
            Self::TokenAlreadyCreated => "token_already_created",
            Self::TooManyTokens { .. } => "too_many_tokens",
            Self::TokenWithoutScopes => "token_without_scopes",
            Self::TokenExpired => "token_expired",
            Self::WorkRoleUnknown => "work_role_unknown",
            Self::WorkRoleAlreadyCreated => "work_role_already_created",
            Self::WorkRoleRemoved => "work_role_removed",
            Self::CalendarUnknown => "calendar_unknown",
            Self::CalendarAlreadyCreated => "calendar_already_created",
            Self::CalendarRemoved => "calendar_removed",
            Self::SlaPolicyUnknown => "sla_policy_unknown",
            Self::SlaPolicyAlreadyCreated => "sla_policy_already_created",
            Self::SlaPolicyRemoved => "sla_policy_removed",
            Self::NoCategories => "no_categories",
            Self::TooManyCategories { .. } => "too_many_categories",
        }
    }
}
