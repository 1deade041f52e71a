//! Who may do what: the one table. Every route has its row; a test walks all of it through HTTP.

use std::fmt;

use axum::http::Method;
use domain::user::{Role, Scope};

/// How far a role may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Not at all: 403.
    No,
    /// With what is the caller's own: tickets that it opened, tasks that concern it. Others are 404.
    Own,
    /// With all.
    All,
}

/// Which scope an API token needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenScope {
    /// Just this one.
    Needs(Scope),
    /// Either of these.
    Either([Scope; 2]),
    /// Just this one; and only a token will do, nobody who signed in.
    Only(Scope),
    /// None will do: only a person who signed in may do this.
    Session,
}

impl TokenScope {
    /// Do the scopes of a token suffice?
    pub fn is_met_by(self, scopes: &[Scope]) -> bool {
        match self {
            Self::Needs(scope) | Self::Only(scope) => scopes.contains(&scope),
            Self::Either(either) => either.iter().any(|scope| scopes.contains(scope)),
            Self::Session => false,
        }
    }

    /// May those who came without a token do it, if their role may?
    pub fn admits_sessions(self) -> bool {
        match self {
            Self::Needs(_) | Self::Either(_) | Self::Session => true,
            Self::Only(_) => false,
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// What is done.
    pub capability: Capability,
    /// By which method.
    pub method: Method,
    /// On which route.
    pub path: &'static str,
    /// By admin, handler, publisher, viewer.
    pub roles: [Access; 4],
    /// With which API token.
    pub scope: TokenScope,
}

impl Row {
    /// What a role may.
    pub fn access(&self, role: Role) -> Access {
        let [admin, handler, publisher, viewer] = self.roles;
        match role {
            Role::Admin => admin,
            Role::Handler => handler,
            Role::Publisher => publisher,
            Role::Viewer => viewer,
        }
    }
}

const NO: Access = Access::No;
const OWN: Access = Access::Own;
const ALL: Access = Access::All;

const READ: TokenScope = TokenScope::Needs(Scope::Read);
const WRITE: TokenScope = TokenScope::Needs(Scope::Write);
const IMPORT: TokenScope = TokenScope::Needs(Scope::Import);
const INBOUND: TokenScope = TokenScope::Only(Scope::Inbound);
const AUDITOR: TokenScope = TokenScope::Needs(Scope::Auditor);
/// Whoever imports may see what became of it.
const READ_OR_IMPORT: TokenScope = TokenScope::Either([Scope::Read, Scope::Import]);
const SESSION: TokenScope = TokenScope::Session;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident $method:ident $path:literal $roles:expr, $scope:expr;)*) => {
        /// Everything that needs a permission, named as on every floor of the house.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Capability {
            $($(#[$doc])* $name,)*
        }

        /// The whole table.
        pub fn table() -> Vec<Row> {
            vec![$(Row {
                capability: Capability::$name,
                method: Method::$method,
                path: $path,
                roles: $roles,
                scope: $scope,
            },)*]
        }

        impl Capability {
            /// The capability's row.
            pub fn row(self) -> Row {
                match self {
                    $(Self::$name => Row {
                        capability: self,
                        method: Method::$method,
                        path: $path,
                        roles: $roles,
                        scope: $scope,
                    },)*
                }
            }
        }
    };
}

permissions! {
    //                                                                        admin handler publisher viewer
    /// See one's own account.
    ViewProfile GET "/api/v1/users/profile"                                  [ALL, ALL, ALL, ALL], READ;
    /// Change one's own name, or say when one is away.
    ChangeProfile PATCH "/api/v1/users/profile"                              [ALL, ALL, ALL, ALL], SESSION;
    /// Change one's own password.
    ChangePassword POST "/api/v1/users/profile/password"                     [ALL, ALL, ALL, ALL], SESSION;
    /// See one's own API tokens.
    ListApiTokens GET "/api/v1/users/api-tokens"                             [ALL, ALL, ALL, ALL], SESSION;
    /// Make an API token.
    CreateApiToken POST "/api/v1/users/api-tokens"                           [ALL, ALL, ALL, ALL], SESSION;
    /// Revoke an API token of one's own.
    RevokeApiToken DELETE "/api/v1/users/api-tokens/{id}"                    [ALL, ALL, ALL, ALL], SESSION;

    /// See all accounts.
    ListUsers GET "/api/v1/users"                                            [ALL, NO, NO, NO], READ;
    /// Make an account.
    RegisterUser POST "/api/v1/users"                                        [ALL, NO, NO, NO], WRITE;
    /// See an account.
    ViewUser GET "/api/v1/users/{id}"                                        [ALL, NO, NO, NO], READ;
    /// Change an account: name, role, departments, work roles, whether it is active.
    ChangeUser PATCH "/api/v1/users/{id}"                                    [ALL, NO, NO, NO], WRITE;
    /// Give somebody a new password.
    SetPassword POST "/api/v1/users/{id}/password"                           [ALL, NO, NO, NO], SESSION;

    /// See the roles.
    ListRoles GET "/api/v1/roles"                                            [ALL, ALL, ALL, ALL], READ;
    /// See who holds a role.
    ListRoleUsers GET "/api/v1/roles/{id}/users"                             [ALL, ALL, ALL, ALL], READ;
    /// Make a work role.
    CreateRole POST "/api/v1/roles"                                          [ALL, NO, NO, NO], WRITE;
    /// Rename a work role.
    RenameRole PATCH "/api/v1/roles/{id}"                                    [ALL, NO, NO, NO], WRITE;
    /// Remove a work role.
    RemoveRole DELETE "/api/v1/roles/{id}"                                   [ALL, NO, NO, NO], WRITE;

    /// See the settings.
    ViewSettings GET "/api/v1/settings"                                      [ALL, NO, NO, NO], READ;
    /// Change the settings.
    ChangeSettings PATCH "/api/v1/settings"                                  [ALL, NO, NO, NO], WRITE;

    /// Open a ticket.
    OpenTicket POST "/api/v1/tickets"                                        [ALL, ALL, ALL, NO], WRITE;
    /// List and search tickets.
    ListTickets GET "/api/v1/tickets"                                        [ALL, ALL, OWN, ALL], READ;
    /// See a ticket.
    ViewTicket GET "/api/v1/tickets/{id}"                                    [ALL, ALL, OWN, ALL], READ;
    /// Change what a ticket says. Status, assignee and tags need their own permissions as well.
    EditTicket PATCH "/api/v1/tickets/{id}"                                  [ALL, ALL, OWN, NO], WRITE;
    /// The same by PUT.
    PutTicket PUT "/api/v1/tickets/{id}"                                     [ALL, ALL, OWN, NO], WRITE;
    /// Delete a ticket.
    DeleteTicket DELETE "/api/v1/tickets/{id}"                               [ALL, ALL, NO, NO], WRITE;
    /// Bring a deleted ticket back.
    RestoreTicket POST "/api/v1/tickets/{id}/restore"                        [ALL, ALL, NO, NO], WRITE;
    /// Move a ticket to another status.
    ChangeStatus POST "/api/v1/tickets/{id}/status"                          [ALL, ALL, NO, NO], WRITE;
    /// Give a ticket to somebody, or to nobody.
    AssignTicket POST "/api/v1/tickets/{id}/assign"                          [ALL, ALL, NO, NO], WRITE;
    /// Merge a ticket into another one.
    MergeTicket POST "/api/v1/tickets/{id}/merge"                            [ALL, ALL, NO, NO], WRITE;
    /// Take a merge back.
    UnmergeTicket POST "/api/v1/tickets/{id}/unmerge"                        [ALL, ALL, NO, NO], WRITE;
    /// Link a ticket with another one.
    LinkTicket POST "/api/v1/tickets/{id}/links"                             [ALL, ALL, NO, NO], WRITE;
    /// Take a link away.
    UnlinkTicket DELETE "/api/v1/tickets/{id}/links/{other}"                 [ALL, ALL, NO, NO], WRITE;
    /// Tag a ticket.
    TagTicket POST "/api/v1/tickets/{id}/tags"                               [ALL, ALL, NO, NO], WRITE;
    /// Watch a ticket.
    WatchTicket POST "/api/v1/tickets/{id}/watch"                            [ALL, ALL, NO, NO], WRITE;
    /// Watch it no longer.
    UnwatchTicket DELETE "/api/v1/tickets/{id}/watch"                        [ALL, ALL, NO, NO], WRITE;
    /// Change many tickets at once.
    ChangeTickets POST "/api/v1/tickets/bulk"                                [ALL, ALL, NO, NO], WRITE;
    /// Read the comments of a ticket.
    ListComments GET "/api/v1/tickets/{id}/comments"                         [ALL, ALL, OWN, ALL], READ;
    /// Comment on a ticket; internal comments are for those who see them.
    CommentOnTicket POST "/api/v1/tickets/{id}/comments"                     [ALL, ALL, OWN, NO], WRITE;
    /// See what happened to a ticket.
    ViewHistory GET "/api/v1/tickets/{id}/history"                           [ALL, ALL, OWN, ALL], READ;
    /// See the statistics.
    ViewStatistics GET "/api/v1/tickets/stats"                               [ALL, ALL, NO, ALL], READ;

    /// Begin a task for a ticket.
    PushToWorkflow POST "/api/v1/tickets/{id}/push_to_workflow"              [ALL, ALL, NO, NO], WRITE;

    /// List the images of a ticket.
    ListImages GET "/api/v1/tickets/{id}/images"                             [ALL, ALL, OWN, ALL], READ;
    /// Attach images to a ticket.
    AttachImages POST "/api/v1/tickets/{id}/images"                          [ALL, ALL, OWN, NO], WRITE;
    /// See an image of a ticket.
    ViewImage GET "/api/v1/tickets/{id}/images/{file}"                       [ALL, ALL, OWN, ALL], READ;
    /// Rename an image, or move it among the others. Of one's own tickets what one attached oneself.
    EditImage PATCH "/api/v1/tickets/{id}/images/{file}"                     [ALL, ALL, OWN, NO], WRITE;
    /// Remove an image. Of one's own tickets what one attached oneself.
    RemoveImage DELETE "/api/v1/tickets/{id}/images/{file}"                  [ALL, ALL, OWN, NO], WRITE;
    /// See the text of an image.
    ViewImageText GET "/api/v1/tickets/{id}/images/{file}/ocr"               [ALL, ALL, OWN, ALL], READ;
    /// Read the text of an image again.
    ReadImageText POST "/api/v1/tickets/{id}/images/{file}/ocr"              [ALL, ALL, OWN, NO], WRITE;
    /// List the attachments of a ticket.
    ListAttachments GET "/api/v1/tickets/{id}/attachments"                   [ALL, ALL, OWN, ALL], READ;
    /// Attach files to a ticket.
    AttachFiles POST "/api/v1/tickets/{id}/attachments"                      [ALL, ALL, OWN, NO], WRITE;
    /// See an attachment of a ticket.
    ViewAttachment GET "/api/v1/tickets/{id}/attachments/{file}"             [ALL, ALL, OWN, ALL], READ;
    /// Rename an attachment. Of one's own tickets what one attached oneself.
    EditAttachment PATCH "/api/v1/tickets/{id}/attachments/{file}"           [ALL, ALL, OWN, NO], WRITE;
    /// Remove an attachment. Of one's own tickets what one attached oneself.
    RemoveAttachment DELETE "/api/v1/tickets/{id}/attachments/{file}"        [ALL, ALL, OWN, NO], WRITE;
    /// See the text of an attachment.
    ViewAttachmentText GET "/api/v1/tickets/{id}/attachments/{file}/ocr"     [ALL, ALL, OWN, ALL], READ;
    /// Read the text of an attachment again.
    ReadAttachmentText POST "/api/v1/tickets/{id}/attachments/{file}/ocr"    [ALL, ALL, OWN, NO], WRITE;
    /// Download a file; who has a signed link to it needs no permission.
    DownloadFile GET "/api/v1/files/{id}"                                    [ALL, ALL, OWN, ALL], READ;
    /// Download the thumbnail of a file; who has a signed link to it needs no permission.
    DownloadThumbnail GET "/api/v1/files/{id}/thumbnail"                     [ALL, ALL, OWN, ALL], READ;
    /// Get a link to a file.
    LinkFile GET "/api/v1/files/{id}/link"                                   [ALL, ALL, OWN, ALL], READ;

    /// See the ticket types.
    ListTicketTypes GET "/api/v1/ticket-types"                               [ALL, ALL, ALL, ALL], READ;
    /// Define a ticket type.
    DefineTicketType POST "/api/v1/ticket-types"                             [ALL, NO, NO, NO], WRITE;
    /// See whether a ticket type could be defined.
    CheckTicketType POST "/api/v1/ticket-types/check"                        [ALL, NO, NO, NO], READ;
    /// See a ticket type.
    ViewTicketType GET "/api/v1/ticket-types/{id}"                           [ALL, ALL, ALL, ALL], READ;
    /// Change a ticket type, retire or reinstate it.
    EditTicketType PATCH "/api/v1/ticket-types/{id}"                         [ALL, NO, NO, NO], WRITE;
    /// See a ticket type as a form.
    ExportTicketType GET "/api/v1/ticket-types/{id}/export"                  [ALL, ALL, ALL, ALL], READ;
    /// See the form of a ticket type as JSON Schema.
    ViewTicketTypeSchema GET "/api/v1/ticket-types/{id}/schema"              [ALL, ALL, ALL, ALL], READ;
    /// See a ticket type as it was.
    ViewTicketTypeVersion GET "/api/v1/ticket-types/{id}/versions/{version}" [ALL, ALL, ALL, ALL], READ;

    /// See the workflows.
    ListWorkflows GET "/api/v1/workflows"                                    [ALL, ALL, ALL, ALL], READ;
    /// Define a workflow.
    DefineWorkflow POST "/api/v1/workflows"                                  [ALL, NO, NO, NO], WRITE;
    /// See whether a workflow could be defined.
    CheckWorkflow POST "/api/v1/workflows/check"                             [ALL, NO, NO, NO], READ;
    /// See a workflow.
    ViewWorkflow GET "/api/v1/workflows/{id}"                                [ALL, ALL, ALL, ALL], READ;
    /// Change a workflow, retire or reinstate it.
    EditWorkflow PATCH "/api/v1/workflows/{id}"                              [ALL, NO, NO, NO], WRITE;
    /// See a workflow as a form.
    ExportWorkflow GET "/api/v1/workflows/{id}/export"                       [ALL, ALL, ALL, ALL], READ;
    /// See a workflow as it was.
    ViewWorkflowVersion GET "/api/v1/workflows/{id}/versions/{version}"      [ALL, ALL, ALL, ALL], READ;
    /// See the ways between the steps of workflows.
    ListTransitions GET "/api/v1/transitions"                                [ALL, ALL, ALL, ALL], READ;

    // One's own tasks are those one has, and those whose step is of a work role one holds.
    /// List tasks.
    ListTasks GET "/api/v1/tasks"                                            [ALL, ALL, OWN, OWN], READ;
    /// See a task.
    ViewTask GET "/api/v1/tasks/{id}"                                        [ALL, ALL, OWN, OWN], READ;
    /// See what can be done to a task now.
    ListAvailableActions GET "/api/v1/tasks/{id}/available-actions"          [ALL, ALL, OWN, OWN], READ;
    /// See what happened to a task.
    ViewTaskHistory GET "/api/v1/tasks/{id}/history"                         [ALL, ALL, OWN, OWN], READ;
    /// See why a task is what it is and with whom it is.
    ExplainTask GET "/api/v1/tasks/{id}/explanation"                         [ALL, ALL, OWN, OWN], READ;
    /// Take an action of a task's step. Whoever does has to hold its work role, have the task, or be an admin.
    ActOnTask POST "/api/v1/tasks/{id}/action"                               [ALL, ALL, OWN, OWN], WRITE;
    /// Give a task to somebody.
    AssignTask POST "/api/v1/tasks/{id}/assign"                              [ALL, ALL, OWN, OWN], WRITE;
    /// Let a task rest.
    HoldTask POST "/api/v1/tasks/{id}/hold"                                  [ALL, ALL, OWN, OWN], WRITE;
    /// Let it go on.
    ResumeTask POST "/api/v1/tasks/{id}/resume"                              [ALL, ALL, OWN, OWN], WRITE;
    /// Call others in.
    EscalateTask POST "/api/v1/tasks/{id}/escalate"                          [ALL, ALL, OWN, OWN], WRITE;
    /// End a task from outside.
    CancelTask POST "/api/v1/tasks/{id}/cancel"                              [ALL, ALL, NO, NO], WRITE;

    /// See the calendars.
    ListCalendars GET "/api/v1/calendars"                                    [ALL, ALL, ALL, ALL], READ;
    /// Create a calendar.
    CreateCalendar POST "/api/v1/calendars"                                  [ALL, NO, NO, NO], WRITE;
    /// See a calendar.
    ViewCalendar GET "/api/v1/calendars/{id}"                                [ALL, ALL, ALL, ALL], READ;
    /// Change a calendar.
    ChangeCalendar PATCH "/api/v1/calendars/{id}"                            [ALL, NO, NO, NO], WRITE;
    /// Remove a calendar.
    RemoveCalendar DELETE "/api/v1/calendars/{id}"                           [ALL, NO, NO, NO], WRITE;
    /// See when so much of a calendar's open time will have passed.
    ComputeDueTime GET "/api/v1/calendars/{id}/due"                          [ALL, ALL, ALL, ALL], READ;
    /// See the SLA policies.
    ListSlaPolicies GET "/api/v1/sla-policies"                               [ALL, ALL, ALL, ALL], READ;
    /// Create an SLA policy.
    CreateSlaPolicy POST "/api/v1/sla-policies"                              [ALL, NO, NO, NO], WRITE;
    /// See an SLA policy.
    ViewSlaPolicy GET "/api/v1/sla-policies/{id}"                            [ALL, ALL, ALL, ALL], READ;
    /// Change an SLA policy.
    ChangeSlaPolicy PATCH "/api/v1/sla-policies/{id}"                        [ALL, NO, NO, NO], WRITE;
    /// Remove an SLA policy.
    RemoveSlaPolicy DELETE "/api/v1/sla-policies/{id}"                       [ALL, NO, NO, NO], WRITE;

    /// Import tickets from a CSV file.
    ImportCsv POST "/api/v1/import/csv"                                      [ALL, ALL, ALL, NO], IMPORT;
    /// Import tickets from a JSON file.
    ImportJson POST "/api/v1/import/json"                                    [ALL, ALL, ALL, NO], IMPORT;
    /// Import tickets from an XML file.
    ImportXml POST "/api/v1/import/xml"                                      [ALL, ALL, ALL, NO], IMPORT;

    /// List jobs.
    ListJobs GET "/api/v1/jobs"                                              [ALL, ALL, OWN, NO], READ_OR_IMPORT;
    /// See a job.
    ViewJob GET "/api/v1/jobs/{id}"                                          [ALL, ALL, OWN, NO], READ_OR_IMPORT;
    /// Call a job off.
    CancelJob POST "/api/v1/jobs/{id}/cancel"                                [ALL, ALL, NO, NO], WRITE;
    /// Try a job again that was given up.
    RetryJob POST "/api/v1/jobs/{id}/retry"                                  [ALL, ALL, NO, NO], WRITE;

    /// Send a ticket from an external help desk.
    ReceiveInboundTicket POST "/api/v1/inbound/tickets"                      [ALL, ALL, NO, NO], INBOUND;

    /// Read the log.
    ReadEvents GET "/api/v1/events"                                          [ALL, NO, NO, NO], AUDITOR;
    /// Read one event of the log.
    ReadEvent GET "/api/v1/events/{position}"                                [ALL, NO, NO, NO], AUDITOR;
    /// See where the log ends.
    ViewLogHead GET "/api/v1/events/head"                                    [ALL, NO, NO, NO], AUDITOR;
    /// See how the desk is doing: processes, lag, what is parked.
    ViewStatus GET "/api/v1/status"                                          [ALL, NO, NO, NO], READ;
    /// See who did what.
    ViewAudit GET "/api/v1/audit"                                            [ALL, NO, NO, NO], AUDITOR;
}

impl fmt::Display for Capability {
    /// The name in snake case: `assign_ticket`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = format!("{self:?}");
        for (index, c) in name.char_indices() {
            if c.is_ascii_uppercase() && index > 0 {
                f.write_str("_")?;
            }
            write!(f, "{}", c.to_ascii_lowercase())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_named_in_snake_case() {
        assert_eq!(Capability::AssignTicket.to_string(), "assign_ticket");
    }

    #[test]
    fn no_route_has_two_rows() {
        let table = table();
        for (index, row) in table.iter().enumerate() {
            let twin = table[..index].iter().find(|o| o.path == row.path && o.method == row.method);
            assert!(twin.is_none(), "{} {}", row.method, row.path);
        }
    }
}
